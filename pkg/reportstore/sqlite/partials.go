package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

func (t *tx) putPartial(p *reportstore.Partial) error {
	l, err := levelOf(p.Level)
	if err != nil {
		return err
	}
	start, err := l.slotOf(p.Start)
	if err != nil {
		return err
	}
	host, err := t.hostID(p.Host)
	if err != nil {
		return err
	}
	p.ID, err = t.inserted("INSERT INTO partials (level, host, start, data) VALUES (?, ?, ?, ?)", l, host, start, p.Data)
	return err
}

// partials lists all of them without their data.
func (t *tx) partials() (all []reportstore.Partial, err error) {
	err = t.each("SELECT p.id, p.level, h.name, p.start FROM partials p INDEXED BY partials_by_slot JOIN hosts h ON h.id = p.host ORDER BY p.id", nil,
		func(rows *sql.Rows) error {
			var p reportstore.Partial
			var l level
			var start int64
			err := rows.Scan(&p.ID, &l, &p.Host, &start)
			p.Level, p.Start = l.String(), startOf(start)
			all = append(all, p)
			return err
		})
	return all, err
}

// PartialsOf implements reportstore.Writer.
func (s *Store) PartialsOf(ctx context.Context, levelName, host string, start time.Time) (all []reportstore.Partial, err error) {
	l, err := levelOf(levelName)
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, func(t *tx) error {
		const query = `SELECT p.id, p.data FROM partials p JOIN hosts h ON h.id = p.host WHERE p.level = ? AND h.name = ? AND p.start = ? ORDER BY p.id`
		return t.each(query, []any{l, host, start.Unix()}, func(rows *sql.Rows) error {
			p := reportstore.Partial{Level: levelName, Host: host, Start: startOf(start.Unix())}
			err := rows.Scan(&p.ID, &p.Data)
			all = append(all, p)
			return err
		})
	})
	return all, err
}
