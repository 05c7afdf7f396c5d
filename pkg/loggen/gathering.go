package loggen

import (
	"math"
	"slices"
	"strings"
)

// gathering is what the visitors of one event have in common. In all else they are as others are.
type gathering struct {
	site      *site
	kind      Kind     // of the people
	people    []person // who come again and again. Without them, each visitor is new.
	offices   int      // from which some of the new visitors come
	landing   *resource
	referrers []string
	phonePPM  int // how many of the visitors have a phone for certain
}

const newcomers = 1 << 40

// newcomer makes somebody who was never on a site.
func newcomer(d *dice, s *site) person {
	return personOf(d.bits(), s, regularsPerSite+d.below(newcomers), d)
}

// newGathering makes the visitors of the n-th attack.
func newGathering(w *world, a *Attack, n int) source {
	d := newDice(w.seed, purposeAttackers, uint64(n))
	g := &gathering{site: w.siteOf(slices.Index(w.hosts, a.Host)), kind: KindVisitor, offices: w.offices + a.Clients, referrers: externalReferrers}
	v := &visitors{world: w, dice: d, gathering: g, end: never}
	perSecond, speed := float64(a.Clients)/60, tempo(nil)
	start, end := a.window(w)
	switch a.Kind {
	case EventCrowd:
		g.landing, g.referrers = article(d, g.site), linking[d.below(len(linking)):][:1]
	case EventSale:
		g.landing, speed = article(d, g.site), newDecay(start, end)
	case EventMail:
		letter := g.site.resource(article(d, g.site).path, "utm_source=newsletter&utm_medium=email&utm_campaign="+slug(d, 2), 18_000)
		g.landing, g.referrers, g.phonePPM, speed = &letter, []string{""}, 700_000, newDecay(start, end)
	case EventNAT:
		g.office(d, w, a.Clients)
		perSecond = float64(a.Clients) * a.PerMinute / 60 / requestsPerVisit()
	case AttackMimic, AttackLookalike:
		if g.homes(d, a.Clients); a.Kind == AttackLookalike {
			g.moveTo(d, smallNetwork(d))
		}
		perSecond, v.end = float64(a.Clients)*a.PerMinute/60/requestsPerVisit(), end
	}
	v.arrivals = newPaceWithin(newDice(w.seed, purposeGatheringPace, uint64(n)), perSecond, speed, start, end)
	return v
}

// article is one of the pages that are read more often, but not the first.
func article(d *dice, s *site) *resource { return &s.pages[1+d.below(min(50, len(s.pages)-1))] }

// linking are pages that send many readers at once.
var linking = []string{"https://news.ycombinator.com/", "https://www.reddit.com/", "https://slashdot.org/", "https://www.tagesschau.de/",
	"https://lobste.rs/", "https://www.bbc.co.uk/news"}

func (g *gathering) office(d *dice, w *world, n int) {
	g.kind = KindNATVisitor
	address := officeOf(w.seed, w.offices+d.below(newcomers))
	for range n {
		address.browser = anyBrowser(d)
		g.people = append(g.people, address)
	}
}

func (g *gathering) homes(d *dice, n int) {
	g.kind = KindAttacker
	for range n {
		g.people = append(g.people, newcomer(d, g.site))
	}
}

// moveTo gives everybody an address in one network.
func (g *gathering) moveTo(d *dice, n *network) {
	for i := range g.people {
		g.people[i].network, g.people[i].client = n, addressIn(d, n.v4, 32)
	}
}

// join makes a visitor one of the gathering, after all that visitors have in common was made.
func (g *gathering) join(d *dice, v *visit) {
	v.page, v.referrer = g.landing, g.referrers[d.below(len(g.referrers))]
	if g.phonePPM > 0 && d.chance(g.phonePPM) {
		for !strings.Contains(v.browser.agent, "Mobile") {
			v.browser = anyBrowser(d)
		}
	}
}

// decay is a crowd that comes at the beginning: each twentieth of its time has 0.84 times as many arrivals as the one before it.
type decay struct{ start, step int64 }

const decaySteps = 20

func newDecay(start, end int64) *decay { return &decay{start, max(1, (end-start)/decaySteps)} }

var decayLevels = func() (levels [decaySteps]float64) {
	level, sum := 1.0, 0.0
	for i := range levels {
		levels[i] = level
		sum += level
		level = level * 0.84
	}
	for i := range levels {
		levels[i] = levels[i] * decaySteps / sum
	}
	return levels
}()

func (c *decay) level(t int64) (relative float64, until int64) {
	i := (t - c.start) / c.step
	if i >= decaySteps {
		return 0, math.MaxInt64
	}
	return decayLevels[i], c.start + (i+1)*c.step
}
