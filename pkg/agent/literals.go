package agent

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// Literal is a text that an agent may hold, and where.
type Literal struct {
	Text               string
	AnyCase            bool
	AtBegin, AtEnd     bool // of the agent
	WordBegin, WordEnd bool // no letter or digit before it, or after it
	Own                bool // the family's; otherwise that of another family
}

// Plain tells whether the text alone says it: in its own case, anywhere.
func (l Literal) Plain() bool { return l == Literal{Text: l.Text, Own: l.Own} }

// Pattern is the literal as a regular expression that RE2 and PCRE understand alike.
func (l Literal) Pattern() string {
	p := regexp.QuoteMeta(l.Text)
	if l.AnyCase {
		p = "(?i:" + p + ")"
	}
	switch {
	case l.AtBegin:
		p = `\A` + p
	case l.WordBegin:
		p = `(?:\A|[^0-9A-Za-z])` + p
	}
	switch {
	case l.AtEnd:
		p += `\z`
	case l.WordEnd:
		p += `(?:[^0-9A-Za-z]|\z)`
	}
	return p
}

// Literals says by which texts a rule knows a family: the first of them that an agent holds decides, by whether it is the family's own. Those of other
// families hold one of the family's, such as "Googlebot-Image" beside "Googlebot". What is not looked at: agents longer than any honest one, and
// those that give themselves two names that have nothing to do with each other. The error says why texts cannot tell the family from all others.
//
// Of the browsers that pose as others only Internet Explorer has literals: nobody reads with it any more, and attack tools pose as it. Besides the
// family they meet what carries its name and is counted as something else: old Opera and Maxthon, some bots and tools of its time, and agents with its
// name that do not begin with "Mozilla/".
func (c *Classifier) Literals(family string) ([]Literal, error) {
	own := c.termsOf(family)
	if err := sayable(family, own); err != nil {
		return nil, err
	}
	all, wins := slices.Clone(own), false
	for _, t := range own {
		wins = wins || c.Classify([]byte(t.literal)).Family == family || c.Classify([]byte("Mozilla/5.0 ("+t.literal+")")).Family == family
	}
	if !wins {
		return nil, fmt.Errorf("agents with the name %q are counted as another family", family)
	}
	for i := range c.terms {
		t := &c.terms[i]
		if t.family == family || !t.hides(own) && !slices.Contains(together[family], t.family) {
			continue
		}
		if t.onlyWeb {
			return nil, fmt.Errorf("the browser %q carries its name", t.family)
		}
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b *term) int { return cmp.Compare(b.weight, a.weight) })
	for len(all) > 0 && all[len(all)-1].family != family {
		all = all[:len(all)-1] // decides nothing
	}
	literals := make([]Literal, len(all))
	for i, t := range all {
		literals[i] = t.asLiteral()
		literals[i].Own = t.family == family
	}
	return literals, nil
}

// together are families whose agents often carry the name of others, too, and are counted as those then. Office opens the links in
// documents first, and Application Insights watches a site for its owner: both pose as Internet Explorer.
var together = map[string][]string{
	"LWPSimple": {"libwww-perl"}, "Majestic12": {"MJ12bot"}, "psbot": {"Picsearch"}, "YandexImages": {"YandexBot"}, internetExplorer: {"Microsoft Office", "AppInsights"},
}

const internetExplorer = "Internet Explorer"

// termsOf are a family's terms, without those that another of them makes needless.
func (c *Classifier) termsOf(family string) (own []*term) {
	for i := range c.terms {
		if c.terms[i].family == family {
			own = append(own, &c.terms[i])
		}
	}
	all := slices.Clone(own)
	return slices.DeleteFunc(own, func(t *term) bool {
		return slices.ContainsFunc(all, func(u *term) bool {
			if u == t || !u.asLiteral().Plain() || t.anyCase || !strings.Contains(t.literal, u.literal) {
				return false
			}
			return t.literal != u.literal || !t.asLiteral().Plain() || u.weight > t.weight
		})
	})
}

// sayable tells why the names of a family do not make it out.
func sayable(family string, own []*term) error {
	switch {
	case family == familyOther:
		return errors.New("they are the agents that no list knows")
	case len(own) == 0:
		return fmt.Errorf("no family is called %q", family)
	}
	for _, t := range own {
		switch {
		case t.weight>>28 == anyBotRank:
			return errors.New("they are the bots that no list knows")
		case t.class == vocabulary.ClientBrowser && family != internetExplorer && !(t.atBegin && !strings.HasPrefix(t.literal, "Mozilla")):
			return errors.New("browsers carry each other's names, so a rule for one of them would meet readers with another")
		case t.class == vocabulary.ClientOther:
			return errors.New("bots and tools carry the names of apps and players, too")
		}
	}
	return nil
}

// hides tells whether the term wins over one of own that an agent with the term's literal may hold by that alone.
func (t *term) hides(own []*term) bool {
	return slices.ContainsFunc(own, func(o *term) bool {
		if t.weight <= o.weight {
			return false
		}
		name, hidden := strings.ToLower(t.literal), strings.ToLower(o.literal)
		if o.atBegin {
			return strings.HasPrefix(name, hidden)
		}
		return strings.Contains(name, hidden) || overlap(name, hidden) || overlap(hidden, name) || strings.Contains(core(name), core(hidden))
	})
}

// overlap tells whether a's end is b's beginning, up to a letter or two: "bdfetch" and "fetch/".
func overlap(a, b string) bool {
	for n := min(len(a), len(b)); n >= minOverlap && n+2 >= len(b); n-- {
		if strings.HasSuffix(a, b[:n]) {
			return true
		}
	}
	return false
}

const minOverlap = 4

// core is a name's letters and digits: programs write "python-requests" and "Python/" of the same thing. Short ones say nothing.
func core(name string) string {
	c := strings.Map(func(r rune) rune {
		if r < 0x80 && isWord(byte(r)) {
			return r
		}
		return -1
	}, name)
	if len(c) < minOverlap {
		return name
	}
	return c
}

func (t *term) asLiteral() Literal {
	return Literal{Text: t.literal, AnyCase: t.anyCase, AtBegin: t.atBegin, AtEnd: t.atEnd, WordBegin: t.wordBegin && !t.atBegin, WordEnd: t.wordEnd && !t.atEnd}
}
