package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// Series implements reportstore.Reader.
func (r *Reader) Series(ctx context.Context, who access.SiteSet, host, levelName string, from, to time.Time) (points []reportstore.Point, err error) {
	l, err := levelOf(levelName)
	if err != nil {
		return nil, err
	}
	err = r.read(ctx, func(t *tx) error {
		id, found, err := t.visibleHost(who, host)
		if err != nil || !found {
			return err
		}
		points, err = t.series(l, id, periodOf(from, to))
		return err
	})
	return points, err
}

// pointRow is a row as charts need it. A value that is not valid is not logged.
type pointRow struct {
	start, kind, report        int64
	requests, lines, lateLines int64
	bytes                      sql.NullInt64
	status                     [len(statusClasses)]sql.NullInt64
	cacheHits, cacheHitBytes   sql.NullInt64
	visitors                   sql.NullInt64
	p50, p95, p99              sql.NullFloat64
}

const pointColumns = `SELECT start, kind, report, requests, lines, late_lines, response_bytes, status_1xx, status_2xx, status_3xx, status_4xx, status_5xx,
	status_none, status_other, cache_hits, cache_hit_bytes, visitors, p50, p95, p99 FROM rows `

func (p *pointRow) scan(rows *sql.Rows) error {
	s := &p.status
	return rows.Scan(&p.start, &p.kind, &p.report, &p.requests, &p.lines, &p.lateLines, &p.bytes, &s[0], &s[1], &s[2], &s[3], &s[4], &s[5], &s[6],
		&p.cacheHits, &p.cacheHitBytes, &p.visitors, &p.p50, &p.p95, &p.p99)
}

func (t *tx) series(l level, host int64, in period) ([]reportstore.Point, error) {
	var points []reportstore.Point
	timed := map[time.Time][]int64{} // by start of the point, the reports of its rows that know latencies
	err := t.each(pointColumns+"WHERE level = ? AND host = ? AND start >= ? AND start < ? ORDER BY start, kind, seq",
		[]any{l, host, in.from, in.to}, func(rows *sql.Rows) error {
			var p pointRow
			if err := p.scan(rows); err != nil {
				return err
			}
			start := startOf(p.start)
			if len(points) == 0 || !points[len(points)-1].Start.Equal(start) {
				points = append(points, reportstore.Point{Start: start})
			}
			p.addTo(&points[len(points)-1])
			if p.p50.Valid {
				timed[start] = append(timed[start], p.report)
			}
			return nil
		})
	if err != nil {
		return nil, err
	}
	if l > minute {
		if points, err = t.addOpen(points, timed, l, host, in); err != nil {
			return nil, err
		}
	}
	if err := t.mergeLatencies(points, timed); err != nil {
		return nil, err
	}
	return points, t.markIncomplete(points, l, in)
}

// addOpen gives the points of slots that are open what the rows below them have by now: their own rows have it when the slots below are closed.
func (t *tx) addOpen(points []reportstore.Point, timed map[time.Time][]int64, l level, host int64, in period) ([]reportstore.Point, error) {
	open, err := t.openSlots(host)
	if err != nil {
		return nil, err
	}
	done := map[int64]bool{}
	for _, o := range open {
		start := l.floor(o.start)
		if o.level > l || done[start] || start < in.from || start >= in.to {
			continue
		}
		done[start] = true
		point, ids, err := t.finerPoint(l, host, start, open)
		if err != nil {
			return nil, err
		}
		if point == nil {
			continue
		}
		place, found := slices.BinarySearchFunc(points, point.Start, func(p reportstore.Point, t time.Time) int { return p.Start.Compare(t) })
		if !found {
			points = slices.Insert(points, place, reportstore.Point{})
		}
		point.Visitors = points[place].Visitors // the most that is known: visitors of slots below do not add up
		points[place], timed[point.Start] = *point, ids
	}
	return points, nil
}

// finerPoint is the point of an open slot from the rows below it, and which of them know latencies. It is nil where there are none.
func (t *tx) finerPoint(l level, host, start int64, open []slot) (point *reportstore.Point, timed []int64, err error) {
	ids, err := t.coarsest(l-1, host, period{start, start + l.span()}, open)
	if err != nil || len(ids) == 0 {
		return nil, nil, err
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, nil, err
	}
	point = &reportstore.Point{Start: startOf(start)}
	err = t.each(pointColumns+"WHERE report IN (SELECT value FROM json_each(?)) ORDER BY start, kind, seq", []any{string(list)}, func(rows *sql.Rows) error {
		var p pointRow
		if err := p.scan(rows); err != nil {
			return err
		}
		p.addTo(point)
		if p.p50.Valid {
			timed = append(timed, p.report)
		}
		return nil
	})
	point.Provisional = true
	return point, timed, err
}

func (p *pointRow) addTo(to *reportstore.Point) {
	to.Requests += p.requests
	to.Lines += p.lines
	to.LateLines += p.lateLines
	addKnown(&to.ResponseBytes, p.bytes)
	addKnown(&to.CacheHits, p.cacheHits)
	addKnown(&to.CacheHitBytes, p.cacheHitBytes)
	for i, n := range p.status {
		if n.Valid && to.StatusClass == nil {
			to.StatusClass = map[string]int64{}
		}
		if n.Int64 > 0 {
			to.StatusClass[statusClasses[i]] += n.Int64
		}
	}
	if p.visitors.Valid && reportstore.RowKind(p.kind) != reportstore.Late {
		to.Visitors = &p.visitors.Int64
	}
	if p.p50.Valid {
		to.P50, to.P95, to.P99 = &p.p50.Float64, &p.p95.Float64, &p.p99.Float64
	}
	to.Provisional = to.Provisional || reportstore.RowKind(p.kind) == reportstore.Provisional
}

func addKnown(to **int64, n sql.NullInt64) {
	if !n.Valid {
		return
	}
	if *to == nil {
		*to = new(int64)
	}
	**to += n.Int64
}

// mergeLatencies takes the percentiles of points with several rows from the distributions of all of them.
func (t *tx) mergeLatencies(points []reportstore.Point, timed map[time.Time][]int64) error {
	for i := range points {
		p := &points[i]
		ids := timed[p.Start]
		if len(ids) < 2 {
			continue
		}
		reports, err := t.reportsByID(ids)
		if err != nil {
			return err
		}
		var all []*schemas.Distribution
		for _, r := range reports {
			all = append(all, r.Latency)
		}
		d := report.SumLatencies(all)
		p.P50, p.P95, p.P99 = &d.P50, &d.P95, &d.P99
	}
	return nil
}

// markIncomplete marks the points that a slot known to lack lines is in.
func (t *tx) markIncomplete(points []reportstore.Point, l level, in period) error {
	return t.each("SELECT start FROM incomplete WHERE level <= ? AND start >= ? AND start < ?", []any{l, in.from, in.to + l.span()}, func(rows *sql.Rows) error {
		var start int64
		if err := rows.Scan(&start); err != nil {
			return err
		}
		place, found := slices.BinarySearchFunc(points, startOf(l.floor(start)), func(p reportstore.Point, t time.Time) int { return p.Start.Compare(t) })
		if found {
			points[place].Incomplete = true
		}
		return nil
	})
}
