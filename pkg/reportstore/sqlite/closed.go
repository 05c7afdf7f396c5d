package sqlite

import (
	"context"
	"database/sql"
	"time"
)

// Closed implements reportstore.Writer.
func (s *Store) Closed(ctx context.Context, host, levelName string, from, to time.Time) (starts []time.Time, err error) {
	l, err := levelOf(levelName)
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, func(t *tx) error {
		id, found, err := t.findHost(host)
		if err != nil || !found {
			return err
		}
		const query = "SELECT start FROM rows WHERE level = ? AND host = ? AND start >= ? AND start < ? GROUP BY start HAVING min(kind) > 0 ORDER BY start"
		return t.each(query, flat([]any{l, id, periodOf(from, to)}), func(rows *sql.Rows) error {
			var start int64
			err := rows.Scan(&start)
			starts = append(starts, startOf(start))
			return err
		})
	})
	return starts, err
}
