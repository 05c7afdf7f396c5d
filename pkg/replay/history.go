package replay

import (
	"slices"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

const (
	// history is what a site must have before anything is judged.
	history = time.Hour
	// lead is how long before its first hour a rebuild reads lines, where the files have them: until anything is judged, and as long again, in which what
	// is usual settles. The store has no state of detection but the latest.
	lead = 2 * history
)

// readFrom is from which time on lines are read.
func (o *Options) readFrom() time.Time {
	if !o.Rebuild || o.From.IsZero() {
		return o.From
	}
	return o.From.Add(-lead)
}

// cutLead takes out what a rebuild read for history only, and tells where that was too little. Rows of days that hold such lines are those of days in
// part, which the store takes from their hours.
func (o *Options) cutLead(out *Outcome) {
	if !o.Rebuild {
		return
	}
	first := time.Time{}
	out.Rows = slices.DeleteFunc(out.Rows, func(r *schemas.TrafficReport) bool {
		start := r.Minute.AsTime()
		if r.Level == reportstore.Minute && (first.IsZero() || start.Before(first)) {
			first = start
		}
		before := start.Before(o.From)
		if before && r.Level == reportstore.Minute {
			out.Counts.OutsideRange += r.Lines
		}
		return before
	})
	out.Findings = slices.DeleteFunc(out.Findings, func(f *schemas.Finding) bool { return f.Minute.AsTime().Before(o.From) })
	if known := first.Add(history); len(out.Rows) > 0 && known.After(o.From) {
		o.Note("what is usual is not known up to %s, as the files have no hour before: few attacks are found there", clock(known))
	}
}
