package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// Publish implements reportstore.Writer. A rebuild is refused with ErrOpen where minutes of it are not closed and with ErrFewerLines where the store
// has more lines of a minute, hour or day. Days that it rebuilds in part become the sum of their hours; the batch's own rows of them are left out.
func (s *Store) Publish(ctx context.Context, r *reportstore.Replay) (published bool, err error) {
	if r.ID == "" {
		return false, errors.New("a replay needs an id")
	}
	err = s.write(ctx, "publish to", func(t *tx) error {
		fresh, err := t.beginBatch(r.ID, nanos(s.now()))
		if err != nil || !fresh {
			return err
		}
		published = true
		if r.Rebuild {
			return t.rebuild(r)
		}
		if err := t.beginParts(r.Parts, nanos(s.now())); err != nil {
			return err
		}
		if err := t.addLate(r.Rows); err != nil {
			return err
		}
		return t.addFindings(r.Findings)
	})
	return published && err == nil, err
}

func (t *tx) beginParts(parts []string, now int64) error {
	for _, id := range parts {
		fresh, err := t.beginBatch(id, now)
		if err != nil {
			return err
		}
		if !fresh {
			return errors.New("one of the files was published before: run it again without that file")
		}
	}
	return nil
}

func (t *tx) addLate(rows []reportstore.Row) error {
	last := int64(math.MaxInt64) // where no live run has ever worked
	if _, err := t.one("SELECT last_event FROM facts WHERE EXISTS (SELECT 1 FROM source_states)", nil, &last); err != nil {
		return err
	}
	c := &reportstore.Commit{Rows: slices.Clone(rows)}
	for i := range c.Rows {
		if err := t.asLate(&c.Rows[i], last); err != nil {
			return err
		}
	}
	return t.putRows(c)
}

// asLate makes a row a late one, unless it may be the closed row of its slot. A slot after the last event may still get one from a live run.
func (t *tx) asLate(row *reportstore.Row, last int64) error {
	if row.Kind == reportstore.Closed {
		at, err := t.slotOf(row.Report)
		if err != nil {
			return err
		}
		var one int
		known, err := t.one("SELECT 1 FROM rows WHERE level = ? AND host = ? AND start = ?", []any{at.level, at.host, at.start}, &one)
		if err != nil {
			return err
		}
		if over := at.start+at.level.span() <= last/int64(time.Second); over && !known {
			return nil
		}
		row.Report = report.LateRow(row.Report)
	}
	row.Kind = reportstore.Late
	return nil
}

// rebuilding is a rebuild under way.
type rebuilding struct {
	*tx
	in   period
	rows map[slot]*schemas.TrafficReport // that are written, by their slot
}

func (t *tx) rebuild(r *reportstore.Replay) error {
	b := &rebuilding{tx: t, rows: map[slot]*schemas.TrafficReport{}}
	from, err := hour.slotOf(r.From)
	if err != nil {
		return err
	}
	to, err := hour.slotOf(r.To)
	if err != nil {
		return err
	}
	if b.in = (period{from, to}); from >= to {
		return errors.New("the rebuild has no hours")
	}
	if err := b.take(r.Rows); err != nil {
		return err
	}
	if err := b.mayReplace(r.Force); err != nil {
		return err
	}
	if err := b.bump(); err != nil {
		return err
	}
	if err := b.replace(); err != nil {
		return err
	}
	return b.replaceFindings(r.Findings)
}

// whole is the part of the rebuild that slots of a level fit in.
func (b *rebuilding) whole(l level) period { return period{l.ceil(b.in.from), l.floor(b.in.to)} }

