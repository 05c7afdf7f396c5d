package siterule

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2/hclparse"
	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/agent"
	"github.com/floodgauge/floodgauge/pkg/cloudarmor"
	"github.com/floodgauge/floodgauge/pkg/privacy"
)

func denial(conditions ...Condition) *Rule {
	return &Rule{Name: "some-rule", Host: "news.example.org", Conditions: conditions, Action: Deny, Expires: time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)}
}

// celOf compiles a rule's expression, nil where it cannot be said.
func celOf(t interface{ Fatalf(string, ...any) }, r *Rule) *cloudarmor.Expression {
	text, err := r.CEL()
	var cannot *CannotError
	if errors.As(err, &cannot) {
		return nil
	}
	if err != nil {
		t.Fatalf("%+v: %v", r, err)
	}
	e, err := cloudarmor.Compile(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e
}

// meets tells whether an expression meets a request to the site, with a path and the headers given; "" leaves a header away.
func meets(t interface{ Fatalf(string, ...any) }, e *cloudarmor.Expression, path, agent, referrer string) bool {
	r := &cloudarmor.Request{
		Attributes: map[string]any{"request.path": latin1(path), "request.method": "GET", "origin.region_code": "NL", "origin.asn": int64(64500)},
		Headers:    map[string]string{"host": "News.Example.org:443"},
	}
	for name, value := range map[string]string{"user-agent": agent, "referer": referrer} {
		if value == "" {
			r.Absent = append(r.Absent, name)
		} else {
			r.Headers[name] = latin1(value)
		}
	}
	answer, err := e.Evaluate(r)
	if err != nil || answer == cloudarmor.Unknown {
		t.Fatalf("%s: %v, %v", e, answer, err)
	}
	return answer == cloudarmor.Matches
}

// latin1 is what bytes are to the language: a character each.
func latin1(s string) string {
	runes := make([]rune, len(s))
	for i, c := range []byte(s) {
		runes[i] = rune(c)
	}
	return string(runes)
}

// agents are real ones and those that begin with a family's name, with their families.
func agents(t testing.TB) map[string]string {
	t.Helper()
	list, err := os.ReadFile("../agent/testdata/elastic-agents.tsv")
	if err != nil {
		t.Fatal(err)
	}
	c, all := agent.New(), map[string]string{"-": "", "": ""}
	add := func(ua string) { all[ua] = c.Classify([]byte(ua)).Family }
	for line := range strings.Lines(string(list)) {
		_, ua, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		add(ua)
	}
	for _, family := range c.Families() {
		literals, err := c.Literals(family)
		if err != nil {
			continue
		}
		for _, l := range literals {
			add(strings.TrimSpace(l.Text))
			add(strings.TrimSpace(l.Text) + "/1.0")
			add("Mozilla/5.0 (compatible; " + strings.TrimSpace(l.Text) + "/2.1; like Gecko)")
		}
	}
	return all
}

// beyond tells whether a rule for a family may meet an agent of another: what carries Internet Explorer's name, which pkg/agent lists.
func beyond(family, other string) bool {
	return family == "Internet Explorer" && slices.Contains([]string{"360Spider", "DTS Agent", "Opera", "changedetection", "other bot", "other"}, other)
}

// TestAgentRulesMeetTheirFamily is true of each family: its rule meets the agents of the family and no others but those in beyond, or there is none.
func TestAgentRulesMeetTheirFamily(t *testing.T) {
	all := agents(t)
	known := make([]string, 0, len(all))
	for ua := range all {
		known = append(known, ua)
	}
	slices.Sort(known)
	byFamily := map[string][]string{}
	for _, ua := range known {
		byFamily[all[ua]] = append(byFamily[all[ua]], ua)
	}
	said := 0
	for _, family := range append(agent.New().Families(), "") {
		e := celOf(t, denial(Condition{Agent, family}))
		if e == nil {
			continue
		}
		said++
		for _, ua := range byFamily[family] {
			if !meets(t, e, "/", ua, "") {
				t.Errorf("the rule for %q does not meet %q: %s", family, ua, e)
			}
		}
		literals, err := agent.New().Literals(family)
		for _, ua := range known {
			near := family == "" && len(ua) < 3 // the others cannot be met: pkg/agent looks at all of them
			for _, l := range literals {
				near = near || strings.Contains(strings.ToLower(ua), strings.ToLower(l.Text))
			}
			if (near || err != nil && family != "") && all[ua] != family && !beyond(family, all[ua]) && meets(t, e, "/", ua, "") {
				t.Errorf("the rule for %q meets %q, which is of %q: %s", family, ua, all[ua], e)
			}
		}
	}
	if said < 1500 {
		t.Errorf("only %d families have a rule", said)
	}
	for _, family := range []string{"Chrome", "Safari", "Firefox", "Edge", "Opera", "Samsung Internet", "Android WebView", "Instagram app", "other", "other bot", "Apple app"} {
		_, err := denial(Condition{Agent, family}).CEL()
		var cannot *CannotError
		if !errors.As(err, &cannot) || cannot.Target != cloudArmorTarget || !strings.Contains(err.Error(), family) {
			t.Errorf("%s: %v", family, err)
		}
	}
}

// rawPath draws a path as clients send it.
func rawPath(t *rapid.T) string {
	segment := rapid.SampledFrom([]string{"wp-login.php", "search", "Login", "articles", "a(b)", "7", "1.22.3", "1--2", "2026-01-31", "3f0e8c9a-52d1-4b7e-9c0d-1a2b3c4d5e6f",
		"story-12.html", "deadbeef01", "x~y", "Zk3v9Qp1Lw8", "a b", "me@example.org", "~me", "12(3)", "index.html", "2026"})
	var raw strings.Builder
	for range rapid.IntRange(0, 4).Draw(t, "segments") {
		raw.WriteString(rapid.SampledFrom([]string{"/", "/", "//", "/./"}).Draw(t, "slash"))
		for _, c := range []byte(segment.Draw(t, "segment")) {
			if c == ' ' || rapid.IntRange(0, 7).Draw(t, "spelling") == 0 {
				fmt.Fprintf(&raw, "%%%02x", c)
				continue
			}
			raw.WriteByte(c)
		}
		raw.WriteString(rapid.SampledFrom([]string{"", "", ";v=2"}).Draw(t, "parameters"))
	}
	raw.WriteString(rapid.SampledFrom([]string{"/", "", ""}).Draw(t, "end"))
	if raw.Len() == 0 {
		return "/"
	}
	return raw.String()
}

func templater(t testing.TB) *privacy.Templater {
	t.Helper()
	p, err := privacy.NewTemplater([]string{"/Login/{name}/articles", "/files/{rest...}"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestPathRulesMeetTheirTemplate: a rule meets what is counted under its template, and of what is counted under others only what differs by a slash
// at the end, or a date among numbers.
func TestPathRulesMeetTheirTemplate(t *testing.T) {
	p := templater(t)
	met := 0
	near := strings.NewReplacer("{date}", "{n}")
	rapid.Check(t, func(t *rapid.T) {
		a, b := rawPath(t), rawPath(t)
		ta, tb := p.Template([]byte(a)), p.Template([]byte(b))
		e := celOf(t, denial(Condition{Path, ta}))
		if e == nil {
			return
		}
		met++
		if !meets(t, e, a, "", "") {
			t.Fatalf("%q is counted as %q and not met by %s", a, ta, e)
		}
		if meets(t, e, b, "", "") && near.Replace(strings.Trim(ta, "/")) != near.Replace(strings.Trim(tb, "/")) {
			t.Fatalf("%q is counted as %q and met by the rule for %q: %s", b, tb, ta, e)
		}
	})
	if met == 0 {
		t.Fatal("no path had a rule")
	}
}

// TestPathRulesLeaveOthersAlone draws paths near the templates, and holds what nginx compares to the same.
func TestPathRulesLeaveOthersAlone(t *testing.T) {
	p := templater(t)
	templates := []string{"/", "/search", "/search/", "/articles/{n}", "/articles/{n}/", "/articles/{date}", "/{n}/{n}", "/{uuid}/search", "/articles/story-{n}.html", "/Login/{name}/articles",
		"/files/{rest...}", "/a(b)", "/articles/{n})"}
	segment := rapid.SampledFrom([]string{"search", "articles", "7", "1.22.3", "1--2", "2026-01-31", "2026-01-31-2026-02-01", "3f0e8c9a-52d1-4b7e-9c0d-1a2b3c4d5e6f", "story-12.html", "story-.html",
		"story-12-html", "Login", "login", "files", "a(b)", "deadbeef01", "12(3)", ""})
	met := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		raw := "/" + strings.Join(rapid.SliceOfN(segment, 0, 3).Draw(t, "segments"), "/")
		template := rapid.SampledFrom(templates).Draw(t, "template")
		counted := p.Template([]byte(raw))
		if strings.Contains(counted, "{date}") && strings.Contains(template, "{n}") {
			return // a date has the shape of numbers
		}
		e := celOf(t, denial(Condition{Path, template}))
		if got := meets(t, e, raw, "", ""); got != (slash(template) == slash(counted)) {
			t.Fatalf("%q is counted as %q, and the rule for %q says %v: %s", raw, counted, template, got, e)
		} else if got {
			met[template]++
		}
		pattern, err := nginxPath(template)
		if err != nil {
			t.Fatal(err)
		}
		if got := regexp.MustCompile(pattern).MatchString(raw); got != (template == counted) {
			t.Fatalf("%q is counted as %q, and nginx's rule for %q says %v: %s", raw, counted, template, got, pattern)
		}
	})
	t.Log(met)
}

// slash is a template without a slash at the end.
func slash(template string) string { return "/" + strings.Trim(template, "/") }

func TestTemplatesThatNoRuleCanSay(t *testing.T) {
	for _, template := range []string{"*", "{text}", "/a/...", "/...", "/{token}", "/search/{token}", "/u/{user}", "/m/{email}", "/app.{hex}.js", "/{name}", "/{rest...}", "/{a}/{b}", "/x-{name}"} {
		r := denial(Condition{Path, template})
		for target, export := range map[string]func() (string, error){cloudArmorTarget: r.CEL, nginxTarget: func() (string, error) { return r.Nginx(true) }, cloudflareTarget: r.Cloudflare} {
			text, err := export()
			var cannot *CannotError
			if text != "" || !errors.As(err, &cannot) || cannot.Target != target {
				t.Errorf("%s for %s: %q, %v", template, target, text, err)
			}
		}
	}
}

func TestReferrerRulesMeetTheirHost(t *testing.T) {
	hosts := []string{"shop.example", "example.co.uk", "evil.test", "t.co", NoReferrer}
	rapid.Check(t, func(t *rapid.T) {
		host := rapid.SampledFrom([]string{"example.com", "www.example.com", "EXAMPLE.com", "notexample.com", "example.co.uk", "example.com.", "a.b.example.com", "example.com.evil.net"}).Draw(t, "host")
		raw := rapid.SampledFrom([]string{"https://", "http://", "HTTPS://", "ftp://", "", "https://me:pw@", "https://example.com/?u=https://", "https://example.com@"}).Draw(t, "begin") + host +
			rapid.SampledFrom([]string{"", "/", ":443/x", "?a=b", "#c", "\\d", "/@example.com/"}).Draw(t, "end")
		got := privacy.Referrer([]byte(raw), []byte("news.example.org"))
		for _, value := range []string{"example.com", "example.co.uk", "notexample.com", "evil.net"} {
			if e := celOf(t, denial(Condition{Referrer, value})); meets(t, e, "/", "", raw) != (got == value) {
				t.Fatalf("%q is counted as %q, and the rule for %s says otherwise: %s", raw, got, value, e)
			}
		}
	})
	for _, value := range hosts {
		e := celOf(t, denial(Condition{Referrer, value}))
		for raw, none := range map[string]bool{"": true, "-": true, "https://a.example/": false} {
			if meets(t, e, "/", "", raw) != (none && value == NoReferrer) {
				t.Errorf("%s and the referrer %q", value, raw)
			}
		}
	}
}

func TestQueryRulesMeetQueries(t *testing.T) {
	for value, met := range map[string]map[string]bool{QueryPresent: {"x=1": true, "-": true, "": false}, QueryNone: {"x=1": false, "-": false, "": true}} {
		e := celOf(t, denial(Condition{Query, value}))
		for query, want := range met {
			answer, err := e.Evaluate(&cloudarmor.Request{Attributes: map[string]any{"request.query": query}, Headers: map[string]string{"host": "news.example.org"}})
			if err != nil || (answer == cloudarmor.Matches) != want {
				t.Errorf("query %s and %q: %v, %v", value, query, answer, err)
			}
		}
	}
}

// TestPolicies holds the policies to the exporters and to the parsers of what they write.
func TestPolicies(t *testing.T) {
	for _, r := range []*Rule{
		denial(Condition{Path, "/wp-login.php"}, Condition{Agent, "Googlebot"}, Condition{Method, "POST"}),
		{Name: strings.Repeat("a", 39) + "-", Host: "a.example", Conditions: []Condition{{Country, "NL"}, {Network, "AS64500"}, {Agent, ""}}, Action: Throttle, Count: 30, Seconds: 60,
			Expires: time.Date(2026, 12, 1, 10, 0, 0, 0, time.FixedZone("", 3600))},
		{Name: "ban", Host: "a.example", Conditions: []Condition{{Agent, "Log4Shell probe"}}, Action: Ban, Count: 30, Seconds: 60, BanSeconds: 600},
	} {
		p, err := r.CloudArmor(1000)
		if err != nil {
			t.Fatal(err)
		}
		if rule := p.Rules[0]; !rule.Preview || len(rule.Description) > 64 || rule.Priority != 1000 {
			t.Errorf("%+v", rule)
		}
		if _, err := cloudarmor.REST(p); err != nil {
			t.Error(err)
		}
		script, err := cloudarmor.Gcloud(p)
		if err != nil {
			t.Fatal(err)
		}
		if words := shellWords(t, string(script)); !slices.Contains(words, "--expression="+p.Rules[0].Match.Expr.Expression) || !slices.Contains(words, "--preview") {
			t.Errorf("%q", words)
		}
		resources, err := cloudarmor.Terraform(p, "news")
		if err != nil {
			t.Fatal(err)
		}
		if _, diagnostics := hclparse.NewParser().ParseHCL(resources, "policy.tf"); diagnostics.HasErrors() {
			t.Error(diagnostics)
		}
	}
}

// What the service refuses is refused here, with its reason.
func TestCloudArmorsLimitsAreKept(t *testing.T) {
	for want, r := range map[string]*Rule{
		"has 6 conditions": denial(Condition{Agent, ""}, Condition{Referrer, NoReferrer}, Condition{Method, "GET"}),
		"intervalSec 61":   {Name: "a", Host: "a.example", Conditions: []Condition{{Method, "GET"}}, Action: Throttle, Count: 1, Seconds: 61},
		"count 10001":      {Name: "a", Host: "a.example", Conditions: []Condition{{Method, "GET"}}, Action: Ban, Count: 10001, Seconds: 60, BanSeconds: 60},
		"characters":       denial(Condition{Agent, "crawler4j"}),
	} {
		text, err := r.CEL()
		var cannot *CannotError
		if text != "" || !errors.As(err, &cannot) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v", want, text, err)
		}
	}
}

func TestWrongRulesAreExplained(t *testing.T) {
	good := func() *Rule { return denial(Condition{Method, "GET"}) }
	for want, change := range map[string]func(*Rule){
		"a name has":       func(r *Rule) { r.Name = "A\nb" },
		"no host":          func(r *Rule) { r.Host = "a.example:80" },
		"(other hosts)":    func(r *Rule) { r.Host = "(other hosts)" },
		"0 conditions":     func(r *Rule) { r.Conditions = nil },
		"two conditions":   func(r *Rule) { r.Conditions = append(r.Conditions, r.Conditions[0]) },
		"none of the":      func(r *Rule) { r.Conditions[0].Field = "cookie" },
		"field query":      func(r *Rule) { r.Conditions[0] = Condition{Query, "x=1"} },
		"field method":     func(r *Rule) { r.Conditions[0].Value = "get" },
		"field country":    func(r *Rule) { r.Conditions[0] = Condition{Country, "nl"} },
		"field network":    func(r *Rule) { r.Conditions[0] = Condition{Network, "64500"} },
		"AS4294967296":     func(r *Rule) { r.Conditions[0] = Condition{Network, "AS4294967296"} },
		"field agent":      func(r *Rule) { r.Conditions[0] = Condition{Agent, "' || true"} },
		"field referrer":   func(r *Rule) { r.Conditions[0] = Condition{Referrer, "a.example/\n"} },
		"no path template": func(r *Rule) { r.Conditions[0] = Condition{Path, "/a\"b"} },
		"has action":       func(r *Rule) { r.Action = "allow" },
		"does not take":    func(r *Rule) { r.Count = 1 },
		"lacks its limit":  func(r *Rule) { r.Action = Ban; r.Count, r.Seconds = 1, 1 },
	} {
		r := good()
		change(r)
		_, cel := r.CEL()
		_, nginx := r.Nginx(true)
		_, cloudflare := r.Cloudflare()
		var cannot *CannotError
		for _, err := range []error{cel, nginx, cloudflare, r.Check()} {
			if err == nil || !strings.Contains(err.Error(), want) || errors.As(err, &cannot) {
				t.Errorf("%s: %v", want, err)
			}
		}
	}
}
