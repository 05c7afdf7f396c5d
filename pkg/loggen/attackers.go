package loggen

import (
	"math"
	"net/netip"
	"slices"
)

// attackers are the clients of one attack, each with requests of its own, most at uneven intervals.
type attackers struct {
	agenda[attacker]
	dice    *dice
	tactic  tactic
	site    *site
	what    resource
	scanned []resource
	seen    int   // pages that were read
	pause   int64 // mean of one client
	start   int64
	end     int64
}

type attacker struct {
	person
	session uint64
	agents  []*browser // where it has several
	begun   bool
}

// newAttackers makes the clients of the n-th attack.
func newAttackers(w *world, a *Attack, n int) source {
	s := &attackers{dice: newDice(w.seed, purposeAttackers, uint64(n)), tactic: tacticOf(a.Kind), site: w.siteOf(slices.Index(w.hosts, a.Host)),
		pause: int64(min(float64(minute)/a.PerMinute, longestPause))}
	s.start, s.end = a.window(w)
	s.what = s.site.pages[0]
	if s.tactic.prepare != nil {
		s.tactic.prepare(s)
	}
	for range a.Clients {
		c := &attacker{person: s.tactic.from(s), session: s.dice.bits()}
		c.browser = s.tactic.agent(s.dice)
		if s.tactic.agents > 1 {
			c.agents = distinctBrowsers(s.dice, s.tactic.agents)
		}
		if at := s.next(s.start - microsecond); at < s.end {
			s.add(at, c)
		}
	}
	return s
}

// longestPause is some three years: the sum of a time and several pauses is a time still.
const longestPause = 1e17

// next gives the time of a client's next request after the given one.
func (s *attackers) next(last int64) int64 {
	step := microsecond + s.dice.exponential(s.pause)
	if s.tactic.even {
		step = microsecond + s.pause - s.pause/8 + s.dice.between(0, s.pause/4)
		if last < s.start { // they do not begin all at once
			step = s.dice.between(microsecond, s.pause+microsecond)
		}
	}
	if s.tactic.rhythm == nil {
		return last + step
	}
	at := s.start + s.tactic.rhythm(last-s.start, step, s.end-s.start)
	return max(at, last+microsecond)
}

func (s *attackers) take(r *Request) {
	r.Time = s.when()
	c, _ := s.due()
	if len(c.agents) > 0 {
		c.browser = c.agents[s.dice.below(len(c.agents))]
	}
	r.Client, r.Kind, r.Session, r.Country, r.ASN = c.client, s.tactic.kind, c.session, c.network.country, c.network.asn
	r.Agent, r.tls, r.Protocol, r.Referrer = c.browser.agent, c.browser.tls, c.browser.protocol, ""
	s.tactic.act(s, r, c)
	c.begun = true
	if next := s.next(r.Time); next < s.end {
		s.stay(next)
	} else {
		s.leave()
	}
}

// rhythm says when a client that was active at a time of its attack has been active for a step more, as attacks are not at full
// strength all the time. The attack lasts for whole. Times are from its beginning on.
type rhythm func(last, step, whole int64) int64

const (
	pulseOn    = minute
	pulseEvery = 5 * minute
)

// pulsing is active for a minute in five.
func pulsing(last, step, _ int64) int64 {
	active := last/pulseEvery*pulseOn + min(last%pulseEvery, pulseOn) + step
	return active/pulseOn*pulseEvery + active%pulseOn
}

// growing is evenly more active, up to full strength at its end: by the time t it was active for t²/2whole.
func growing(last, step, whole int64) int64 {
	t, w := float64(last), float64(whole)
	active := float64(t*t/(2*w)) + float64(step)
	return int64(math.Sqrt(float64(2 * w * active)))
}

func distinctBrowsers(d *dice, n int) []*browser {
	var list []*browser
	for len(list) < n {
		b := anyBrowser(d)
		if !slices.ContainsFunc(list, func(other *browser) bool { return other.agent == b.agent }) {
			list = append(list, b)
		}
	}
	return list
}

// smallNetwork is a part of the block of one of the smaller providers, who has readers too.
func smallNetwork(d *dice) *network {
	const weight, bits = 3, 20
	var small []*network
	for i := range accessNetworks {
		if accessNetworks[i].weight == weight {
			small = append(small, &accessNetworks[i])
		}
	}
	part := *small[d.below(len(small))]
	part.v4 = netip.PrefixFrom(addressIn(d, part.v4, 32), bits).Masked()
	return &part
}
