package agent

import (
	_ "embed" // the lists
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// knownList is written by hand, crawlerList is made by listgen.
var (
	//go:embed lists/known.tsv
	knownList string
	//go:embed lists/crawlers.tsv
	crawlerList string
)

// term is a text whose presence in an agent tells what it is.
type term struct {
	literal string
	family  string
	class   vocabulary.ClientClass
	weight  uint32 // of the terms that an agent holds the one with the highest weight wins; no two are equal

	anyCase   bool
	atBegin   bool
	atEnd     bool
	wordBegin bool // no letter or digit before it
	wordEnd   bool // no letter or digit after it
	onlyWeb   bool // counts only in an agent that begins with "Mozilla/", as those of browsers do
}

// builtin makes the Classifier of the embedded lists; a mistake in them is found by every test.
var builtin = sync.OnceValue(func() *Classifier {
	c, err := newClassifier(knownList, crawlerList)
	if err != nil {
		panic(err)
	}
	return c
})

func newClassifier(lists ...string) (*Classifier, error) {
	c := &Classifier{families: []string{familyOther}}
	for _, list := range lists {
		for line := range strings.Lines(list) {
			line = strings.TrimSuffix(line, "\n")
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			t, err := parseTerm(line, len(c.terms))
			if err != nil {
				return nil, err
			}
			c.terms = append(c.terms, t)
			c.families = append(c.families, t.family)
		}
	}
	slices.Sort(c.families)
	c.families = slices.Compact(c.families)
	c.matcher = newMatcher(c.terms)
	return c, nil
}

// kinds are what the first column of a list may be, weakest first.
var kinds = []struct {
	name  string
	class vocabulary.ClientClass
}{
	{"browser", vocabulary.ClientBrowser},
	{"app", vocabulary.ClientOther},
	{"any-bot", vocabulary.ClientDeclaredBot}, // calls itself a bot and is in no list
	{"tool", vocabulary.ClientTool},
	{"bot", vocabulary.ClientDeclaredBot},
}

// anyBotRank is the place of "any-bot" among kinds.
const anyBotRank = 2

const maxTerms = 1 << 13

// parseTerm reads a line: kind, flags, literal, family. Flags: "i" any case, "^" at the beginning, "$" at the end, "l" at the beginning of
// a word, "r" at a word's end, "w" both, "a" also where the agent does not begin with "Mozilla/" (browsers only), "!" before all others.
func parseTerm(line string, index int) (term, error) {
	fields := strings.Split(line, "\t")
	if len(fields) != 4 || fields[2] == "" || fields[3] == "" || index >= maxTerms {
		return term{}, fmt.Errorf("agent: term %d: want kind, flags, literal and family, and at most %d terms: %q", index, maxTerms, line)
	}
	flags := fields[1]
	has := func(chars string) bool { return strings.ContainsAny(flags, chars) }
	t := term{
		literal: fields[2], family: fields[3],
		anyCase: has("i"), atBegin: has("^"), atEnd: has("$"), wordBegin: has("lw"), wordEnd: has("rw"),
	}
	for rank, k := range kinds {
		if k.name != fields[0] {
			continue
		}
		t.class = k.class
		t.onlyWeb = k.name == "browser" && !has("^a")
		if has("!") {
			rank = len(kinds)
		}
		t.weight = weigh(rank, k.name == "browser", len(t.literal), index)
		return t, nil
	}
	return term{}, fmt.Errorf("agent: term %d: no such kind: %q", index, line)
}

// weigh orders terms by rank; among browsers by their place in the list, among others by length and then by place.
func weigh(rank int, browser bool, length, index int) uint32 {
	if browser {
		length = 0
	}
	return uint32(rank)<<28 | uint32(length)<<13 | uint32(maxTerms-1-index)
}

// fits tells whether a term whose literal ends before end, in any case, counts there.
func (t *term) fits(ua []byte, end int) bool {
	begin := end - len(t.literal)
	switch {
	case t.atBegin && begin > 0, t.atEnd && end < len(ua):
		return false
	case t.wordBegin && begin > 0 && isWord(ua[begin-1]), t.wordEnd && end < len(ua) && isWord(ua[end]):
		return false
	}
	return t.anyCase || string(ua[begin:end]) == t.literal
}

func isWord(b byte) bool {
	return b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z'
}
