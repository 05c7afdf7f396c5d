package loggen

import (
	"net/netip"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// monitors look at a site at even intervals, each from a fixed set of addresses.
type monitors struct {
	agenda[monitor]
	dice *dice
}

type monitor struct {
	service *monitorService
	session uint64
	site    *site
	next    int64 // the even grid, to which each request adds its own small delay
	every   int64
	look    int
}

type monitorService struct {
	browser
	from    []netip.Addr
	country string
	asn     uint32
	method  vocabulary.Method
}

var monitorServices = []monitorService{
	{browser{"Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", 20, h11},
		addresses("5.161.61.238", "5.161.73.160", "5.161.75.7"), "DE", 213230, vocabulary.MethodHead},
	{browser{"Datadog/Synthetics", 21, h2},
		addresses("3.18.172.189", "3.18.188.104", "3.18.197.0"), "US", 16509, vocabulary.MethodGet},
	{browser{"GoogleStackdriverMonitoring-UptimeChecks(https://cloud.google.com/monitoring)", 16, h11},
		addresses("35.187.242.246", "35.186.144.97", "35.198.221.49"), "US", 396982, vocabulary.MethodGet},
}

func addresses(list ...string) []netip.Addr {
	out := make([]netip.Addr, len(list))
	for i, a := range list {
		out[i] = netip.MustParseAddr(a)
	}
	return out
}

// newMonitors watches the most popular sites; together they make no more than requestRate, and at most three services watch a site.
// It returns the rate they really have.
func newMonitors(w *world, requestRate float64) (*monitors, float64) {
	s := &monitors{dice: newDice(w.seed, purposeMonitors, 0)}
	rate := 0.0
	for i := range len(w.hosts) * len(monitorServices) {
		every := []int64{minute, 30 * second, 5 * minute}[s.dice.below(3)]
		if rate+float64(second)/float64(every) > requestRate {
			break
		}
		rate += float64(second) / float64(every)
		m := &monitor{service: &monitorServices[i/len(w.hosts)], site: w.siteOf(i % len(w.hosts)), every: every, session: s.dice.bits()}
		m.next = w.start + s.dice.between(0, every/millisecond-1)*millisecond
		s.add(m.next, m)
	}
	return s, rate
}

func (s *monitors) take(r *Request) {
	r.Time = s.when()
	m, _ := s.due()
	r.Kind, r.Session, r.Country, r.ASN = KindMonitor, m.session, m.service.country, m.service.asn
	r.Client = m.service.from[m.look%len(m.service.from)]
	r.Agent, r.tls, r.Protocol, r.Referrer = m.service.agent, m.service.tls, m.service.protocol, ""
	ask(r, m.site, &m.site.pages[0], m.service.method)
	answerPage(s.dice, r, &m.site.pages[0])
	withoutBody(r)
	m.look++
	m.next += m.every
	s.stay(m.next + s.dice.between(0, 20)*millisecond)
}

// withoutBody cuts the answer to HEAD to its headers.
func withoutBody(r *Request) {
	if r.Method == vocabulary.MethodHead {
		r.ResponseBytes = min(r.ResponseBytes, 310)
		r.CacheFillBytes = min(r.CacheFillBytes, r.ResponseBytes)
	}
}
