package loggen

import (
	"net/netip"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// crawlers are search engines and the like: a run reads some pages of one site at an even pace, and robots.txt before.
type crawlers struct {
	agenda[crawl]
	world *world
	dice  *dice
}

type crawl struct {
	person
	bot     *bot
	kind    Kind
	session uint64
	site    *site
	left    int
	pause   int64
	first   bool
}

type bot struct {
	browser
	ranges  []netip.Prefix // published by its owner
	network network
}

// newBot makes a bot of one of the large companies, all of which crawl from the United States.
func newBot(agent string, tls uint8, protocol vocabulary.Protocol, asn uint32, ranges ...string) bot {
	b := bot{browser: browser{agent, tls, protocol}, network: network{country: "US", asn: asn}}
	for _, r := range ranges {
		b.ranges = append(b.ranges, netip.MustParsePrefix(r))
	}
	return b
}

// bots with ranges that their owners publish; the common ones come several times.
var bots = []bot{googlebot, googlebot, googlebotPhone, googlebotPhone, bingbot, bingbot, applebot, gptbot, duckbot}

var (
	googlebot = newBot("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 16, h2, 15169,
		"66.249.64.0/27", "66.249.66.0/27", "66.249.79.0/27", "2001:4860:4801:10::/64")
	googlebotPhone = newBot("Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P)"+webkit+"Chrome/126.0.6478.61 Mobile Safari/537.36 "+
		"(compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 16, h2, 15169, "66.249.66.0/27", "66.249.77.0/27", "66.249.79.32/27")
	bingbot = newBot("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", 17, h2, 8075,
		"157.55.39.0/24", "207.46.13.0/24", "40.77.167.0/24")
	applebot = newBot("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.1 Safari/605.1.15 "+
		"(Applebot/0.1; +http://www.apple.com/go/applebot)", 18, h2, 714, "17.22.237.0/24", "17.241.75.0/24")
	gptbot = newBot("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)", 19, h2, 8075,
		"20.171.206.0/24", "4.227.36.0/25")
	duckbot = newBot("DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)", 17, h11, 8075, "40.88.21.235/32")
)

const (
	falseCrawlerPPM = 80_000
	crawlLow        = 4
	crawlHigh       = 40
)

func newCrawlers(w *world, requestRate float64) *crawlers {
	c := &crawlers{world: w, dice: newDice(w.seed, purposeCrawlers, 0)}
	c.arrivals = newPace(newDice(w.seed, purposeCrawlerPace, 0), 2*requestRate/(crawlLow+crawlHigh), nil, w.warmUp)
	return c
}

func (s *crawlers) take(r *Request) {
	r.Time = s.when()
	c, arrived := s.due()
	if arrived {
		s.arrive(c)
	}
	r.Client, r.Kind, r.Session, r.Country, r.ASN = c.client, c.kind, c.session, c.network.country, c.network.asn
	r.Agent, r.tls, r.Protocol, r.Referrer = c.bot.agent, c.bot.tls, c.bot.protocol, ""
	s.read(r, c)
	if c.left--; c.left == 0 {
		s.leave()
		return
	}
	s.stay(r.Time + c.pause + s.dice.exponential(c.pause/8))
}

func (s *crawlers) arrive(c *crawl) {
	d, w := s.dice, s.world
	*c = crawl{kind: KindCrawler, session: d.bits(), site: w.anySite(d), bot: &bots[d.below(len(bots))], first: true}
	c.left, c.pause = int(d.between(crawlLow, crawlHigh)), d.between(800, 9000)*millisecond
	if d.chance(falseCrawlerPPM) {
		c.kind, c.bot, c.person = KindFalseCrawler, &googlebot, serverOf(d)
		c.pause /= 4
		return
	}
	c.network = &c.bot.network
	c.client = addressIn(d, c.bot.ranges[d.below(len(c.bot.ranges))], 128)
}

func (s *crawlers) read(r *Request, c *crawl) {
	d := s.dice
	what := &c.site.pages[d.below(len(c.site.pages))]
	if c.first {
		what, c.first = &c.site.robots, false
	}
	ask(r, c.site, what, vocabulary.MethodGet)
	answerPage(d, r, what)
	switch {
	case c.kind == KindFalseCrawler && d.chance(500_000):
		refuse(d, r, vocabulary.ActionDenied)
	case c.kind == KindFalseCrawler && d.chance(300_000):
		refuse(d, r, vocabulary.ActionChallenged)
	case c.kind == KindFalseCrawler:
		preview(r, vocabulary.ActionDenied)
	case r.Status == 200 && r.Cache == vocabulary.CacheUncached && d.chance(250_000):
		r.Status, r.ResponseBytes = 304, uint64(d.between(150, 240)) // unchanged since its last run
	}
}
