package loggen

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// visitors are people: each visit is some pages, each page brings its files with it, and between pages there is time to read.
type visitors struct {
	agenda[visit]
	world     *world
	dice      *dice
	gathering *gathering // nil for those of every day
	end       int64      // when visits break off
}

type visit struct {
	person
	kind     Kind
	session  uint64
	site     *site
	page     *resource
	referrer string
	pages    int // still to come
	files    int // of this page, still to come
	first    bool
}

const (
	officePPM       = 120_000
	firstFilesLow   = 6
	firstFilesHigh  = 14
	laterFilesHigh  = 4
	regularsPerSite = 40_000
)

// pagesPerVisit holds each length of a visit as often as it occurs.
var pagesPerVisit = []int{1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 8, 11}

// requestsPerVisit is the mean: each page, the files of the first and the files of later ones, most of which the browser still has.
func requestsPerVisit() float64 {
	pages := 0
	for _, n := range pagesPerVisit {
		pages += n
	}
	mean := float64(pages) / float64(len(pagesPerVisit))
	return mean + (firstFilesLow+firstFilesHigh)/2.0 + (mean-1)*laterFilesHigh/2
}

func newVisitors(w *world, requestRate float64) *visitors {
	v := &visitors{world: w, dice: newDice(w.seed, purposeVisitors, 0), end: never}
	v.arrivals = newPace(newDice(w.seed, purposeVisitorPace, 0), requestRate/requestsPerVisit(), w.shape, w.warmUp)
	return v
}

func (s *visitors) take(r *Request) {
	r.Time = s.when()
	v, arrived := s.due()
	if arrived {
		s.arrive(v)
	}
	r.Client, r.Kind, r.Session, r.Country, r.ASN = v.client, v.kind, v.session, v.network.country, v.network.asn
	r.Agent, r.tls, r.Protocol = v.browser.agent, v.browser.tls, v.browser.protocol
	if v.files > 0 {
		s.file(r, v)
	} else {
		s.turnPage(r, v)
	}
	next := int64(never)
	switch {
	case v.files > 0:
		next = r.Time + 2*millisecond + s.dice.exponential(45*millisecond)
	case v.pages > 0:
		next = r.Time + second + min(s.dice.skewed(16*second), 3*minute)
	}
	if next < s.end {
		s.stay(next)
	} else {
		s.leave()
	}
}

func (s *visitors) arrive(v *visit) {
	d, w, g := s.dice, s.world, s.gathering
	site, offices := (*site)(nil), w.offices
	if g == nil {
		site = w.anySite(d)
	} else {
		site, offices = g.site, g.offices
	}
	*v = visit{session: d.bits(), site: site, pages: pagesPerVisit[d.below(len(pagesPerVisit))], first: true}
	switch {
	case g != nil && len(g.people) > 0:
		v.kind, v.person = g.kind, g.people[d.below(len(g.people))]
	case d.chance(officePPM):
		v.kind, v.person = KindNATVisitor, officeOf(w.seed, d.below(offices))
		v.browser = anyBrowser(d)
	case g != nil:
		v.kind, v.person = g.kind, newcomer(d, site)
	default:
		v.kind, v.person = KindVisitor, personOf(w.seed, site, d.below(regularsPerSite), d)
	}
	if g != nil {
		g.join(d, v)
		return
	}
	v.referrer = externalReferrers[d.below(len(externalReferrers))]
}

func (s *visitors) turnPage(r *Request, v *visit) {
	d, method := s.dice, vocabulary.MethodGet
	if !v.first {
		v.referrer = v.page.url
	}
	if !v.first || v.page == nil {
		method = s.choosePage(v)
	}
	r.Referrer = v.referrer
	ask(r, v.site, v.page, method)
	if method == vocabulary.MethodPost {
		answerOrigin(d, r, v.page.bytes/4, v.site.latency*2)
	} else {
		answerPage(d, r, v.page)
	}
	if d.chance(700) { // a rule that hits the wrong one
		refuse(d, r, vocabulary.ActionDenied)
	} else if d.chance(6_000) {
		preview(r, vocabulary.ActionDenied)
	}
	v.files = int(d.between(0, laterFilesHigh))
	if v.first {
		v.files = int(d.between(firstFilesLow, firstFilesHigh))
	}
	v.first = false
	v.pages--
}

// choosePage picks what is read next, and how.
func (s *visitors) choosePage(v *visit) vocabulary.Method {
	d := s.dice
	v.page = &v.site.pages[s.world.popular.pick(d, len(v.site.pages))]
	if d.chance(70_000) {
		v.page = &v.site.searches[s.world.popular.pick(d, len(v.site.searches))]
	} else if d.chance(15_000) {
		return vocabulary.MethodPost
	}
	return vocabulary.MethodGet
}

func (s *visitors) file(r *Request, v *visit) {
	d := s.dice
	i := d.below(commonAssets)
	if d.chance(400_000) {
		i = commonAssets + s.world.popular.pick(d, len(v.site.assets)-commonAssets)
	}
	what := &v.site.assets[i]
	r.Referrer = v.page.url
	ask(r, v.site, what, vocabulary.MethodGet)
	answerStatic(d, r, what)
	v.files--
}

// externalReferrers holds the common ones several times; empty is somebody who typed the address or hides where they come from.
var externalReferrers = []string{
	"", "", "", "", "", "", "",
	"https://www.google.com/", "https://www.google.com/", "https://www.google.com/", "https://www.google.com/", "https://www.google.de/",
	"https://www.bing.com/", "https://duckduckgo.com/", "https://search.brave.com/", "https://yandex.ru/",
	"https://www.facebook.com/", "https://l.facebook.com/", "https://t.co/", "https://www.reddit.com/", "https://news.ycombinator.com/",
	"https://www.linkedin.com/feed/", "https://out.reddit.com/", "android-app://com.google.android.googlequicksearchbox/",
}
