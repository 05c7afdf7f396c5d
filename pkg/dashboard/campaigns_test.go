package dashboard

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// alike is a page over sites that are attacked alike, from a.example on.
func alike(t *testing.T, sites int) *page {
	t.Helper()
	p := newPage(t)
	for i := range sites {
		host := fmt.Sprintf("%c.example", 'a'+i)
		p.store.fillMinutes(host, 5, teaTime, full)
		p.store.attacked(host, attackBegan, 6, func(*schemas.Finding) {})
	}
	return p
}

var tags = regexp.MustCompile(`<[^>]*>`)

// said are the sentences about campaigns that somebody reads, without tags.
func (p *page) said(target, token string) (sentences []string) {
	p.t.Helper()
	r := local("GET", target)
	if token != "" {
		r = remote("GET", target, token)
	}
	for _, s := range regexp.MustCompile(`<p class="[a-z ]*campaign".*</p>`).FindAllString(p.do(r).Body.String(), -1) {
		sentences = append(sentences, strings.TrimSpace(tags.ReplaceAllString(s, "")))
	}
	return sentences
}

func TestSameAttackOnManySites(t *testing.T) {
	p := alike(t, 5)
	const common = " In common: agent python-requests, path /find."
	if diff := cmp.Diff([]string{"It looks like the same attack on 5 sites: a.example, b.example, c.example and 2 more." + common}, p.said("/", "")); diff != "" {
		t.Errorf("the list (-want +got):\n%s", diff)
	}
	p.says("/", `campaign" role="status">`, casePageOfA)
	want := []string{"What looks like the same attack is also on b.example, c.example, d.example, e.example." + common}
	if diff := cmp.Diff(want, p.said(casePageOfA, "")); diff != "" {
		t.Errorf("the case (-want +got):\n%s", diff)
	}
	p.says(casePageOfA, strings.Replace(casePageOfA, "a.example", "e.example", 1))
	p.set(teaTime.Add(30 * time.Minute))
	p.live.Store(&Live{Since: teaTime.Add(-time.Hour), LastCommit: teaTime.Add(30 * time.Minute)})
	if got := p.said("/", ""); len(got) > 0 {
		t.Errorf("the list says of what is over %q", got)
	}
	want[0] = strings.Replace(want[0], "is also", "was also", 1)
	if diff := cmp.Diff(want, p.said(casePageOfA, "")); diff != "" {
		t.Errorf("the case that is over (-want +got):\n%s", diff)
	}
}

// A reader learns of an attack on several sites as far as they are theirs: neither the names nor the number of others, also where the store forgot to ask.
func TestCampaignsAreOfOwnSites(t *testing.T) {
	p := alike(t, 5)
	p.server.config.Reader = careless{p.store}
	two := p.token(access.Token{Name: "two", Sites: []string{"a.example", "b.example"}})
	one := p.token(access.Token{Name: "one", Sites: []string{"a.example"}})
	if got := strings.Join(p.said("/", two), "|"); !strings.HasPrefix(got, "It looks like the same attack on 2 sites: a.example, b.example. In common") {
		t.Errorf("the owner of two reads %q on the list", got)
	}
	if got := strings.Join(p.said(casePageOfA, two), "|"); !strings.HasPrefix(got, "What looks like the same attack is also on b.example. In common") {
		t.Errorf("the owner of two reads %q on the case's page", got)
	}
	for _, target := range []string{"/", casePageOfA, "/api/v1/campaigns"} {
		if body := p.do(remote("GET", target, two)).Body.String(); strings.Contains(body, "c.example") {
			t.Errorf("the owner of two reads of others at %s", target)
		}
		if body := p.do(remote("GET", target, one)).Body.String(); strings.Contains(body, "b.example") || strings.Contains(body, "same attack") {
			t.Errorf("the owner of one reads of others at %s", target)
		}
	}
}

// Nothing is said where there is nothing to say: one site, attacks of different kinds, what is no attack, and what somebody said is none.
func TestNoCampaign(t *testing.T) {
	for name, shape := range map[string]func(*schemas.Finding){
		"another kind": func(f *schemas.Finding) { f.Kind = "scanner" },
		"no attack":    calm("volumetric", schemas.Verdict_VERDICT_WATCH),
		"other marks":  func(f *schemas.Finding) { f.Standouts = f.Standouts[2:] },
	} {
		p := alike(t, 1)
		p.store.attacked("b.example", attackBegan, 6, shape)
		if got := append(p.said("/", ""), p.said(casePageOfA, "")...); len(got) > 0 {
			t.Errorf("%s: %q", name, got)
		}
	}
	p := alike(t, 2)
	p.store.feedback = []reportstore.Feedback{{Host: "b.example", Started: attackBegan, At: teaTime, Expires: teaTime.Add(time.Hour)}}
	if got := append(p.said("/", ""), p.said(casePageOfA, "")...); len(got) > 0 {
		t.Errorf("what somebody said is no attack: %q", got)
	}
	p.says("/api/v1/campaigns", `"campaigns":[]`)
}

// A campaign within a larger one is not said twice, and the interface has both sites' cases with their pages.
func TestCampaignsInTheInterface(t *testing.T) {
	p := alike(t, 2)
	p.store.attacked("c.example", attackBegan, 6, func(f *schemas.Finding) { f.Standouts = f.Standouts[:1] }) // the agent only
	p.store.attacked("a.example", attackBegan.Add(-3*time.Hour), 6, func(*schemas.Finding) {})
	answer := decode[campaignsJSON](t, p, "/api/v1/campaigns")
	if len(answer.Campaigns) != 1 || len(p.said("/", "")) != 1 {
		t.Fatalf("the campaigns are %+v", answer.Campaigns)
	}
	member := func(host string) memberJSON {
		return memberJSON{host, attackBegan, attackBegan.Add(6 * time.Minute), true, strings.Replace(casePageOfA, "a.example", host, 1)}
	}
	want := campaignJSON{"volumetric", true, []string{"agent python-requests"}, []memberJSON{member("a.example"), member("b.example"), member("c.example")}}
	if diff := cmp.Diff(want, answer.Campaigns[0]); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
