package agent

import (
	"maps"
	"regexp"
	"strings"
	"testing"
)

// rule is a family's literals as regular expressions.
type rule []struct {
	text    string // in lower case
	pattern *regexp.Regexp
	own     bool
}

func ruleOf(literals []Literal) (r rule) {
	for _, l := range literals {
		r = append(r, struct {
			text    string
			pattern *regexp.Regexp
			own     bool
		}{strings.ToLower(l.Text), regexp.MustCompile(l.Pattern()), l.Own})
	}
	return r
}

// of tells what the rule says of an agent, which is given in lower case, too.
func (r rule) of(ua, lower string) bool {
	for _, l := range r {
		if strings.Contains(lower, l.text) && l.pattern.MatchString(ua) {
			return l.own
		}
	}
	return false
}

// ordinary are agents as they are sent: those of the test data, and every name of the lists by itself, as bots write theirs and behind a browser's.
func ordinary(t testing.TB, c *Classifier) (agents []string) {
	t.Helper()
	eachElastic(t, func(_ int, ua []byte) { agents = append(agents, string(ua)) })
	for _, term := range c.terms {
		agents = append(agents, term.literal, term.literal+"/1.0", "Mozilla/5.0 (compatible; "+term.literal+"/2.1; like Gecko)",
			"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 "+term.literal)
	}
	for i := range agents {
		agents[i] = strings.TrimSpace(agents[i]) // as servers do
	}
	return agents
}

// beyond are the families of agents that a rule for Internet Explorer meets, too, with how many of the ordinary ones there are: real ones that carry its
// name beside their own, and its names alone, without "Mozilla/" before them.
var beyond = map[string]int{"360Spider": 1, "DTS Agent": 1, "Opera": 1, "changedetection": 1, "other bot": 2, "other": 6}

// A rule made of a family's literals meets the agents of the family, all of them and no others, but for those in beyond.
func TestLiteralsTellFamiliesApart(t *testing.T) {
	c := New()
	agents := ordinary(t, c)
	lower := make([]string, len(agents))
	families := make([]string, len(agents))
	for i, ua := range agents {
		lower[i], families[i] = strings.ToLower(ua), c.Classify([]byte(ua)).Family
	}
	said, wrong, more := 0, 0, map[string]int{}
	for _, family := range c.Families() {
		literals, err := c.Literals(family)
		if err != nil {
			continue
		}
		said++
		rule := ruleOf(literals)
		for i, ua := range agents {
			got := rule.of(ua, lower[i])
			if got && family == internetExplorer && families[i] != family {
				more[families[i]]++
			} else if got != (families[i] == family) {
				wrong++
				t.Errorf("%q is of family %q, and a rule for %q says %v", ua, families[i], family, got)
			}
		}
	}
	t.Logf("%d of %d families; %d agents; %d wrong", said, len(c.Families()), len(agents), wrong)
	if !maps.Equal(more, beyond) {
		t.Errorf("a rule for Internet Explorer meets beyond it %v, want %v", more, beyond)
	}
	if said < 1000 {
		t.Errorf("only %d families can be told apart", said)
	}
}

func TestLiteralsAreRefused(t *testing.T) {
	c := New()
	for _, family := range []string{"Chrome", "Safari", "Firefox", "Edge", "Opera", "Samsung Internet", "Android WebView", "iOS WebView", "Maxthon", "Facebook app",
		"Apple app", "other", "other bot", "other browser", "no such family", ""} {
		if literals, err := c.Literals(family); err == nil || literals != nil {
			t.Errorf("%q is known by %v", family, literals)
		}
	}
	for _, family := range []string{"curl", "python-requests", "Go-http-client", "okhttp", "Java", "libwww-perl", "Googlebot", "HeadlessChrome", "Lynx", "Internet Explorer"} {
		if _, err := c.Literals(family); err != nil {
			t.Errorf("%q: %v", family, err)
		}
	}
}
