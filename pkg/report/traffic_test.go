package report

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

const allFields = vocabulary.Fields(1<<vocabulary.FieldCount - 1)

var minuteStart = int64(1_763_812_800_000_000_000) // 22 Nov 2025, 12:00 UTC

// visitor is a client of the made traffic, with everything that follows from its address.
type visitor struct {
	token   [16]byte
	group   uint32
	hash    uint64
	country string
	network uint32
	agent   int
}

// traffic makes requests as one host of a busy proxy sees them: few pages and countries have most of them, clients come back with a handful
// of sub-resources. It is the same for the same seed.
type traffic struct {
	rng      *rand.Rand
	visitors []visitor
	paths    []string
	zipf     *rand.Zipf
}

func newTraffic(seed uint64, clients int) *traffic {
	t := &traffic{rng: rand.New(rand.NewPCG(seed, 1))}
	for range clients {
		t.visitors = append(t.visitors, t.visitor())
	}
	for i := range 200 {
		t.paths = append(t.paths, []string{fmt.Sprintf("/articles/section-%d/{id}", i), fmt.Sprintf("/static/app-%d.js", i)}[i%2])
	}
	t.zipf = rand.NewZipf(t.rng, 1.2, 3, uint64(len(t.paths)-1))
	return t
}

func (t *traffic) visitor() visitor {
	v := visitor{group: t.rng.Uint32()>>1 | 1, hash: t.rng.Uint64() | 1, agent: t.skewed(12), network: uint32(1000 + 7*t.skewed(60))}
	binary.LittleEndian.PutUint64(v.token[:], t.rng.Uint64())
	binary.LittleEndian.PutUint64(v.token[8:], t.rng.Uint64()|1)
	country := t.skewed(40)
	v.country = string([]byte{'A' + byte(country%26), 'A' + byte(country/26)})
	return v
}

// skewed is a number below n, small ones more often.
func (t *traffic) skewed(n int) int { return int(float64(n) * math.Pow(t.rng.Float64(), 3)) }

var (
	agentNames = []string{
		"Chrome", "Safari", "Firefox", "Edge", "Samsung Internet",
		"Googlebot", "Bingbot", "curl", "Go-http-client", "Opera", "Other", "python-requests",
	}
	referrerNames = []string{"", "", "", "example.org", "google.com", "bing.com", "duckduckgo.com", "t.co", "news.example"}
)

func (t *traffic) next() Request {
	v := &t.visitors[t.rng.IntN(len(t.visitors))]
	path := int(t.zipf.Uint64())
	r := Request{
		Time: minuteStart + t.rng.Int64N(60e9), LineID: t.rng.Uint64(), Weight: lineWeight, Logged: allFields,
		Client: v.token, Group: v.group, Visitor: v.hash, Country: v.country, Network: v.network,
		Status: 200, Method: vocabulary.MethodGet, Protocol: vocabulary.ProtocolHTTP2, Cache: vocabulary.CacheHit, Enforced: vocabulary.ActionAllowed,
		Class: vocabulary.ClientBrowser, RequestBytes: 300 + t.rng.Uint64N(900), ResponseBytes: uint64(math.Exp(8 + 2*t.rng.NormFloat64())),
		Latency: int64(math.Exp(17 + 1.3*t.rng.NormFloat64())), Path: t.paths[path], PathHash: uint32(path)*2654435761 + 1, Static: path%2 == 1,
		Agent: agentNames[v.agent], AgentHash: uint32(v.agent)*2246822519 + 1, Referrer: referrerNames[t.rng.IntN(len(referrerNames))],
	}
	switch t.rng.IntN(20) {
	case 0:
		r.Status, r.Cache = 404, vocabulary.CacheMiss
	case 1, 2:
		r.Status = 304
	case 3, 4, 5, 6:
		r.Cache, r.CacheFillBytes = vocabulary.CacheMiss, r.ResponseBytes
	case 7:
		r.Method, r.Status, r.Cache = vocabulary.MethodPost, 302, vocabulary.CacheUncached
	}
	return r
}

func (t *traffic) requests(n int) []Request {
	requests := make([]Request, n)
	for i := range requests {
		requests[i] = t.next()
	}
	return requests
}

func summarize(k int, requests []Request) *Summary {
	s := New(k)
	for i := range requests {
		s.Add(&requests[i])
	}
	return s
}

func timeOf(nanos int64) time.Time { return time.Unix(0, nanos).UTC() }
