package transform

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/schemas"
)

func init() {
	register.DoFn5x1[beam.Window, string, *report.Summary, func(string, []byte), func(int64, bool), error](&observeFn{})
	register.DoFn3x0[int64, func(*bool) bool, func(int64)](&distinctFn{})
	register.DoFn4x1[int64, func(*[]byte) bool, func() func(*int64) bool, func(*schemas.Finding), error](&judgeFn{})
	register.DoFn3x1[context.Context, *schemas.Finding, func(string), error](&writeFindingsFn{})
	register.DoFn2x1[string, func(string, []byte), error](&readStatesFn{})
	register.Emitter1[int64]()
	register.Emitter1[*schemas.Finding]()
	register.Emitter2[string, []byte]()
	register.Emitter2[int64, bool]()
	register.Iter1[[]byte]()
	register.Iter1[bool]()
	register.Iter1[int64]()
}

// observeFn takes out of merged minutes what detection needs of them, and which minutes there are.
type observeFn struct {
	Level string
	known map[int64]bool // minutes that the bundle has named
}

// StartBundle forgets the minutes that were named.
func (f *observeFn) StartBundle(_ func(string, []byte), _ func(int64, bool)) {
	f.known = map[int64]bool{}
}

// ProcessElement observes one host and minute.
func (f *observeFn) ProcessElement(w beam.Window, host string, sum *report.Summary, observed func(string, []byte), known func(int64, bool)) error {
	start := windowStart(w)
	b, err := appendEvent(observedMinute, start, attack.Observe(sum, sum.Outline(host, start, f.Level)))
	if err != nil {
		return err
	}
	observed(host, b)
	f.tell(start, known)
	return nil
}

func (f *observeFn) tell(start time.Time, known func(int64, bool)) {
	if minute := start.Unix(); !f.known[minute] {
		f.known[minute] = true
		known(minute, true)
	}
}

// distinctFn names each minute once.
type distinctFn struct{}

// ProcessElement names one minute.
func (*distinctFn) ProcessElement(minute int64, _ func(*bool) bool, emit func(int64)) { emit(minute) }

// judgeFn judges all minutes of the hosts of a shard.
type judgeFn struct {
	ClosedTo time.Time // up to when silences are judged at least
	minutes  *findings.Minutes
}

// ProcessElement judges one shard. known can be iterated again for the reason that routeFn's visible can.
func (f *judgeFn) ProcessElement(_ int64, packed func(*[]byte) bool, known func() func(*int64) bool, emit func(*schemas.Finding)) error {
	if f.minutes == nil {
		minutes := findings.MinutesOf(each(known(), func(minute int64) time.Time { return time.Unix(minute, 0) }))
		f.minutes = &minutes
	}
	hosts, err := unpackGathered(packed)
	if err != nil {
		return err
	}
	for _, host := range slices.Sorted(maps.Keys(hosts)) {
		if err := f.judge(host, hosts[host], emit); err != nil {
			return err
		}
	}
	return nil
}

// judge judges one host.
func (f *judgeFn) judge(host string, events [][]byte, emit func(*schemas.Finding)) error {
	from := &schemas.SiteState{}
	if kind, _, err := headOf(events[0]); err != nil {
		return err
	} else if kind == seededState {
		if err := proto.Unmarshal(events[0][headBytes:], from); err != nil {
			return fmt.Errorf("reading a state of detection: %w", err)
		}
		events = events[1:]
	}
	end := f.minutes.Closed()
	if end.Before(f.ClosedTo) {
		end = f.ClosedTo
	}
	var failed error
	all, _ := findings.GoOn(host, from, decoded(events, &failed), *f.minutes, end)
	if failed != nil {
		return failed
	}
	for _, finding := range all {
		emit(finding)
	}
	return nil
}

// each goes through what Beam iterates over.
func each[T, U any](next func(*T) bool, of func(T) U) iter.Seq[U] {
	return func(yield func(U) bool) {
		for v := *new(T); next(&v); {
			if !yield(of(v)) {
				return
			}
		}
	}
}

