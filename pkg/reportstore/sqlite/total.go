package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// Total implements reportstore.Reader.
func (r *Reader) Total(ctx context.Context, who access.SiteSet, host string, from, to time.Time) (sum *schemas.TrafficReport, err error) {
	err = r.read(ctx, func(t *tx) error {
		id, found, err := t.visibleHost(who, host)
		if err != nil || !found {
			return err
		}
		open, err := t.openSlots(id)
		if err != nil {
			return err
		}
		ids, err := t.coarsest(day, id, periodOf(from, to), open)
		if err != nil {
			return err
		}
		reports, err := t.reportsByID(ids)
		if sum = report.Sum(reports); sum == nil || err != nil {
			return err
		}
		sum.Level = "all"
		return t.atLeastVisitors(sum, id, periodOf(from, to))
	})
	return sum, err
}

// atLeastVisitors raises the visitors to the largest number that a row of the time has: the sums of slots that are open are made of finer rows, and those
// with fewer visitors than k have no sketch that could be merged.
func (t *tx) atLeastVisitors(sum *schemas.TrafficReport, host int64, in period) error {
	from := max(in.from, in.to-2*day.span()) // what is older is closed
	for l := hour; l <= day && sum.Visitors != nil; l++ {
		var most int64
		const query = "SELECT coalesce(max(visitors), 0) FROM rows WHERE level = ? AND host = ? AND start >= ? AND start <= ?"
		if _, err := t.one(query, []any{l, host, from, in.to - l.span()}, &most); err != nil {
			return err
		}
		if most > sum.GetVisitors() {
			sum.Visitors, sum.VisitorsSketch = &most, nil
		}
	}
	return nil
}

// coarsest picks the reports that together are a host's stretch of time, at a level where whole slots of it fit, else below.
func (t *tx) coarsest(l level, host int64, in period, open []slot) ([]int64, error) {
	if in.from >= in.to {
		return nil, nil
	}
	whole := period{l.ceil(in.from), l.floor(in.to)}
	switch {
	case l == minute:
		whole = in
	case whole.from >= whole.to:
		return t.coarsest(l-1, host, in, open)
	}
	slots, err := t.slotReports(l, host, whole)
	if err != nil || l == minute {
		return allOf(slots), err
	}
	var ids []int64
	at := in.from
	for _, s := range slots {
		finer, err := t.coarsest(l-1, host, period{at, s.start}, open)
		if err != nil {
			return nil, err
		}
		ids, at = append(ids, finer...), s.start+l.span()
		own, err := t.ownOrFiner(l, host, s, open)
		if err != nil {
			return nil, err
		}
		ids = append(ids, own...)
	}
	rest, err := t.coarsest(l-1, host, period{at, in.to}, open)
	return append(ids, rest...), err
}

// slotReports are the rows of one slot.
type slotReports struct {
	start   int64
	closed  bool
	reports []int64
}

func allOf(slots []slotReports) (ids []int64) {
	for _, s := range slots {
		ids = append(ids, s.reports...)
	}
	return ids
}

// ownOrFiner takes the rows of a closed slot. Those of another are not all there is of it yet, unless nothing is left below; nor are those of a slot
// that was rebuilt before the live run came to it, while that has parts of it.
func (t *tx) ownOrFiner(l level, host int64, s slotReports, open []slot) ([]int64, error) {
	if s.closed && !isOpen(slot{l, host, s.start}, open) {
		return s.reports, nil
	}
	finer, err := t.coarsest(l-1, host, period{s.start, s.start + l.span()}, open)
	if err != nil || len(finer) > 0 {
		return finer, err
	}
	return s.reports, nil
}

func (t *tx) slotReports(l level, host int64, in period) (slots []slotReports, err error) {
	const query = "SELECT start, kind, report FROM rows WHERE level = ? AND host = ? AND start >= ? AND start < ? ORDER BY start, kind, seq"
	err = t.each(query, []any{l, host, in.from, in.to}, func(rows *sql.Rows) error {
		var start, id int64
		var kind reportstore.RowKind
		if err := rows.Scan(&start, &kind, &id); err != nil {
			return err
		}
		if len(slots) == 0 || slots[len(slots)-1].start != start {
			slots = append(slots, slotReports{start: start})
		}
		s := &slots[len(slots)-1]
		s.closed = s.closed || kind == reportstore.Closed
		s.reports = append(s.reports, id)
		return nil
	})
	return slots, err
}

// openSlots are the slots of which a live run has parts that it will close.
func (t *tx) openSlots(host int64) (open []slot, err error) {
	err = t.each("SELECT DISTINCT level, start FROM partials WHERE level >= 0 AND host = ?", []any{host}, func(rows *sql.Rows) error {
		s := slot{host: host}
		err := rows.Scan(&s.level, &s.start)
		open = append(open, s)
		return err
	})
	return open, err
}

// isOpen tells whether a slot is open, or one in it.
func isOpen(at slot, open []slot) bool {
	return slices.ContainsFunc(open, func(o slot) bool { return o.level <= at.level && at.level.floor(o.start) == at.start })
}