// take sorts the batch's rows by slot.
func (b *rebuilding) take(rows []reportstore.Row) error {
	for _, row := range rows {
		at, err := b.slotOf(row.Report)
		if err != nil {
			return err
		}
		whole := b.whole(at.level)
		switch inside := at.start >= whole.from && at.start < whole.to; {
		case !inside && at.level == day:
			continue // of a day in part; its hours tell it
		case !inside:
			return fmt.Errorf("the batch has a row of %s, which is not in the hours to rebuild", startOf(at.start).Format("2006-01-02 15:04"))
		case b.rows[at] != nil:
			return fmt.Errorf("the batch has two rows of one host for the %s of %s", at.level, startOf(at.start).Format("2006-01-02 15:04"))
		}
		b.rows[at] = row.Report
	}
	return nil
}

func (b *rebuilding) mayReplace(force bool) error {
	open, err := b.numbers(`SELECT DISTINCT start FROM rows WHERE level = 0 AND kind = 0 AND start >= ?1 AND start < ?2
		UNION SELECT start FROM partials WHERE level = 0 AND start >= ?1 AND start < ?2 ORDER BY 1`, b.in.from, b.in.to)
	if err != nil {
		return err
	}
	if len(open) > 0 {
		return fmt.Errorf("%w: %s: rebuild hours that are over", reportstore.ErrOpen, someOf(open))
	}
	if err := b.daysWhole(); err != nil || force {
		return err
	}
	for l := minute; l <= day; l++ {
		fewer, err := b.fewerLines(l)
		if err != nil {
			return err
		}
		if len(fewer) > 0 {
			return fmt.Errorf("%w in each %s of %s: replay all files of these hours, or force it", reportstore.ErrFewerLines, l, someOf(fewer))
		}
	}
	return nil
}

// numbers are the answer of a query for one column.
func (t *tx) numbers(query string, args ...any) (all []int64, err error) {
	err = t.each(query, args, func(rows *sql.Rows) error {
		var n int64
		err := rows.Scan(&n)
		all = append(all, n)
		return err
	})
	return all, err
}

// someOf names up to five of the slots.
func someOf(starts []int64) string {
	var names []string
	for _, s := range starts[:min(len(starts), 5)] {
		names = append(names, startOf(s).Format("2006-01-02 15:04"))
	}
	if more := len(starts) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// daysWhole refuses to rebuild a part of a day whose other hours are not kept any more: the day would lose them.
func (b *rebuilding) daysWhole() error {
	for _, d := range b.partDays() {
		var days, hours int64
		const query = `SELECT (SELECT coalesce(sum(lines), 0) FROM rows WHERE level = 2 AND start = ?1),
			(SELECT coalesce(sum(lines), 0) FROM rows WHERE level = 1 AND start >= ?1 AND start < ?2)`
		if _, err := b.one(query, []any{d, d + day.span()}, &days, &hours); err != nil {
			return err
		}
		if days > hours {
			return fmt.Errorf("hours of %s are not kept any more: rebuild the whole day", startOf(d).Format("2006-01-02"))
		}
	}
	return nil
}

// partDays are the days that the rebuild touches in part: at most two.
func (b *rebuilding) partDays() (days []int64) {
	whole := b.whole(day)
	for d := day.floor(b.in.from); d < b.in.to; d += day.span() {
		if d < whole.from || d >= whole.to {
			days = append(days, d)
		}
	}
	return days
}

// fewerLines are the slots of which the store has more lines than the batch, whatever the hosts.
func (b *rebuilding) fewerLines(l level) (fewer []int64, err error) {
	in := b.whole(l)
	lines := map[int64]int64{}
	for at, r := range b.rows {
		if at.level == l {
			lines[at.start] += r.Lines
		} else if at.level < l && !b.has(l) {
			lines[l.floor(at.start)] += r.Lines
		}
	}
	err = b.each("SELECT start, sum(lines) FROM rows WHERE level = ? AND start >= ? AND start < ? GROUP BY start ORDER BY start",
		[]any{l, in.from, in.to}, func(rows *sql.Rows) error {
			var start, has int64
			err := rows.Scan(&start, &has)
			if has > lines[start] {
				fewer = append(fewer, start)
			}
			return err
		})
	return fewer, err
}
