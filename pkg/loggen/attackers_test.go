package loggen

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// attacked gives the requests of one attack from the fifth minute on, without those of the calm traffic, which must be as it was.
func attacked(t *testing.T, a Attack) []Request {
	t.Helper()
	a.After = 5 * time.Minute
	return added(t, a.Kind, made(t), made(t, a))
}

// perMinute counts requests by the minute since the fifth.
func perMinute(list []Request) []int {
	n := make([]int, 15)
	for i := range list {
		n[(list[i].Time-defaultStart.UnixNano())/minute-5]++
	}
	return n
}

// share is how many of the requests are such.
func share(list []Request, such func(r *Request) bool) float64 {
	n := 0
	for i := range list {
		if such(&list[i]) {
			n++
		}
	}
	return float64(n) / float64(len(list))
}

// distinct counts the values that a list has.
func distinct[T comparable](list []Request, of func(r *Request) T) int {
	seen := map[T]bool{}
	for i := range list {
		seen[of(&list[i])] = true
	}
	return len(seen)
}

// readersOf gives the requests of a site's readers who have an address of their own.
func readersOf(list []Request, host string) (readers []Request) {
	for i := range list {
		if list[i].Kind == KindVisitor && list[i].Host == host {
			readers = append(readers, list[i])
		}
	}
	return readers
}

func client(r *Request) netip.Addr { return r.Client }

func agentOf(r *Request) string { return r.Agent }

func static(r *Request) bool { return isStatic(r.Path) }

func between(t *testing.T, what string, got, low, high float64) {
	t.Helper()
	if got < low || got > high {
		t.Errorf("%s: %.4g, want %g to %g", what, got, low, high)
	}
}

func TestPulseIsOnForAMinuteInFive(t *testing.T) {
	for m, n := range perMinute(attacked(t, Attack{Kind: AttackPulse, Clients: 50, PerMinute: 60, For: 15 * time.Minute})) {
		if on := m%5 == 0; on && (n < 2700 || n > 3300) || !on && n > 0 {
			t.Errorf("minute %d has %d requests", m, n)
		}
	}
}

func TestRampGrowsEvenly(t *testing.T) {
	for m, n := range perMinute(attacked(t, Attack{Kind: AttackSlowRamp, Clients: 100, PerMinute: 60, For: 15 * time.Minute})) {
		want := 6000 * (float64(m) + 0.5) / 15
		between(t, "requests of a minute of the ramp", float64(n), 0.9*want-30, 1.1*want+30)
	}
}

func TestStuffingTriesFewPasswordsFromManyHomes(t *testing.T) {
	list := attacked(t, Attack{Kind: AttackStuffing, Clients: 2000, PerMinute: 0.5, For: 10 * time.Minute})
	between(t, "requests", float64(len(list)), 9500, 10500)
	between(t, "addresses", float64(distinct(list, client)), 1900, 2000)
	between(t, "agents", float64(distinct(list, agentOf)), 300, 3000)
	between(t, "answers that let somebody in", share(list, func(r *Request) bool { return r.Status == 302 }), 0.006, 0.015)
	between(t, "refusals", share(list, func(r *Request) bool { return r.Status == 401 }), 0.985, 0.994)
	between(t, "POST /login", share(list, func(r *Request) bool { return r.Method == vocabulary.MethodPost && r.Path == "/login" }), 1, 1)
}

func TestWordpressAnswersWrongPasswordsWithTheForm(t *testing.T) {
	list := attacked(t, Attack{Kind: AttackWordpress, Clients: 20, PerMinute: 60, For: 10 * time.Minute})
	between(t, "requests", float64(len(list)), 11500, 12500)
	between(t, "POST /wp-login.php", share(list, func(r *Request) bool { return r.Method == vocabulary.MethodPost && r.Path == "/wp-login.php" }), 1, 1)
	between(t, "forms", share(list, func(r *Request) bool { return r.Status == 200 && r.ResponseBytes > 4000 }), 1, 1)
}

func TestScraperReadsEveryPageAtAnEvenPace(t *testing.T) {
	list := attacked(t, Attack{Kind: AttackScraper, Clients: 2, PerMinute: 60, For: 10 * time.Minute})
	for _, n := range perMinute(list)[:10] {
		between(t, "requests of a minute", float64(n), 114, 126)
	}
	between(t, "static files", share(list, static), 0, 0)
	pages := distinct(list, func(r *Request) string { return r.Path + "?" + r.Query })
	between(t, "pages", float64(pages), 0.97*float64(len(list)), float64(len(list)))
	between(t, "agents", float64(distinct(list, agentOf)), 1, 2)
	between(t, "browsers", share(list, func(r *Request) bool { return strings.HasPrefix(r.Agent, "Mozilla/5.0 ") }), 1, 1)
}

