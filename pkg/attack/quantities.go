package attack

import (
	"math"

	"github.com/floodgauge/floodgauge/schemas"
)

// leastPersons is how many clients a minute needs to say how fast persons are.
const leastPersons = 10

// quantity is a figure of a minute that has a usual level.
type quantity struct {
	signal string
	of     func(*schemas.Observation) (x float64, known bool)
	level  func(*schemas.Baseline) **schemas.Level
	// off tells whether x is so much above the mean that it has points; nil where that is looked at elsewhere.
	off    func(x, mean float64) bool
	points int32
	share  bool // of the minute's requests: in few, chance decides
}

func more(by float64) func(x, mean float64) bool {
	return func(x, mean float64) bool { return x > mean+by }
}

var quantities = []quantity{
	{"client_errors", statusShare("4xx"), func(b *schemas.Baseline) **schemas.Level { return &b.ClientErrors }, more(0.2), 2, true},
	{"server_errors", statusShare("5xx"), func(b *schemas.Baseline) **schemas.Level { return &b.ServerErrors }, more(0.05), 2, true},
	{"cache_misses", missShare, func(b *schemas.Baseline) **schemas.Level { return &b.CacheMisses },
		func(x, mean float64) bool { return x > 2*mean && x > mean+0.1 }, 1, true},
	{"tools", toolShare, func(b *schemas.Baseline) **schemas.Level { return &b.Tools }, more(0.2), 2, true},
	{"requests_per_client", perClient, func(b *schemas.Baseline) **schemas.Level { return &b.RequestsPerClient },
		func(x, mean float64) bool { return x > 2*mean }, 2, false},
	{"failed_logins", refusedPosts, func(b *schemas.Baseline) **schemas.Level { return &b.RefusedPosts }, nil, 0, false},
	{"automated", logOf(automated), func(b *schemas.Baseline) **schemas.Level { return &b.Automated }, nil, 0, false},
	{"fast_clients", fast, func(b *schemas.Baseline) **schemas.Level { return &b.Fast }, nil, 0, false},
	{"scanners", scanned, func(b *schemas.Baseline) **schemas.Level { return &b.Scans }, nil, 0, false},
	{"crawlers", logOf(bots), func(b *schemas.Baseline) **schemas.Level { return &b.Bots }, nil, 0, false},
}

func statusShare(class string) func(*schemas.Observation) (float64, bool) {
	return func(o *schemas.Observation) (float64, bool) {
		r := o.Row
		return float64(r.StatusClass[class]) / float64(r.Requests), r.Requests > 0 && r.StatusClass != nil
	}
}

func missShare(o *schemas.Observation) (float64, bool) {
	r := o.Row
	return float64(r.Cache.GetMiss()+r.Cache.GetUncached()) / float64(r.Requests), r.Requests > 0 && r.Cache != nil
}

func toolShare(o *schemas.Observation) (float64, bool) {
	r := o.Row
	return float64(r.Clients["tool"]+r.Clients["empty"]) / float64(r.Requests), r.Requests > 0 && len(r.Clients) > 0
}

func perClient(o *schemas.Observation) (float64, bool) {
	switch persons, visitors := o.Clients.GetPersons(), o.Row.GetVisitors(); {
	case persons > 0 && persons >= visitors: // no client was left out
		return float64(o.Row.Requests) / float64(persons), true
	case visitors > 0:
		return float64(o.Row.Requests) / float64(visitors), true
	}
	return 0, false
}

// logOf is log(1+n) of a number.
func logOf(of func(*schemas.Observation) (float64, bool)) func(*schemas.Observation) (float64, bool) {
	return func(o *schemas.Observation) (float64, bool) {
		n, ok := of(o)
		return math.Log1p(n), ok
	}
}

func refusedPosts(o *schemas.Observation) (float64, bool) {
	return float64(o.RefusedPosts), o.Clients != nil
}

// scanned are the requests of scanners for paths that are not there.
func scanned(o *schemas.Observation) (float64, bool) {
	return float64(o.Clients.GetScanners().GetRequests()), clientsKnown(o)
}

func automated(o *schemas.Observation) (float64, bool) {
	return float64(o.Clients.GetAutomated().GetRequests()), clientsKnown(o)
}

func bots(o *schemas.Observation) (float64, bool) {
	return float64(o.Row.Clients["declared_bot"]), o.Row.Clients != nil
}

func clientsKnown(o *schemas.Observation) bool {
	return o.Clients != nil && o.Clients.Unknown == ""
}

// fast is the rate, as log2 of requests in a minute, that 99 of a hundred persons stay below.
func fast(o *schemas.Observation) (float64, bool) {
	if !clientsKnown(o) {
		return 0, false
	}
	all, below := int64(0), int64(0)
	for _, g := range o.Clients.ByRate {
		all += g.Clients
	}
	for rate, g := range o.Clients.ByRate {
		if below += g.Clients; 100*below >= 99*all {
			return float64(rate), all >= leastPersons
		}
	}
	return 0, false
}
