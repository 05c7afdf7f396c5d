package config

import (
	"strconv"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

// rates reads one rate for all times, or a list of rates by time.
func (r *reader) rates(n *yaml.Node) []logentry.SampleRate {
	if n.Kind == yaml.ScalarNode {
		return []logentry.SampleRate{{Rate: r.rate(n)}}
	}
	var out []logentry.SampleRate
	var nodes []*yaml.Node
	for _, item := range r.items(n, "sample_rate", false) {
		before := len(r.mistakes)
		rate := r.timedRate(item)
		if len(r.mistakes) > before {
			continue
		}
		for i, other := range out {
			if overlap(rate, other) {
				r.fault(item, "this time range overlaps with the one in line %d; let one end where the other begins", nodes[i].Line)
			}
		}
		out, nodes = append(out, rate), append(nodes, item)
	}
	return out
}

func (r *reader) timedRate(n *yaml.Node) logentry.SampleRate {
	var out logentry.SampleRate
	keys := r.keys(n, "a sample rate", "rate: 0.1", "from", "to", "rate")
	out.From, out.To = r.time(keys["from"]), r.time(keys["to"])
	if !out.From.IsZero() && !out.To.IsZero() && !out.From.Before(out.To) {
		r.fault(keys["to"], "this time range ends before it begins; \"to\" must be later than \"from\"")
	}
	if rate := keys["rate"]; rate != nil {
		out.Rate = r.rate(rate)
	} else if n.Kind == yaml.MappingNode {
		r.fault(n, "a sample rate has no rate; add a line such as \"rate: 0.1\"")
	}
	return out
}

func (r *reader) rate(n *yaml.Node) float64 {
	rate, err := strconv.ParseFloat(n.Value, 64)
	if n.Kind != yaml.ScalarNode || err != nil {
		rate = 0
	}
	if err := CheckRate(rate); err != nil {
		r.fault(n, "this is no sample rate: %s", err)
	}
	return rate
}

// time reads a point in time; a missing one is the zero time.
func (r *reader) time(n *yaml.Node) time.Time {
	if n == nil {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, n.Value)
	if err != nil {
		r.fault(n, "this is no time; write it with its zone, such as 2026-05-04T12:00:00Z or 2026-05-04T14:00:00+02:00")
	}
	return t.UTC()
}

func overlap(a, b logentry.SampleRate) bool {
	startsBeforeEnd := func(a, b logentry.SampleRate) bool { return a.From.IsZero() || b.To.IsZero() || a.From.Before(b.To) }
	return startsBeforeEnd(a, b) && startsBeforeEnd(b, a)
}
