package sqlite

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// slot is one host's slot of one level.
type slot struct {
	level level
	host  int64
	start int64
}

func (t *tx) slotOf(r *schemas.TrafficReport) (s slot, err error) {
	if r == nil || r.Minute == nil {
		return s, errors.New("a row without its time cannot be kept")
	}
	if s.level, err = levelOf(r.Level); err != nil {
		return s, err
	}
	if s.start, err = s.level.slotOf(r.Minute.AsTime()); err != nil {
		return s, err
	}
	s.host, err = t.hostID(r.Host)
	return s, err
}

// putRow keeps a row of a commit as its kind says.
func (t *tx) putRow(row reportstore.Row) error {
	at, err := t.slotOf(row.Report)
	if err != nil {
		return err
	}
	if row.Kind == reportstore.Late {
		return t.insertRow(at, row.Kind, row.Report)
	}
	generation, err := t.generation(at)
	if err != nil {
		return err
	}
	rebuilt := generation > 0
	if rebuilt && at.level > minute {
		// What the run has of this slot may not be what the rebuilt slots below it have.
		if done, err := t.sumUp(at, row.Kind); done || err != nil {
			return err
		}
	}
	closed, err := t.endProvisional(at)
	if err != nil {
		return err
	}
	switch {
	case closed && !rebuilt:
		return fmt.Errorf("the %s that begins at %s is closed already", at.level, startOf(at.start).Format("2006-01-02 15:04"))
	case closed && row.Kind == reportstore.Closed:
		row.Kind = reportstore.Late // the minute was rebuilt before the run came to it
	}
	return t.insertRow(at, row.Kind, row.Report)
}

// endProvisional deletes the provisional row of a slot, and tells whether there is a closed one.
func (t *tx) endProvisional(at slot) (closed bool, err error) {
	provisional := int64(-1)
	err = t.each("SELECT kind, report FROM rows WHERE level = ? AND host = ? AND start = ? AND kind < 2", []any{at.level, at.host, at.start},
		func(rows *sql.Rows) error {
			var kind reportstore.RowKind
			var report int64
			err := rows.Scan(&kind, &report)
			if kind == reportstore.Closed {
				closed = true
			} else {
				provisional = report
			}
			return err
		})
	if err != nil || provisional < 0 {
		return closed, err
	}
	if err := t.exec("DELETE FROM reports WHERE id = ?", provisional); err != nil {
		return closed, err
	}
	return closed, t.exec("DELETE FROM rows WHERE level = ? AND host = ? AND start = ? AND kind = 0", at.level, at.host, at.start)
}

// generation is the newest one of a slot's hours.
func (t *tx) generation(at slot) (g int64, err error) {
	in := period{hour.floor(at.start), at.start + at.level.span()}
	if g, known := t.generations[in]; known {
		return g, nil
	}
	if _, err = t.one("SELECT coalesce(max(generation), 0) FROM generations WHERE hour >= ? AND hour < ?", []any{in.from, in.to}, &g); err != nil {
		return 0, err
	}
	if t.generations == nil {
		t.generations = map[period]int64{}
	}
	t.generations[in] = g
	return g, nil
}

func (t *tx) dropRows(at slot, kind reportstore.RowKind) error {
	const of = "level = ? AND host = ? AND start = ? AND kind = ?"
	args := []any{at.level, at.host, at.start, kind}
	if err := t.exec("DELETE FROM reports WHERE id IN (SELECT report FROM rows WHERE "+of+")", args...); err != nil {
		return err
	}
	return t.exec("DELETE FROM rows WHERE "+of, args...)
}

// sumUp replaces all rows of a slot by the sum of those of the level below. It does nothing where there are none.
func (t *tx) sumUp(at slot, kind reportstore.RowKind) (done bool, err error) {
	below, err := t.reports("SELECT report FROM rows WHERE level = ? AND host = ? AND start >= ? AND start < ? ORDER BY start, kind, seq",
		at.level-1, at.host, at.start, at.start+at.level.span())
	if err != nil || len(below) == 0 {
		return false, err
	}
	for k := reportstore.Provisional; k <= reportstore.Late; k++ {
		if err := t.dropRows(at, k); err != nil {
			return false, err
		}
	}
	sum := report.Sum(below)
	sum.Level, sum.Minute = at.level.String(), timestamp(at.start)
	return true, t.insertRow(at, kind, sum)
}

// reports decodes the reports whose numbers a query gives.
func (t *tx) reports(query string, args ...any) (all []*schemas.TrafficReport, err error) {
	var ids []int64
	err = t.each(query, args, func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return t.reportsByID(ids)
}

func (t *tx) reportsByID(ids []int64) ([]*schemas.TrafficReport, error) {
	all := make([]*schemas.TrafficReport, 0, len(ids))
	for _, id := range ids {
		var data sql.RawBytes
		found := false
		err := t.each("SELECT data FROM reports WHERE id = ?", []any{id}, func(rows *sql.Rows) error {
			if err := rows.Scan(&data); err != nil {
				return err
			}
			r, err := decodeReport(data)
			all, found = append(all, r), true
			return err
		})
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, fmt.Errorf("a row has no report: %w", reportstore.ErrDamaged)
		}
	}
	return all, nil
}

func (t *tx) insertRow(at slot, kind reportstore.RowKind, r *schemas.TrafficReport) error {
	data, err := encodeReport(r, kind != reportstore.Provisional)
	if err != nil {
		return err
	}
	generation, err := t.generation(at)
	if err != nil {
		return err
	}
	inserted, err := t.run("INSERT INTO reports (data) VALUES (?)", data)
	if err != nil {
		return err
	}
	report, err := inserted.LastInsertId()
	if err != nil {
		return err
	}
	seq := int64(0)
	if kind == reportstore.Late {
		const next = "SELECT coalesce(max(seq) + 1, 0) FROM rows WHERE level = ? AND host = ? AND start = ? AND kind = ?"
		if _, err := t.one(next, []any{at.level, at.host, at.start, kind}, &seq); err != nil {
			return err
		}
	}
	const insert = "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	return t.exec(insert, append([]any{at.level, at.host, at.start, kind, seq, generation, report}, figures(r)...)...)
}
