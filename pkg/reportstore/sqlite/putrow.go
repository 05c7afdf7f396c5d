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
	rebuilt, err := t.rebuilt(at)
	if err != nil {
		return err
	}
	if rebuilt && at.level > minute {
		// What the run has of this slot may not be what the rebuilt slots below it have.
		if done, err := t.sumUp(at, row.Kind); done || err != nil {
			return err
		}
	}
	if err := t.dropRows(at, reportstore.Provisional); err != nil {
		return err
	}
	closed, err := t.hasClosed(at)
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

func (t *tx) hasClosed(at slot) (bool, error) {
	var one int
	return t.one("SELECT 1 FROM rows WHERE level = ? AND host = ? AND start = ? AND kind = ?",
		[]any{at.level, at.host, at.start, reportstore.Closed}, &one)
}

// rebuilt tells whether any hour of a slot was rebuilt.
func (t *tx) rebuilt(at slot) (bool, error) {
	var one int
	return t.one("SELECT 1 FROM generations WHERE hour >= ? AND hour < ?", []any{hour.floor(at.start), at.start + at.level.span()}, &one)
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
	data, err := encodeReport(r)
	if err != nil {
		return err
	}
	var report int64
	if _, err := t.one("INSERT INTO reports (data) VALUES (?) RETURNING id", []any{data}, &report); err != nil {
		return err
	}
	const insert = `INSERT INTO rows VALUES (?1, ?2, ?3, ?4,
		CASE ?4 WHEN 2 THEN (SELECT coalesce(max(seq) + 1, 0) FROM rows WHERE level = ?1 AND host = ?2 AND start = ?3 AND kind = 2) ELSE 0 END,
		coalesce((SELECT max(generation) FROM generations WHERE hour >= ?5 AND hour < ?6), 0),
		?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)`
	args := []any{at.level, at.host, at.start, kind, hour.floor(at.start), at.start + at.level.span(), report}
	return t.exec(insert, append(args, figures(r)...)...)
}
