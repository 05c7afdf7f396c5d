package loggen

import (
	"sort"
	"strconv"
	"strings"
)

// site is one host: what it serves and how its proxy is set up. It depends on the seed and the host alone.
type site struct {
	host  string
	index int

	pages     []resource // the most read first
	searches  []resource
	assets    []resource // style sheets, scripts, images
	endpoints []resource // of the API
	feed      resource
	robots    resource

	latency  int64 // median of the origin's answer, nanoseconds
	country  string
	policy   bool // a security policy stands before the backend
	edge     bool // one stands before the cache too
	cdn      bool // static files are cached before the origin
	cdnPages bool // pages too
	regional bool // behind a regional load balancer, which has no cache

	gcp gcpSite
}

// resource is one thing that a site serves. Path and Query are parts of url.
type resource struct {
	url   string // with scheme and host
	path  string
	query string
	bytes int64
}

const (
	purposeSite uint64 = 1 + iota
	purposePerson
	purposeOffice
	purposeVisitors
	purposeVisitorPace
	purposeCrawlers
	purposeCrawlerPace
	purposeMonitors
	purposeAPIClients
	purposeTools
	purposeToolPace
	purposeAttackers
	purposeGatheringPace
	purposeTrouble
)

// hostName gives the name of the i-th made-up host, under the domains that are reserved for examples.
func hostName(i int) string {
	topic, rest := siteTopics[i%len(siteTopics)], i/len(siteTopics)
	name, round := siteNames[(rest+7*i)%len(siteNames)], rest/len(siteNames)
	domain := siteDomains[i%len(siteDomains)]
	if round == 0 {
		return topic + "-" + name + "." + domain
	}
	return topic + "-" + name + "-" + strconv.Itoa(round) + "." + domain
}

func newSite(seed uint64, index int, host string) *site {
	d := newDice(seed, purposeSite, uint64(index))
	s := &site{host: host, index: index, country: homeCountries[d.below(len(homeCountries))], latency: d.skewed(60_000) * 1000}
	s.regional = index%25 == 24
	s.cdn = !s.regional && !d.chance(50_000)
	s.cdnPages = s.cdn && d.chance(400_000)
	s.policy = !d.chance(30_000)
	s.edge = s.policy && s.cdn && d.chance(300_000)
	s.gcp = newGCPSite(s, d)
	s.addPages(d)
	s.addAssets(d)
	s.addEndpoints(d)
	return s
}

// addPages makes the pages of a news site, a shop, a forum or documentation. Popular sites have more.
func (s *site) addPages(d *dice) {
	n := s.amount(40, 1500) + d.below(40)
	s.pages = append(s.pages, s.resource("/", "", d.skewed(24_000)))
	style := d.below(len(pagePaths))
	for i := 1; i < n; i++ {
		query := ""
		switch {
		case d.chance(60_000):
			query = "page=" + strconv.Itoa(2+d.below(30))
		case d.chance(40_000):
			query = "utm_source=newsletter&utm_medium=email&utm_campaign=" + slug(d, 2)
		}
		s.pages = append(s.pages, s.resource(pagePaths[style](d), query, d.skewed(18_000)+900))
	}
	for range s.amount(12, 60) {
		s.searches = append(s.searches, s.resource("/search", "q="+strings.ReplaceAll(slug(d, 1+d.below(3)), "-", "+"), d.skewed(9_000)+600))
	}
	s.feed = s.resource("/feed.xml", "", 40_000+d.between(0, 30_000))
	s.robots = s.resource("/robots.txt", "", 200+d.between(0, 1800))
}

// amount says how many of something a site has: the most popular ones most of all, unknown ones few.
func (s *site) amount(few, most int) int { return few + most/(s.index/8+1) }

