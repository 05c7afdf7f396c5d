package report

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

// threeRequests are of three clients: a page, its image from the cache, and an attack that was refused.
func threeRequests() []Request {
	page := Request{
		Time: minuteStart + 5e9, LineID: 0xff00, Logged: allFields, Client: tokenOf(1), Group: 1, Visitor: hashOf(1),
		Status: 200, Method: vocabulary.MethodGet, Protocol: vocabulary.ProtocolHTTP2, Cache: vocabulary.CacheMiss, Enforced: vocabulary.ActionAllowed,
		Class: vocabulary.ClientBrowser, RequestBytes: 100, ResponseBytes: 5000, CacheFillBytes: 4000, Latency: 1_000_000,
		Path: "/blog/{n}", Agent: "Firefox", Referrer: "example.org", Country: "DE", Network: 3320,
	}
	image := page
	image.Time, image.LineID, image.Client, image.Group, image.Visitor = minuteStart+1e9, 0x0ff0, tokenOf(2), 2, hashOf(2)
	image.Cache, image.CacheFillBytes, image.ResponseBytes, image.Path, image.Referrer = vocabulary.CacheHit, 0, 0, "/logo.png", ""
	attack := page
	attack.Time, attack.LineID, attack.Client, attack.Group, attack.Visitor = minuteStart+59e9, 1, tokenOf(3), 3, hashOf(3)
	attack.Status, attack.Method, attack.Cache = 429, vocabulary.MethodPost, vocabulary.CacheUncached
	attack.Enforced, attack.Preview = vocabulary.ActionThrottled, vocabulary.ActionBanned
	attack.Class, attack.OriginError, attack.CacheFillBytes, attack.Late = vocabulary.ClientTool, vocabulary.OriginErrorTimeout, 0, true
	attack.Agent, attack.Country, attack.Network, attack.ResponseBytes = "curl", "", 0, 50
	return []Request{page, image, attack}
}

func topValue(value string, requests, bytes, errors int64) *schemas.TopValue {
	return &schemas.TopValue{Value: value, Requests: requests, ResponseBytes: &bytes, Errors: &errors}
}

func TestReport(t *testing.T) {
	got := summarize(1, threeRequests()).Report("example.org", timeOf(minuteStart), "minute")
	want := &schemas.TrafficReport{
		Host: "example.org", Minute: timestamppb.New(timeOf(minuteStart)), Level: "minute", Requests: 3, Lines: 3, LineXor: 0xff00 ^ 0x0ff0 ^ 1,
		RequestBytes: proto.Int64(300), ResponseBytes: proto.Int64(5050), Status: map[int32]int64{200: 2, 429: 1},
		StatusClass: map[string]int64{"2xx": 2, "4xx": 1}, Methods: map[string]int64{"GET": 2, "POST": 1}, Protocols: map[string]int64{"HTTP/2": 3},
		Cache:    &schemas.Cache{Hit: 1, Miss: 1, Uncached: 1, MissBytes: 5000, UncachedBytes: 50, FillBytes: 4000},
		Enforced: map[string]int64{"allowed": 2, "throttled": 1}, Preview: map[string]int64{"banned": 1},
		OriginErrors: map[string]int64{"timeout": 1}, Clients: map[string]int64{"browser": 2, "tool": 1}, Visitors: proto.Int64(3),
		TopPaths: []*schemas.TopPath{
			{Path: "/blog/{n}", Requests: 2, ResponseBytes: proto.Int64(5050), Errors: proto.Int64(1), CacheMisses: proto.Int64(1)},
			{Path: "/logo.png", Requests: 1, ResponseBytes: proto.Int64(0), Errors: proto.Int64(0), CacheMisses: proto.Int64(0)},
		},
		TopCountries: []*schemas.TopValue{topValue("DE", 2, 5000, 0)},
		TopNetworks:  []*schemas.TopNetwork{{Asn: 3320, Requests: 2, ResponseBytes: proto.Int64(5000), Errors: proto.Int64(0)}},
		TopReferrers: []*schemas.TopValue{topValue("example.org", 2, 5050, 1)},
		TopAgents:    []*schemas.TopValue{topValue("Firefox", 2, 5000, 0), topValue("curl", 1, 50, 1)},
		Rest: map[string]*schemas.ListRest{
			"top_paths": {}, "top_agents": {}, "top_referrers": {None: 1}, "top_countries": {None: 1},
			"top_networks": {None: 1},
		},
		FirstEvent: timestamppb.New(timeOf(minuteStart + 1e9)), LastEvent: timestamppb.New(timeOf(minuteStart + 59e9)), LateLines: 1, SampleRate: 1, K: 1,
	}
	ignored := protocmp.IgnoreFields(&schemas.TrafficReport{}, "latency", "response_size", "visitors_sketch")
	if diff := cmp.Diff(want, got, protocmp.Transform(), ignored); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	size := &schemas.Distribution{
		P50: bucketValue(bucketOf(50)), P95: bucketValue(bucketOf(5000)), P99: bucketValue(bucketOf(5000)), Mean: 5050.0 / 3, Count: 3,
		Buckets: []*schemas.Bucket{{Index: math.MinInt32, Count: 1}, {Index: 196, Count: 1}, {Index: 426, Count: 1}},
	}
	if diff := cmp.Diff(size, got.GetResponseSize(), protocmp.Transform()); diff != "" {
		t.Errorf("response size (-want +got):\n%s", diff)
	}
	within(t, "median latency", got.GetLatency().GetP50(), 0.001, 0.01)
}