// decoded decodes observations one by one, up to one that fails.
func decoded(encoded [][]byte, failed *error) iter.Seq[*schemas.Observation] {
	return func(yield func(*schemas.Observation) bool) {
		for _, b := range encoded {
			o := &schemas.Observation{}
			if err := proto.Unmarshal(b[headBytes:], o); err != nil {
				*failed = fmt.Errorf("decoding what detection goes by: %w", err)
				return
			}
			if !yield(o) {
				return
			}
		}
	}
}

// Findings judges the minutes of each host of a bounded run against what is usual there. Each of minutes is a
// PCollection<KV<host, *report.Summary>> in windows of a minute, of hosts of its own → a PCollection<*schemas.Finding>. closedTo is up to when silences are
// judged although the run's last lines are not two minutes later, where that is known. Detection goes on from states, each a PCollection<KV<host, encoded
// *schemas.SiteState>> with one for a host at most; a host may have a state and no minute.
//
// Whether a site's silence says something depends on what all others have, so the minutes that are known come as a side input. It and what is judged
// are grouped over the whole run, hence both have the end of time, and no runner takes the one for complete before the other is.
func Findings(s beam.Scope, level string, closedTo time.Time, minutes []beam.PCollection, states ...beam.PCollection) beam.PCollection {
	s = s.Scope("transform.Findings")
	var events, known []beam.PCollection
	for _, m := range minutes {
		o, k := beam.ParDo2(s, &gatherMinutesFn{observeFn: observeFn{Level: level}}, m)
		events, known = append(events, Whole(s, o)), append(known, Whole(s, k))
	}
	for _, seeds := range states {
		events = append(events, Whole(s, beam.ParDo(s, &gatherStatesFn{}, seeds)))
	}
	all := beam.ParDo(s, &distinctFn{}, beam.GroupByKey(s, Flatten(s, known...)))
	if len(states) > 0 { // of hosts of any of minutes
		events = []beam.PCollection{Flatten(s, events...)}
	}
	found := make([]beam.PCollection, len(events))
	for i, e := range events { // each is judged on its own, side by side: nothing else is left to do when the last line is read
		found[i] = beam.ParDo(s, &judgeFn{ClosedTo: closedTo}, beam.GroupByKey(s, e), beam.SideInput{Input: all})
	}
	return Flatten(s, found...)
}

// WriteStates writes states that a run goes on from into a file of a local folder.
func WriteStates(dir string, seeds []*schemas.SiteSeed) (name string, err error) {
	var out messageFile
	for _, seed := range seeds {
		if err := out.write(dir, stateFiles, seed); err != nil {
			return "", err
		}
	}
	return name, out.close(func(written string) { name = written })
}

// readStatesFn reads back what WriteStates wrote.
type readStatesFn struct{}

// ProcessElement reads one file.
func (*readStatesFn) ProcessElement(name string, emit func(string, []byte)) error {
	seeds, err := readMessages[schemas.SiteSeed](name)
	for _, seed := range seeds {
		encoded, err := proto.Marshal(seed.State)
		if err != nil {
			return fmt.Errorf("reading a state of detection: %w", err)
		}
		emit(seed.Host, encoded)
	}
	return err
}

// ReadStates reads a file that WriteStates wrote → PCollection<KV<host, encoded *schemas.SiteState>>.
func ReadStates(s beam.Scope, name string) beam.PCollection {
	s = s.Scope("transform.ReadStates")
	return beam.ParDo(s, &readStatesFn{}, beam.Create(s, name))
}

// writeFindingsFn writes findings into files of a local folder.
type writeFindingsFn struct {
	Dir string
	out messageFile
}

// ProcessElement writes one finding.
func (f *writeFindingsFn) ProcessElement(_ context.Context, finding *schemas.Finding, _ func(string)) error {
	return f.out.write(f.Dir, findingFiles, finding)
}

// FinishBundle completes the file and names it.
func (f *writeFindingsFn) FinishBundle(_ context.Context, written func(string)) error {
	return f.out.close(written)
}
