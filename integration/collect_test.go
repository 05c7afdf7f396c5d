package integration

import (
	"sync"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/schemas"
)

func init() {
	register.DoFn1x0[*schemas.TrafficReport](&collectRowFn{})
	register.DoFn1x0[logentry.DeadLetter](&collectDeadFn{})
}

// collected is what a graph that runs in this process gave, by the test's name.
type collected struct {
	rows []*schemas.TrafficReport
	dead []logentry.DeadLetter
}

var (
	collectMu  sync.Mutex
	collection = map[string]*collected{}
)

func collect(name string, add func(*collected)) {
	collectMu.Lock()
	defer collectMu.Unlock()
	if collection[name] == nil {
		collection[name] = &collected{}
	}
	add(collection[name])
}

func collectedBy(name string) collected {
	collectMu.Lock()
	defer collectMu.Unlock()
	if c := collection[name]; c != nil {
		return *c
	}
	return collected{}
}

type collectRowFn struct{ Name string }

func (f *collectRowFn) ProcessElement(row *schemas.TrafficReport) {
	collect(f.Name, func(c *collected) { c.rows = append(c.rows, row) })
}

type collectDeadFn struct{ Name string }

func (f *collectDeadFn) ProcessElement(d logentry.DeadLetter) {
	collect(f.Name, func(c *collected) { c.dead = append(c.dead, d) })
}

// collectOutput keeps a graph's output in this process.
func collectOutput(s beam.Scope, name string, out traffic.Output) {
	for _, rows := range out.Reports {
		beam.ParDo0(s, &collectRowFn{Name: name}, rows)
	}
	beam.ParDo0(s, &collectDeadFn{Name: name}, out.DeadLetters)
}
