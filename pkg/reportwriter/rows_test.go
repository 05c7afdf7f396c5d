package reportwriter

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/schemas"
)

var update = flag.Bool("update", false, "write the golden files instead of checking against them")

// checkGolden compares with a file of testdata.
func checkGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

var evening = time.Date(2026, 11, 16, 20, 0, 0, 0, time.UTC)

func at(minutes int) *timestamppb.Timestamp {
	return timestamppb.New(evening.Add(time.Duration(minutes) * time.Minute))
}

// shopRow is a site behind a load balancer with everything logged: two hours, with a flood that the defence stopped in part.
func shopRow() *schemas.TrafficReport {
	return withFigures(&schemas.TrafficReport{
		Host: "shop.example.com", Minute: at(0), Level: "all", Requests: 1_234_567,
		RequestBytes: proto.Int64(740_740_200), ResponseBytes: proto.Int64(18_518_505_000),
		Status:      map[int32]int64{200: 1_001_234, 206: 1_000, 301: 40_321, 304: 60_000, 403: 84_321, 404: 12_345, 429: 20_000, 502: 12_000, 503: 3_000, 0: 346},
		StatusClass: map[string]int64{"2xx": 1_002_234, "3xx": 100_321, "4xx": 116_666, "5xx": 15_000, "none": 346},
		Methods:     map[string]int64{"GET": 1_150_000, "POST": 80_000, "HEAD": 4_567},
		Protocols:   map[string]int64{"HTTP/1.1": 200_000, "HTTP/2": 934_567, "HTTP/3": 100_000},
		Cache: &schemas.Cache{Hit: 800_000, Validated: 30_000, Miss: 200_000, Uncached: 204_567, HitBytes: 15_000_000_000, ValidatedBytes: 200_000_000,
			MissBytes: 3_000_000_000, UncachedBytes: 318_505_000, FillBytes: 3_100_000_000},
		Enforced:       map[string]int64{"allowed": 1_129_900, "denied": 84_321, "throttled": 20_000, "challenged": 346},
		Preview:        map[string]int64{"allowed": 1_200_000, "denied": 34_567},
		OriginErrors:   map[string]int64{"timeout": 9_000, "connect": 3_000, "no_backend": 3_000, "client_left": 346},
		Clients:        map[string]int64{"browser": 1_000_000, "declared_bot": 30_000, "verified_bot": 50_000, "tool": 100_000, "empty": 54_000, "other": 567},
		Visitors:       proto.Int64(23_456),
		VisitorsSketch: []byte("a sketch, in binary\x00\xff"),
		Latency:        &schemas.Distribution{P50: 0.0123, P95: 0.348, P99: 1.27, Mean: 0.061, Count: 1_234_221, Buckets: []*schemas.Bucket{{Index: math.MinInt32, Count: 1}, {Index: 471, Count: 1_234_220}}},
		ResponseSize:   &schemas.Distribution{P50: 8_400, P95: 61_000, P99: 480_000, Mean: 15_000, Count: 1_234_567, Buckets: []*schemas.Bucket{{Index: 452, Count: 1_234_567}}},
		TopPaths: []*schemas.TopPath{
			{Path: "/", Requests: 412_345, ResponseBytes: proto.Int64(5_000_000_000), Errors: proto.Int64(80_000), CacheMisses: proto.Int64(12_000)},
			{Path: "/products/{n}", Requests: 210_000, ResponseBytes: proto.Int64(4_000_000_000), Errors: proto.Int64(1_200), CacheMisses: proto.Int64(100_000)},
			{Path: "/static/app-{hex}.js", Requests: 150_321, ResponseBytes: proto.Int64(6_000_000_000), CacheMisses: proto.Int64(3)},
			{Path: "/cart", Requests: 80_000, ResponseBytes: proto.Int64(200_000_000), Errors: proto.Int64(12), CacheMisses: proto.Int64(80_000)},
			{Path: "/wp-login.php", Requests: 9_000, ResponseBytes: proto.Int64(1_000_000), Errors: proto.Int64(9_000)},
			{Path: "/a/very/long/path/that/goes/on/and/on/until/nobody/can/see/where/it/ends/{n}", Requests: 15},
		},
		TopCountries: []*schemas.TopValue{{Value: "DE", Requests: 700_000, ResponseBytes: proto.Int64(9e9), Errors: proto.Int64(4_000)}, {Value: "US", Requests: 300_000, Errors: proto.Int64(90_000)},
			{Value: "CI", Requests: 40_000}, {Value: "GB", Requests: 20_000}},
		TopNetworks:  []*schemas.TopNetwork{{Asn: 3320, Requests: 300_000}, {Asn: 64500, Requests: 280_000, Errors: proto.Int64(100_000)}, {Asn: 15169, Requests: 50_000}},
		TopReferrers: []*schemas.TopValue{{Value: "google.com", Requests: 120_000}, {Value: "example.org", Requests: 40_000}},
		TopAgents:    []*schemas.TopValue{{Value: "Chrome", Requests: 700_000}, {Value: "Safari", Requests: 250_000}, {Value: "curl", Requests: 100_000}, {Value: "Googlebot", Requests: 50_000}},
		Rest: map[string]*schemas.ListRest{"top_paths": {Requests: 372_886, Hidden: 8_412, Error: 120}, "top_countries": {Requests: 174_567, Hidden: 3},
			"top_networks": {Requests: 604_000, None: 567, Hidden: 411}, "top_referrers": {Requests: 24_567, None: 1_050_000, Hidden: 52}, "top_agents": {Requests: 80_567, None: 54_000}},
		FirstEvent: timestamppb.New(evening.Add(1234567 * time.Microsecond)), LastEvent: timestamppb.New(evening.Add(2*time.Hour - time.Millisecond)),
		LateLines: 12, SampleRate: 1, Lines: 1_234_567, LineXor: 0xfedcba9876543210, PartlyLogged: map[string]int64{"latency": 1_234_221}, K: 10,
	})
}

