package sqlite

import (
	"context"
	"database/sql"
	"math"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// putDetection keeps what was observed, and then states, which delete what they have taken in.
func (t *tx) putDetection(c *reportstore.Commit) error {
	for _, o := range c.Observed {
		start, err := minute.slotOf(o.Minute)
		if err != nil {
			return err
		}
		host, err := t.hostID(o.Host)
		if err != nil {
			return err
		}
		if err := t.exec("INSERT OR REPLACE INTO observed (host, start, data) VALUES (?, ?, ?)", host, start, blob(o.Data)); err != nil {
			return err
		}
	}
	for _, s := range c.States {
		if err := t.putDetectionState(s); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) putDetectionState(s reportstore.DetectionState) error {
	start, err := minute.slotOf(s.Minute)
	if err != nil {
		return err
	}
	host, err := t.hostID(s.Host)
	if err != nil {
		return err
	}
	if err := t.exec("INSERT OR REPLACE INTO detection_states (host, start, data) VALUES (?, ?, ?)", host, start, blob(s.Data)); err != nil {
		return err
	}
	if err := t.exec("DELETE FROM detection_states WHERE host = ? AND start < ?", host, start-int64(reportstore.StatesKept/time.Second)); err != nil {
		return err
	}
	return t.exec("DELETE FROM observed WHERE host = ? AND start <= ?", host, start)
}

// blob is data that is not NULL where it is empty.
func blob(data []byte) []byte {
	if data == nil {
		return []byte{}
	}
	return data
}

// Detection implements reportstore.Writer.
func (r *Reader) Detection(ctx context.Context, host string, before time.Time) (state *reportstore.DetectionState, since []reportstore.Observed, err error) {
	end := int64(math.MaxInt64)
	if !before.IsZero() {
		end = before.Unix()
	}
	err = r.read(ctx, func(t *tx) error {
		id, found, err := t.findHost(host)
		if err != nil || !found {
			return err
		}
		start, data := int64(math.MinInt64), []byte(nil)
		const latest = "SELECT start, data FROM detection_states WHERE host = ? AND start < ? ORDER BY start DESC LIMIT 1"
		if found, err = t.one(latest, []any{id, end}, &start, &data); err != nil {
			return err
		}
		if found {
			state = &reportstore.DetectionState{Host: host, Minute: startOf(start), Data: data}
		}
		const observed = "SELECT start, data FROM observed WHERE host = ? AND start > ? AND start < ? ORDER BY start"
		return t.each(observed, []any{id, start, end}, func(rows *sql.Rows) error {
			o := reportstore.Observed{Host: host}
			err := rows.Scan(&start, &o.Data)
			o.Minute = startOf(start)
			since = append(since, o)
			return err
		})
	})
	if err != nil {
		return nil, nil, err
	}
	return state, since, nil
}

// Detected lists the hosts of which detection had seen something before a time, by name.
func (r *Reader) Detected(ctx context.Context, before time.Time) (hosts []string, err error) {
	const query = `SELECT name FROM hosts h WHERE EXISTS (SELECT 1 FROM detection_states WHERE host = h.id AND start < ?1)
		OR EXISTS (SELECT 1 FROM observed WHERE host = h.id AND start < ?1) ORDER BY name`
	err = r.read(ctx, func(t *tx) error {
		return t.each(query, []any{before.Unix()}, func(rows *sql.Rows) error {
			var host string
			err := rows.Scan(&host)
			hosts = append(hosts, host)
			return err
		})
	})
	return hosts, err
}
