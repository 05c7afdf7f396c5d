package sqlite

import (
	"context"
	"database/sql"
	"time"
)

// Judged is how far a running program has judged the closed minutes of a host.
type Judged struct {
	Host        string
	First, Last time.Time // closed minutes of the time that was asked for
	Through     time.Time // the last minute that was judged, whenever that was; zero: none ever was
}

const (
	closedMinutes = "SELECT start FROM rows WHERE level = 0 AND host = h.id AND start >= ?1 AND start < ?2 AND kind <> 0 ORDER BY start "
	judgedHosts   = "SELECT h.name, (" + closedMinutes + "LIMIT 1) AS first, (" + closedMinutes + `DESC LIMIT 1),
		(SELECT max(start) FROM (SELECT start FROM detection_states WHERE host = h.id UNION ALL SELECT start FROM observed WHERE host = h.id))
		FROM hosts h WHERE first IS NOT NULL ORDER BY h.name`
)

// Judged lists the hosts that have closed minutes in [from, to), by name.
func (r *Reader) Judged(ctx context.Context, from, to time.Time) (all []Judged, err error) {
	in := periodOf(from, to)
	err = r.read(ctx, func(t *tx) error {
		return t.each(judgedHosts, []any{in.from, in.to}, func(rows *sql.Rows) error {
			var j Judged
			var first, last int64
			var through sql.NullInt64
			err := rows.Scan(&j.Host, &first, &last, &through)
			j.First, j.Last = startOf(first), startOf(last)
			if through.Valid {
				j.Through = startOf(through.Int64)
			}
			all = append(all, j)
			return err
		})
	})
	return all, err
}