// What a reader computes from a public bucket number is the value that it stands for.
func TestPublicBucketNumbers(t *testing.T) {
	for _, v := range []uint64{1, 2, 50, 5000, 1e9, math.MaxUint64} {
		i := float64(publicIndex(bucketOf(v)))
		if math.Pow(gamma, i-1) >= float64(v)*(1+1e-9) || math.Pow(gamma, i) < float64(v)*(1-1e-9) {
			t.Errorf("%d has bucket %v: want gamma^(i-1) < v <= gamma^i", v, i)
		}
	}
}

// A fragment has what adds up, and nothing that could tell more than a list of its own would.
func TestFragment(t *testing.T) {
	s := summarize(1, threeRequests())
	report, fragment := s.Report("example.org", timeOf(minuteStart), "minute"), s.Fragment("example.org", timeOf(minuteStart), "minute")
	if n := len(valuesOf(fragment)); n > 0 {
		t.Errorf("%d lists are shown", n)
	}
	if fragment.Visitors != nil || fragment.VisitorsSketch != nil {
		t.Error("visitors are shown")
	}
	if rest := fragment.GetRest()["top_paths"]; rest.GetRequests() != 3 || rest.GetHidden() != 2 {
		t.Errorf("rest of paths is %v, want all 3 requests of 2 values", rest)
	}
	lists := protocmp.IgnoreFields(&schemas.TrafficReport{}, "top_paths", "top_countries", "top_networks", "top_referrers", "top_agents", "rest",
		"visitors", "visitors_sketch")
	if diff := cmp.Diff(report, fragment, protocmp.Transform(), lists); diff != "" {
		t.Errorf("counters differ (-report +fragment):\n%s", diff)
	}
}

