package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// siteRow is a site with its number.
type siteRow struct {
	reportstore.Site
	id int64
}

// Sites implements reportstore.Reader: sums are those of the level asked for. A limit of 0 is none.
func (r *Reader) Sites(ctx context.Context, who access.SiteSet, q reportstore.SitesQuery) (sites []reportstore.Site, total int, err error) {
	l, err := levelOf(q.Level)
	if err != nil {
		return nil, 0, err
	}
	in := periodOf(q.From, q.To)
	err = r.read(ctx, func(t *tx) error {
		all, err := t.sites(who, l, in, strings.ToLower(q.Search))
		if err != nil {
			return err
		}
		total = len(all)
		slices.SortFunc(all, func(a, b siteRow) int {
			return cmp.Or(cmp.Compare(b.Requests, a.Requests), cmp.Compare(a.Host, b.Host))
		})
		page := all[min(max(q.Offset, 0), len(all)):]
		if q.Limit > 0 {
			page = page[:min(q.Limit, len(page))]
		}
		for _, s := range page {
			if s.Points, err = t.sparkline(l, s.id, in); err != nil {
				return err
			}
			sites = append(sites, s.Site)
		}
		return nil
	})
	return sites, total, err
}

func (t *tx) sites(who access.SiteSet, l level, in period, search string) (all []siteRow, err error) {
	among, err := t.among(who)
	if err != nil {
		return nil, err
	}
	// Hosts first: their rows lie side by side, and groups come without sorting.
	const query = `SELECT h.id, h.name, sum(r.requests), coalesce(sum(r.response_bytes), 0), coalesce(sum(r.status_5xx), 0), max(r.last_event)
		FROM hosts h CROSS JOIN rows r ON r.level = ?3 AND r.host = h.id AND r.start >= ?4 AND r.start < ?5
		WHERE (?1 OR h.id IN (SELECT value FROM json_each(?2))) AND instr(h.name, ?6) > 0 GROUP BY h.id`
	err = t.each(query, append(among, l, in.from, in.to, search), func(rows *sql.Rows) error {
		var s siteRow
		var last int64
		err := rows.Scan(&s.id, &s.Host, &s.Requests, &s.ResponseBytes, &s.Errors, &last)
		s.Last = instant(last)
		all = append(all, s)
		return err
	})
	return all, err
}

func (t *tx) sparkline(l level, host int64, in period) (points []reportstore.Point, err error) {
	const query = `SELECT start, sum(requests), min(kind) FROM rows WHERE level = ? AND host = ? AND start >= ? AND start < ? GROUP BY start ORDER BY start`
	err = t.each(query, []any{l, host, in.from, in.to}, func(rows *sql.Rows) error {
		var start int64
		var kind reportstore.RowKind
		var p reportstore.Point
		err := rows.Scan(&start, &p.Requests, &kind)
		p.Start, p.Provisional = startOf(start), kind == reportstore.Provisional
		points = append(points, p)
		return err
	})
	return points, err
}