var pagePaths = []func(d *dice) string{
	func(d *dice) string {
		day := d.below(28 * 12)
		return "/2026/" + twoDigits(1+day/28) + "/" + twoDigits(1+day%28) + "/" + slug(d, 4+d.below(4)) + "-" + strconv.Itoa(100_000+d.below(900_000))
	},
	func(d *dice) string {
		if d.chance(150_000) {
			return "/category/" + slug(d, 1+d.below(2))
		}
		return "/product/" + strconv.Itoa(1000+d.below(90_000)) + "/" + slug(d, 2+d.below(3))
	},
	func(d *dice) string { return "/t/" + slug(d, 3+d.below(5)) + "/" + strconv.Itoa(100+d.below(70_000)) },
	func(d *dice) string {
		return "/docs/v" + strconv.Itoa(1+d.below(4)) + "/" + slug(d, 1) + "/" + slug(d, 2+d.below(2))
	},
	func(d *dice) string {
		return "/articles/" + strconv.Itoa(1+d.below(20_000)) + "/" + slug(d, 3+d.below(4))
	},
}

func (s *site) addAssets(d *dice) {
	add := func(path string, median int64) {
		s.assets = append(s.assets, s.resource(path, "", d.skewed(median)+300))
	}
	for _, name := range []string{"app", "vendor", "theme", "fonts"} {
		add("/static/"+name+"."+hexDigits(d, 8)+".css", 14_000)
	}
	for _, name := range []string{"runtime", "main", "vendor", "polyfills", "analytics", "menu", "search"} {
		add("/static/js/"+name+"."+hexDigits(d, 10)+".js", 45_000)
	}
	add("/favicon.ico", 1_500)
	add("/static/logo.svg", 4_000)
	add("/static/fonts/source-sans."+hexDigits(d, 8)+".woff2", 28_000)
	for range s.amount(10, 300) {
		add("/media/"+hexDigits(d, 2)+"/"+slug(d, 2)+"-"+strconv.Itoa(320*(1+d.below(5)))+"w.webp", 42_000)
	}
}

// commonAssets is how many of a site's assets, counted from the first, belong to every page.
const commonAssets = 14

func (s *site) addEndpoints(d *dice) {
	for range s.amount(8, 40) {
		path := "/api/v" + strconv.Itoa(1+d.below(2)) + "/" + slug(d, 1)
		if d.chance(500_000) {
			path += "/" + strconv.Itoa(1+d.below(100_000))
		}
		query := ""
		if d.chance(300_000) {
			query = "limit=50&after=" + hexDigits(d, 12)
		}
		s.endpoints = append(s.endpoints, s.resource(path, query, d.skewed(1_800)+60))
	}
}

func (s *site) resource(path, query string, bytes int64) resource {
	origin := len("https://") + len(s.host)
	url := "https://" + s.host + path
	if query != "" {
		url += "?" + query
	}
	r := resource{url: url, path: url[origin : origin+len(path)], bytes: bytes}
	if query != "" {
		r.query = url[origin+len(path)+1:]
	}
	return r
}

func slug(d *dice, words int) string {
	parts := make([]string, words)
	for i := range parts {
		parts[i] = slugWords[d.below(len(slugWords))]
	}
	return strings.Join(parts, "-")
}

func hexDigits(d *dice, n int) string { return string(appendHex(nil, d.bits(), n)) }

func twoDigits(n int) string { return string(appendPadded(nil, uint64(n), 2)) }

// popularity picks things of which the i-th is 1/i as popular as the first (Zipf's law with exponent 1).
type popularity struct{ upTo []uint64 }

func newPopularity(n int) popularity {
	p := popularity{make([]uint64, n)}
	sum := uint64(0)
	for i := range p.upTo {
		sum += 1 << 40 / uint64(i+1)
		p.upTo[i] = sum
	}
	return p
}

// pick draws one of the first n things.
func (p popularity) pick(d *dice, n int) int {
	n = min(n, len(p.upTo))
	x := d.below64(p.upTo[n-1])
	return sort.Search(n, func(i int) bool { return x < p.upTo[i] })
}