func TestSampledLinesAreScaled(t *testing.T) {
	requests := newTraffic(3, 40).requests(700)
	for i := range requests {
		requests[i].Weight = []uint64{lineWeight, 10 * lineWeight}[i%2] // half of the time at a rate of 0.1
	}
	s := summarize(1, requests)
	row := s.Report("example.org", timeOf(minuteStart), "minute")
	if row.GetLines() != 700 || row.GetRequests() != 3850 {
		t.Errorf("%d lines and %d requests, want 700 and 3850", row.GetLines(), row.GetRequests())
	}
	within(t, "sample rate", row.GetSampleRate(), 700.0/3850, 1e-9)
	for name, counts := range map[string]map[string]int64{
		"methods": row.GetMethods(), "protocols": row.GetProtocols(), "status classes": row.GetStatusClass(),
		"enforced": row.GetEnforced(), "clients": row.GetClients(),
	} {
		if sum := sumOf(counts); sum != 3850 {
			t.Errorf("%s add up to %d, want all 3850 requests", name, sum)
		}
	}
	cache := row.GetCache()
	if sum := cache.GetHit() + cache.GetValidated() + cache.GetMiss() + cache.GetUncached(); sum != 3850 || row.GetLatency().GetCount() != 3850 {
		t.Errorf("cache adds up to %d, latencies to %d, want 3850", sum, row.GetLatency().GetCount())
	}
	paths := row.GetRest()["top_paths"].GetRequests()
	for _, p := range row.GetTopPaths() {
		paths += p.GetRequests()
	}
	if paths != 3850 {
		t.Errorf("paths and their rest add up to %d, want 3850", paths)
	}
}

func sumOf[K comparable](counts map[K]int64) (sum int64) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

// A row of no certain time begins with the first minute of its requests.
func TestRowWithoutStart(t *testing.T) {
	row := summarize(1, threeRequests()).Report("example.org", time.Time{}, "all")
	if got := row.GetMinute().AsTime(); !got.Equal(timeOf(minuteStart)) {
		t.Errorf("begins at %s, want %s", got, timeOf(minuteStart))
	}
}

func TestNoMoreVisitorsThanLines(t *testing.T) {
	for _, lines := range []int{1, 10, 5_000, 20_000} {
		var requests []Request
		for i := range uint64(lines) {
			requests = append(requests, Request{Logged: allFields, Client: tokenOf(i), Visitor: hashOf(i)})
		}
		if got := summarize(1, requests).Report("example.org", timeOf(0), "minute").GetVisitors(); got > int64(lines) {
			t.Errorf("%d visitors in %d lines", got, lines)
		}
	}
}

// A weight below one request is no weight: every line is a request of itself.
func TestLineIsAtLeastOneRequest(t *testing.T) {
	row := summarize(1, []Request{{Weight: 0}, {Weight: 5}}).Report("example.org", timeOf(0), "minute")
	if row.GetRequests() != 2 || row.GetSampleRate() != 1 {
		t.Errorf("%d requests at rate %v, want 2 at 1", row.GetRequests(), row.GetSampleRate())
	}
}

func TestNotLoggedIsNotZero(t *testing.T) {
	some := vocabulary.Of(vocabulary.FieldClient, vocabulary.FieldStatus, vocabulary.FieldPath)
	full, short := threeRequests()[0], threeRequests()[1]
	short.Logged, short.Country, short.Network = some, "", 0
	only := summarize(1, []Request{short}).Report("example.org", timeOf(0), "minute")
	want := []string{
		"request_bytes", "response_bytes", "method", "protocol", "cache", "defence", "origin_errors", "agent", "referrer", "latency",
		"country", "network", "host",
	}
	if diff := cmp.Diff(want, only.GetNotLogged()); diff != "" {
		t.Errorf("not logged (-want +got):\n%s", diff)
	}
	if only.RequestBytes != nil || only.ResponseBytes != nil || only.Cache != nil || only.Latency != nil || only.ResponseSize != nil || only.Methods != nil ||
		only.Protocols != nil || only.Enforced != nil || only.Clients != nil || len(only.GetRest()) != 1 {
		t.Errorf("something that is not logged is reported: %v", only)
	}
	if path := only.GetTopPaths()[0]; path.ResponseBytes != nil || path.CacheMisses != nil || path.Errors == nil {
		t.Errorf("a path has figures that are not logged, or lacks one that is: %v", path)
	}
	both := summarize(1, []Request{short, full, full}).Report("example.org", timeOf(0), "minute")
	if len(both.GetNotLogged()) != 0 || len(both.GetPartlyLogged()) != len(want) || both.GetPartlyLogged()["latency"] != 2 {
		t.Errorf("not logged: %v, partly: %v; want none and 2 lines of each", both.GetNotLogged(), both.GetPartlyLogged())
	}
}

