package dashboard

import (
	"math"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// noise is a number from 0 to 1 that is always the same for the same time.
func noise(t time.Time, salt int64) float64 {
	x := uint64(t.Unix()/60)*0x9e3779b97f4a7c15 + uint64(salt)*0xbf58476d1ce4e5b9
	x ^= x >> 31
	x *= 0x94d049bb133111eb
	x ^= x >> 29
	return float64(x%10000) / 10000
}

// report makes the row of a site's slot: rate requests a second, more by day than by night, with everything that a good log carries.
func report(host, level string, start time.Time, rate float64) *schemas.TrafficReport {
	seconds := reportstore.Span(level).Seconds()
	salt := int64(0)
	for _, c := range host {
		salt = 31*salt + int64(c)
	}
	day := 1 + 0.5*math.Sin(2*math.Pi*float64(start.Unix()%86400-28800)/86400)
	n := int64(rate * seconds * day * (0.85 + 0.3*noise(start, salt+1)))
	failed := int64(float64(n) * 0.004 * noise(start, salt+2))
	if start.Unix()/60%97 < 4 {
		failed = n / 12
	}
	missing := int64(float64(n) * (0.03 + 0.02*noise(start, salt+3)))
	moved := n / 7
	hits := int64(float64(n) * (0.74 + 0.06*noise(start, salt+4)))
	sent := n * 18500
	p50 := 0.021 + 0.004*noise(start, salt+5)
	return &schemas.TrafficReport{
		Host: host, Level: level, Minute: timestamppb.New(start), Requests: n, Lines: n, K: 10, SampleRate: 1, LineXor: uint64(n),
		ResponseBytes: proto.Int64(sent),
		Status:        map[int32]int64{200: n - failed - missing - moved, 304: moved, 404: missing, 502: failed},
		StatusClass:   map[string]int64{"2xx": n - failed - missing - moved, "3xx": moved, "4xx": missing, "5xx": failed},
		Methods:       map[string]int64{"GET": n - n/30, "POST": n / 30},
		Protocols:     map[string]int64{"HTTP/1.1": n / 5, "HTTP/2": n - n/5},
		Clients:       map[string]int64{"browser": n - n/4, "declared_bot": n / 4},
		Cache:         &schemas.Cache{Hit: hits, Miss: n - hits, HitBytes: hits * 21000, MissBytes: sent - min(hits*21000, sent)},
		Visitors:      proto.Int64(n / 9),
		Latency:       &schemas.Distribution{P50: p50, P95: p50 * (7 + 2*noise(start, salt+6)), P99: p50 * (16 + 9*noise(start, salt+7)), Count: n},
		TopPaths: []*schemas.TopPath{
			pathRow("/", n/3, sent/4, 0, n/40), pathRow("/news/{id}", n/5, sent/4, n/300, n/30), pathRow("/assets/app.js", n/8, sent/5, 0, 0),
			pathRow("/search", n/20, sent/60, n/100, n/20), pathRow("/api/v2/articles/{id}/comments", n/40, sent/90, n/80, n/40), pathRow("/wp-login.php",
				n/90, sent/900, n/90, n/90),
		},
		TopCountries: []*schemas.TopValue{entry("DE", n/2, sent/2), entry("FR", n/6, sent/6), entry("US", n/9, sent/9), entry("UA", n/20, sent/20)},
		TopNetworks:  []*schemas.TopNetwork{{Asn: 3320, Requests: n / 4}, {Asn: 3215, Requests: n / 9}, {Asn: 15169, Requests: n / 30}},
		TopReferrers: []*schemas.TopValue{entry("news.example", n/10, sent/10), entry("search.example", n/12, sent/12)},
		TopAgents:    []*schemas.TopValue{entry("Chrome", n/2, sent/2), entry("Firefox", n/6, sent/6), entry("Googlebot", n/20, sent/20)},
		Rest: map[string]*schemas.ListRest{
			"top_paths": {Requests: n / 6, Hidden: 41}, "top_countries": {Requests: n / 7, Hidden: 9, None: n / 90}, "top_networks": {Requests: n / 2,
				Hidden: 230},
			"top_referrers": {Requests: n / 30, Hidden: 12, None: n - n/4}, "top_agents": {Requests: n / 4, Hidden: 33},
		},
		FirstEvent: timestamppb.New(start), LastEvent: timestamppb.New(start.Add(reportstore.Span(level) - time.Second)),
		NotLogged: []string{"request_bytes", "defence", "origin_errors", "host"},
	}
}

func pathRow(p string, n, bytes, errors, misses int64) *schemas.TopPath {
	return &schemas.TopPath{Path: p, Requests: n, ResponseBytes: proto.Int64(bytes), Errors: proto.Int64(errors), CacheMisses: proto.Int64(misses)}
}

func entry(v string, n, bytes int64) *schemas.TopValue {
	return &schemas.TopValue{Value: v, Requests: n, ResponseBytes: proto.Int64(bytes), Errors: proto.Int64(n / 50)}
}

// plain takes from a row what the combined format does not log.
func plain(r *schemas.TrafficReport) *schemas.TrafficReport {
	r.Cache, r.Latency, r.TopNetworks = nil, nil, nil
	for _, p := range r.TopPaths {
		p.CacheMisses = nil
	}
	delete(r.Rest, "top_networks")
	r.NotLogged = append(r.NotLogged, "cache", "latency", "network")
	return r
}

// fill puts a site's rows into the store: two days of minutes, eighty of hours and eight hundred of days up to now.
func (m *memory) fill(host string, rate float64, now time.Time, shape func(*schemas.TrafficReport) *schemas.TrafficReport) {
	m.fillLevel(host, reportstore.Minute, rate, now, 48*time.Hour, shape)
	m.fillLevel(host, reportstore.Hour, rate, now, 80*24*time.Hour, shape)
	m.fillLevel(host, reportstore.Day, rate, now, 800*24*time.Hour, shape)
}

// fillMinutes puts the minutes of two hours into the store.
func (m *memory) fillMinutes(host string, rate float64, now time.Time, shape func(*schemas.TrafficReport) *schemas.TrafficReport) {
	m.fillLevel(host, reportstore.Minute, rate, now, 2*time.Hour, shape)
}

// fillLevel puts rows of one level into the store. The one of the slot that runs is provisional.
func (m *memory) fillLevel(host, level string, rate float64, now time.Time, since time.Duration,
	shape func(*schemas.TrafficReport) *schemas.TrafficReport) {
	step := reportstore.Span(level)
	for t := now.Add(-since).Truncate(step); t.Before(now); t = t.Add(step) {
		r := shape(report(host, level, t, rate))
		kind := reportstore.Closed
		if t.Add(step).After(now) {
			kind = reportstore.Provisional
			shrink(r, float64(now.Sub(t))/float64(step))
			r.LastEvent = timestamppb.New(now.Add(-3 * time.Second))
		}
		m.put(kind, r)
	}
}

// shrink makes a row that of a slot of which only a part has passed.
func shrink(r *schemas.TrafficReport, part float64) {
	of := func(n int64) int64 { return int64(float64(n) * part) }
	r.Requests, r.Lines = of(r.Requests), of(r.Lines)
	r.ResponseBytes = proto.Int64(of(*r.ResponseBytes))
	for class, n := range r.StatusClass {
		r.StatusClass[class] = of(n)
	}
	for code, n := range r.Status {
		r.Status[code] = of(n)
	}
	if r.Cache != nil {
		r.Cache.Hit, r.Cache.HitBytes = of(r.Cache.Hit), of(r.Cache.HitBytes)
	}
	r.Visitors = nil
}

func full(r *schemas.TrafficReport) *schemas.TrafficReport { return r }
