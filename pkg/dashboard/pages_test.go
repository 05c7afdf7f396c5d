package dashboard

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

func TestEmptyPageSaysWhatToDo(t *testing.T) {
	p := newPage(t)
	p.store.status.Sources = []reportstore.SourceState{{Source: "access.log", Problem: "the file cannot be read: let the group adm read it"}}
	p.says("/", "No request has been read yet", "floodgauge up /var/log/nginx/access.log", "access.log: the file cannot be read")
}

func TestQuietPageNamesTheLatestRequest(t *testing.T) {
	p := newPage(t)
	p.store.fill("a.example", 1, teaTime.Add(-3*time.Hour), full)
	p.says("/", "No site had requests in the last 1 h; the latest request was at 25 Nov 11:03 UTC", "range=30d", "all that was logged is counted")
	p.says("/?range=24h", "a.example")
}

func TestSitesAreBusiestFirstAndPaged(t *testing.T) {
	p := newPage(t)
	for i := range 120 {
		host := fmt.Sprintf("s%03d.example", i)
		p.store.fillLevel(host, reportstore.Minute, 1, teaTime, 5*time.Minute, func(r *schemas.TrafficReport) *schemas.TrafficReport {
			r.Requests = int64(1000 + 10*i)
			return r
		})
	}
	host := regexp.MustCompile(`s\d{3}\.example</bdi>`)
	first := host.FindAllString(p.get("/"), -1)
	sorted := slices.IsSortedFunc(first, func(a, b string) int { return strings.Compare(b, a) })
	if len(first) != pageOfSites || first[0] != "s119.example</bdi>" || !sorted {
		t.Errorf("the first page has %d sites from %v on", len(first), first[:1])
	}
	p.says("/", "1 to 50 of 120 sites", `href="/?offset=50&amp;range=1h"`)
	last := host.FindAllString(p.get("/?offset=100"), -1)
	if len(last) != 20 || last[19] != "s000.example</bdi>" {
		t.Errorf("the last page has %d sites", len(last))
	}
	if found := host.FindAllString(p.get("/?search=S07"), -1); len(found) != 10 {
		t.Errorf("a search finds %d sites", len(found))
	}
	p.says("/?search=nothing", "No site with this in its name")
}

func TestSitePageHasTheFigures(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 2, teaTime, full)
	total, err := p.store.Total(t.Context(), access.Everything(), "a.example", teaTime.Add(-time.Hour+40*time.Second), teaTime.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	p.says("/sites/a.example?range=1h", "Data to 14:03:17 UTC, 3 s behind.", "Requests", "Served from cache", "Server errors (5xx)",
		"95 % answered within", "Germany", "AS3320",
		"/news/{id}", "404 not found", "fewer than 10 visitors shared", "Without a country", "still counting", "Compared with as long before",
		fmt.Sprintf("%d.%dk", total.Requests/1000, total.Requests%1000/100))
}

// Each value of a slot stands in a table, so that the page says without JavaScript what it draws with it.
func TestTablesHaveEverySlot(t *testing.T) {
	p := newPage(t)
	p.store.fill("a.example", 2, teaTime, full)
	for target, rows := range map[string]int{"?range=15m": 15, "?range=1h": 60, "?range=6h": 360, "?range=24h": 24, "?range=7d": 168, "?range=30d": 30,
		"?range=1y": 365} {
		body := p.get("/sites/a.example" + target)
		if n := strings.Count(body, "<tr data-t="); n != rows*len(plans) {
			t.Errorf("%s has %d rows in %d tables", target, n, len(plans))
		}
	}
}

func TestNotLoggedIsSaid(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("plain.example", 2, teaTime, plain)
	body := p.get("/sites/plain.example")
	for _, id := range []string{"cache", "latency"} {
		section := body[strings.Index(body, `id="chart-`+id):]
		if section = section[:strings.Index(section, "</section>")]; !strings.Contains(section, "not logged") || strings.Contains(section, "plot") {
			t.Errorf("the chart %s does not say that it is not logged", id)
		}
	}
	p.says("/sites/plain.example", "Add $request_time to the proxy", "Add $upstream_cache_status", "deploy/README.md#what-the-proxy-should-log")
	if figure := regexp.MustCompile(`Served from cache</dt><dd class="missing">not logged`); !figure.MatchString(body) {
		t.Error("the large number of the cache does not say that it is not logged")
	}
}

func TestWhyVisitorsAreUnknown(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("cdn.example", 2, teaTime, func(r *schemas.TrafficReport) *schemas.TrafficReport {
		r.Visitors, r.Clients, r.TopCountries, r.TopNetworks, r.ClientsUnavailable = nil, nil, nil, nil, "cdn"
		return r
	})
	p.says("/sites/cdn.example", "not available behind a delivery network", "let the proxy log the address that the network passes on")
}

