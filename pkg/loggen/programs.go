package loggen

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// apiClients call a site's API all day: apps and integrations. Now and then one goes too fast and is throttled, then banned a while.
type apiClients struct {
	agenda[apiClient]
	dice *dice
}

type apiClient struct {
	person
	session uint64
	site    *site
	pause   int64 // mean
	hurry   int   // requests left of a hurried stretch
	banned  int   // requests left that are refused at once
}

const (
	callsPerSecond = 0.25
	hurryPPM       = 800
)

func newAPIClients(w *world, requestRate float64) *apiClients {
	s := &apiClients{dice: newDice(w.seed, purposeAPIClients, 0)}
	n := max(1, int(requestRate/callsPerSecond))
	pause := int64(float64(second) * float64(n) / requestRate)
	for range n {
		c := &apiClient{person: serverOf(s.dice), session: s.dice.bits(), site: w.anySite(s.dice), pause: pause}
		c.browser = &apiAgents[s.dice.below(len(apiAgents))]
		s.add(w.start+s.dice.exponential(pause), c)
	}
	return s
}

func (s *apiClients) take(r *Request) {
	r.Time = s.when()
	c, _ := s.due()
	r.Client, r.Kind, r.Session, r.Country, r.ASN = c.client, KindAPIClient, c.session, c.network.country, c.network.asn
	r.Agent, r.tls, r.Protocol, r.Referrer = c.browser.agent, c.browser.tls, c.browser.protocol, ""
	what := &c.site.endpoints[s.dice.below(len(c.site.endpoints))]
	ask(r, c.site, what, apiMethods[s.dice.below(len(apiMethods))])
	s.answer(r, c, what)
	s.stay(r.Time + s.pauseOf(c))
}

var apiMethods = []vocabulary.Method{vocabulary.MethodGet, vocabulary.MethodGet, vocabulary.MethodGet, vocabulary.MethodGet, vocabulary.MethodGet,
	vocabulary.MethodGet, vocabulary.MethodPost, vocabulary.MethodPost, vocabulary.MethodPut, vocabulary.MethodDelete, vocabulary.MethodOptions}

func (s *apiClients) answer(r *Request, c *apiClient, what *resource) {
	d := s.dice
	answerOrigin(d, r, what.bytes, r.site.latency/2)
	spoil(d, r)
	if r.Method == vocabulary.MethodPost {
		r.RequestBytes += uint64(d.skewed(700))
	}
	switch {
	case c.banned > 0:
		c.banned--
		refuse(d, r, vocabulary.ActionBanned)
	case c.hurry > 0 && c.hurry < 25:
		refuse(d, r, vocabulary.ActionThrottled)
		if c.hurry == 1 {
			c.banned = 30
		}
	case c.hurry > 0:
		preview(r, vocabulary.ActionThrottled)
	}
}

// pauseOf gives the time to the next call. A hurried stretch is 40 quick calls, which the mean does not count: it is rare.
func (s *apiClients) pauseOf(c *apiClient) int64 {
	if c.hurry == 0 && c.banned == 0 && s.dice.chance(hurryPPM) {
		c.hurry = 41
	}
	if c.hurry > 0 {
		c.hurry--
		return s.dice.between(20, 120) * millisecond
	}
	return 5*microsecond + s.dice.exponential(c.pause)
}

// tools are scripts, feed readers and curious people with curl: a few requests each.
type tools struct {
	agenda[tool]
	world *world
	dice  *dice
}

type tool struct {
	person
	session uint64
	site    *site
	what    *resource
	left    int
}

const toolCallsHigh = 6

func newTools(w *world, requestRate float64) *tools {
	s := &tools{world: w, dice: newDice(w.seed, purposeTools, 0)}
	s.arrivals = newPace(newDice(w.seed, purposeToolPace, 0), 2*requestRate/(1+toolCallsHigh), nil, w.warmUp)
	return s
}

func (s *tools) take(r *Request) {
	r.Time = s.when()
	t, arrived := s.due()
	if arrived {
		s.arrive(t)
	}
	r.Client, r.Kind, r.Session, r.Country, r.ASN = t.client, KindTool, t.session, t.network.country, t.network.asn
	r.Agent, r.tls, r.Protocol, r.Referrer = t.browser.agent, t.browser.tls, t.browser.protocol, ""
	ask(r, t.site, t.what, vocabulary.MethodGet)
	answerPage(s.dice, r, t.what)
	if t.browser.agent == "" && s.dice.chance(400_000) {
		refuse(s.dice, r, vocabulary.ActionDenied)
	}
	if t.left--; t.left == 0 {
		s.leave()
		return
	}
	s.stay(r.Time + s.dice.between(200, 20_000)*millisecond)
}

func (s *tools) arrive(t *tool) {
	d, w := s.dice, s.world
	*t = tool{person: serverOf(d), session: d.bits(), site: w.anySite(d), left: int(d.between(1, toolCallsHigh))}
	t.browser = &toolAgents[d.below(len(toolAgents))]
	t.what = &t.site.feed
	if d.chance(400_000) {
		t.what = &t.site.pages[d.below(len(t.site.pages))]
	}
}