// withFigures fills in the zeros of a log that carries everything.
func withFigures(r *schemas.TrafficReport) *schemas.TrafficReport {
	fill := func(figures ...**int64) {
		for _, f := range figures {
			if *f == nil {
				*f = proto.Int64(0)
			}
		}
	}
	for _, p := range r.TopPaths {
		fill(&p.ResponseBytes, &p.Errors, &p.CacheMisses)
	}
	for _, n := range r.TopNetworks {
		fill(&n.ResponseBytes, &n.Errors)
	}
	for _, v := range slices.Concat(r.TopCountries, r.TopReferrers, r.TopAgents) {
		fill(&v.ResponseBytes, &v.Errors)
	}
	return r
}

// blogRow is a small site whose Apache log has the combined format only.
func blogRow() *schemas.TrafficReport {
	return &schemas.TrafficReport{
		Host: "blog.example.org", Minute: at(0), Level: "all", Requests: 42, ResponseBytes: proto.Int64(420_000),
		Status: map[int32]int64{200: 40, 404: 2}, StatusClass: map[string]int64{"2xx": 40, "4xx": 2}, Methods: map[string]int64{"GET": 42},
		Protocols: map[string]int64{"HTTP/1.1": 42}, Clients: map[string]int64{"browser": 40, "tool": 2}, Visitors: proto.Int64(9),
		ResponseSize: &schemas.Distribution{P50: 10_000, P95: 10_000, P99: 10_000, Mean: 10_000, Count: 42},
		TopPaths:     []*schemas.TopPath{{Path: "/", Requests: 20, ResponseBytes: proto.Int64(200_000), Errors: proto.Int64(0)}},
		Rest:         map[string]*schemas.ListRest{"top_paths": {Requests: 22, Hidden: 7}, "top_referrers": {Requests: 2, None: 40, Hidden: 1}, "top_agents": {Requests: 42, Hidden: 3}},
		FirstEvent:   at(3), LastEvent: at(59), SampleRate: 1, Lines: 42, LineXor: 7,
		NotLogged: []string{"cache", "defence", "origin_errors", "latency", "country", "network", "request_bytes"}, K: 10,
	}
}

// cdnRow is a site behind a content delivery network whose visitors' addresses nobody logged, in a log that holds one request in ten.
func cdnRow() *schemas.TrafficReport {
	r := shopRow()
	r.Host, r.Lines, r.SampleRate = "www.example.net", 123_457, 0.1
	r.Visitors, r.VisitorsSketch, r.TopCountries, r.TopNetworks, r.TopPaths, r.Clients = nil, nil, nil, nil, nil, nil
	r.Enforced, r.Preview = map[string]int64{"allowed": 1_234_567}, nil
	r.ClientsUnavailable = "cdn"
	r.Rest = map[string]*schemas.ListRest{"top_paths": {Requests: 1_234_567, Hidden: 900}}
	return r
}

const hostileText = "=cmd|' /C calc'!A0\x1b[31m<script>\"\u202e\u009b2J\r\n\t\x00\xff,;%"

// hostileRow has texts that no other part lets through, in every place that holds text.
func hostileRow() *schemas.TrafficReport {
	r := shopRow()
	r.Host = hostileText
	r.TopPaths[0].Path, r.TopPaths[1].Path, r.TopPaths[2].Path = hostileText, "+1", "@SUM(A1)"
	for _, v := range [][]*schemas.TopValue{r.TopCountries, r.TopReferrers, r.TopAgents} {
		v[0].Value = hostileText
	}
	for _, m := range []map[string]int64{r.StatusClass, r.Methods, r.Protocols, r.Enforced, r.Preview, r.OriginErrors, r.Clients, r.PartlyLogged} {
		m[hostileText] = 3
	}
	r.Rest[hostileText] = &schemas.ListRest{Requests: 1, Hidden: 4}
	r.NotLogged = []string{hostileText, "-"}
	r.ClientsUnavailable = hostileText
	r.Status[-1], r.Status[math.MaxInt32] = 2, 1
	return r
}

// minuteRows are the finer rows of a site: two hours with a flood from minute 70 on.
func minuteRows(host string, scale int64) []*schemas.TrafficReport {
	var rows []*schemas.TrafficReport
	for i := range 120 {
		requests := scale * int64(50+30*math.Sin(float64(i)/9))
		r := &schemas.TrafficReport{Host: host, Minute: at(i), Level: "minute", StatusClass: map[string]int64{"4xx": requests / 50}, Lines: requests,
			Visitors: proto.Int64(requests / 9), ResponseBytes: proto.Int64(requests * 15_000), Latency: &schemas.Distribution{P50: 0.012, P95: 0.3, P99: 1, Count: requests},
			Cache: &schemas.Cache{Hit: requests / 2, Miss: requests - requests/2}}
		if i >= 70 && i < 95 {
			r.StatusClass["5xx"] = requests / 3
			r.Enforced = map[string]int64{"denied": 4 * requests}
			requests *= 9
		}
		r.Requests = requests
		rows = append(rows, r)
	}
	return rows
}

func manySites(n int) []*schemas.TrafficReport {
	var rows []*schemas.TrafficReport
	for i := range n {
		r := blogRow()
		r.Host = fmt.Sprintf("site-%03d.example.com", i)
		r.Requests += int64(i * i)
		rows = append(rows, r)
	}
	return rows
}
