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
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// attackBegan is when the attacks of these tests begin: they go on at teaTime.
var attackBegan = teaTime.Add(-6 * time.Minute).Truncate(time.Minute)

// attacked puts the findings of a flood into the store, which shape can make another case of.
func (m *memory) attacked(host string, from time.Time, minutes int, shape func(*schemas.Finding)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range minutes {
		minute := from.Add(time.Duration(i) * time.Minute)
		f := flood(host, minute, from)
		f.Requests += int64(100 * i)
		shape(f)
		m.findings = append(m.findings, f)
	}
	slices.SortStableFunc(m.findings, func(a, b *schemas.Finding) int {
		if a.Host != b.Host {
			return strings.Compare(a.Host, b.Host)
		}
		return a.Minute.AsTime().Compare(b.Minute.AsTime())
	})
}

// flood is a finding with all that one can have.
func flood(host string, minute, started time.Time) *schemas.Finding {
	return &schemas.Finding{Host: host, Minute: timestamppb.New(minute), Started: timestamppb.New(started), Verdict: schemas.Verdict_VERDICT_ATTACK, Kind: "volumetric", Points: 10,
		Confidence: 0.865, Requests: 2294, NormalRequests: 310.4, AccusedRequests: proto.Int64(1900), AccusedClients: proto.Float64(0.62),
		Evidence: []*schemas.Evidence{
			{Signal: "volume", Points: 3, Words: "7.4 times the usual 310 requests a minute"},
			{Signal: "agents", Points: 2, Words: "86.5 % of requests come with the agent python-requests, usually hardly any"},
			{Signal: "automated", Points: 3, Words: "82.8 % of requests come from 41 clients that behave as programs do"},
			{Signal: "cache_misses", Points: 2, Words: "91.2 % of requests went past the cache, usually 24.0 %"},
			{Signal: "usual_hour", Points: -1, Words: "at this hour of the week about 500 requests a minute are usual"},
			{Signal: "paths", Points: 0, Words: "86.5 % of requests ask for /find, usually hardly any"},
		},
		Standouts: []*schemas.Standout{{List: "top_agents", Value: "python-requests", Requests: 1984, Share: 0.865, NormalShare: 0.0001},
			{List: "top_paths", Value: "/find", Requests: 1984, Share: 0.865, NormalShare: 0.012}, {List: "top_countries", Value: "NL", Requests: 1200, Share: 0.52, NormalShare: 0.08}},
		Rules: &schemas.Rules{Status: "RULE_GENERATED", Words: "preview a rule before it is put in force, and take it out when it has expired",
			Recommendations: []*schemas.Recommendation{advised(minute, "deny")}},
	}
}

func advised(minute time.Time, action string) *schemas.Recommendation {
	r := &schemas.Recommendation{Name: "fg-find-python-requests", Action: action, Coverage: 0.97, CollateralBound: 0.00294, CollateralSample: 1020, Confidence: 0.8,
		Conditions: []*schemas.Condition{{Field: "path", Value: "/find"}, {Field: "agent", Value: "python-requests"}},
		Worst:      &schemas.Collateral{Field: "country", Value: "NL", Bound: 0.031, Sample: 96}, Expires: timestamppb.New(minute.Add(2 * time.Hour)),
		Words: "it would stop about 97.0 % of the attack's requests, and no more than 0.3 % of the usual ones (with 95 % confidence, of 1,020 requests known)"}
	if action != "deny" {
		r.Count, r.Seconds = 20, 60
	}
	return r
}

// calm makes a finding one that is no attack.
func calm(kind string, verdict schemas.Verdict) func(*schemas.Finding) {
	return func(f *schemas.Finding) { f.Kind, f.Verdict, f.Points, f.Started, f.Rules = kind, verdict, 3, nil, nil }
}

var casePageOfA = "/sites/a.example/cases/" + attackBegan.Format(timeForms[1])

func TestOpenCaseIsSaid(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 5, teaTime, full)
	p.store.attacked("a.example", attackBegan, 6, func(*schemas.Finding) {})
	p.says("/sites/a.example", "This site is under attack", "Since 13:57 UTC, for 6 min.", "9.0 times the usual 310 requests a minute.", "come with the agent python-requests",
		`href="`+casePageOfA+`"`, `class="band grave"`)
	p.hides("/sites/a.example", "nothing can be said yet", "Nothing stood out")
	p.set(teaTime.Add(20 * time.Minute)) // nothing came since
	p.hides("/sites/a.example", "under attack</h2>", "Nothing stood out")
}

