package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// PutFeedback implements reportstore.Writer. Every word is kept; the latest by its time counts, and of several at the same time the one that came last.
func (s *Store) PutFeedback(ctx context.Context, f reportstore.Feedback) error {
	return s.write(ctx, "keep feedback in", func(t *tx) error {
		started, err := minute.slotOf(f.Started)
		if err != nil {
			return err
		}
		host, err := t.hostID(f.Host)
		if err != nil {
			return err
		}
		const put = "INSERT INTO feedback (host, started, at, expires, said_by, undone) VALUES (?, ?, ?, ?, ?, ?)"
		return t.exec(put, host, started, nanos(f.At), nanos(f.Expires), f.By, f.Undone)
	})
}

const (
	// Feedback comes first, as there is little of it.
	latestFeedback = `SELECT h.name, f.started, f.at, f.expires, f.said_by, f.undone FROM feedback f CROSS JOIN hosts h ON h.id = f.host
		WHERE NOT EXISTS (SELECT 1 FROM feedback l WHERE l.host = f.host AND l.started = f.started AND (l.at, l.id) > (f.at, f.id)) AND `
	feedbackOfHost = latestFeedback + "f.host = ? AND f.started >= ? AND f.started < ? ORDER BY f.started"
	feedbackOfAll  = latestFeedback + "f.started >= ? AND f.started < ? AND (? OR f.host IN (SELECT value FROM json_each(?))) ORDER BY h.name, f.started"
)

// Feedback implements reportstore.Reader.
func (r *Reader) Feedback(ctx context.Context, who access.SiteSet, host string, from, to time.Time) (all []reportstore.Feedback, err error) {
	err = r.eachOf(ctx, who, host, []any{periodOf(from, to)}, feedbackOfHost, feedbackOfAll, func(rows *sql.Rows) error {
		var f reportstore.Feedback
		var started, at, expires int64
		err := rows.Scan(&f.Host, &started, &at, &expires, &f.By, &f.Undone)
		f.Started, f.At, f.Expires = startOf(started), instant(at), instant(expires)
		all = append(all, f)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}
