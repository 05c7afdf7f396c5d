package dashboard

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// memory is a store of rows in memory: what these tests put in, they find on the pages.
type memory struct {
	mu       sync.Mutex
	rows     map[string]map[string][]reportstore.Row // by level and host
	findings []*schemas.Finding                      // by host and minute
	feedback []reportstore.Feedback                  // by host and case
	status   reportstore.Status
	letters  []reportstore.DeadLetter
	bad      map[time.Time]bool // minutes that lack lines
	fail     error
}

var _ reportstore.Reader = (*memory)(nil)

func newMemory() *memory {
	return &memory{rows: map[string]map[string][]reportstore.Row{}, bad: map[time.Time]bool{}}
}

// put replaces the provisional row of a host and slot, or adds a late one.
func (m *memory) put(kind reportstore.RowKind, r *schemas.TrafficReport) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rows[r.Level] == nil {
		m.rows[r.Level] = map[string][]reportstore.Row{}
	}
	rows := m.rows[r.Level][r.Host]
	at := len(rows)
	for at > 0 && rows[at-1].Report.Minute.AsTime().After(r.Minute.AsTime()) {
		at--
	}
	if at > 0 && rows[at-1].Kind == reportstore.Provisional && rows[at-1].Report.Minute.AsTime().Equal(r.Minute.AsTime()) {
		at--
		rows = slices.Delete(rows, at, at+1)
	}
	m.rows[r.Level][r.Host] = slices.Insert(rows, at, reportstore.Row{Kind: kind, Report: r})
	if last := r.LastEvent.AsTime(); r.LastEvent != nil && last.After(m.status.LastEvent) {
		m.status.LastEvent = last
	}
}

func (m *memory) within(who access.SiteSet, host, level string, from, to time.Time) []reportstore.Row {
	if !who.Has(host) {
		return nil
	}
	var found []reportstore.Row
	for _, row := range m.rows[level][host] {
		if t := row.Report.Minute.AsTime(); !t.Before(from) && t.Before(to) {
			found = append(found, row)
		}
	}
	return found
}

func (m *memory) Sites(ctx context.Context, who access.SiteSet, q reportstore.SitesQuery) ([]reportstore.Site, int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var sites []reportstore.Site
	for host := range m.rows[q.Level] {
		if !strings.Contains(host, q.Search) {
			continue
		}
		site := reportstore.Site{Host: host}
		for _, row := range m.within(who, host, q.Level, q.From, q.To) {
			r := row.Report
			site.Requests += r.Requests
			site.ResponseBytes += r.GetResponseBytes()
			site.Errors += r.StatusClass["5xx"]
			site.Last = r.LastEvent.AsTime()
			site.Points = append(site.Points, reportstore.Point{Start: r.Minute.AsTime(), Requests: r.Requests,
				Provisional: row.Kind == reportstore.Provisional})
		}
		if site.Requests > 0 {
			sites = append(sites, site)
		}
	}
	slices.SortFunc(sites, func(a, b reportstore.Site) int {
		return cmp.Or(cmp.Compare(b.Requests, a.Requests), cmp.Compare(a.Host, b.Host))
	})
	total := len(sites)
	sites = sites[min(q.Offset, total):]
	return sites[:min(q.Limit, len(sites))], total, cmp.Or(m.fail, ctx.Err())
}

func (m *memory) Series(ctx context.Context, who access.SiteSet, host, level string, from, to time.Time) ([]reportstore.Point, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var points []reportstore.Point
	for _, row := range m.within(who, host, level, from, to) {
		start := row.Report.Minute.AsTime()
		if len(points) == 0 || !points[len(points)-1].Start.Equal(start) {
			points = append(points, reportstore.Point{Start: start, Incomplete: m.bad[start]})
		}
		addTo(&points[len(points)-1], row)
	}
	return points, cmp.Or(m.fail, ctx.Err())
}

func addTo(p *reportstore.Point, row reportstore.Row) {
	r := row.Report
	p.Requests += r.Requests
	p.Lines += r.Lines
	p.LateLines += r.LateLines
	p.Provisional = p.Provisional || row.Kind == reportstore.Provisional
	p.ResponseBytes = sum(p.ResponseBytes, r.ResponseBytes)
	p.StatusClass = sums(p.StatusClass, r.StatusClass)
	if r.Cache != nil {
		p.CacheHits = sum(p.CacheHits, proto.Int64(cached(r.Cache)))
		p.CacheHitBytes = sum(p.CacheHitBytes, proto.Int64(r.Cache.HitBytes+r.Cache.ValidatedBytes))
	}
	if row.Kind == reportstore.Closed {
		p.Visitors = r.Visitors
	}
	if r.Latency != nil {
		p.P50, p.P95, p.P99 = &r.Latency.P50, &r.Latency.P95, &r.Latency.P99
	}
}

func sum(a, b *int64) *int64 {
	if a == nil && b == nil {
		return nil
	}
	return proto.Int64(value0(a) + value0(b))
}

func value0(v *int64) int64 {
	if v == nil {
		return 0
	}
	return *v
}

func sums[K comparable](a, b map[K]int64) map[K]int64 {
	if a == nil && b == nil {
		return nil
	}
	all := map[K]int64{}
	for _, m := range []map[K]int64{a, b} {
		for k, n := range m {
			all[k] += n
		}
	}
	return all
}

