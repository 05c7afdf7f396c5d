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
	const sums = `SELECT h.id, h.name, sum(r.requests), coalesce(sum(r.response_bytes), 0), coalesce(sum(r.status_5xx), 0), max(r.last_event) FROM hosts h CROSS JOIN `
	const wanted = ` WHERE (?1 OR h.id IN (SELECT value FROM json_each(?2))) AND instr(h.name, ?5) > 0 GROUP BY h.id`
	// Hosts first: their rows lie side by side, and groups come without sorting.
	query := sums + `rows r ON r.level = 0 AND r.host = h.id AND r.start >= ?3 AND r.start < ?4` + wanted
	if l > minute {
		query = openSlotsQuery + sums + `(` + finestRows[l] + `) r ON r.host = h.id` + wanted
	}
	err = t.each(query, append(among, in.from, in.to, search), func(rows *sql.Rows) error {
		var s siteRow
		var last int64
		err := rows.Scan(&s.id, &s.Host, &s.Requests, &s.ResponseBytes, &s.Errors, &last)
		s.Last = instant(last)
		all = append(all, s)
		return err
	})
	return all, err
}

// openSlotsQuery names the hours and days of hosts that are open, or have an open slot in them: their own rows have only what is closed below them.
const openSlotsQuery = `WITH open_hours(host, start) AS MATERIALIZED (SELECT DISTINCT host, start - start % 3600 FROM partials WHERE level BETWEEN 0 AND 1),
	open_days(host, start) AS MATERIALIZED (SELECT DISTINCT host, start - start % 86400 FROM partials WHERE level BETWEEN 0 AND 2) `

const siteColumns = `r.host, r.start, r.kind, r.requests, r.response_bytes, r.status_5xx, r.last_event`

const minutesOfOpenHours = ` UNION ALL SELECT ` + siteColumns + ` FROM open_hours o CROSS JOIN rows r ON r.level = 0 AND r.host = o.host AND r.start >= o.start AND r.start < o.start + 3600
	WHERE r.start >= ?3 AND r.start < ?4`

// finestRows are, by level, the rows that together are what is known of the time from ?3 to ?4: those of the level, and for open slots those below.
var finestRows = map[level]string{
	hour: `SELECT ` + siteColumns + ` FROM rows r WHERE r.level = 1 AND r.start >= ?3 AND r.start < ?4 AND (r.host, r.start) NOT IN open_hours` + minutesOfOpenHours,
	day: `SELECT ` + siteColumns + ` FROM rows r WHERE r.level = 2 AND r.start >= ?3 AND r.start < ?4 AND (r.host, r.start) NOT IN open_days
		UNION ALL SELECT ` + siteColumns + ` FROM open_days o CROSS JOIN rows r ON r.level = 1 AND r.host = o.host AND r.start >= o.start AND r.start < o.start + 86400
		WHERE r.start >= ?3 AND r.start < ?4 AND (r.host, r.start) NOT IN open_hours` + minutesOfOpenHours,
}

func (t *tx) sparkline(l level, host int64, in period) (points []reportstore.Point, err error) {
	query := `SELECT start, sum(requests), min(kind) FROM rows WHERE level = 0 AND host = ?1 AND start >= ?3 AND start < ?4 GROUP BY start ORDER BY start`
	if l > minute {
		query = openSlotsQuery + `SELECT start - start % ?2, sum(requests), min(kind) FROM (` + finestRows[l] + `) WHERE host = ?1 GROUP BY 1 ORDER BY 1`
	}
	err = t.each(query, []any{host, l.span(), in.from, in.to}, func(rows *sql.Rows) error {
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
