package attack

import (
	"cmp"
	"slices"

	"github.com/floodgauge/floodgauge/schemas"
)

const (
	// leastMix is how many requests a minute needs for its mix and its shares to be learned, leastCompared to be compared: in fewer, chance decides.
	leastMix      = 30
	leastCompared = 100
	// changed is the divergence from which on a mix is another one; same is up to which it is the usual.
	changed, same = 0.3, 0.1
	// A value stands out that has leastShare of the requests, and that much more than usual, in parts and in times.
	leastShare, leastMore, leastTimes = 0.2, 0.15, 3.0
)

// quantity is a figure of a minute that has a usual level.
type quantity struct {
	signal string
	of     func(*schemas.TrafficReport) (x float64, known bool)
	level  func(*schemas.Baseline) **schemas.Level
	// off tells whether x is so much above the mean that it has points.
	off    func(x, mean float64) bool
	points int32
}

func more(by float64) func(x, mean float64) bool {
	return func(x, mean float64) bool { return x > mean+by }
}

var quantities = []quantity{
	{"client_errors", statusShare("4xx"), func(b *schemas.Baseline) **schemas.Level { return &b.ClientErrors }, more(0.2), 2},
	{"server_errors", statusShare("5xx"), func(b *schemas.Baseline) **schemas.Level { return &b.ServerErrors }, more(0.05), 2},
	{"cache_misses", missShare, func(b *schemas.Baseline) **schemas.Level { return &b.CacheMisses },
		func(x, mean float64) bool { return x > 2*mean && x > mean+0.1 }, 1},
	{"tools", toolShare, func(b *schemas.Baseline) **schemas.Level { return &b.Tools }, more(0.2), 2},
	{"requests_per_client", perClient, func(b *schemas.Baseline) **schemas.Level { return &b.RequestsPerClient },
		func(x, mean float64) bool { return x > 2*mean }, 2},
}

func statusShare(class string) func(*schemas.TrafficReport) (float64, bool) {
	return func(r *schemas.TrafficReport) (float64, bool) {
		return float64(r.StatusClass[class]) / float64(r.Requests), r.Requests > 0 && r.StatusClass != nil
	}
}

func missShare(r *schemas.TrafficReport) (float64, bool) {
	return float64(r.Cache.GetMiss()+r.Cache.GetUncached()) / float64(r.Requests), r.Requests > 0 && r.Cache != nil
}

func toolShare(r *schemas.TrafficReport) (float64, bool) {
	return float64(r.Clients["tool"]+r.Clients["empty"]) / float64(r.Requests), r.Requests > 0 && len(r.Clients) > 0
}

func perClient(r *schemas.TrafficReport) (float64, bool) {
	if r.GetVisitors() == 0 {
		return 0, false
	}
	return float64(r.Requests) / float64(r.GetVisitors()), true
}

// signs are what a minute shows.
type signs struct {
	evidence      []*schemas.Evidence
	standouts     []*schemas.Standout
	has           map[string]bool // signals with points above 0
	mixChanged    bool            // of agents
	crowd         bool            // much more traffic, in the usual mix
	originTrouble bool
}

func (s *signs) add(signal string, observed, normal float64, points int32, words string) {
	s.evidence = append(s.evidence, &schemas.Evidence{Signal: signal, Observed: observed, Normal: normal, Points: points, Words: words})
	if points > 0 {
		s.has[signal] = true
	}
}

// signsOf looks at everything. hour is the hour of the week.
func signsOf(b *schemas.Baseline, r *schemas.TrafficReport, v *volume, hour int) *signs {
	s := &signs{has: map[string]bool{}}
	s.volume(b, v, hour)
	if r.Requests < leastCompared {
		return s
	}
	s.quantities(b, r)
	agents, compared := s.mixes(b, r)
	grown := s.has["volume"] || s.has["ramp"]
	if grown && compared && agents < same {
		s.add("agents", agents, 0, -2, "the mix of browsers and programs is the usual one, as in a crowd of readers")
		if x, ok := perClient(r); ok && !s.has["requests_per_client"] && b.RequestsPerClient.GetLearned() >= history/2 {
			s.add("requests_per_client", x, b.RequestsPerClient.Mean, -2,
				"each visitor asks for as much as usual, as in a crowd of readers")
			s.crowd = true
		}
	}
	share, _ := statusShare("5xx")(r)
	s.originTrouble = s.has["server_errors"] && (!grown || share > 0.5)
	return s
}

func (s *signs) volume(b *schemas.Baseline, v *volume, hour int) {
	switch {
	case v.alarm && v.z > overwhelming:
		s.add("volume", v.requests, v.normal, 3, timesUsual(v))
	case v.alarm:
		s.add("volume", v.requests, v.normal, 2, timesUsual(v))
	case v.ramp:
		s.add("ramp", v.requests, v.normal, 2, rampWords(v))
	default:
		return
	}
	if usual := usualAt(b, hour); usual > 0 && v.requests < 1.5*usual {
		s.add("usual_hour", v.requests, usual, -s.evidence[0].Points, usualHourWords(usual))
	}
}

func (s *signs) quantities(b *schemas.Baseline, r *schemas.TrafficReport) {
	for _, q := range quantities {
		level := *q.level(b)
		if x, ok := q.of(r); ok && level.GetLearned() >= history/2 && q.off(x, level.Mean) {
			s.add(q.signal, x, level.Mean, q.points, quantityWords(q.signal, x, level.Mean))
		}
	}
}

// mixes compares all lists. agents is how far that of agents is from the usual; compared tells whether it could be.
func (s *signs) mixes(b *schemas.Baseline, r *schemas.TrafficReport) (agents float64, compared bool) {
	for _, list := range lists {
		mix, usual := mixOf(r, list), b.Shares[list]
		if mix == nil || !known(usual) {
			continue
		}
		d := divergence(mix, usual.Shares)
		if list == "top_agents" {
			agents, compared, s.mixChanged = d, true, d > changed
		}
		if d <= changed {
			continue
		}
		standing := standing(list, mix, usual.Shares, r.Requests)
		s.standouts = append(s.standouts, standing...)
		s.add(signalOf[list], d, 0, mixPoints[list], mixWords(list, standing))
	}
	return agents, compared
}

var (
	signalOf  = map[string]string{"top_agents": "agents", "top_paths": "paths", "top_networks": "networks", "top_countries": "countries", "top_referrers": "referrers"}
	mixPoints = map[string]int32{"top_agents": 2, "top_paths": 1, "top_networks": 1, "top_countries": 1, "top_referrers": 0}
)

// standing are the values that have much more of the minute's requests than usual, the largest first.
func standing(list string, mix, usual map[string]float64, requests int64) (out []*schemas.Standout) {
	for value, share := range mix {
		normal := usual[value]
		if share >= leastShare && share >= normal+leastMore && share >= leastTimes*normal {
			out = append(out, &schemas.Standout{List: list, Value: value, Requests: int64(share*float64(requests) + 0.5), Share: share, NormalShare: normal})
		}
	}
	slices.SortFunc(out, func(a, b *schemas.Standout) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Value, b.Value))
	})
	return out
}

// kind names what it looks like.
func (s *signs) kind(v *volume) string {
	grown := s.has["volume"] || s.has["ramp"]
	switch {
	case s.originTrouble && !s.mixChanged:
		return "origin_trouble"
	case s.crowd:
		return "flash_crowd"
	case !grown:
		return "error_storm"
	case s.has["cache_misses"]:
		return "cache_busting"
	case v.ramp && !v.alarm:
		return "slow_ramp"
	case v.pulse:
		return "pulse"
	}
	return "volumetric"
}
