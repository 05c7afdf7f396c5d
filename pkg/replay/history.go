package replay

import (
	"context"
	"slices"
	"time"

	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

const (
	// history is what a site must have before anything is judged.
	history = time.Hour
	// lead is how long before its first hour a rebuild reads lines, where the files have them. A state of a site's detection that the store has is as of the
	// hour before at the earliest, or there was nothing since. Where it has none, an hour goes by until anything is judged, and in the second what is usual
	// settles.
	lead = 2 * history
)

// readFrom is from which time on lines are read.
func (o *Options) readFrom() time.Time {
	if !o.Rebuild || o.From.IsZero() {
		return o.From
	}
	return o.From.Add(-lead)
}

// goOn lets a rebuild go on from what the store knows of the sites before it, and from what people said of their cases.
func (o *Options) goOn(ctx context.Context, store *known, job *Job) error {
	if !o.Rebuild || store.store == nil {
		return nil
	}
	status, err := store.store.Status(ctx)
	if err != nil {
		return err
	}
	said, err := store.store.Said(ctx)
	if err != nil {
		return err
	}
	job.ClosedTo = findings.ClosedBefore(status.LastEvent)
	job.States, err = store.states(ctx, findings.Words(said), o.From)
	return err
}

// cutLead takes out what a rebuild read for history only, and tells where that was too little for sites of which no state says what is usual. Rows of days that hold such lines are those of days in
// part, which the store takes from their hours.
func (o *Options) cutLead(out *Outcome, states []*schemas.SiteSeed) {
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
	unknown, all := newSites(out.Rows, states)
	if from := first.Add(history); unknown > 0 && from.After(o.From) {
		o.Note("what is usual is not known up to %s for %d of %d sites, as neither the store nor the files have an hour before: few attacks are found there", clock(from), unknown, all)
	}
}

// newSites counts the sites of rows of which no state says what is usual, and all.
func newSites(rows []*schemas.TrafficReport, states []*schemas.SiteSeed) (unknown, all int) {
	learned := map[string]bool{}
	for _, r := range rows {
		learned[r.Host] = false
	}
	for _, s := range states {
		if _, asked := learned[s.Host]; asked && s.State.Baseline != nil {
			learned[s.Host] = true
		}
	}
	for _, known := range learned {
		if !known {
			unknown++
		}
	}
	return unknown, len(learned)
}
