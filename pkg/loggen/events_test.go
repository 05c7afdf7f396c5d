package loggen

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// Nobody in an event is an attacker, and all other requests are as they are without it.
func TestEventsAreNoAttacks(t *testing.T) {
	want := map[string][]Kind{EventCrowd: {KindVisitor, KindNATVisitor}, EventSale: {KindVisitor, KindNATVisitor}, EventMail: {KindVisitor, KindNATVisitor},
		EventNAT: {KindNATVisitor}, EventCrawler: {KindCrawler}, EventMonitoring: {KindMonitor}}
	for kind, kinds := range want {
		list := attacked(t, Attack{Kind: kind, For: 10 * time.Minute})
		seen := map[Kind]int{}
		for i := range list {
			seen[list[i].Kind]++
		}
		if len(seen) != len(kinds) || len(list) < 500 {
			t.Errorf("%s: %v", kind, seen)
		}
		for _, k := range kinds {
			if seen[k] == 0 {
				t.Errorf("%s: no %v among %v", kind, k, seen)
			}
		}
	}
}

// firstPages gives the first request of each visit.
func firstPages(list []Request) (first []Request) {
	seen := map[uint64]bool{}
	for i := range list {
		if !seen[list[i].Session] {
			seen[list[i].Session] = true
			first = append(first, list[i])
		}
	}
	return first
}

func isPhone(r *Request) bool { return strings.Contains(r.Agent, "Mobile") }

func referrerHost(r *Request) string {
	u, err := url.Parse(r.Referrer)
	if err != nil {
		return "?"
	}
	return u.Host
}

func TestCrowdIsReadersOfOneArticleFromOneLink(t *testing.T) {
	list := attacked(t, Attack{Kind: EventCrowd, Clients: 100, For: 10 * time.Minute})
	first := firstPages(list)
	n := perMinute(first)
	for m := range n {
		if m >= 10 && n[m] > 0 {
			t.Errorf("%d readers come in minute %d, after the end", n[m], m)
		}
		if m < 10 {
			between(t, "readers of a minute", float64(n[m]), 65, 135)
		}
	}
	between(t, "readers", float64(len(first)), 900, 1100)
	between(t, "articles", float64(distinct(first, func(r *Request) string { return r.Path })), 1, 1)
	between(t, "referrers", float64(distinct(first, referrerHost)), 1, 1)
	if first[0].Path == "/" || referrerHost(&first[0]) == "" {
		t.Errorf("they come from %q for %s", first[0].Referrer, first[0].Path)
	}
	between(t, "addresses", float64(distinct(list, client)), 850, 1100)
	readers := readersOf(made(t), list[0].Host)
	between(t, "static files", share(list, static), share(readers, static)-0.05, share(readers, static)+0.1)
	between(t, "phones", share(first, isPhone), share(readers, isPhone)-0.1, share(readers, isPhone)+0.1)
}

func TestSaleBeginsAtOnce(t *testing.T) {
	first := firstPages(attacked(t, Attack{Kind: EventSale, Clients: 200, For: 10 * time.Minute}))
	n := perMinute(first)
	between(t, "visitors", float64(len(first)), 1850, 2150)
	between(t, "visitors of the first minute", float64(n[0]), 520, 700)
	between(t, "visitors of the fifth minute", float64(n[4]), 110, 210)
	between(t, "visitors of the last minute", float64(n[9]), 10, 50)
	between(t, "pages", float64(distinct(first, func(r *Request) string { return r.Path })), 1, 1)
	between(t, "referrers", float64(distinct(first, referrerHost)), 8, 30)
}

func TestMailIsReadOnPhones(t *testing.T) {
	first := firstPages(attacked(t, Attack{Kind: EventMail, Clients: 100, For: 10 * time.Minute}))
	between(t, "phones", share(first, isPhone), 0.75, 1)
	between(t, "no referrer", share(first, func(r *Request) bool { return r.Referrer == "" }), 1, 1)
	between(t, "pages", float64(distinct(first, func(r *Request) string { return r.Path + "?" + r.Query })), 1, 1)
}

func TestOfficeIsOneAddress(t *testing.T) {
	list := attacked(t, Attack{Kind: EventNAT, Clients: 100, PerMinute: 6, For: 10 * time.Minute})
	between(t, "addresses", float64(distinct(list, client)), 1, 1)
	between(t, "agents", float64(distinct(list, agentOf)), 40, 100)
	between(t, "requests", float64(len(list)), 5000, 7000)
	between(t, "static files", share(list, static), 0.6, 0.9)
}

