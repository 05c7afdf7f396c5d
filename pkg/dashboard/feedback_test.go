package dashboard

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

const quiet = "Somebody said that this is no attack, on 25 November 14:03 UTC."

// attackedPage has a site whose attack goes on.
func attackedPage(t *testing.T) *page {
	t.Helper()
	p := newPage(t)
	p.store.fillMinutes("a.example", 5, teaTime, full)
	p.store.attacked("a.example", attackBegan, 6, func(*schemas.Finding) {})
	return p
}

func TestWordOnACase(t *testing.T) {
	p := attackedPage(t)
	if w := p.do(local("POST", casePageOfA+"/feedback")); w.Code != http.StatusSeeOther || w.Header().Get("Location") != casePageOfA {
		t.Fatalf("the form answers %d, %q", w.Code, w.Header().Get("Location"))
	}
	at := teaTime.Truncate(time.Second)
	want := []reportstore.Feedback{{Host: "a.example", Started: attackBegan, At: at, Expires: at.Add(30 * 24 * time.Hour), By: "the machine itself",
		Kinds: []string{p.store.findings[0].Kind}}}
	if diff := cmp.Diff(want, p.store.feedback); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	p.says("/sites/a.example", quiet, "said to be no attack")
	p.hides("/sites/a.example", "This site is under attack", `case grave"`)
	p.hides("/", "1 site is under attack")
	p.says(casePageOfA, quiet, "until 25 December 2026", "Take that back")
	if w := p.do(local("POST", casePageOfA+"/feedback/undo")); w.Code != http.StatusSeeOther {
		t.Fatalf("taking it back answers %d", w.Code)
	}
	p.says("/sites/a.example", "This site is under attack")
	p.says(casePageOfA, "This is no attack")
	p.hides(casePageOfA, "Take that back")
}

func TestWordsExpire(t *testing.T) {
	p := attackedPage(t)
	p.store.feedback = []reportstore.Feedback{{Host: "a.example", Started: attackBegan, At: teaTime.Add(-time.Hour), Expires: teaTime.Add(time.Second)}}
	p.hides("/sites/a.example", "This site is under attack")
	p.set(teaTime.Add(time.Second))
	p.says("/sites/a.example", "This site is under attack")
}

// Who may only look sees no form and is refused; one who may judge sees and is heard. Without a store to write to nobody is.
func TestWhoHasAWord(t *testing.T) {
	p := attackedPage(t)
	looks := p.token(access.Token{Name: "looks", Sites: []string{"a.example"}})
	judges := p.token(access.Token{Name: "judges", Sites: []string{"a.example"}, Judge: true})
	all := p.token(access.Token{Name: "all", All: true})
	const form = "This is no attack</button>"
	for token, may := range map[string]bool{looks: false, judges: true, all: true} {
		if got := strings.Contains(p.do(remote("GET", casePageOfA, token)).Body.String(), form); got != may {
			t.Errorf("the form is there: %v, not %v", got, may)
		}
		want := map[bool]int{true: http.StatusSeeOther, false: http.StatusForbidden}[may]
		if code := p.do(remote("POST", casePageOfA+"/feedback", token)).Code; code != want {
			t.Errorf("the form answers %d, not %d", code, want)
		}
		if may {
			p.do(remote("POST", casePageOfA+"/feedback/undo", token))
		}
	}
	for _, target := range []string{"/sites/a.example/cases/2026-11-25T09:00", "/sites/b.example/cases/2026-11-25T13:57"} {
		if code := p.do(local("POST", target+"/feedback")).Code; code != http.StatusNotFound {
			t.Errorf("a word on no case of %s is answered by %d", target, code)
		}
	}
	p.server.config.Feedback = nil
	p.hides(casePageOfA, form)
	if code := p.do(local("POST", casePageOfA+"/feedback")).Code; code != http.StatusNotImplemented {
		t.Errorf("without a store to write to it answers %d", code)
	}
}

// Another site's page cannot speak for whoever looks at it.
func TestWordsFromOtherSitesAreRefused(t *testing.T) {
	p := attackedPage(t)
	for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
		for _, target := range []string{casePageOfA + "/feedback", casePageOfA + "/feedback/undo", "/api/v1" + casePageOfA + "/feedback"} {
			r := local("POST", target)
			r.Header.Set(name, value)
			r.Header.Set("Sec-Fetch-Mode", "navigate")
			if code := p.do(r).Code; code != http.StatusForbidden && code != http.StatusNotFound {
				t.Errorf("%s with %s is answered by %d", target, name, code)
			}
		}
	}
	if len(p.store.feedback) > 0 {
		t.Errorf("kept: %v", p.store.feedback)
	}
}

func TestWordsThroughTheInterface(t *testing.T) {
	p := attackedPage(t)
	d := describe(t, p)
	const path = "/api/v1/sites/{host}/cases/{start}/feedback"
	for _, c := range []struct {
		method string
		stands bool
	}{{"POST", true}, {"DELETE", false}, {"DELETE", false}} {
		w := p.do(local(c.method, "/api/v1"+casePageOfA+"/feedback"))
		var v map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%s answers %d (%v)", c.method, w.Code, err)
		}
		if err := d.check(d.Paths[path][strings.ToLower(c.method)].Responses["200"].Content["application/json"].Schema, v, path); err != nil {
			t.Error(err)
		}
		if got := v["no_attack"] != nil; got != c.stands {
			t.Errorf("after %s it stands: %v", c.method, got)
		}
		if got := decode[casesJSON](t, p, "/api/v1/cases").Cases[0].NoAttack != nil; got != c.stands {
			t.Errorf("after %s the case says that it stands: %v", c.method, got)
		}
	}
}

func TestCasesThroughTheInterface(t *testing.T) {
	p := attackedPage(t)
	p.store.fillMinutes("b.example", 5, teaTime, full)
	p.store.attacked("b.example", attackBegan.Add(-30*time.Minute), 6, calm("flash_crowd", schemas.Verdict_VERDICT_NORMAL))
	all := decode[casesJSON](t, p, "/api/v1/cases").Cases
	if len(all) != 2 || !all[0].Open || all[0].Verdict != "attack" || all[0].Minutes != 6 || all[0].Page != casePageOfA || all[1].Open || all[1].Kind != "flash_crowd" {
		t.Errorf("the cases are %+v", all)
	}
	if one := decode[casesJSON](t, p, "/api/v1/sites/b.example/cases?range=1h").Cases; len(one) != 1 || one[0].Host != "b.example" {
		t.Errorf("those of one site are %+v", one)
	}
	owner := p.token(access.Token{Sites: []string{"b.example"}})
	if body := p.do(remote("GET", "/api/v1/cases", owner)).Body.String(); strings.Contains(body, "a.example") || !strings.Contains(body, "b.example") {
		t.Errorf("the owner of b.example gets %s", body)
	}
	found := decode[findingsJSON](t, p, "/api/v1/sites/a.example/findings?from="+attackBegan.Add(2*time.Minute).Format(timeForms[1]))
	if !found.Known || len(found.Findings) != 4 || !strings.Contains(string(found.Findings[0]), `"verdict":"VERDICT_ATTACK"`) {
		t.Errorf("known %v, %d findings", found.Known, len(found.Findings))
	}
	if code := p.do(local("GET", "/api/v1/cases?range=30d")).Code; code != http.StatusBadRequest {
		t.Errorf("too long a period is answered by %d", code)
	}
}
