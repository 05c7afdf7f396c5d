package integration

import (
	"slices"
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
	register.DoFn1x0[*schemas.Finding](&collectFindingFn{})
	register.DoFn2x0[string, []byte](&collectStateFn{})
}

// collected is what a graph that runs in this process gave, by the test's name.
type collected struct {
	rows []*schemas.TrafficReport
	dead []logentry.DeadLetter
	// findings as they were emitted, and of each host all encoded states
	findings []*schemas.Finding
	states   map[string][][]byte
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

type collectFindingFn struct{ Name string }

func (f *collectFindingFn) ProcessElement(finding *schemas.Finding) {
	collect(f.Name, func(c *collected) { c.findings = append(c.findings, finding) })
}

type collectStateFn struct{ Name string }

func (f *collectStateFn) ProcessElement(host string, encoded []byte) {
	collect(f.Name, func(c *collected) {
		if c.states == nil {
			c.states = map[string][][]byte{}
		}
		c.states[host] = append(c.states[host], slices.Clone(encoded))
	})
}

// collectOutput keeps a graph's output in this process.
func collectOutput(s beam.Scope, name string, out traffic.Output) {
	for _, rows := range out.Reports {
		beam.ParDo0(s, &collectRowFn{Name: name}, rows)
	}
	beam.ParDo0(s, &collectDeadFn{Name: name}, out.DeadLetters)
	for _, found := range out.Findings {
		beam.ParDo0(s, &collectFindingFn{Name: name}, found)
	}
	if out.States.IsValid() {
		beam.ParDo0(s, &collectStateFn{Name: name}, out.States)
	}
}