func TestFreshCrawlerReadsPagesEvenly(t *testing.T) {
	list := attacked(t, Attack{Kind: EventCrawler, Clients: 1, PerMinute: 60, For: 10 * time.Minute})
	if list[0].Path != "/robots.txt" {
		t.Errorf("it begins with %s", list[0].Path)
	}
	for _, n := range perMinute(list)[:10] {
		between(t, "requests of a minute", float64(n), 55, 65)
	}
	between(t, "pages", float64(distinct(list, func(r *Request) string { return r.Path + "?" + r.Query })), 570, 610)
}

func TestMonitoringChecksTheFirstPage(t *testing.T) {
	list := attacked(t, Attack{Kind: EventMonitoring, Clients: 3, PerMinute: 200, For: 5 * time.Minute})
	between(t, "requests", float64(len(list)), 2900, 3100)
	between(t, "addresses", float64(distinct(list, client)), 3, 3)
	between(t, "HEAD", share(list, func(r *Request) bool { return r.Method == vocabulary.MethodHead }), 0.45, 0.55)
	between(t, "the first page", share(list, func(r *Request) bool { return r.Path == "/" }), 1, 1)
}

// changed compares two logs that differ in answers alone, and gives those that are others now.
func changed(t *testing.T, before, after []Request) (list []Request) {
	t.Helper()
	if len(before) != len(after) {
		t.Fatalf("there are %d requests, and %d without the trouble", len(after), len(before))
	}
	for i := range after {
		was, is := before[i], after[i]
		was.site, is.site = nil, nil
		if was == is {
			continue
		}
		list = append(list, is)
		is.Status, is.ResponseBytes, is.CacheFillBytes, is.Latency, is.Cache, is.OriginError =
			was.Status, was.ResponseBytes, was.CacheFillBytes, was.Latency, was.Cache, was.OriginError
		if was != is {
			t.Fatalf("more than the answer has changed: %+v, before %+v", is, was)
		}
	}
	return list
}

// within are the requests to a site from the fifth to the fifteenth minute that are such.
func within(list []Request, host string, such func(r *Request) bool) (found []Request) {
	for i := range list {
		r := &list[i]
		if at := (r.Time - defaultStart.UnixNano()) / minute; r.Host == host && at >= 5 && at < 15 && such(r) {
			found = append(found, *r)
		}
	}
	return found
}

func TestTroubleChangesAnswersInItsTimeOnly(t *testing.T) {
	calm := made(t)
	host := calm[0].Host
	fromOrigin := func(r *Request) bool { return r.Cache != vocabulary.CacheHit && !r.refused() }
	for _, c := range []struct {
		kind     string
		percent  float64
		share    float64
		concerns func(r *Request) bool
		statuses []uint16
	}{
		{EventDeploy, 0, 0.6, static, []uint16{404}},
		{EventDeploy, 20, 0.2, static, []uint16{404}},
		{EventOutage, 0, 0.9, fromOrigin, []uint16{502, 503, 504}},
	} {
		list := changed(t, calm, made(t, Attack{Kind: c.kind, Host: host, PerMinute: c.percent, After: 5 * time.Minute, For: 10 * time.Minute}))
		hit := within(list, host, func(*Request) bool { return true })
		could := within(calm, host, c.concerns)
		if len(hit) != len(list) || len(could) < 500 {
			t.Errorf("%s: %d of %d changes are in its time, of %d that it could hit", c.kind, len(hit), len(list), len(could))
		}
		between(t, c.kind+": share", float64(len(hit))/float64(len(could)), c.share-0.03, c.share+0.03)
		for _, status := range c.statuses {
			between(t, c.kind+": status", share(hit, func(r *Request) bool { return r.Status == status }), 0.85/float64(len(c.statuses)), 1)
		}
		between(t, c.kind+": others", share(hit, func(r *Request) bool { return r.Status < 404 || r.Status > 504 }), 0, 0)
	}
}

// What goes wrong for visitors does not depend on who else is there.
func TestTroubleIsIndependentOfOtherAttacks(t *testing.T) {
	outage := Attack{Kind: EventOutage, After: 5 * time.Minute}
	both := made(t, outage, Attack{Kind: AttackFlood, After: 5 * time.Minute})
	list := added(t, "flood", made(t, outage), both)
	between(t, "floods that fail", share(list, func(r *Request) bool { return r.Status >= 502 && r.Status <= 504 }), 0.2, 0.95)
}