// Whoever looks at a mimic's requests one by one, or at what they are in sum, sees readers.
func TestMimicLooksLikeReaders(t *testing.T) {
	list := attacked(t, Attack{Kind: AttackMimic, Clients: 300, PerMinute: 6, For: 10 * time.Minute})
	people := readersOf(made(t), list[0].Host)
	for what, such := range map[string]func(r *Request) bool{
		"static files": static, "POST": func(r *Request) bool { return r.Method == vocabulary.MethodPost },
		"no referrer": func(r *Request) bool { return r.Referrer == "" },
		"phones":      isPhone,
		"IPv6":        func(r *Request) bool { return r.Client.Is6() },
	} {
		usual := share(people, such)
		between(t, what, share(list, such), 0.7*usual-0.02, 1.4*usual+0.02)
	}
}

func TestBlendHasFiveAgentsPerAddressAndImages(t *testing.T) {
	list := attacked(t, Attack{Kind: AttackBlend, Clients: 20, PerMinute: 60, For: 10 * time.Minute})
	agents := map[netip.Addr][]Request{}
	for i := range list {
		agents[list[i].Client] = append(agents[list[i].Client], list[i])
	}
	for a, of := range agents {
		if n := distinct(of, agentOf); n != 5 {
			t.Errorf("%v has %d agents", a, n)
		}
	}
	between(t, "images", share(list, func(r *Request) bool { return strings.HasSuffix(r.Path, ".webp") }), 0.07, 0.09)
	between(t, "the first page", share(list, func(r *Request) bool { return r.Path == "/" }), 0.91, 0.93)
}

// All that sets it apart is the network, and that has readers of its own.
func TestLookalikeReadsAsOneSmallNetworkDoes(t *testing.T) {
	list := attacked(t, Attack{Kind: AttackLookalike, Clients: 100, PerMinute: 30, For: 10 * time.Minute})
	between(t, "networks", float64(distinct(list, func(r *Request) uint32 { return r.ASN })), 1, 1)
	between(t, "prefixes", float64(distinct(list, func(r *Request) netip.Prefix { return netip.PrefixFrom(r.Client, 20).Masked() })), 1, 1)
	between(t, "agents", float64(distinct(list, agentOf)), 40, 100)
	readers := traffic()
	if n := share(readers, func(r *Request) bool { return r.ASN == list[0].ASN }); n == 0 {
		t.Error("the network has no readers")
	}
	people := readersOf(made(t), list[0].Host)
	for what, such := range map[string]func(r *Request) bool{
		"static files":   static,
		"the first page": func(r *Request) bool { return r.Path == "/" },
		"no referrer":    func(r *Request) bool { return r.Referrer == "" },
		"phones":         isPhone,
	} {
		usual := share(people, such)
		between(t, what, share(list, such), 0.7*usual-0.02, 1.4*usual+0.02)
	}
}

// Nothing tells the requests of a seeder from those of the flood that it prepares, but that they are few; the truth does.
func TestSeedingLooksLikeAFlood(t *testing.T) {
	seeds := attacked(t, Attack{Kind: AttackSeeding, Clients: 10, PerMinute: 2, For: 10 * time.Minute})
	flood := attacked(t, Attack{Kind: AttackFlood, Clients: 50, PerMinute: 60, For: 10 * time.Minute})
	type values struct {
		method             vocabulary.Method
		path, query, agent string
		referrer           string
		network            uint32
	}
	valuesOf := func(r *Request) values { return values{r.Method, r.Path, r.Query, r.Agent, r.Referrer, r.ASN} }
	known := map[values]bool{}
	for i := range flood {
		known[valuesOf(&flood[i])] = true
	}
	for i := range seeds {
		if r := &seeds[i]; !known[valuesOf(r)] || r.Kind != KindSeeder || r.Kind.String() != "seeder" {
			t.Fatalf("the flood has no request such as %+v of a %v", valuesOf(r), r.Kind)
		}
	}
	between(t, "requests", float64(len(seeds)), 160, 240)
}

func TestScannerAsksForManyPathsThatAreNotThere(t *testing.T) {
	list := attacked(t, Attack{Kind: AttackScan, Clients: 1, PerMinute: 300, For: 10 * time.Minute})
	between(t, "paths", float64(distinct(list, func(r *Request) string { return r.Path + "?" + r.Query })), 100, 130)
	between(t, "not found", share(list, func(r *Request) bool { return r.Status == 404 }), 1, 1)
}
