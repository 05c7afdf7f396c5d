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

// groupNames are for the report.
var groupNames = map[string]string{groupFlood: "floods that are to be found", groupPulse: "pulses", groupScan: "scanners", groupGuess: "tries of passwords",
	groupOther: "attacks of which nothing is promised", groupCrowd: "crowds, sales, mails and deploys", groupOutage: "outages",
	groupNoise: "offices, crawlers and monitoring", groupCalm: "calm"}

// scenario is something that happens on a site after its past, or nothing.
type scenario struct {
	name, group string
	lasts       time.Duration
	events      func(rate float64) []loggen.Attack // rate: the site's requests a minute. What has no For lasts as long as the scenario.
	past        *past                              // nil for two hours in which nothing happens
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

// both is one thing on top of another.
func both(a, b func(float64) []loggen.Attack) func(float64) []loggen.Attack {
	return func(rate float64) []loggen.Attack { return append(a(rate), b(rate)...) }
}

// past is what a site's history is.
type past struct {
	name   string
	lasts  time.Duration
	events func(rate float64) []loggen.Attack
	// seeds is how many of the seeds have it at most, fastest the rate of the largest site that has it: a long one takes its time.
	seeds   int
	fastest float64
}

const (
	day  = 24 * time.Hour
	many = 1 << 30
)

var (
	calm = &past{"two calm hours", 2 * time.Hour, nothing, many, many}
	// seeded histories have that share of requests that look like a flood's.
	seeded100 = &past{"two hours with 1 % of requests that look like the flood to come", 2 * time.Hour, seeds(0.01), 10, many}
	seeded20  = &past{"two hours with 5 % of such", 2 * time.Hour, seeds(0.05), 10, many}
	// sales are every day, so that the same hour of the week before had one, too.
	sales = &past{"8 days with a sale at the same hour of each", 8 * day, everyDay(8, sale), 10, 100}
)

var pasts = []*past{calm, seeded100, seeded20, sales}

func nothing(float64) []loggen.Attack { return nil }

func seeds(share float64) func(float64) []loggen.Attack {
	const clients = 20
	return func(rate float64) []loggen.Attack {
		return []loggen.Attack{{Kind: loggen.AttackSeeding, Clients: clients, PerMinute: share * rate / clients, For: 2 * time.Hour}}
	}
}

// sale is one that has most of its readers at the beginning of its hour: on average it is five times the usual, and at least 200 requests a minute.
func sale(rate float64) []loggen.Attack {
	return []loggen.Attack{{Kind: loggen.EventSale, Clients: saleOf(rate), For: time.Hour}}
}

func saleOf(rate float64) int { return int(math.Ceil(math.Max(4*rate, 200) / requestsOfAVisit)) }

// inPlaceOfSale is a flood as large as the sale is.
func inPlaceOfSale(rate float64) []loggen.Attack {
	return []loggen.Attack{{Kind: loggen.AttackFlood, Clients: saleOf(rate), PerMinute: requestsOfAVisit}}
}

func everyDay(days int, events func(float64) []loggen.Attack) func(float64) []loggen.Attack {
	return func(rate float64) (all []loggen.Attack) {
		for i := range days {
			for _, a := range events(rate) {
				a.After += time.Duration(i) * day
				all = append(all, a)
			}
		}
		return all
	}
}

const everyDaySale = "sale of every day"

const short, long = 10 * time.Minute, 30 * time.Minute

var scenarios = withDefaults([]scenario{
	{"flood, 1 address at 600 a minute", groupFlood, short, one(loggen.AttackFlood, 1, 600), nil},
	{"flood, 20 addresses at 200", groupFlood, short, one(loggen.AttackFlood, 20, 200), nil},
	{"flood, 300 addresses at 60", groupFlood, short, one(loggen.AttackFlood, 300, 60), nil},
	{"flood, 3,000 addresses at 6", groupFlood, short, one(loggen.AttackFlood, 3000, 6), nil},
	{"flood, 20,000 addresses at 1", groupFlood, short, one(loggen.AttackFlood, 20000, 1), nil},
	{"cache busting, 300 addresses at 60", groupFlood, short, one(loggen.AttackCacheBusting, 300, 60), nil},
	{"cache busting, 20,000 addresses at 1", groupFlood, short, one(loggen.AttackCacheBusting, 20000, 1), nil},
	{"slow ramp, 300 addresses to 60", groupFlood, long, one(loggen.AttackSlowRamp, 300, 60), nil},
	{"pulse, 100 addresses at 60", groupPulse, long, one(loggen.AttackPulse, 100, 60), nil},
	{"login, 1 address at 20", groupGuess, short, one(loggen.AttackLogin, 1, 20), nil},
	{"login, 100 addresses at 60", groupGuess, short, one(loggen.AttackLogin, 100, 60), nil},
	{"login at Wordpress, 100 addresses at 60", groupGuess, short, one(loggen.AttackWordpress, 100, 60), nil},
	{"stuffing, 500 addresses at 1", groupGuess, short, one(loggen.AttackStuffing, 500, 1), nil},
	{"scanner, 1 address at 60", groupScan, short, one(loggen.AttackScan, 1, 60), nil},
	{"scanner, 20 addresses at 60", groupScan, short, one(loggen.AttackScan, 20, 60), nil},
	{"scraper, 3 addresses at 60", groupOther, short, one(loggen.AttackScraper, 3, 60), nil},
	{"blend, 100 addresses at 60", groupOther, short, one(loggen.AttackBlend, 100, 60), nil},
	{"lookalike, 100 addresses at 60", groupOther, short, one(loggen.AttackLookalike, 100, 60), nil},
	{"flood, 300 addresses at 60, seeded with 1 %", groupOther, short, one(loggen.AttackFlood, 300, 60), seeded100},
	{"flood, 300 addresses at 60, seeded with 5 %", groupOther, short, one(loggen.AttackFlood, 300, 60), seeded20},
	{"flood in a daily sale, 300 addresses at 60", groupFlood, short, both(sale, one(loggen.AttackFlood, 300, 60)), sales},
	{"flood in place of a daily sale", groupOther, short, inPlaceOfSale, sales},
	{"mimic, 300 addresses at 4", groupHidden, short, one(loggen.AttackMimic, 300, 4), nil},
	{"crowd of 3 times", groupCrowd, short, times(loggen.EventCrowd, 3), nil},
	{"crowd of 8 times", groupCrowd, short, times(loggen.EventCrowd, 8), nil},
	{"crowd of 20 times", groupCrowd, short, times(loggen.EventCrowd, 20), nil},
	{"sale of 5 times", groupCrowd, short, times(loggen.EventSale, 5), nil},
	{"mail of 5 times", groupCrowd, short, times(loggen.EventMail, 5), nil},
	{everyDaySale, groupCrowd, time.Hour, sale, sales},
	{"deploy that loses files", groupCrowd, short, one(loggen.EventDeploy, 0, 60), nil},
	{"outage", groupOutage, short, one(loggen.EventOutage, 0, 90), nil},
	{"office of 200", groupNoise, long, one(loggen.EventNAT, 200, 4), nil},
	{"new crawler", groupNoise, long, one(loggen.EventCrawler, 2, 60), nil},
	{"monitoring burst", groupNoise, short, one(loggen.EventMonitoring, 4, 60), nil},
	{"calm", groupCalm, 4 * time.Hour, nothing, nil},
})

func withDefaults(all []scenario) []scenario {
	for i := range all {
		if all[i].past == nil {
			all[i].past = calm
		}
	}
	return all
}

// sizes are requests a minute.
var sizes = []float64{5, 100, 3000}
