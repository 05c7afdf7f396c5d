package agent

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// says is what a rule made of a family's literals says of an agent.
type says struct{ some, others *regexp.Regexp }

func (s says) of(ua string) bool {
	return s.some.MatchString(ua) && (s.others == nil || !s.others.MatchString(ua))
}

func join(literals []Literal) *regexp.Regexp {
	if len(literals) == 0 {
		return nil
	}
	patterns := make([]string, len(literals))
	for i, l := range literals {
		patterns[i] = l.Pattern()
	}
	return regexp.MustCompile(strings.Join(patterns, "|"))
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

// A rule made of a family's literals meets the agents of the family, all of them and no others.
func TestLiteralsTellFamiliesApart(t *testing.T) {
	c := New()
	agents := ordinary(t, c)
	lower := make([]string, len(agents))
	families := make([]string, len(agents))
	for i, ua := range agents {
		lower[i], families[i] = strings.ToLower(ua), c.Classify([]byte(ua)).Family
	}
	said, wrong := 0, 0
	for _, family := range c.Families() {
		some, others, err := c.Literals(family)
		if err != nil {
			continue
		}
		said++
		rule := says{join(some), join(others)}
		for i, ua := range agents {
			may := families[i] == family
			for _, l := range some {
				may = may || strings.Contains(lower[i], strings.ToLower(l.Text))
			}
			if may && rule.of(ua) != (families[i] == family) {
				wrong++
				t.Errorf("%q is of family %q, and a rule for %q says %v", ua, families[i], family, rule.of(ua))
			}
		}
	}
	t.Logf("%d of %d families; %d agents; %d wrong", said, len(c.Families()), len(agents), wrong)
	if said < 1000 {
		t.Errorf("only %d families can be told apart", said)
	}
}

func TestLiteralsAreRefused(t *testing.T) {
	c := New()
	for _, family := range []string{"Chrome", "Safari", "Firefox", "Edge", "Opera", "Samsung Internet", "Android WebView", "iOS WebView", "Internet Explorer", "Facebook app",
		"Apple app", "other", "other bot", "other browser", "no such family", ""} {
		if some, _, err := c.Literals(family); err == nil || some != nil {
			t.Errorf("%q is known by %v", family, some)
		}
	}
	browsers := []string{}
	for _, term := range c.terms {
		if _, _, err := c.Literals(term.family); err == nil && term.class == vocabulary.ClientBrowser {
			browsers = append(browsers, fmt.Sprintf("%s (%s)", term.family, term.literal))
		}
	}
	t.Logf("browsers: %v", browsers)
}
