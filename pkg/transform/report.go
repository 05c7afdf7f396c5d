package transform

import (
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/state"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/schemas"
)

func init() {
	register.DoFn4x0[beam.Window, string, *report.Summary, func(*schemas.TrafficReport)](&reportFn{})
	register.DoFn5x1[beam.Window, state.Provider, string, *report.Summary, func(*schemas.TrafficReport), error](&paneReportFn{})
	register.Emitter1[*schemas.TrafficReport]()
}

// windowStart is the first instant of the window, or the zero time for the global one.
func windowStart(w beam.Window) time.Time {
	if iw, ok := w.(window.IntervalWindow); ok {
		return iw.Start.ToTime().UTC()
	}
	return time.Time{}
}

// reportFn makes rows of summaries that are complete in their window.
type reportFn struct{ Level string }

// ProcessElement makes the row of one host and window.
func (f *reportFn) ProcessElement(w beam.Window, host string, sum *report.Summary, emit func(*schemas.TrafficReport)) {
	emit(sum.Report(host, windowStart(w), f.Level))
}

// paneReportFn makes the rows of an unbounded run: the first pane of a host and window with its lists, later ones as counters only, because
// the k rule does not hold over fragments. The pane's own number cannot tell: Beam loses it in the combine (apache/beam#31153).
type paneReportFn struct {
	Level string
	Seen  state.Value[bool]
}

// ProcessElement makes the row of one host, window and pane.
func (f *paneReportFn) ProcessElement(w beam.Window, p state.Provider, host string, sum *report.Summary, emit func(*schemas.TrafficReport)) error {
	_, seen, err := f.Seen.Read(p)
	if err != nil {
		return err
	}
	if seen {
		emit(sum.Fragment(host, windowStart(w), f.Level))
		return nil
	}
	emit(sum.Report(host, windowStart(w), f.Level))
	return f.Seen.Write(p, true)
}

// Reports makes the rows of one level. PCollection<KV<host, *report.Summary>> → PCollection<*schemas.TrafficReport>.
func Reports(s beam.Scope, level string, late Lateness, summaries beam.PCollection) beam.PCollection {
	s = s.Scope("transform.Reports")
	if late.Allowed == 0 {
		return beam.ParDo(s, &reportFn{Level: level}, summaries)
	}
	return beam.ParDo(s, &paneReportFn{Level: level, Seen: state.MakeValueState[bool]("seen")}, summaries)
}
