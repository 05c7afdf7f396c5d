package transform

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/state"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/timers"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/schemas"
)

func init() {
	register.DoFn6x1[state.Provider, timers.Provider, string, []byte, func(*schemas.Finding), func(string, []byte), error](&detectFn{})
	register.DoFn3x1[int64, func(*bool) bool, func(string, []byte), error](&tellFn{})
	register.DoFn3x1[string, []byte, func(string, []byte), error](&seedFn{})
}

// tellFn tells each host of a minute that is known.
type tellFn struct{ Hosts []string }

// ProcessElement tells of one minute.
func (f *tellFn) ProcessElement(minute int64, _ func(*bool) bool, emit func(string, []byte)) error {
	b, err := appendEvent(knownMinute, time.Unix(minute, 0), nil)
	for _, host := range f.Hosts {
		emit(host, b)
	}
	return err
}

// seedFn makes events of states that an earlier run left.
type seedFn struct{}

// ProcessElement makes the event of one host.
func (*seedFn) ProcessElement(host string, encoded []byte, emit func(string, []byte)) error {
	b, err := appendEvent(seededState, time.Time{}, nil)
	emit(host, append(b, encoded...))
	return err
}

// detectFn judges the minutes of each host of an unbounded run, each when the watermark has passed its end by Delay.
//
// The trap is the drain of a job: the runner moves the watermark to the end of time, so that all timers fire and all windows close, with half of their
// lines. Beam's Go SDK tells a DoFn neither the watermark nor of the drain: the time that OnTimer gets is the one that the timer was set to hold (not when
// it fired), and panes are lost in the combine. What there is, is the clock: the watermark of a source that is read as it comes is never ahead of it, so a
// timer that fires before its time fires because of a drain, and its minute is not judged. What the clock cannot tell is a drain while a source is behind:
// its minutes are due. So a job that is behind must be cancelled, not drained: what it did not judge, the next one judges, from the states that it left.
type detectFn struct {
	Delay time.Duration
	// State is what the site's detection goes on from, Waiting holds events whose minute is not judged: few, so a bag is read as a whole. Maps would do, but
	// not every runner has them for Go.
	State   state.Value[[]byte]
	Waiting state.Bag[[]byte]
	Closed  timers.EventTime // by minute

	now func() time.Time // time.Now
}

func newDetectFn(delay time.Duration) *detectFn {
	return &detectFn{Delay: delay, State: state.MakeValueState[[]byte]("state"), Waiting: state.MakeBagState[[]byte]("waiting"), Closed: timers.InEventTime("closed")}
}

// Setup takes the clock.
func (f *detectFn) Setup() {
	if f.now == nil {
		f.now = time.Now
	}
}

// ProcessElement keeps an event until its minute is closed.
func (f *detectFn) ProcessElement(p state.Provider, t timers.Provider, _ string, b []byte, _ func(*schemas.Finding), _ func(string, []byte)) error {
	kind, minute, err := headOf(b)
	if err != nil {
		return err
	}
	if kind == seededState {
		return f.State.Write(p, b[headBytes:])
	}
	f.Closed.Set(t, f.due(minute), timers.WithTag(strconv.FormatInt(minute.Unix(), 10)))
	return f.Waiting.Add(p, b)
}

// due is when a minute is judged.
func (f *detectFn) due(minute time.Time) time.Time { return minute.Add(time.Minute + f.Delay) }

// OnTimer judges the minutes up to the one that the timer is of. What came of minutes that were judged before is of later panes, and is dropped.
func (f *detectFn) OnTimer(_ context.Context, _ beam.EventTime, p state.Provider, _ timers.Provider, host string, timer timers.Context, found func(*schemas.Finding),
	states func(string, []byte)) error {
	unix, err := strconv.ParseInt(timer.Tag, 10, 64)
	if err != nil {
		return fmt.Errorf("a timer of no minute: %w", err)
	}
	last := time.Unix(unix, 0).UTC()
	if f.now().Before(f.due(last)) {
		return nil // a drain
	}
	ripe, err := f.take(p, last)
	if err != nil || len(ripe) == 0 {
		return err
	}
	before, _, err := f.State.Read(p)
	if err != nil {
		return err
	}
	all, next, err := judgeOn(host, before, ripe, last)
	if err != nil {
		return err
	}
	for _, finding := range all {
		found(finding)
	}
	states(host, next)
	return f.State.Write(p, next)
}

