package attack

import (
	"maps"
	"math"
	"slices"

	"github.com/floodgauge/floodgauge/schemas"
)

const (
	// failedLogins is how many refused posts beyond the usual are evidence, and unusual how many deviations of a minute's come on top; manyProbes and
	// manyTries are how many requests of one client are. Of all of them leak is forgotten each minute.
	failedLogins, unusual = 20, 5
	manyProbes, manyTries = 90, 15
	// manyScans is how many requests of all scanners in a minute are evidence, beyond the usual.
	manyScans = 150
	leak      = 0.1
	// leastAutomated is how many requests of programs beyond the usual are worth a word, leastPart of all or of what is beyond the usual is evidence.
	leastAutomated = 100
	leastPart      = 0.3
	// fasterBy is how many times faster than the fastest person, as log2, a client is called fast.
	fasterBy = 2
	// fewBots is how many requests of declared bots beyond the usual are a crawl: more would be a flood, whatever they call themselves.
	fewBots = 300
	// From manyScanners and partScanners of all clients on it is not them who are odd, but the site.
	manyScanners, partScanners = 50, 0.2
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
	s.offenders(b, o)
	s.automated(b, o, v)
	s.fastClients(b, o, v)
	s.crawls(b, o, v)
}

// usually is the mean of a level of log(1+n).
func usually(l *schemas.Level) float64 { return math.Expm1(l.GetMean()) }

// failedLogins notes refused posts in the baseline, which leak from it. On sites where many are refused now and then, it takes more.
func (s *signs) failedLogins(b *schemas.Baseline, o *schemas.Observation) {
	n, ok := refusedPosts(o)
	if !ok {
		return
	}
	usual, spread := b.RefusedPosts.GetMean(), math.Sqrt(b.RefusedPosts.GetVariance())
	b.FailedLogins = math.Max(0, (1-leak)*b.FailedLogins+n-usual-1)
	if b.FailedLogins >= failedLogins+unusual*spread && n > usual+spread+1 {
		s.add("failed_logins", n, usual, 5, failedLoginWords(o, usual))
	}
}

// offenders follows scanners and guessers over minutes. Small scans come to every site all day: they are not worth a word.
func (s *signs) offenders(b *schemas.Baseline, o *schemas.Observation) {
	known := map[uint32]*schemas.Offender{}
	for _, f := range b.Offenders {
		f.Scans, f.Tries = (1-leak)*f.Scans, (1-leak)*f.Tries
		if f.Scans+f.Tries >= 1 {
			known[f.Client] = f
		}
	}
	var scanners, guessers schemas.ClientGroup
	for _, f := range o.Clients.Offenders {
		k := known[f.Client]
		if k == nil {
			k = &schemas.Offender{Client: f.Client}
			known[f.Client] = k
		}
		k.Scans, k.Tries = k.Scans+f.Scans, k.Tries+f.Tries
		if k.Scans >= manyProbes && f.Scans > 0 {
			scanners.Clients, scanners.Requests = scanners.Clients+1, scanners.Requests+int64(f.Scans)
		}
		if k.Tries >= manyTries && f.Tries > 0 {
			guessers.Clients, guessers.Requests = guessers.Clients+1, guessers.Requests+int64(f.Tries)
		}
	}
	b.Offenders = heaviest(slices.Collect(maps.Values(known)))
	if g := o.Clients.Scanners; float64(g.Requests) >= manyScans+b.Scans.GetMean()+unusual*math.Sqrt(b.Scans.GetVariance()) {
		scanners = schemas.ClientGroup{Clients: g.Clients, Requests: g.Requests} // many at once
	}
	if n := float64(o.Clients.Scanners.Clients); scanners.Clients > 0 && n <= math.Max(manyScanners, partScanners*float64(o.Clients.Clients)) {
		s.add("scanners", float64(scanners.Clients), 0, 5, scannerWords(&scanners))
	}
	if guessers.Clients > 0 {
		s.add("guessers", float64(guessers.Clients), 0, 5, guesserWords(&guessers, o))
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
