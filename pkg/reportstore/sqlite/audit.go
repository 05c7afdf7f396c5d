package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// OpenMinutes lists the minutes that a live run has not closed yet, in order.
func (r *Reader) OpenMinutes(ctx context.Context) (open []time.Time, err error) {
	err = r.read(ctx, func(t *tx) error {
		starts, err := t.numbers(`SELECT DISTINCT start FROM rows WHERE level = 0 AND kind = 0
			UNION SELECT start FROM partials WHERE level = 0 ORDER BY 1`)
		for _, s := range starts {
			open = append(open, startOf(s))
		}
		return err
	})
	return open, err
}

// NamedHosts lists the hosts that may be named: those that were named by a live run, and those that have rows.
func (r *Reader) NamedHosts(ctx context.Context) (names []string, err error) {
	err = r.read(ctx, func(t *tx) error {
		const named = "SELECT name FROM hosts h WHERE name <> ? AND (named = 1 OR EXISTS (SELECT 1 FROM rows r WHERE r.level = ? AND r.host = h.id)) ORDER BY name"
		return t.each(named, []any{vocabulary.OtherHosts, day}, func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			names = append(names, name)
			return err
		})
	})
	return names, err
}

// Published tells whether a replay was published.
func (r *Reader) Published(ctx context.Context, id string) (found bool, err error) {
	err = r.read(ctx, func(t *tx) error {
		var one int
		found, err = t.one("SELECT 1 FROM batches WHERE id = ?", []any{id}, &one)
		return err
	})
	return found, err
}
