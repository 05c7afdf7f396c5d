package attack

import (
	"math"

	"github.com/floodgauge/floodgauge/schemas"
)

const (
	// failedLogins is how many refused posts beyond the usual are evidence; of them a tenth is forgotten each minute.
	failedLogins = 20
	loginsLeak   = 0.1
	// leastAutomated is how many requests of programs beyond the usual are worth a word, leastPart of all or of what is beyond the usual is evidence.
	leastAutomated = 100
	leastPart      = 0.3
	// fasterBy is how many times faster than the fastest person, as log2, a client is called fast.
	fasterBy = 2
	// fewBots is how many requests of declared bots beyond the usual are a crawl: more would be a flood, whatever they call themselves.
	fewBots = 300
	// manyScanners is the part of all clients from which on it is not them who are odd, but the site.
	manyScanners = 0.2
)

// clients looks at what single clients did.
func (s *signs) clients(b *schemas.Baseline, o *schemas.Observation, v *volume) {
	s.failedLogins(b, o)
	if o.Clients.GetUnknown() == "cdn" && v.alarm {
		s.add("clients_unknown", 0, 0, 0, "the addresses in the log are a delivery network's: nothing can be said of single clients until the log has the client's own")
	}
	if !clientsKnown(o) {
		return
	}
	if g := o.Clients.Scanners; g.Clients > 0 && float64(g.Clients) <= math.Max(2, manyScanners*float64(o.Clients.Clients)) {
		s.add("scanners", float64(g.Clients), 0, 5, scannerWords(g))
	}
	if g := o.Clients.Guessers; g.Clients > 0 {
		s.add("guessers", float64(g.Clients), 0, 5, guesserWords(g))
	}
	s.automated(b, o, v)
	s.fastClients(b, o, v)
	s.crawls(b, o, v)
}

// usually is the mean of a level of log(1+n).
func usually(l *schemas.Level) float64 { return math.Expm1(l.GetMean()) }

// failedLogins notes refused posts in the baseline, which leak from it.
func (s *signs) failedLogins(b *schemas.Baseline, o *schemas.Observation) {
	n, ok := refusedPosts(o)
	if !ok {
		return
	}
	usual := usually(b.RefusedPosts)
	b.FailedLogins = math.Max(0, (1-loginsLeak)*b.FailedLogins+n-2*usual-1)
	if b.FailedLogins >= failedLogins && n > 2*usual+1 {
		s.add("failed_logins", n, usual, 5, failedLoginWords(n, usual))
	}
}

// automated looks at how much of what is beyond the usual comes from programs.
func (s *signs) automated(b *schemas.Baseline, o *schemas.Observation, v *volume) {
	n, _ := automated(o)
	more := n - usually(b.Automated)
	if more < leastAutomated || more < leastPart*math.Max(v.requests-v.normal, leastPart*v.requests) {
		return
	}
	s.add("automated", n, usually(b.Automated), 3, automatedWords(o.Clients.Automated, o.Row.Requests))
}

// fastClients looks at clients that ask several times as often as the fastest of persons, each of their agents counted as a person of its own.
func (s *signs) fastClients(b *schemas.Baseline, o *schemas.Observation, v *volume) {
	if !known(b.Fast) || !v.alarm && !v.ramp {
		return
	}
	var n, clients int64
	for rate, g := range o.Clients.ByRate {
		if float64(rate) >= b.Fast.Mean+fasterBy {
			n, clients = n+g.Requests, clients+g.Clients
		}
	}
	if float64(n) >= leastPart*(v.requests-v.normal) && n >= leastAutomated {
		s.add("fast_clients", float64(n), 0, 3, fastWords(clients, n, math.Exp2(b.Fast.Mean+1)))
	}
}

// crawls tells a new crawler, which is no attack, from a flood that calls itself one.
func (s *signs) crawls(b *schemas.Baseline, o *schemas.Observation, v *volume) {
	n, ok := bots(o)
	more := n - usually(b.Bots)
	if ok && more >= leastPart*leastAutomated && more < fewBots && more > 0.6*(v.requests-v.normal) {
		s.crawlers = true
		s.add("crawlers", n, usually(b.Bots), 0, crawlerWords(n, usually(b.Bots)))
	}
}

// accused tells whether single clients are known to attack.
func (s *signs) accused() bool {
	return s.has["scanners"] || s.has["guessers"] || s.has["failed_logins"]
}
