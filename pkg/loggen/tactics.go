package loggen

import (
	_ "embed"
	"strconv"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// tactic is what sets the clients of one kind apart.
type tactic struct {
	kind    Kind // default KindAttacker
	prepare func(s *attackers)
	from    func(s *attackers) person // default a data centre
	agent   func(d *dice) *browser    // default an old one
	agents  int                       // of each client, where it has several
	even    bool                      // at even intervals
	rhythm  rhythm                    // nil for full strength all the time
	// act fills in what is asked for, and the answer.
	act func(s *attackers, r *Request, c *attacker)
}

func tacticOf(kind string) tactic {
	t := tactics[kind]
	if t.kind == KindVisitor {
		t.kind = KindAttacker
	}
	if t.from == nil {
		t.from = func(s *attackers) person { return serverOf(s.dice) }
	}
	if t.agent == nil {
		t.agent = always(&oldAgent)
	}
	return t
}

var tactics = map[string]tactic{
	AttackFlood:        {act: readFirst},
	AttackCacheBusting: {act: bustCache, agent: anyBrowser},
	AttackLogin:        {act: tryPassword, agent: always(&toolAgents[2]), prepare: findLogin},
	AttackScan:         {act: lookForHoles, agent: always(&scanAgent), prepare: listHoles},
	AttackSlowRamp:     {act: readFirst, rhythm: growing},
	AttackPulse:        {act: readFirst, rhythm: pulsing},
	AttackStuffing:     {act: stuff, agent: anyBrowser, from: newHome, prepare: findLogin},
	AttackWordpress:    {act: tryWordpress, agent: always(&toolAgents[2]), prepare: findWordpress},
	AttackScraper:      {act: readNext, agent: anyBrowser, even: true, prepare: openAnywhere},
	AttackBlend:        {act: blendIn, agent: anyBrowser, agents: 5},
	AttackSeeding:      {act: readFirst, kind: KindSeeder},
	EventCrawler:       {act: crawlOn, agent: always(&freshCrawler), even: true, prepare: openAnywhere, kind: KindCrawler},
	EventMonitoring:    {act: check, agent: always(&uptimeKuma), even: true, kind: KindMonitor},
}

var (
	oldAgent     = browser{"Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1)", 9, h11}
	scanAgent    = browser{"Mozilla/5.00 (Nikto/2.1.6) (Evasions:None) (Test:Port Check)", 9, h11}
	freshCrawler = browser{"Mozilla/5.0 (compatible; FreshCrawler/1.0; +https://crawler.example)", 10, h2}
	uptimeKuma   = browser{"Uptime-Kuma/1.23.13", 11, h11}
)

func always(b *browser) func(*dice) *browser { return func(*dice) *browser { return b } }

func findLogin(s *attackers) { s.what = s.site.resource("/login", "", 900) }

func findWordpress(s *attackers) { s.what = s.site.resource("/wp-login.php", "", 4500) }

func openAnywhere(s *attackers) { s.seen = s.dice.below(len(s.site.pages)) }

// newHome is that of somebody who was never on the site.
func newHome(s *attackers) person { return newcomer(s.dice, s.site) }

func readFirst(s *attackers, r *Request, _ *attacker) {
	ask(r, s.site, &s.what, vocabulary.MethodGet)
	answerPage(s.dice, r, &s.what)
}

func bustCache(s *attackers, r *Request, _ *attacker) {
	what := s.what
	what.query = "r=" + strconv.FormatUint(s.dice.bits()>>24, 10)
	ask(r, s.site, &what, vocabulary.MethodGet)
	answerOrigin(s.dice, r, what.bytes, s.site.latency)
}

func tryPassword(s *attackers, r *Request, _ *attacker) {
	ask(r, s.site, &s.what, vocabulary.MethodPost)
	answerOrigin(s.dice, r, s.what.bytes, s.site.latency)
	r.Status = 401
}

// tryWordpress is told nothing by the status but that the password was wrong: a right one is answered by 302.
func tryWordpress(s *attackers, r *Request, c *attacker) {
	tryPassword(s, r, c)
	r.Status = 200
}

const fittingPPM = 10_000

func stuff(s *attackers, r *Request, c *attacker) {
	r.Referrer = s.what.url
	tryPassword(s, r, c)
	if s.dice.chance(fittingPPM) {
		r.Status = 302
	}
}

// scanPaths are what scanners look for everywhere: see data/README.md.
//
//go:embed data/scan-paths.txt
var scanPaths string

func listHoles(s *attackers) {
	for hole := range strings.FieldsSeq(scanPaths) {
		path, query, _ := strings.Cut(hole, "?")
		s.scanned = append(s.scanned, s.site.resource(path, query, 600))
	}
}

func lookForHoles(s *attackers, r *Request, _ *attacker) {
	what := &s.scanned[s.dice.below(len(s.scanned))]
	ask(r, s.site, what, vocabulary.MethodGet)
	answerOrigin(s.dice, r, what.bytes, s.site.latency)
	r.Status = 404
}

// readNext reads the next page that none of the clients has read, and begins again after the last.
func readNext(s *attackers, r *Request, _ *attacker) {
	what := &s.site.pages[s.seen%len(s.site.pages)]
	s.seen++
	ask(r, s.site, what, vocabulary.MethodGet)
	answerPage(s.dice, r, what)
}

func crawlOn(s *attackers, r *Request, c *attacker) {
	if c.begun {
		readNext(s, r, c)
		return
	}
	ask(r, s.site, &s.site.robots, vocabulary.MethodGet)
	answerPage(s.dice, r, &s.site.robots)
}

const imagePPM = 80_000

func blendIn(s *attackers, r *Request, c *attacker) {
	if !s.dice.chance(imagePPM) {
		readFirst(s, r, c)
		return
	}
	images := s.site.assets[commonAssets:]
	what := &images[s.dice.below(len(images))]
	r.Referrer = s.what.url
	ask(r, s.site, what, vocabulary.MethodGet)
	answerStatic(s.dice, r, what)
}

func check(s *attackers, r *Request, _ *attacker) {
	method := vocabulary.MethodGet
	if s.dice.chance(500_000) {
		method = vocabulary.MethodHead
	}
	ask(r, s.site, &s.what, method)
	answerPage(s.dice, r, &s.what)
	withoutBody(r)
}
