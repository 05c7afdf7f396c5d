package transform

import (
	"bytes"
	"context"
	"iter"
	"slices"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/schemas"
)

func init() {
	register.DoFn5x1[beam.Window, string, *report.Summary, func(string, []byte), func(int64, bool), error](&observeFn{})
	register.DoFn3x0[int64, func(*bool) bool, func(int64)](&distinctFn{})
	register.DoFn4x1[string, func(*[]byte) bool, func() func(*int64) bool, func(*schemas.Finding), error](&judgeFn{})
	register.DoFn3x1[context.Context, *schemas.Finding, func(string), error](&writeFindingsFn{})
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
	b, err := appendEvent(observedMinute, start, attack.Observe(sum, sum.Report(host, start, f.Level)))
	if err != nil {
		return err
	}
	observed(host, b)
	if minute := start.Unix(); !f.known[minute] {
		f.known[minute] = true
		known(minute, true)
	}
	return nil
}

// distinctFn names each minute once.
type distinctFn struct{}

// ProcessElement names one minute.
func (*distinctFn) ProcessElement(minute int64, _ func(*bool) bool, emit func(int64)) { emit(minute) }

// judgeFn judges all minutes of one host.
type judgeFn struct {
	minutes *findings.Minutes
}

// ProcessElement judges one host. known can be iterated again for the reason that routeFn's visible can.
func (f *judgeFn) ProcessElement(host string, observed func(*[]byte) bool, known func() func(*int64) bool, emit func(*schemas.Finding)) error {
	if f.minutes == nil {
		minutes := findings.MinutesOf(each(known(), func(minute int64) time.Time { return time.Unix(minute, 0) }))
		f.minutes = &minutes
	}
	encoded := slices.SortedFunc(each(observed, slices.Clone[[]byte]), bytes.Compare)
	var failed error
	all := findings.OfRun(host, decoded(encoded, &failed), *f.minutes)
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
			if _, _, err := decodeEvent(b, o); err != nil {
				*failed = err
				return
			}
			if !yield(o) {
				return
			}
		}
	}
}

// Findings judges the minutes of each host of a bounded run against what is usual there. Each of minutes is a
// PCollection<KV<host, *report.Summary>> in windows of a minute, of hosts of its own → a PCollection<*schemas.Finding> for each.
//
// Whether a site's silence says something depends on what all others have, so the minutes that are known come as a side input. It and what is judged
// are grouped over the whole run, hence both have the end of time, and no runner takes the one for complete before the other is.
func Findings(s beam.Scope, level string, minutes []beam.PCollection) []beam.PCollection {
	s = s.Scope("transform.Findings")
	observed, known := make([]beam.PCollection, len(minutes)), make([]beam.PCollection, len(minutes))
	for i, m := range minutes {
		o, k := beam.ParDo2(s, &observeFn{Level: level}, m)
		observed[i], known[i] = beam.GroupByKey(s, Whole(s, o)), Whole(s, k)
	}
	all := beam.ParDo(s, &distinctFn{}, beam.GroupByKey(s, Flatten(s, known...)))
	found := make([]beam.PCollection, len(minutes))
	for i, o := range observed {
		found[i] = beam.ParDo(s, &judgeFn{}, o, beam.SideInput{Input: all})
	}
	return found
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
