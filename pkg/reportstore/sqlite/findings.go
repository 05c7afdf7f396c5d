package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// Findings are in the table judgements: the view that queries read has their name.

func (t *tx) putFindings(c *reportstore.Commit) error {
	for _, f := range c.Findings {
		at, err := t.minuteOf(f)
		if err != nil {
			return err
		}
		if err := t.putFinding(at, f); err != nil {
			return err
		}
	}
	return nil
}

// minuteOf is the minute that a finding is of.
func (t *tx) minuteOf(f *schemas.Finding) (at slot, err error) {
	if f == nil || f.Minute == nil {
		return at, errors.New("a finding without its time cannot be kept")
	}
	if at.start, err = minute.slotOf(f.Minute.AsTime()); err != nil {
		return at, err
	}
	at.host, err = t.hostID(f.Host)
	return at, err
}

// putFinding keeps a finding in place of one of the same minute and revision.
func (t *tx) putFinding(at slot, f *schemas.Finding) error {
	data, err := encode(f, "a finding", true)
	if err != nil {
		return err
	}
	const put = `INSERT OR REPLACE INTO judgements (host, start, revision, verdict, kind, points, confidence, requests, normal_requests, data)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	return t.exec(put, at.host, at.start, f.Revision, int32(f.Verdict), f.Kind, f.Points, f.Confidence, f.Requests, f.NormalRequests, data)
}

// addFindings keeps each finding under the next revision that its minute has.
func (t *tx) addFindings(findings []*schemas.Finding) error {
	for _, f := range findings {
		at, err := t.minuteOf(f)
		if err != nil {
			return err
		}
		next := proto.CloneOf(f)
		const query = "SELECT coalesce(max(revision) + 1, 0) FROM judgements WHERE host = ? AND start = ?"
		if _, err := t.one(query, []any{at.host, at.start}, &next.Revision); err != nil {
			return err
		}
		if err := t.putFinding(at, next); err != nil {
			return err
		}
	}
	return nil
}

// replaceFindings puts the batch's findings in place of all that the rebuilt hours had.
func (b *rebuilding) replaceFindings(findings []*schemas.Finding) error {
	if err := b.exec("DELETE FROM judgements WHERE start >= ? AND start < ?", b.in.from, b.in.to); err != nil {
		return err
	}
	for _, f := range findings {
		at, err := b.minuteOf(f)
		if err != nil {
			return err
		}
		if at.start < b.in.from || at.start >= b.in.to {
			return fmt.Errorf("the batch has a finding of %s, which is not in the hours to rebuild", startOf(at.start).Format("2006-01-02 15:04"))
		}
		if err := b.putFinding(at, f); err != nil {
			return err
		}
	}
	return nil
}

const (
	latestFindings = `SELECT f.data FROM judgements f JOIN hosts h ON h.id = f.host
		WHERE NOT EXISTS (SELECT 1 FROM judgements l WHERE l.host = f.host AND l.start = f.start AND l.revision > f.revision) AND `
	findingsOfHost = latestFindings + "f.host = ? AND f.start >= ? AND f.start < ? ORDER BY f.start"
	findingsOfAll  = latestFindings + "f.start >= ? AND f.start < ? AND (? OR f.host IN (SELECT value FROM json_each(?))) ORDER BY h.name, f.start"
)

// Findings implements reportstore.Reader.
func (r *Reader) Findings(ctx context.Context, who access.SiteSet, host string, from, to time.Time) (all []*schemas.Finding, err error) {
	err = r.eachOf(ctx, who, host, []any{periodOf(from, to)}, findingsOfHost, findingsOfAll, func(rows *sql.Rows) error {
		var data sql.RawBytes
		if err := rows.Scan(&data); err != nil {
			return err
		}
		f := &schemas.Finding{}
		all = append(all, f)
		return decode(data, f, "a finding")
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// eachOf runs one of two queries with some arguments: ofHost for one host, if the set holds it, or ofAll for the hosts of the set where host is "".
func (r *Reader) eachOf(ctx context.Context, who access.SiteSet, host string, args []any, ofHost, ofAll string, each func(*sql.Rows) error) error {
	return r.read(ctx, func(t *tx) error {
		if host != "" {
			id, found, err := t.visibleHost(who, host)
			if err != nil || !found {
				return err
			}
			return t.each(ofHost, append([]any{id}, flat(args)...), each)
		}
		among, err := t.among(who)
		if err != nil {
			return err
		}
		return t.each(ofAll, append(flat(args), among...), each)
	})
}
