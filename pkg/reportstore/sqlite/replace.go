package sqlite

import (
	"cmp"
	"database/sql"
	"slices"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// bump gives every hour of the rebuild its next generation.
func (b *rebuilding) bump() error {
	b.generations = nil
	for h := b.in.from; h < b.in.to; h += hour.span() {
		err := b.exec("INSERT INTO generations (hour, generation) VALUES (?, 1) ON CONFLICT (hour) DO UPDATE SET generation = generation + 1", h)
		if err != nil {
			return err
		}
	}
	return nil
}

// replace deletes what the hours had and writes the batch's rows. Hours and days that the batch has no row of are summed up.
func (b *rebuilding) replace() error {
	touched := map[slot]bool{} // hours and days that may have to be summed up
	for l := minute; l <= day; l++ {
		if err := b.clear(l, touched); err != nil {
			return err
		}
	}
	for at := range b.rows {
		for l := at.level + 1; l <= day; l++ {
			touched[slot{l, at.host, l.floor(at.start)}] = true
		}
	}
	if err := b.insertAll(); err != nil {
		return err
	}
	for _, at := range inOrder(touched) {
		if b.rows[at] == nil {
			if err := b.sumAnew(at); err != nil {
				return err
			}
		}
	}
	return nil
}

// clear deletes the rows of a level and remembers which days they were of.
func (b *rebuilding) clear(l level, touched map[slot]bool) error {
	in := b.whole(l)
	err := b.each("SELECT DISTINCT host, start FROM rows WHERE level = ? AND start >= ? AND start < ?", []any{l, in.from, in.to}, func(rows *sql.Rows) error {
		at := slot{level: day}
		err := rows.Scan(&at.host, &at.start)
		at.start = day.floor(at.start)
		if l < day {
			touched[at] = true
		}
		return err
	})
	if err != nil {
		return err
	}
	const of = "level = ? AND start >= ? AND start < ?"
	if err := b.exec("DELETE FROM reports WHERE id IN (SELECT report FROM rows WHERE "+of+")", l, in.from, in.to); err != nil {
		return err
	}
	return b.exec("DELETE FROM rows WHERE "+of, l, in.from, in.to)
}

func (b *rebuilding) insertAll() error {
	last := int64(0)
	for _, at := range inOrder(b.rows) {
		r := b.rows[at]
		kind, err := b.kindOf(at)
		if err != nil {
			return err
		}
		if err := b.insertRow(at, kind, r); err != nil {
			return err
		}
		if r.LastEvent != nil {
			last = max(last, nanos(r.LastEvent.AsTime()))
		}
	}
	return b.exec("UPDATE facts SET last_event = max(last_event, ?)", last)
}

// kindOf is Provisional where a live run has parts of the slot, or of one in it, that it will close.
func (b *rebuilding) kindOf(at slot) (reportstore.RowKind, error) {
	open, err := b.openSlots(at.host)
	if isOpen(at, open) {
		return reportstore.Provisional, err
	}
	return reportstore.Closed, err
}

// sumAnew sums a slot up, and leaves none where nothing is below it.
func (b *rebuilding) sumAnew(at slot) error {
	kind, err := b.kindOf(at)
	if err != nil {
		return err
	}
	done, err := b.sumUp(at, kind)
	if err != nil || done {
		return err
	}
	for k := reportstore.Provisional; k <= reportstore.Late; k++ {
		if err := b.dropRows(at, k); err != nil {
			return err
		}
	}
	return nil
}

// inOrder lists slots so that hours come before days.
func inOrder[V any](slots map[slot]V) []slot {
	all := make([]slot, 0, len(slots))
	for at := range slots {
		all = append(all, at)
	}
	slices.SortFunc(all, func(a, b slot) int {
		return cmp.Or(cmp.Compare(a.level, b.level), cmp.Compare(a.host, b.host), cmp.Compare(a.start, b.start))
	})
	return all
}

// has tells whether the batch has rows of a level.
func (b *rebuilding) has(l level) bool {
	for at := range b.rows {
		if at.level == l {
			return true
		}
	}
	return false
}
