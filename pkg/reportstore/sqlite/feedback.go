package sqlite

import (
	"context"
	"database/sql"
	"strings"
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
		const put = "INSERT INTO feedback (host, started, at, expires, said_by, undone, kinds) VALUES (?, ?, ?, ?, ?, ?, ?)"
		return t.exec(put, host, started, nanos(f.At), nanos(f.Expires), f.By, f.Undone, strings.Join(f.Kinds, " "))
	})
}

const (
	// Feedback comes first, as there is little of it.
	allFeedback    = "SELECT h.name, f.started, f.at, f.expires, f.said_by, f.undone, f.kinds FROM feedback f CROSS JOIN hosts h ON h.id = f.host "
	latestFeedback = allFeedback +
		"WHERE NOT EXISTS (SELECT 1 FROM feedback l WHERE l.host = f.host AND l.started = f.started AND (l.at, l.id) > (f.at, f.id)) AND "
	feedbackOfHost = latestFeedback + "f.host = ? AND f.started >= ? AND f.started < ? ORDER BY f.started"
	feedbackOfAll  = latestFeedback + "f.started >= ? AND f.started < ? AND (? OR f.host IN (SELECT value FROM json_each(?))) ORDER BY h.name, f.started"
	everyFeedback  = allFeedback + "ORDER BY f.at, f.id"
)

// Feedback implements reportstore.Reader.
func (r *Reader) Feedback(ctx context.Context, who access.SiteSet, host string, from, to time.Time) (all []reportstore.Feedback, err error) {
	err = r.eachOf(ctx, who, host, []any{periodOf(from, to)}, feedbackOfHost, feedbackOfAll, appendFeedback(&all))
	if err != nil {
		return nil, err
	}
	return all, nil
}

// Said implements reportstore.Writer.
func (r *Reader) Said(ctx context.Context) (all []reportstore.Feedback, err error) {
	err = r.read(ctx, func(t *tx) error { return t.each(everyFeedback, nil, appendFeedback(&all)) })
	if err != nil {
		return nil, err
	}
	return all, nil
}

func appendFeedback(all *[]reportstore.Feedback) func(*sql.Rows) error {
	return func(rows *sql.Rows) error {
		var f reportstore.Feedback
		var started, at, expires int64
		var kinds string
		err := rows.Scan(&f.Host, &started, &at, &expires, &f.By, &f.Undone, &kinds)
		f.Started, f.At, f.Expires = startOf(started), instant(at), instant(expires)
		if kinds != "" {
			f.Kinds = strings.Split(kinds, " ")
		}
		*all = append(*all, f)
		return err
	}
}
