package transform

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/mtime"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/klauspost/compress/s2"
	"google.golang.org/protobuf/encoding/protodelim"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/schemas"
)

func init() {
	register.DoFn5x1[beam.Window, string, *report.Summary, func(string, []byte), func(int64, bool), error](&observeFn{})
	register.DoFn5x1[beam.Window, string, *report.Summary, func(beam.EventTime, string, []byte), func(int64, bool), error](&gatherObservationsFn{})
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
	b, err := appendEvent(observedMinute, start, attack.Observe(sum, sum.Outline(host, start, f.Level)))
	if err != nil {
		return err
	}
	observed(host, b)
	f.tell(start.Unix(), known)
	return nil
}

func (f *observeFn) tell(minute int64, known func(int64, bool)) {
	if !f.known[minute] {
		f.known[minute] = true
		known(minute, true)
	}
}

// gatherLimit is how many bytes a bundle gathers before it hands them over.
const gatherLimit = 8 << 20

// gatherObservationsFn is observeFn for a bounded run, whose minutes are judged at its end: it hands over a bundle's minutes of a host together, packed, as
// the minutes of a site are much alike.
type gatherObservationsFn struct {
	observeFn
	gathered map[string]*bytes.Buffer // by host: observations, each behind its length
	size     int
}

// StartBundle forgets the minutes that were named.
func (f *gatherObservationsFn) StartBundle(_ func(beam.EventTime, string, []byte), _ func(int64, bool)) {
	f.known, f.gathered = map[int64]bool{}, map[string]*bytes.Buffer{}
}

// ProcessElement observes one host and minute.
func (f *gatherObservationsFn) ProcessElement(w beam.Window, host string, sum *report.Summary, observed func(beam.EventTime, string, []byte), known func(int64, bool)) error {
	start := windowStart(w)
	b := f.gathered[host]
	if b == nil {
		b = &bytes.Buffer{}
		f.gathered[host] = b
	}
	n, err := protodelim.MarshalTo(b, attack.Observe(sum, sum.Outline(host, start, f.Level)))
	if err != nil {
		return fmt.Errorf("encoding what detection goes by: %w", err)
	}
	f.tell(start.Unix(), known)
	if f.size += n; f.size > gatherLimit {
		f.flush(observed)
	}
	return nil
}

// FinishBundle hands over what was gathered.
func (f *gatherObservationsFn) FinishBundle(observed func(beam.EventTime, string, []byte), _ func(int64, bool)) {
	f.flush(observed)
}

// flush gives what is handed over the end of time: it is grouped over the whole run.
func (f *gatherObservationsFn) flush(observed func(beam.EventTime, string, []byte)) {
	for host, b := range f.gathered {
		observed(mtime.EndOfGlobalWindowTime, host, s2.Encode(nil, b.Bytes()))
	}
	clear(f.gathered)
	f.size = 0
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
	all, err := observations(observed)
	if err != nil {
		return err
	}
	for _, finding := range findings.OfRun(host, slices.Values(all), *f.minutes) {
		emit(finding)
	}
	return nil
}

// observations are what gatherObservationsFn handed over of one host, in order.
func observations(packed func(*[]byte) bool) (all []*schemas.Observation, err error) {
	for b := []byte(nil); packed(&b); {
		plain, err := s2.Decode(nil, b)
		if err != nil {
			return nil, fmt.Errorf("unpacking what detection goes by: %w", err)
		}
		for r := bytes.NewReader(plain); r.Len() > 0; {
			o := &schemas.Observation{}
			if err := protodelim.UnmarshalFrom(r, o); err != nil {
				return nil, fmt.Errorf("decoding what detection goes by: %w", err)
			}
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b *schemas.Observation) int { return a.Row.Minute.AsTime().Compare(b.Row.Minute.AsTime()) })
	return all, nil
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

// Findings judges the minutes of each host of a bounded run against what is usual there. Each of minutes is a
// PCollection<KV<host, *report.Summary>> in windows of a minute, of hosts of its own → a PCollection<*schemas.Finding> for each.
//
// Whether a site's silence says something depends on what all others have, so the minutes that are known come as a side input. It and what is judged
// are grouped over the whole run, hence both have the end of time, and no runner takes the one for complete before the other is.
func Findings(s beam.Scope, level string, minutes []beam.PCollection) []beam.PCollection {
	s = s.Scope("transform.Findings")
	observed, known := make([]beam.PCollection, len(minutes)), make([]beam.PCollection, len(minutes))
	for i, m := range minutes {
		o, k := beam.ParDo2(s, &gatherObservationsFn{observeFn: observeFn{Level: level}}, m)
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
