package attack

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/schemas"
)

const (
	// maxCulprits is how many clients one rule names at most: as many ranges of addresses as Cloud Armor takes in a rule.
	maxCulprits = 10
	// mostOfAttack is how much of the attack a few clients must make to be named: less is a crowd that happens to have a busiest one.
	mostOfAttack = 0.5
	minutesOfDay = 24 * 60
	clientField  = "client"
)

// culprit is a client that does what no person does.
type culprit struct {
	client   uint32
	label    Label
	requests uint64
}

func culpritOf(c *report.Client, label Label) culprit {
	return culprit{binary.BigEndian.Uint32(c.Token[:]), label, c.Requests}
}

// byRequests puts those with most requests first.
func byRequests(all []culprit) []culprit {
	slices.SortFunc(all, func(a, b culprit) int {
		return cmp.Or(cmp.Compare(b.requests, a.requests), cmp.Compare(a.client, b.client))
	})
	return all
}

// culpritMessages are those of the busiest.
func culpritMessages(all []culprit) (out []*schemas.Culprit) {
	for _, c := range byRequests(all)[:min(len(all), maxCulprits)] {
		out = append(out, &schemas.Culprit{Client: c.client, Label: uint32(c.label), Requests: int64(c.requests)})
	}
	return out
}

// someClients are clients of one day (since 1970), by the beginnings of their tokens: those of other days tell nothing of them.
type someClients struct {
	day    uint32
	tokens []uint32
}

// knows tells whether it can be said of a request if it is one of theirs.
func (s *someClients) knows(r *request) bool { return r.client != 0 && r.minute/minutesOfDay == s.day }

func (s *someClients) has(r *request) bool { return s.knows(r) && slices.Contains(s.tokens, r.client) }

// condition is met by requests of the clients. Its value is for the literal alone.
func (s *someClients) condition() condition {
	words := []string{fmt.Sprint(s.day)}
	for _, t := range s.tokens {
		words = append(words, fmt.Sprintf("%08x", t))
	}
	return condition{field: clientField, value: strings.Join(words, " "), clients: s}
}

// told tells of requests of which it is known whether they meet conditions.
func told(all []condition) func(*request) bool {
	return func(r *request) bool {
		return !slices.ContainsFunc(all, func(c condition) bool { return c.clients != nil && !c.clients.knows(r) })
	}
}

// addressesOf says how many clients there are, which is all that a finding has of them.
func addressesOf(value string) string {
	if n := strings.Count(value, " "); n > 1 {
		return fmt.Sprintf("%d addresses", n)
	}
	return "1 address"
}

// culprits are the few clients that did most in the latest day of the case's minutes, of those whom the finding accuses; nil for none.
func (m *miner) culprits(f *schemas.Finding) *someClients {
	s := &someClients{}
	for minute := range m.sampled {
		s.day = max(s.day, minute/minutesOfDay)
	}
	var named []culprit
	total := uint64(0)
	for _, c := range m.accusedOf(f, s.day) {
		if len(named) < maxCulprits && m.harmless(&someClients{s.day, append(slices.Clone(s.tokens), c.client)}) {
			s.tokens, named, total = append(s.tokens, c.client), append(named, c), total+c.requests
		}
	}
	dropped := uint64(0)
	for n := len(named); n > 0; n-- { // the last ones may add nothing that is worth a name
		if dropped += named[n-1].requests; float64(dropped) > closeTo*float64(total) {
			break
		}
		s.tokens = s.tokens[:n-1]
	}
	if len(s.tokens) == 0 {
		return nil
	}
	return s
}

// accusedOf are the clients of the case's minutes of a day whom the finding accuses, those with most requests first.
func (m *miner) accusedOf(f *schemas.Finding, day uint32) []culprit {
	requests := map[uint32]uint64{}
	for minute, c := range m.minutes {
		if m.sampled[minute] == 0 || minute/minutesOfDay != day {
			continue
		}
		for _, one := range c.Culprits {
			label := Label(one.Label)
			if one.Client != 0 && Accused(f, label) && (label >= Guesser || !m.accusedOnly) {
				requests[one.Client] += uint64(one.Requests)
			}
		}
	}
	var all []culprit
	for client, n := range requests {
		all = append(all, culprit{client: client, requests: n})
	}
	return byRequests(all)
}

// harmless tells whether clients may be named, by what is known of them from other minutes.
func (m *miner) harmless(s *someClients) bool {
	all := []condition{s.condition()}
	if hits, _ := m.protected.hits(all, told(all)); hits > 0 {
		return false
	}
	hits, n := m.usual.hits(all, told(all))
	return float64(hits) <= mostCollateral*float64(n) && upperBound(hits, n) <= mostCollateral
}

// ofClients are the usable rules that name clients: one or none. They name nothing else, as they reach nobody else.
func (m *miner) ofClients(f *schemas.Finding) []rule {
	s := m.culprits(f)
	if s == nil {
		return nil
	}
	r := m.judge([]condition{s.condition()})
	if r.covered < mostOfAttack || !m.usable(&r) {
		return nil
	}
	return []rule{r}
}

// withAlternative adds to rules that only logs turn into addresses the best of those that need no logs.
func withAlternative(best, byValue []rule) []rule {
	if slices.ContainsFunc(best, func(r rule) bool { return r.conditions[0].clients == nil }) {
		return best
	}
	best = append(best, chosen(byValue)...)
	return best[:min(len(best), maxRules)]
}
