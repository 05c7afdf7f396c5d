package sqlite

import (
	"cmp"
	"context"
	"slices"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// Commit implements reportstore.Writer. A closed slot takes late rows only, but for slots of hours that were rebuilt: a minute that a live run comes to
// after it was rebuilt gets what the run closes as a late row, and an hour or day becomes the sum of its minutes or hours, as what the run has of it
// may not be what the rebuild has.
func (s *Store) Commit(ctx context.Context, c *reportstore.Commit) error {
	return s.write(ctx, "commit to", func(t *tx) error {
		now := nanos(s.now())
		if c.ID != "" {
			if fresh, err := t.beginBatch(c.ID, now); err != nil || !fresh {
				return err
			}
		}
		for _, step := range []func(*reportstore.Commit) error{
			t.putCursor, t.nameHosts, t.putPartials, t.putRows, t.putSources, t.putLetters, t.putIncomplete, t.putFindings, t.putDetection, t.putLiterals,
		} {
			if err := step(c); err != nil {
				return err
			}
		}
		if len(c.Retried) > 0 && len(c.Sources) == 0 {
			return nil // a command's, which says nothing of how far a live run has come
		}
		return t.exec("UPDATE facts SET last_commit = ?", now)
	})
}

// beginBatch keeps a batch's id, and reports false where it is known already.
func (t *tx) beginBatch(id string, now int64) (fresh bool, err error) {
	inserted, err := t.run("INSERT OR IGNORE INTO batches (id, at) VALUES (?, ?)", id, now)
	if err != nil {
		return false, err
	}
	n, err := inserted.RowsAffected()
	return n > 0, err
}

func (t *tx) putCursor(c *reportstore.Commit) error {
	for _, e := range c.Read {
		if err := t.advance(e); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) putPartials(c *reportstore.Commit) error {
	for _, id := range c.Delete {
		if err := t.exec("DELETE FROM partials WHERE id = ?", id); err != nil {
			return err
		}
	}
	for i := range c.Insert {
		if err := t.putPartial(&c.Insert[i]); err != nil {
			return err
		}
	}
	return nil
}

// putRows keeps minutes before hours and hours before days, as those of rebuilt slots are their sum.
func (t *tx) putRows(c *reportstore.Commit) error {
	rows := slices.Clone(c.Rows)
	slices.SortStableFunc(rows, func(a, b reportstore.Row) int {
		return cmp.Compare(reportstore.Span(a.Report.GetLevel()), reportstore.Span(b.Report.GetLevel()))
	})
	last := int64(0)
	for _, row := range rows {
		if err := t.putRow(row); err != nil {
			return err
		}
		if row.Report.LastEvent != nil {
			last = max(last, nanos(row.Report.LastEvent.AsTime()))
		}
	}
	return t.exec("UPDATE facts SET last_event = max(last_event, ?)", last)
}

func (t *tx) putIncomplete(c *reportstore.Commit) error {
	mark := func(slots []reportstore.Slot, statement string) error {
		for _, s := range slots {
			l, err := levelOf(s.Level)
			if err != nil {
				return err
			}
			if err := t.exec(statement, l, l.floor(s.Start.Unix())); err != nil {
				return err
			}
		}
		return nil
	}
	if err := mark(c.Incomplete, "INSERT OR IGNORE INTO incomplete (level, start) VALUES (?, ?)"); err != nil {
		return err
	}
	return mark(c.Complete, "DELETE FROM incomplete WHERE level = ? AND start = ?")
}
