// Package loggen makes proxy logs of which everything is known: visitors with the files of their pages, offices behind one address,
// crawlers, monitors, API clients and scripts, on sites of very different popularity, along a real day, in any log format. Each line
// comes from a Request, which is the truth about it. The same seed gives the same bytes on every machine. Attacks, and events that only
// look like some, come on top.
//
// Hosts are under the domains that are reserved for examples, unless the caller names others. Visitors' addresses are random ones of
// large providers' blocks, so that address databases know their country, and some of the ranges reserved for documentation; crawlers
// and monitors come from the ranges that their owners publish. All of what the logs say of them is invented.
//
// It is not a load generator: it writes logs and sends no requests.
package loggen

import (
	"errors"
	"time"
)

// Generator makes the requests of one configuration in the order of time and writes them as log lines. Not safe for concurrent use.
type Generator struct {
	sources  []source
	troubles []*trouble
	write    encoder
	truth    *truthWriter
	start    int64
	end      int64 // never where there is none
	lines    int64 // 0 where there is no limit
	made     int64
}

// source is a kind of traffic. Sources are independent of each other: one more leaves the requests of the others as they are.
type source interface {
	// when gives the time of the next request, Unix nanoseconds, or never. It does not decrease.
	when() int64
	// take fills in that request.
	take(r *Request)
}

// world is what sources share.
type world struct {
	seed    uint64
	hosts   []string
	sites   []*site // made when first asked for
	popular popularity
	offices int
	shape   *shape // nil for an even rate
	start   int64
	warmUp  int64 // when arrivals begin, so that visits are under way at the start
}

func (w *world) siteOf(i int) *site {
	if w.sites[i] == nil {
		w.sites[i] = newSite(w.seed, i, w.hosts[i])
	}
	return w.sites[i]
}

func (w *world) anySite(d *dice) *site { return w.siteOf(w.popular.pick(d, len(w.hosts))) }

// The shares of the requests that are not visitors'. The share of the monitors is at most what is said here.
const (
	crawlerShare = 0.08
	apiShare     = 0.08
	toolShare    = 0.02
	monitorShare = 0.02

	// Visits begin this long before the start, or at very high rates so long that mostUnseen requests are thrown away.
	warmUp     = 10 * time.Minute
	mostUnseen = 5_000_000
)

// New checks the configuration, of which it reports every mistake, and makes a generator.
func New(c Config) (*Generator, error) {
	mistakes := c.validate()
	write, err := newEncoder(c.Format)
	if err = errors.Join(mistakes, err); err != nil {
		return nil, err
	}
	w, err := newWorld(&c)
	if err != nil {
		return nil, err
	}
	g := &Generator{write: write, truth: newTruthWriter(), start: w.start, end: never, lines: c.Lines}
	if c.Duration > 0 && c.Lines == 0 {
		g.end = w.start + int64(c.Duration)
	}
	rate := c.meanRate(w.shape)
	watching, watchRate := newMonitors(w, rate*monitorShare)
	people := rate - watchRate - float64(rate*(crawlerShare+apiShare+toolShare))
	g.sources = []source{newVisitors(w, people), newCrawlers(w, rate*crawlerShare), newAPIClients(w, rate*apiShare),
		newTools(w, rate*toolShare), watching}
	for i := range c.Attacks {
		g.addAttack(w, &c.Attacks[i], i)
	}
	return g, nil
}

func (g *Generator) addAttack(w *world, a *Attack, n int) {
	if kind, _ := kindOf(a.Kind); kind.begin != nil {
		g.sources = append(g.sources, kind.begin(w, a, n))
		return
	}
	g.troubles = append(g.troubles, newTrouble(w, a, n))
}

func newWorld(c *Config) (*world, error) {
	w := &world{seed: c.Seed, hosts: c.hostNames(), start: c.Start.UnixNano() / microsecond * microsecond}
	w.sites = make([]*site, len(w.hosts))
	w.popular = newPopularity(max(len(w.hosts), mostPages))
	if c.Shape == ShapeWorldCup98 {
		s, err := worldcup98()
		if err != nil {
			return nil, err
		}
		w.shape = s
	}
	rate := c.meanRate(w.shape)
	w.offices = 4 + int(rate/20)
	w.warmUp = w.start - int64(min(float64(warmUp), mostUnseen*second/rate))
	return w, nil
}

// skipWarmUp lets the visits run up to the start, unseen.
func (g *Generator) skipWarmUp() {
	var unseen Request
	for _, s := range g.sources {
		for s.when() < g.start {
			s.take(&unseen)
		}
	}
}

// Next fills in the next request and reports whether there was one. Times never decrease.
func (g *Generator) Next(r *Request) bool {
	if g.made == 0 {
		g.skipWarmUp()
	}
	next := g.sources[0]
	at := next.when()
	for _, s := range g.sources[1:] {
		if t := s.when(); t < at {
			next, at = s, t
		}
	}
	if at >= g.end || g.lines > 0 && g.made >= g.lines {
		return false
	}
	next.take(r)
	g.made++
	r.ID = uint64(g.made)
	r.Time -= r.Time % microsecond
	for _, t := range g.troubles {
		t.strike(r)
	}
	return true
}

// Write appends the log line of a request that Next made, with its '\n'.
func (g *Generator) Write(dst []byte, r *Request) []byte { return append(g.write(dst, r), '\n') }

// WriteTruth appends what is true of a request as one line of JSON, with its '\n'. Names are those of Request in snake case; the session
// is hexadecimal, the latency is in seconds.
func (g *Generator) WriteTruth(dst []byte, r *Request) []byte { return g.truth.line(dst, r) }