func (m *memory) Total(ctx context.Context, who access.SiteSet, host string, from, to time.Time) (*schemas.TrafficReport, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil || ctx.Err() != nil {
		return nil, cmp.Or(m.fail, ctx.Err())
	}
	for _, level := range []string{reportstore.Minute, reportstore.Hour, reportstore.Day} {
		rows := m.within(who, host, level, from, to)
		if len(rows) == 0 || rows[0].Report.Minute.AsTime().After(from.Add(2*reportstore.Span(reportstore.Day))) && level != reportstore.Day {
			continue
		}
		return addUp(rows), nil
	}
	return nil, nil
}

// addUp adds rows up; percentiles are the last row's, and lists keep the values of the first one.
func addUp(rows []reportstore.Row) *schemas.TrafficReport {
	all := proto.CloneOf(rows[0].Report)
	for _, row := range rows[1:] {
		r := row.Report
		all.Requests += r.Requests
		all.Lines += r.Lines
		all.LateLines += r.LateLines
		all.ResponseBytes = sum(all.ResponseBytes, r.ResponseBytes)
		all.Visitors = sum(all.Visitors, r.Visitors)
		all.Status, all.StatusClass = sums(all.Status, r.Status), sums(all.StatusClass, r.StatusClass)
		all.Methods, all.Protocols, all.Clients = sums(all.Methods, r.Methods), sums(all.Protocols, r.Protocols), sums(all.Clients, r.Clients)
		if all.Cache != nil && r.Cache != nil {
			all.Cache.Hit += r.Cache.Hit
			all.Cache.HitBytes += r.Cache.HitBytes
		}
		all.Latency = r.Latency
		all.LastEvent = r.LastEvent
		for i, p := range all.TopPaths {
			p.Requests += r.TopPaths[i].Requests
			p.ResponseBytes, p.Errors, p.CacheMisses = sum(p.ResponseBytes, r.TopPaths[i].ResponseBytes), sum(p.Errors, r.TopPaths[i].Errors),
				sum(p.CacheMisses, r.TopPaths[i].CacheMisses)
		}
		addValues(all.TopCountries, r.TopCountries)
		addValues(all.TopReferrers, r.TopReferrers)
		addValues(all.TopAgents, r.TopAgents)
		for i, n := range all.TopNetworks {
			n.Requests += r.TopNetworks[i].Requests
		}
		for _, name := range slices.Sorted(maps.Keys(all.Rest)) {
			all.Rest[name].Requests += r.Rest[name].GetRequests()
			all.Rest[name].None += r.Rest[name].GetNone()
		}
	}
	return all
}

func addValues(all, more []*schemas.TopValue) {
	for i, v := range all {
		v.Requests += more[i].Requests
		v.ResponseBytes, v.Errors = sum(v.ResponseBytes, more[i].ResponseBytes), sum(v.Errors, more[i].Errors)
	}
}

func (m *memory) Rows(ctx context.Context, who access.SiteSet, host, level string, from, to time.Time, each func(reportstore.Row) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	hosts := []string{host}
	if host == "" {
		hosts = slices.Sorted(maps.Keys(m.rows[level]))
	}
	for _, host := range hosts {
		for _, row := range m.within(who, host, level, from, to) {
			if err := each(row); err != nil {
				return err
			}
		}
	}
	return cmp.Or(m.fail, ctx.Err())
}

func (m *memory) Findings(_ context.Context, who access.SiteSet, host string, from, to time.Time) (found []*schemas.Finding, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range m.findings {
		if t := f.Minute.AsTime(); who.Has(f.Host) && (host == "" || host == f.Host) && !t.Before(from) && t.Before(to) {
			found = append(found, f)
		}
	}
	return found, m.fail
}

func (m *memory) Feedback(_ context.Context, who access.SiteSet, host string, from, to time.Time) (found []reportstore.Feedback, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range m.feedback {
		if who.Has(f.Host) && (host == "" || host == f.Host) && !f.Started.Before(from) && f.Started.Before(to) {
			found = append(found, f)
		}
	}
	return found, m.fail
}

func (m *memory) Literals(context.Context, access.SiteSet, string, time.Time) ([]reportstore.Literal, error) {
	return nil, m.fail
}

func (m *memory) PutFeedback(_ context.Context, f reportstore.Feedback) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.feedback = slices.DeleteFunc(m.feedback, func(old reportstore.Feedback) bool { return old.Host == f.Host && old.Started.Equal(f.Started) })
	m.feedback = append(m.feedback, f)
	return m.fail
}

func (m *memory) Check(_ context.Context, from, to time.Time) (map[time.Time]reportstore.Checksum, error) {
	sums := map[time.Time]reportstore.Checksum{}
	m.mu.Lock()
	defer m.mu.Unlock()
	for host := range m.rows[reportstore.Minute] {
		for _, row := range m.within(access.Everything(), host, reportstore.Minute, from, to) {
			minute := row.Report.Minute.AsTime()
			sums[minute] = reportstore.Checksum{Lines: sums[minute].Lines + row.Report.Lines}
		}
	}
	return sums, m.fail
}

func (m *memory) Status(context.Context) (*reportstore.Status, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	status := m.status
	return &status, m.fail
}

func (m *memory) Letters(context.Context, int) ([]reportstore.DeadLetter, error) {
	return m.letters, m.fail
}

// careless is a store that does not look at who asks.
type careless struct{ *memory }

func (c careless) Sites(ctx context.Context, _ access.SiteSet, q reportstore.SitesQuery) ([]reportstore.Site, int, error) {
	return c.memory.Sites(ctx, access.Everything(), q)
}

func (c careless) Findings(ctx context.Context, _ access.SiteSet, host string, from, to time.Time) ([]*schemas.Finding, error) {
	return c.memory.Findings(ctx, access.Everything(), host, from, to)
}
