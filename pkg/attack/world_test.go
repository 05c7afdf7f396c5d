package attack

import (
	"math"
	"math/rand/v2"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/schemas"
)

var monday = time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)

// crowd is traffic of one kind: so many requests a minute, of visitors of whom each asks for so many, in a mix of agents, paths and countries.
type crowd struct {
	rate, perClient           float64
	agents, paths, countries  map[string]float64
	referrer                  string
	failing, broken, uncached float64 // shares of 4xx, 5xx and cache misses
}

func readers(rate float64) crowd {
	return crowd{rate: rate, perClient: 5, failing: 0.02, broken: 0.002, uncached: 0.2, referrer: "search.example",
		agents: map[string]float64{"Chrome": 0.5, "Safari": 0.3, "Firefox": 0.15, "Googlebot": 0.05},
		paths:  map[string]float64{"/": 0.2, "/articles/{}": 0.3, "/static/{}": 0.5}, countries: map[string]float64{"DE": 0.7, "AT": 0.2, "FR": 0.1}}
}

// world makes minutes of a site, always the same ones.
type world struct {
	rng    *rand.Rand
	minute time.Time
}

func newWorld(seed uint64) *world { return &world{rng: rand.New(rand.NewPCG(seed, 7)), minute: monday} }

func (w *world) poisson(mean float64) int64 {
	return max(0, int64(math.Round(mean+math.Sqrt(mean)*w.rng.NormFloat64())))
}

// next is the report of a minute in which several crowds come.
func (w *world) next(crowds ...crowd) *schemas.Observation {
	r := &schemas.TrafficReport{Host: "a.example", Minute: timestamppb.New(w.minute), StatusClass: map[string]int64{}, Cache: &schemas.Cache{},
		Clients: map[string]int64{}, Rest: map[string]*schemas.ListRest{}, Visitors: new(int64), K: 10}
	w.minute = w.minute.Add(time.Minute)
	agents, paths, countries, referrers := map[string]int64{}, map[string]int64{}, map[string]int64{}, map[string]int64{}
	for _, c := range crowds {
		n := w.poisson(c.rate)
		r.Requests += n
		*r.Visitors += int64(math.Ceil(float64(n) / c.perClient))
		failing, broken := w.poisson(c.failing*float64(n)), w.poisson(c.broken*float64(n))
		r.StatusClass["4xx"] += failing
		r.StatusClass["5xx"] += broken
		r.StatusClass["2xx"] += max(0, n-failing-broken)
		r.Cache.Miss += w.poisson(c.uncached * float64(n))
		w.spread(agents, c.agents, n)
		w.spread(paths, c.paths, n)
		w.spread(countries, c.countries, n)
		referrers[c.referrer] += n / 2
	}
	r.Clients["browser"] = r.Requests
	listed := func(name string, counts map[string]int64, add func(value string, n int64)) {
		rest := &schemas.ListRest{Requests: r.Requests}
		for value, n := range counts {
			if n >= 30 { // as the k rule does
				add(value, n)
				rest.Requests -= n
			}
		}
		rest.Requests = max(0, rest.Requests) // shares are rounded
		r.Rest[name] = rest
	}
	value := func(to *[]*schemas.TopValue) func(string, int64) {
		return func(value string, n int64) { *to = append(*to, &schemas.TopValue{Value: value, Requests: n}) }
	}
	listed("top_agents", agents, value(&r.TopAgents))
	listed("top_countries", countries, value(&r.TopCountries))
	listed("top_referrers", referrers, value(&r.TopReferrers))
	listed("top_paths", paths, func(path string, n int64) { r.TopPaths = append(r.TopPaths, &schemas.TopPath{Path: path, Requests: n}) })
	return &schemas.Observation{Row: r}
}

func (w *world) spread(counts map[string]int64, shares map[string]float64, n int64) {
	for value, share := range shares {
		counts[value] += int64(math.Round(share * float64(n)))
	}
}
