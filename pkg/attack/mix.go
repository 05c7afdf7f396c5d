package attack

import (
	"math"
	"slices"
	"strconv"

	"github.com/floodgauge/floodgauge/schemas"
)

// others stands for all values that a list leaves out; none for requests without a value.
const others, none = "", "(none)"

// lists are those whose mix is compared.
var lists = []string{"top_agents", "top_paths", "top_networks", "top_countries", "top_referrers"}

// mixOf is each value's share of a list of a minute, 0 to 1. It is nil where the log has no such thing.
func mixOf(r *schemas.TrafficReport, list string) map[string]float64 {
	rest := r.Rest[list]
	if rest == nil || r.Requests == 0 {
		return nil
	}
	mix := map[string]float64{}
	add := func(value string, requests int64) {
		if requests > 0 {
			mix[value] += float64(requests) / float64(r.Requests)
		}
	}
	switch list {
	case "top_paths":
		for _, p := range r.TopPaths {
			add(p.Path, p.Requests)
		}
	case "top_networks":
		for _, n := range r.TopNetworks {
			add("AS"+strconv.FormatInt(n.Asn, 10), n.Requests)
		}
	default:
		for _, v := range valuesOf(r, list) {
			add(v.Value, v.Requests)
		}
	}
	add(others, rest.Requests)
	add(none, rest.None)
	return mix
}

func valuesOf(r *schemas.TrafficReport, list string) []*schemas.TopValue {
	switch list {
	case "top_agents":
		return r.TopAgents
	case "top_countries":
		return r.TopCountries
	case "top_referrers":
		return r.TopReferrers
	}
	return nil
}

// known tells whether a level says enough to compare with.
func known(l *schemas.Level) bool { return l.GetLearned() >= history/2 }

// knownMix tells whether a usual mix of published lists says enough to compare with: on small sites the k rule hides most of it.
func knownMix(s *schemas.Shares) bool {
	return s.GetLearned() >= history/2 && s.Shares[others] < 0.5
}

const (
	// leastSample is how many requests of a sample are compared, leastSampled how many must be known of before, and memorySample after how many more those
	// are forgotten to a third.
	leastSample  = 30
	leastSampled = 300
	memorySample = 1280
	// kindsOfPath is the list of what a request is for, static or not, which only samples have.
	kindsOfPath  = "kinds"
	static, page = "static", "page"
)

// compared gives a minute's mix of a list and the usual one: by the sample, which knows what the k rule hides, or by the published lists. Values of samples
// are not for people. Both are nil where too little is known.
func compared(b *schemas.Baseline, o *schemas.Observation, list string) (mix, usual map[string]float64) {
	if sizeOf(o.Sample) >= leastSample {
		if s := b.Shares[sampledList(list)]; s.GetLearned() >= leastSampled {
			return sampleMix(o.Sample, list), s.Shares
		}
	}
	if s := b.Shares[list]; knownMix(s) {
		return mixOf(o.Row, list), s.Shares
	}
	return nil, nil
}

// sampledList is the key under which a baseline keeps what samples say of a list.
func sampledList(list string) string { return "sample_" + list }

// learnSample moves a usual mix towards a sample's, by its size.
func learnSample(s *schemas.Shares, mix map[string]float64, n int) *schemas.Shares {
	if s == nil {
		s = &schemas.Shares{}
	}
	if s.Shares == nil {
		s.Shares = map[string]float64{}
	}
	before := min(s.Learned, memorySample)
	blend(s.Shares, mix, float64(n)/float64(before+int64(n)))
	s.Learned += int64(n)
	return s
}

// chance is how far a sample of so many persons is from what it was drawn from, on average: their requests go together, so it is persons who count.
func chance(o *schemas.Observation, mix, usual map[string]float64) float64 {
	persons := float64(sizeOf(o.Sample))
	if n := math.Max(float64(o.Clients.GetPersons()), float64(o.Row.GetVisitors())); n > 0 {
		persons = math.Min(persons, n)
	}
	if persons == 0 {
		return 0
	}
	values := 0.0
	for value := range usual {
		if usual[value] > 1/(2*persons) || mix[value] > 0 {
			values++
		}
	}
	return (values - 1) / (8 * persons * math.Ln2)
}

// divergence is the Jensen-Shannon divergence of two mixes: 0 where they are the same, 1 where they have nothing in common.
func divergence(p, q map[string]float64) float64 {
	var terms []float64
	half := func(p, q map[string]float64) {
		for value, share := range p {
			if share > 0 {
				terms = append(terms, share*math.Log2(2*share/(share+q[value]))/2)
			}
		}
	}
	half(p, q)
	half(q, p)
	slices.Sort(terms) // a sum of floats depends on its order, and that of a map is none
	var sum float64
	for _, t := range terms {
		sum += t
	}
	return math.Max(0, math.Min(1, sum))
}
