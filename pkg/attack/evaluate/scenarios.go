package main

import (
	"math"
	"time"

	"github.com/floodgauge/floodgauge/pkg/loggen"
)

// What a scenario is, for the figures.
const (
	groupFlood  = "flood"   // volume: to be found where it is three times the usual and 100 a minute more
	groupPulse  = "pulse"   // the same, on and off
	groupScan   = "scanner" // to be found on every site
	groupGuess  = "guesser" // to be found on every site
	groupOther  = "other"   // attacks of which nothing is promised
	groupHidden = "hidden"  // attacks that are meant not to be found
	groupCrowd  = "crowd"   // many people: no attack
	groupOutage = "outage"  // the site's own trouble: no attack, and said to be its own
	groupNoise  = "noise"   // everything else that is no attack
	groupCalm   = "calm"    // nothing happens
)

// scenario is something that happens on a site, or nothing.
type scenario struct {
	name, group string
	lasts       time.Duration
	events      func(rate float64) []loggen.Attack // rate: the site's requests a minute
}

func one(kind string, clients int, perMinute float64) func(float64) []loggen.Attack {
	return func(float64) []loggen.Attack {
		return []loggen.Attack{{Kind: kind, Clients: clients, PerMinute: perMinute}}
	}
}

// requestsOfAVisit is how many requests a new visitor of loggen sends, about: from it follows how many must come.
const requestsOfAVisit = 11

// times is a crowd that makes a site's traffic so many times the usual.
func times(kind string, factor float64) func(float64) []loggen.Attack {
	return func(rate float64) []loggen.Attack {
		return []loggen.Attack{{Kind: kind, Clients: int(math.Ceil(rate * (factor - 1) / requestsOfAVisit))}}
	}
}

const short, long = 10 * time.Minute, 30 * time.Minute

var scenarios = []scenario{
	{"flood, 1 address at 600 a minute", groupFlood, short, one(loggen.AttackFlood, 1, 600)},
	{"flood, 20 addresses at 200", groupFlood, short, one(loggen.AttackFlood, 20, 200)},
	{"flood, 300 addresses at 60", groupFlood, short, one(loggen.AttackFlood, 300, 60)},
	{"flood, 3,000 addresses at 6", groupFlood, short, one(loggen.AttackFlood, 3000, 6)},
	{"flood, 20,000 addresses at 1", groupFlood, short, one(loggen.AttackFlood, 20000, 1)},
	{"cache busting, 300 addresses at 60", groupFlood, short, one(loggen.AttackCacheBusting, 300, 60)},
	{"cache busting, 20,000 addresses at 1", groupFlood, short, one(loggen.AttackCacheBusting, 20000, 1)},
	{"slow ramp, 300 addresses to 60", groupFlood, long, one(loggen.AttackSlowRamp, 300, 60)},
	{"pulse, 100 addresses at 60", groupPulse, long, one(loggen.AttackPulse, 100, 60)},
	{"login, 1 address at 20", groupGuess, short, one(loggen.AttackLogin, 1, 20)},
	{"login, 100 addresses at 60", groupGuess, short, one(loggen.AttackLogin, 100, 60)},
	{"login at Wordpress, 100 addresses at 60", groupGuess, short, one(loggen.AttackWordpress, 100, 60)},
	{"stuffing, 500 addresses at 1", groupGuess, short, one(loggen.AttackStuffing, 500, 1)},
	{"scanner, 1 address at 60", groupScan, short, one(loggen.AttackScan, 1, 60)},
	{"scanner, 20 addresses at 60", groupScan, short, one(loggen.AttackScan, 20, 60)},
	{"scraper, 3 addresses at 60", groupOther, short, one(loggen.AttackScraper, 3, 60)},
	{"blend, 100 addresses at 60", groupOther, short, one(loggen.AttackBlend, 100, 60)},
	{"lookalike, 100 addresses at 60", groupOther, short, one(loggen.AttackLookalike, 100, 60)},
	{"mimic, 300 addresses at 4", groupHidden, short, one(loggen.AttackMimic, 300, 4)},
	{"crowd of 3 times", groupCrowd, short, times(loggen.EventCrowd, 3)},
	{"crowd of 8 times", groupCrowd, short, times(loggen.EventCrowd, 8)},
	{"crowd of 20 times", groupCrowd, short, times(loggen.EventCrowd, 20)},
	{"sale of 5 times", groupCrowd, short, times(loggen.EventSale, 5)},
	{"mail of 5 times", groupCrowd, short, times(loggen.EventMail, 5)},
	{"deploy that loses files", groupCrowd, short, one(loggen.EventDeploy, 0, 60)},
	{"outage", groupOutage, short, one(loggen.EventOutage, 0, 90)},
	{"office of 200", groupNoise, long, one(loggen.EventNAT, 200, 4)},
	{"new crawler", groupNoise, long, one(loggen.EventCrawler, 2, 60)},
	{"monitoring burst", groupNoise, short, one(loggen.EventMonitoring, 4, 60)},
	{"calm", groupCalm, 4 * time.Hour, func(float64) []loggen.Attack { return nil }},
}

// sizes are requests a minute.
var sizes = []float64{5, 100, 3000}