func TestCalmCasesAreSaidInALine(t *testing.T) {
	for kind, words := range map[string]string{"flash_crowd": "Many readers at once.", "origin_trouble": "The site answers with errors.", "traffic_stopped": "No traffic arrives.",
		"volumetric": "Worth a look: more requests than usual.", "error_storm": "Worth a look: unusual requests, or many that fail."} {
		p := newPage(t)
		p.store.fillMinutes("a.example", 5, teaTime, full)
		p.store.attacked("a.example", attackBegan, 6, calm(kind, schemas.Verdict_VERDICT_WATCH))
		p.says("/sites/a.example", words, casePageOfA)
		p.hides("/sites/a.example", `case grave"`)
		p.hides("/", "under attack")
	}
}

// The list says which sites are under attack, whatever page of it somebody looks at.
func TestListNamesAttackedSites(t *testing.T) {
	p := newPage(t)
	for _, host := range []string{"a.example", "b.example", "c.example", "d.example"} {
		p.store.fillMinutes(host, 5, teaTime, full)
	}
	p.store.attacked("a.example", attackBegan, 6, func(*schemas.Finding) {})
	p.store.attacked("b.example", attackBegan, 6, func(f *schemas.Finding) { f.Verdict = schemas.Verdict_VERDICT_SUSPECTED })
	p.store.attacked("c.example", attackBegan, 6, calm("flash_crowd", schemas.Verdict_VERDICT_NORMAL))
	p.store.attacked("d.example", attackBegan.Add(-time.Hour), 6, func(*schemas.Finding) {})
	alarms := regexp.MustCompile(`<p class="alarm[^>]*>.*</p>`).FindAllString(p.get("/?limit=1&offset=3"), -1)
	if len(alarms) != 2 || !strings.Contains(alarms[0], "1 site is under attack:</strong>") || !strings.Contains(alarms[0], casePageOfA) ||
		!strings.Contains(alarms[1], "1 site may be under attack:") || strings.Contains(fmt.Sprint(alarms), "d.example") {
		t.Errorf("the list says %q", alarms)
	}
	p.says("/", ">under attack</a>", ">looks like an attack</a>", ">many readers at once</a>")
	owner := p.token(access.Token{Sites: []string{"c.example"}})
	if body := p.do(remote("GET", "/", owner)).Body.String(); strings.Contains(body, "under attack") {
		t.Error("the owner of another site hears of the attack")
	}
	p.store.attacked("e.example", attackBegan, 6, func(*schemas.Finding) {})
	p.says("/", "2 sites are under attack:")
}

func TestNothingIsSaidOfNewAndCalmSites(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("calm.example", 5, teaTime, full)
	p.store.fillLevel("new.example", reportstore.Minute, 5, teaTime, 20*time.Minute, full)
	p.says("/sites/calm.example", "Nothing stood out in the last 24 hours.")
	p.says("/sites/new.example", "Less than an hour is known of this site: nothing can be said yet.")
	p.hides("/sites/calm.example", "nothing can be said yet", "attack")
	p.hides("/sites/new.example", "Nothing stood out")
}

// Nobody knows that an attack goes on when nothing is collected, and what is over keeps its page.
func TestCasesEnd(t *testing.T) {
	for name, live := range map[string]Live{"nothing came since": {Since: teaTime.Add(-time.Hour), LastCommit: teaTime.Add(30 * time.Minute)}, "stopped": {}} {
		p := newPage(t)
		p.store.fillMinutes("a.example", 5, teaTime, full)
		p.store.attacked("a.example", attackBegan, 6, func(*schemas.Finding) {})
		p.set(teaTime.Add(30 * time.Minute))
		p.live.Store(&live)
		p.hides("/sites/a.example?range=6h", "This site is under attack", "goes on")
		if !strings.Contains(p.get("/sites/a.example?range=6h"), casePageOfA) {
			t.Errorf("%s: the attack is not listed", name)
		}
		p.says(casePageOfA, "This site was under attack", "From 13:57 to 14:03 UTC, for 6 min.")
	}
}

func TestMinutesOfCasesAreMarked(t *testing.T) {
	p := newPage(t)
	p.store.fill("a.example", 5, teaTime, full)
	p.store.attacked("a.example", attackBegan, 6, func(*schemas.Finding) {})
	p.store.attacked("a.example", attackBegan.Add(-30*time.Hour), 6, func(*schemas.Finding) {})
	marked := func(target string) int {
		return strings.Count(regexp.MustCompile(`(?s)id="chart-requests".*?</section>`).FindString(p.get("/sites/a.example"+target)), `class="marked grave"`)
	}
	past := fmt.Sprintf("?from=%s&to=%s", attackBegan.Add(-31*time.Hour).Format(timeForms[1]), attackBegan.Add(-29*time.Hour).Format(timeForms[1]))
	for target, want := range map[string]int{"?range=1h": 6, "?range=24h": 2, "?range=7d": 4, "?range=1y": 2, past: 6} {
		if got := marked(target); got != want {
			t.Errorf("%s marks %d rows, not %d", target, got, want)
		}
	}
	p.says("/sites/a.example", `data-marks="[[`)
}

