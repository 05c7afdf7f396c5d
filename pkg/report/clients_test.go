package report

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

func tokenOf(client uint64) (t token) {
	binary.BigEndian.PutUint64(t[:], hashOf(client))
	binary.BigEndian.PutUint64(t[8:], hashOf(client+1<<50))
	return t
}

func clientRequest(client uint64) Request {
	return Request{
		Client: tokenOf(client), Visitor: hashOf(client), Group: uint32(hashOf(client)), Time: minuteStart + int64(client%6)*partNanos,
		PathHash: uint32(client%3 + 1), AgentHash: 7, Status: 404, Network: uint32(client%99 + 1),
	}
}

// Far above capacity, for any merge tree: the bounds hold for heavy clients, and the sample is exact to the byte.
func TestClientsAboveCapacity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		n := rapid.IntRange(1, 3).Draw(t, "10,000 lines") * 10_000
		values := skewedValues(rng, n, rapid.IntRange(1, 40).Draw(t, "1,000 clients")*1000, rapid.Float64Range(1.01, 1.5).Draw(t, "skew"))
		parts := make([]*Summary, rapid.IntRange(1, 6).Draw(t, "parts"))
		for i := range parts {
			parts[i] = New(10)
		}
		truth := map[token]uint64{}
		for _, v := range values {
			r := clientRequest(uint64(v))
			truth[r.Client]++
			parts[rng.IntN(len(parts))].Add(&r)
		}
		got := mergeTree(t, rng, parts)
		checkBounds(t, &got.clients.table, truth, clientCapacity, uint64(n))
		checkSample(t, &got.clients, values, truth)
	})
}

// checkSample compares the clients with the smallest tokens with a table that saw only them.
func checkSample(t *rapid.T, got *clients, values []int, truth map[token]uint64) {
	smallest := make([]token, 0, len(truth))
	for k := range truth {
		smallest = append(smallest, k)
	}
	slices.SortFunc(smallest, token.compare)
	smallest = smallest[:min(len(smallest), sampleSize)]
	var want clients
	for _, v := range values {
		if r := clientRequest(uint64(v)); len(smallest) > 0 && token(r.Client).compare(smallest[len(smallest)-1]) <= 0 {
			want.count(&r)
		}
	}
	for _, k := range smallest {
		at := got.find(k)
		if at < 0 {
			t.Fatal("a client of the sample has no entry")
		}
		if got.lack(at) != 0 {
			t.Fatalf("a client of the sample lacks %d", got.lack(at))
		}
		if diff := cmp.Diff(entryBytes(&want, want.find(k)), entryBytes(got, at)); diff != "" {
			t.Fatalf("a client of the sample differs (-alone +in the crowd):\n%s", diff)
		}
	}
}

func entryBytes(c *clients, at int) []byte {
	e := &c.entries[at]
	b := e.value.appendTo(binary.AppendUvarint(nil, e.count))
	if e.count == 1 {
		return e.value.only.appendTo(b)
	}
	return c.details[e.value.detail-1].appendTo(b)
}

// The measurement of the design: one minute, 266,000 requests, 103,000 clients, 50 of them with 200 to 400 requests.
func TestHardClientsAreFound(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	var values []uint64
	hard := map[token]bool{}
	for c := range uint64(50) {
		hard[tokenOf(c)] = true
		for range 200 + rng.IntN(200) {
			values = append(values, c)
		}
	}
	for len(values) < 266_000 {
		values = append(values, 1000+uint64(rng.IntN(103_000)))
	}
	rng.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
	for _, shards := range []int{1, 16} {
		parts := make([]*Summary, shards)
		for i := range parts {
			parts[i] = New(10)
		}
		for i, v := range values {
			r := clientRequest(v)
			parts[i%shards].Add(&r)
		}
		got := mergeTree(t, rng, parts)
		accused, wrong := 0, 0
		for _, e := range got.clients.entries {
			if e.count >= 150 {
				accused++
				if !hard[e.key] {
					wrong++
				}
			}
		}
		t.Logf("%d shards: %d of 50 clients seen with at least 150 requests for certain, missed %d", shards, accused, got.clients.missed)
		if accused < 40 || wrong > 0 {
			t.Errorf("%d shards: %d of 50 accused, want at least 40; %d wrongly", shards, accused, wrong)
		}
	}
}

func TestClientDetail(t *testing.T) {
	var c clients
	requests := []Request{
		{Time: minuteStart, Status: 200, Method: vocabulary.MethodPost, PathHash: 64, AgentHash: 1, Class: vocabulary.ClientTool},
		{Time: minuteStart + 59e9, Status: 404, Static: true, PathHash: 65, AgentHash: 2, Referrer: "example.org", Network: 9, Country: "DE"},
		{Time: minuteStart + 59e9, Status: 503, Cache: vocabulary.CacheMiss, PathHash: 65, AgentHash: 2, Enforced: vocabulary.ActionDenied},
	}
	for i := range requests {
		requests[i].Client = tokenOf(1)
		c.count(&requests[i])
	}
	want := detail{
		parts: [6]uint16{1, 0, 0, 0, 0, 2}, kinds: [kindCount]uint32{1, 1, 1, 1, 1}, errorPaths: 2, paths: [2]uint64{0, 3}, agents: 6,
		topPaths: [4]heavy{{65, 2}, {64, 1}}, topAgents: [2]heavy{{2, 2}, {1, 1}},
	}
	got := *c.detail(&c.entries[0].value)
	slices.SortFunc(got.topPaths[:], func(a, b heavy) int { return int(b.n) - int(a.n) })
	slices.SortFunc(got.topAgents[:], func(a, b heavy) int { return int(b.n) - int(a.n) })
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(detail{}, heavy{})); diff != "" {
		t.Errorf("detail (-want +got):\n%s", diff)
	}
	v := c.entries[0].value
	if v.network != 9 || v.country != (country{'D', 'E'}) || v.flags != flagReferrer|flagRefused|1<<vocabulary.ClientTool {
		t.Errorf("network %d, country %s, flags %b", v.network, v.country, v.flags)
	}
}

// A client's most frequent paths keep their bound under any split.
func TestHeavyBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		n := rapid.IntRange(0, 50).Draw(t, "10 requests") * 10
		parts := make([]detail, rapid.IntRange(1, 5).Draw(t, "parts"))
		truth := map[uint32]uint32{}
		for _, v := range skewedValues(rng, n, 30, 1.3) {
			truth[uint32(v+1)]++
			parts[rng.IntN(len(parts))].count(hit{path: uint32(v + 1)})
		}
		for i := range parts[1:] {
			parts[0].merge(&parts[i+1])
		}
		kept := uint32(0)
		for _, h := range parts[0].topPaths {
			kept += h.n
		}
		for path, want := range truth {
			got := uint32(0)
			for _, h := range parts[0].topPaths {
				if h.hash == path {
					got = h.n
				}
			}
			if got > want || want-got > (uint32(n)-kept)/(pathPlaces+1) {
				t.Fatalf("count %d for a truth of %d, %d of %d kept", got, want, kept, n)
			}
		}
	})
}
