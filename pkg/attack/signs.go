package attack

import (
	"cmp"
	"math"
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

// signs are what a minute shows.
type signs struct {
	evidence      []*schemas.Evidence
	standouts     []*schemas.Standout
	has           map[string]bool // signals with points above 0
	mixChanged    bool            // of agents
	grown         bool            // more traffic than usual
	staticLow     bool            // the files of pages are hardly asked for
	crawlers      bool            // what is more than usual comes from declared bots, and is little
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
func signsOf(b *schemas.Baseline, o *schemas.Observation, v *volume, hour int) *signs {
	s := &signs{has: map[string]bool{}}
	s.volume(b, v, hour)
	s.clients(b, o, v)
	if o.Row.Requests < leastCompared {
		return s
	}
	s.quantities(b, o)
	s.static(b, o)
	agents, compared := s.mixes(b, o)
	s.grown = s.has["volume"] || s.has["ramp"]
	if s.grown && compared && agents < same {
		s.crowdOfReaders(b, o, agents)
	}
	share, _ := statusShare("5xx")(o)
	s.originTrouble = s.has["server_errors"] && (!s.grown || share > 0.5) && !s.accused()
	return s
}

// crowdOfReaders says what speaks for readers where there is more traffic in the usual mix of agents.
func (s *signs) crowdOfReaders(b *schemas.Baseline, o *schemas.Observation, agents float64) {
	s.add("agents", agents, 0, -2, "the mix of browsers and programs is the usual one, as in a crowd of readers")
	x, ok := perClient(o)
	if ok && !s.has["requests_per_client"] && !s.staticLow && !s.has["automated"] && known(b.RequestsPerClient) {
		s.add("requests_per_client", x, b.RequestsPerClient.Mean, -2, "each visitor asks for as much as usual, as in a crowd of readers")
		s.crowd = true
	}
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

func (s *signs) quantities(b *schemas.Baseline, o *schemas.Observation) {
	for _, q := range quantities {
		level := *q.level(b)
		if x, ok := q.of(o); ok && known(level) && q.off != nil && q.off(x, level.Mean) {
			s.add(q.signal, x, level.Mean, q.points, quantityWords(q.signal, x, level.Mean))
		}
	}
}

// static looks whether style sheets, scripts and images are missing, as programs do not ask for them.
func (s *signs) static(b *schemas.Baseline, o *schemas.Observation) {
	mix, usual := compared(b, o, kindsOfPath)
	switch {
	case mix == nil:
		return
	case mix[static] > usual[static]/2 || mix[static] > usual[static]-0.15:
		if (s.has["volume"] || s.has["ramp"]) && mix[static] > 0.3 && !s.has["automated"] {
			s.add("static", mix[static], usual[static], -2, "the files of pages are asked for as usual, as browsers do")
		}
		return
	}
	s.staticLow = true
	s.add("static", mix[static], usual[static], 2, quantityWords("static", mix[static], usual[static]))
}

// mixes compares all lists. agents is how far that of agents is from the usual; known tells whether it could be compared.
func (s *signs) mixes(b *schemas.Baseline, o *schemas.Observation) (agents float64, known bool) {
	for _, list := range lists {
		mix, usual := compared(b, o, list)
		if mix == nil {
			continue
		}
		d := math.Max(0, divergence(mix, usual)-chance(o, mix, usual))
		if list == "top_agents" {
			agents, known, s.mixChanged = d, true, d > changed
		}
		if d <= changed {
			continue
		}
		var standing []*schemas.Standout
		if public := b.Shares[list]; public.GetLearned() > 0 { // only values that k clients share are named
			standing = standouts(list, mixOf(o.Row, list), public.Shares, o.Row.Requests)
		}
		s.standouts = append(s.standouts, standing...)
		points := mixPoints[list]
		if list == "top_paths" && s.staticLow {
			points = 1 // readers of one article would ask for its files
		}
		s.add(signalOf[list], d, 0, points, mixWords(list, standing))
	}
	return agents, known
}

var (
	signalOf  = map[string]string{"top_agents": "agents", "top_paths": "paths", "top_networks": "networks", "top_countries": "countries", "top_referrers": "referrers"}
	mixPoints = map[string]int32{"top_agents": 2, "top_paths": 0, "top_networks": 1, "top_countries": 0, "top_referrers": 0}
)

// standouts are the values that have much more of the minute's requests than usual, the largest first.
func standouts(list string, mix, usual map[string]float64, requests int64) (out []*schemas.Standout) {
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
