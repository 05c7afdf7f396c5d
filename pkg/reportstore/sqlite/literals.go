package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

func (t *tx) putLiterals(c *reportstore.Commit) error {
	for _, l := range c.Literals {
		host, err := t.hostID(l.Host)
		if err != nil {
			return err
		}
		const put = "INSERT OR REPLACE INTO literals (host, name, expires, data) VALUES (?, ?, ?, ?)"
		if err := t.exec(put, host, l.Name, nanos(l.Expires), blob(l.Data)); err != nil {
			return err
		}
	}
	return nil
}

const (
	unexpired      = "SELECT h.name, l.name, l.expires, l.data FROM literals l JOIN hosts h ON h.id = l.host WHERE "
	literalsOfHost = unexpired + "l.host = ? AND l.expires > ? ORDER BY l.name"
	literalsOfAll  = unexpired + "l.expires > ? AND (? OR l.host IN (SELECT value FROM json_each(?))) ORDER BY h.name, l.name"
)

// Literals implements reportstore.Reader.
func (r *Reader) Literals(ctx context.Context, who access.SiteSet, host string, now time.Time) (all []reportstore.Literal, err error) {
	err = r.eachOf(ctx, who, host, []any{nanos(now)}, literalsOfHost, literalsOfAll, func(rows *sql.Rows) error {
		var l reportstore.Literal
		var expires int64
		err := rows.Scan(&l.Host, &l.Name, &expires, &l.Data)
		l.Expires = instant(expires)
		all = append(all, l)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}