func TestCompletenessIsSaid(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 2, teaTime, full)
	p.store.bad[teaTime.Add(-5*time.Minute).Truncate(time.Minute)] = true
	p.store.put(reportstore.Late, func() *schemas.TrafficReport {
		r := report("a.example", reportstore.Minute, teaTime.Add(-9*time.Minute).Truncate(time.Minute), 0.5)
		r.LateLines, r.Lines = 7, 7
		return r
	}())
	p.store.status.DeadLines = map[string]int64{"no_match": 12, "binary": 1}
	p.says("/sites/a.example", "13 lines of all that was ever read", "not in the format of the log: 12; not text: 1", "7 lines (", "came after their minute was closed", "1 minute is incomplete", "1 minute is still being counted (hatched)",
		"7 late")
}

// Too many host names: who runs the machine learns it, and what to do; the owner of one site does not.
func TestTooManyHostNamesAreSaid(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 2, teaTime, full)
	p.store.fillMinutes(vocabulary.OtherHosts, 2, teaTime, full)
	const other, words, plan = "/sites/(other%20hosts)", "because too many host names came", "list yours under `sites`"
	p.hides("/status", words)
	p.hides(other, words)
	p.live.Store(&Live{Since: teaTime, OverCap: 12_345})
	p.says("/status", "12,345 lines count", words, plan)
	p.says(other, "12,345 lines count", words, plan)
	p.hides("/status", "Nothing is wrong")
	p.hides("/sites/a.example", words)
	owner := p.token(access.Token{Sites: []string{"a.example"}})
	if body := p.do(remote("GET", "/status", owner)).Body.String(); strings.Contains(body, words) {
		t.Error("the owner of a site is told of everybody's host names")
	}
	p.live.Store(&Live{Since: teaTime, OverCap: 1})
	p.says("/status", "1 line counts as")
}

// Requests whose line names no site are explained where they are shown; what scanners send is no problem of the machine's.
func TestLinesWithoutSiteAreExplained(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 2, teaTime, full)
	p.store.fillMinutes(vocabulary.OtherHosts, 2, teaTime, full)
	const other, plan = "/sites/(other%20hosts)", "give `--host NAME`"
	p.hides(other, plan)
	p.live.Store(&Live{Since: teaTime, Entries: 1000, NoHost: 20})
	p.says(other, "20 lines count", plan)
	p.hides("/sites/a.example", plan)
	p.hides("/status", plan)
	p.live.Store(&Live{Since: teaTime, Entries: 1000, NoHost: 600})
	p.says("/status", "600 lines count", plan)
}

// Where the log begins in the range, means are over the time that it covers.
func TestMeansAreOverTheTimeOfTheLog(t *testing.T) {
	p := newPage(t)
	p.store.fillLevel("a.example", reportstore.Minute, 5, teaTime, 30*time.Minute, full)
	mean := func(text string) string {
		return regexp.MustCompile(`[0-9.]+ a second`).FindString(text)
	}
	if short, long := mean(p.get("/sites/a.example?range=15m")), mean(p.get("/sites/a.example?range=6h")); short == "" || !strings.HasPrefix(long, short[:1]) {
		t.Errorf("in 15 minutes there are %s, in 6 hours %s", short, long)
	}
}

func TestNoDataIsExplained(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("other.example", 2, teaTime, full)
	p.says("/sites/a.example", "This site had no requests in the last 1 h")
	p.live.Store(&Live{})
	p.says("/sites/a.example", "the collector is not running", "floodgauge up")
	p.live.Store(&Live{Since: teaTime, Halted: "the disk is full"})
	p.says("/sites/a.example", "the collector is halted")
	p.live.Store(&Live{Since: teaTime, Sources: []LiveSource{{Source: "x", Behind: 5, Oldest: teaTime.Add(-time.Hour)}}})
	p.says("/sites/a.example", "lines that were not read so far")
}

func TestChanges(t *testing.T) {
	for _, c := range []struct {
		now, before float64
		want        string
	}{{112, 100, "+12 %"}, {99.9, 100, "unchanged"}, {50, 100, "−50 %"}, {900, 100, "9 ×"}, {1, 0, ""}, {102.4, 100, "+2.4 %"}, {0, 10, "−100 %"}} {
		if got := change(c.now, c.before); got != c.want {
			t.Errorf("%v after %v: %q, not %q", c.now, c.before, got, c.want)
		}
	}
}

// A period that is not over is compared by its pace, and one of which the log lacks the beginning not at all.
func TestComparison(t *testing.T) {
	p := newPage(t)
	steady := func(r *schemas.TrafficReport) *schemas.TrafficReport {
		r.Requests, r.ResponseBytes = 6000, proto.Int64(1e6)
		return r
	}
	p.store.fillLevel("a.example", reportstore.Minute, 2, teaTime, 5*time.Hour, steady)
	requests := regexp.MustCompile(`(?s)<dt>Requests</dt>.*?<dd class="change[^>]*>([^<]*)<`)
	if got := requests.FindStringSubmatch(p.get("/sites/a.example?range=15m")); got == nil || got[1] != "unchanged" {
		t.Errorf("steady traffic changed: %q", got)
	}
	p.says("/sites/a.example?range=6h", "not enough data before to compare with")
}