// A country from a database makes the field known although no line has it.
func TestLookedUpCountryIsNotMissing(t *testing.T) {
	r := threeRequests()[0]
	r.Logged = vocabulary.Of(vocabulary.FieldClient)
	row := summarize(1, []Request{r}).Report("example.org", timeOf(0), "minute")
	for _, name := range row.GetNotLogged() {
		if name == "country" || name == "network" {
			t.Errorf("%s is called not logged, but a list shows it", name)
		}
	}
	if len(row.GetTopCountries()) != 1 || len(row.GetTopNetworks()) != 1 {
		t.Error("looked up country or network is not shown")
	}
}

// From one peer in five on, addresses of a content delivery network make everything about clients unavailable.
func TestCDNPeersHideClients(t *testing.T) {
	for _, c := range []struct {
		peers, lines int
		want         string
	}{{19, 100, ""}, {20, 100, "cdn"}, {100, 100, "cdn"}, {1, 9, ""}, {1, 5, "cdn"}} {
		requests := newTraffic(1, 50).requests(c.lines)
		for i := range c.peers {
			requests[i].CDNPeer = true
		}
		row := summarize(1, requests).Report("example.org", timeOf(minuteStart), "minute")
		if row.GetClientsUnavailable() != c.want {
			t.Errorf("%d of %d peers: clients_unavailable is %q, want %q", c.peers, c.lines, row.GetClientsUnavailable(), c.want)
		}
		shown := row.Visitors != nil || row.VisitorsSketch != nil || row.Clients != nil || row.TopCountries != nil || row.TopNetworks != nil
		if shown != (c.want == "") {
			t.Errorf("%d of %d peers: client figures shown: %v", c.peers, c.lines, shown)
		}
	}
}

// Lists are sorted by requests, then value.
func TestListOrder(t *testing.T) {
	s := New(1)
	for _, path := range []string{"/c", "/b", "/b", "/a", "/d", "/d"} {
		s.Add(&Request{Logged: allFields, Path: path})
	}
	if diff := cmp.Diff([]string{"/b", "/d", "/a", "/c"}, valuesOf(s.Report("example.org", timeOf(0), "minute"))["top_paths"]); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestStatusesOutsideTheCodes(t *testing.T) {
	s := New(1)
	for _, code := range []uint16{0, 7, 100, 599, 600, 65535} {
		s.Add(&Request{Logged: allFields, Status: code})
	}
	row := s.Report("example.org", timeOf(0), "minute")
	if diff := cmp.Diff(map[string]int64{"none": 1, "other": 3, "1xx": 1, "5xx": 1}, row.GetStatusClass()); diff != "" {
		t.Errorf("classes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[int32]int64{0: 1, 7: 1, 100: 1, 599: 1}, row.GetStatus()); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
}

func TestEmptySummary(t *testing.T) {
	row := New(10).Report("example.org", timeOf(minuteStart), "hour")
	want := &schemas.TrafficReport{Host: "example.org", Minute: timestamppb.New(timeOf(minuteStart)), Level: "hour", SampleRate: 1, K: 10}
	if diff := cmp.Diff(want, row, protocmp.Transform()); diff != "" {
		t.Errorf("empty (-want +got):\n%s", diff)
	}
}

// A row taken in between changes nothing of what comes after.
func TestReportLeavesTheSummary(t *testing.T) {
	requests := newTraffic(5, 50).requests(1500)
	plain, watched := summarize(10, requests), New(10)
	for i := range requests {
		watched.Add(&requests[i])
		if i%100 == 0 {
			watched.Report("example.org", timeOf(minuteStart), "minute")
			watched.AppendBinary(nil)
		}
	}
	if string(plain.AppendBinary(nil)) != string(watched.AppendBinary(nil)) {
		t.Error("a summary that was read meanwhile differs from one that was not")
	}
}