func TestCasePageSaysAll(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 5, teaTime, full)
	p.store.attacked("a.example", attackBegan, 6, func(*schemas.Finding) {})
	p.says(casePageOfA, "A flood of requests.", "Attack.", "86.5 %", "13:57", "2,294", "310", "&#43;3", "−1", "At this hour of the week", "python-requests", "Netherlands", "hardly any",
		"62.0 % of the minute&#39;s clients", "RULE_GENERATED", "Preview first", "at most 0.3 %", "of 1,020 known", "at most 3.1 % of 96 requests known", "in 1 h 58 min", "97.0 %",
		"nginx -t", "map $host", "http.request.uri.path", "request.headers", "gcloud compute security-policies rules create", "google_compute_security_policy_rule", "This is no attack")
	if nginx, cloud := strings.Index(p.get(casePageOfA), "map $host"), strings.Index(p.get(casePageOfA), "gcloud"); nginx > cloud {
		t.Error("the site's own proxy is not first")
	}
	for target, want := range map[string]int{casePageOfA + ":30": 200, "/sites/a.example/cases/" + attackBegan.Add(time.Minute).Format(timeForms[1]): 200,
		"/sites/a.example/cases/2026-11-25T09:00": 404, "/sites/b.example/cases/2026-11-25T13:57": 404, "/sites/a.example/cases/x": 400} {
		if got := p.do(local("GET", target)).Code; got != want {
			t.Errorf("%s answers %d, not %d", target, got, want)
		}
	}
}

// A rule that a target cannot say has the reason in its place, and one with a value that few share is not written down here.
func TestRulesThatCannotBeWritten(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 5, teaTime, full)
	p.store.attacked("a.example", attackBegan, 6, func(f *schemas.Finding) {
		f.Rules.Recommendations = []*schemas.Recommendation{advised(f.Minute.AsTime(), "throttle")}
		f.Rules.Recommendations[0].Conditions = []*schemas.Condition{{Field: "country", Value: "NL"}}
	})
	p.says(casePageOfA, "Cannot say this in nginx, because", "ip.src.country", "20 requests in 60 seconds")
	p.store.findings = nil
	p.store.attacked("a.example", attackBegan, 6, func(f *schemas.Finding) {
		f.Rules.Recommendations[0].Conditions[0] = &schemas.Condition{Field: "path", Restricted: true}
	})
	p.says(casePageOfA, "path: kept apart", "A value that fewer than 10 visitors share is kept apart:", "floodgauge rules export")
	p.hides(casePageOfA, "map $host", "gcloud compute")
	p.store.findings = nil
	p.store.attacked("a.example", attackBegan, 6, func(f *schemas.Finding) {
		f.Rules.Recommendations[0].Conditions = []*schemas.Condition{{Field: "client", Value: "3 addresses", Restricted: true}}
	})
	p.says(casePageOfA, "client: 3 addresses", "Addresses are kept nowhere but in the logs: with --log FILE")
	p.hides(casePageOfA, "map $host", "gcloud compute")
	p.store.findings = nil
	p.store.attacked("a.example", attackBegan, 6, func(f *schemas.Finding) {
		f.Rules = &schemas.Rules{Status: "NO_USABLE_RULE_FOUND", Words: "no rule would stop a good part of the attack and hurt next to nobody"}
	})
	p.says(casePageOfA, "No rule would do", "NO_USABLE_RULE_FOUND", "No rule would stop a good part")
}

// A case that lasts for days is read in part, and known to go on.
func TestLongCases(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 5, teaTime, full)
	began := teaTime.Add(-5 * 24 * time.Hour).Truncate(time.Minute)
	p.store.attacked("a.example", began, 5*24*60, func(*schemas.Finding) {})
	page := "/sites/a.example/cases/" + began.Format(timeForms[1])
	p.says(page, "This site is under attack", "the first 3,920 that did")
	p.says("/sites/a.example", page, "Since 20 November 14:03 UTC, for 5 days.")
	p.says("/", page)
	if n := p.sent(page); n > maxFirstLoad/2 {
		t.Errorf("the page takes %d bytes", n)
	}
}

func TestStoreTroubleOnCasePages(t *testing.T) {
	p := newPage(t)
	p.store.attacked("a.example", attackBegan, 6, func(*schemas.Finding) {})
	p.store.fail = reportstore.ErrLocked
	for _, target := range []string{casePageOfA, "/api/v1/cases", "/api/v1/sites/a.example/cases", "/api/v1/sites/a.example/findings"} {
		if code := p.do(local("GET", target)).Code; code != http.StatusServiceUnavailable {
			t.Errorf("%s answers %d", target, code)
		}
	}
}