func TestStatusPage(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 2, teaTime, full)
	p.says("/status", "Nothing is wrong.", "running")
	p.store.status.Sources = []reportstore.SourceState{{Source: "access.log", Lines: 1234567, Bytes: 5e9, Problem: "the file is gone"}}
	p.store.status.DeadLines = map[string]int64{"no_match": 12, "before_1995": 3}
	p.store.status.SetAside, p.store.status.Incomplete, p.store.status.Bytes = 1, 4, 123e6
	p.store.letters = []reportstore.DeadLetter{{Letter: &schemas.DeadLetter{Reason: "too_long"}, At: teaTime, Tries: 2,
		Extent: &reportstore.Extent{Source: "access.log", From: 10, To: 2010}}}
	unread := []LiveSource{{Source: "access.log", Behind: 3e6, Oldest: teaTime.Add(-2 * time.Minute)}}
	p.live.Store(&Live{Since: teaTime.Add(-time.Hour), Halted: "the disk is full: make room", Sources: unread})
	p.says("/status", "access.log: the file is gone", "The collector is halted: the disk is full: make room",
		"1 stretch of log could not be read and is tried again", "4 minutes are known to lack lines",
		"not in the format of the log", "from before 1995", "1,234,567", "5 GB", "3 MB, for 2 min", "123 MB", "10 to 2010", "by command")
	p.live.Store(&Live{})
	p.says("/status", "The collector is not running")
}

// Paths, agents and names come from whoever sends requests.
func TestHostileTextsStayTexts(t *testing.T) {
	p := newPage(t)
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	p.store.fillMinutes("a.example", 2, teaTime, func(r *schemas.TrafficReport) *schemas.TrafficReport {
		r.TopPaths[0].Path, r.TopAgents[0].Value, r.TopReferrers[0].Value, r.TopCountries[0].Value = evil, evil, evil, evil
		return r
	})
	p.store.fillMinutes(evil, 1, teaTime, full)
	p.store.status.Sources = []reportstore.SourceState{{Source: evil, Problem: evil}}
	p.store.attacked("a.example", attackBegan, 6, func(f *schemas.Finding) {
		f.Kind, f.Evidence[1].Words, f.Standouts[0].Value, f.Standouts[0].List = evil, evil, evil, evil
		r := f.Rules.Recommendations[0]
		f.Rules.Status, f.Rules.Words, r.Name, r.Words, r.Conditions[0].Value, r.Worst.Value, r.Action = evil, evil, evil, evil, evil, evil, evil
	})
	for _, target := range []string{"/", "/sites/a.example", casePageOfA, "/status", "/?search=" + "%22%3E%3Cscript%3E",
		"/sites/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/login?next=%22%3E%3Cscript%3E"} {
		p.hides(target, "<script>", "<img", "onerror=alert(1)>")
	}
}

func TestNoInlineScriptOrStyle(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 2, teaTime, full)
	inline := regexp.MustCompile(`(?i)<style|\sstyle=|<script(?:>|[^>]*>[^<])|\son[a-z]+=|javascript:`)
	p.store.attacked("a.example", attackBegan, 6, func(*schemas.Finding) {})
	for _, target := range []string{"/", "/sites/a.example", casePageOfA, "/status", "/login", "/sites/a.example?part=live"} {
		if found := inline.FindString(p.get(target)); found != "" {
			t.Errorf("%s has %q, which the content policy forbids", target, found)
		}
	}
}

func TestWrongAddressesAreErrorsInWords(t *testing.T) {
	p := newPage(t)
	for target, want := range map[string]int{
		"/?range=2h": 400, "/?offset=-1": 400, "/?limit=x": 400, "/sites/a.example?from=x": 400, "/?search=" + strings.Repeat("x", 300): 400,
		"/nowhere": 404, "/static/none": 404,
	} {
		w := p.do(local("GET", target))
		if w.Code != want || strings.Contains(w.Body.String(), "something failed") {
			t.Errorf("%s answers %d", target, w.Code)
		}
	}
	if w := p.do(local("GET", "/nowhere")); !strings.Contains(w.Body.String(), "<!doctype html>") {
		t.Error("a person gets no page")
	}
}

// The part that the page's script asks for is what the page itself shows.
func TestLivePart(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 2, teaTime, full)
	for _, target := range []string{"/?", "/sites/a.example?range=15m&", "/status?"} {
		part := p.get(target + "part=live")
		if strings.Contains(part, "<html") || !strings.HasPrefix(part, `<div data-part="live">`) || !strings.Contains(part, "Data to 14:03:17 UTC") {
			t.Errorf("the part of %s is %.80s", target, part)
		}
	}
}

func TestConfigIsComplete(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("a server without a store was made")
	}
}

func TestOnlySafeMethods(t *testing.T) {
	p := newPage(t)
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH"} {
		if code := p.do(local(method, "/sites/a.example")).Code; code != http.StatusNotFound {
			t.Errorf("%s is answered by %d", method, code)
		}
	}
}