// take takes the events of minutes up to and with last out of those that wait.
func (f *detectFn) take(p state.Provider, last time.Time) (ripe [][]byte, err error) {
	all, _, err := f.Waiting.Read(p)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	if err := f.Waiting.Clear(p); err != nil {
		return nil, err
	}
	for _, b := range all {
		_, minute, err := headOf(b)
		if err != nil {
			return nil, err
		}
		if !minute.After(last) {
			ripe = append(ripe, b)
		} else if err := f.Waiting.Add(p, b); err != nil {
			return nil, err
		}
	}
	return ripe, nil
}

// judgeOn goes on from an encoded state with events, and returns the next one.
func judgeOn(host string, before []byte, ripe [][]byte, last time.Time) (all []*schemas.Finding, next []byte, err error) {
	from := &schemas.SiteState{}
	if err := proto.Unmarshal(before, from); err != nil {
		return nil, nil, fmt.Errorf("reading a state of detection: %w", err)
	}
	observed, known, err := sortEvents(ripe)
	if err != nil {
		return nil, nil, err
	}
	all, to := findings.GoOn(host, from, slices.Values(observed), findings.MinutesOf(slices.Values(known)), last.Add(time.Minute))
	if next, err = (proto.MarshalOptions{Deterministic: true}).Marshal(to); err != nil {
		return nil, nil, fmt.Errorf("keeping a state of detection: %w", err)
	}
	return all, next, nil
}

// sortEvents parts what was observed from what is known, each in order of time. Of one minute the first observation stays the first.
func sortEvents(events [][]byte) (observed []*schemas.Observation, known []time.Time, err error) {
	slices.SortStableFunc(events, func(a, b []byte) int { return bytes.Compare(a[:headBytes], b[:headBytes]) })
	for _, b := range events {
		o := &schemas.Observation{}
		kind, minute, err := decodeEvent(b, o)
		if err != nil {
			return nil, nil, err
		}
		if known = append(known, minute); kind == observedMinute {
			observed = append(observed, o)
		}
	}
	return observed, known, nil
}

// Detect judges the minutes of each host of an unbounded run in order, by their first panes, and gives what a later run goes on from. minutes is a
// PCollection<KV<host, *report.Summary>> in windows of a minute, hosts are all that it can have. Each of seeds is a
// PCollection<KV<host, encoded *schemas.SiteState>> of an earlier run, without a time, so that no minute is judged before they are there. They flow in with
// the minutes, because a step with a side input would wait for it with each element.
// Results are a PCollection<*schemas.Finding>, and a PCollection<KV<host, encoded *schemas.SiteState>> with an element for each minute and host.
func Detect(s beam.Scope, level string, delay time.Duration, hosts []string, minutes beam.PCollection, seeds ...beam.PCollection) (found, states beam.PCollection) {
	s = s.Scope("transform.Detect")
	observed, known := beam.ParDo2(s, &observeFn{Level: level}, minutes)
	told := beam.ParDo(s, &tellFn{Hosts: hosts}, beam.GroupByKey(s, known))
	o, k := s.Scope("observed"), s.Scope("known")
	events := []beam.PCollection{Whole(o, observed), Whole(k, told)}
	for i, states := range seeds {
		seed := s.Scope("seeds-" + strconv.Itoa(i))
		events = append(events, beam.ParDo(seed, &seedFn{}, Whole(seed, states)))
	}
	return beam.ParDo2(s, newDetectFn(delay), beam.Flatten(s, events...))
}
