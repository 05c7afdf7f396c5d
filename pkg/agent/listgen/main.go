// Command listgen makes lists/crawlers.tsv from the crawler list of the npm package crawler-user-agents and the bad user agents of
// crowdsecurity/sec-lists. Run it when either has a new release: go run ./pkg/agent/listgen -crawlers FILE -tools FILE > FILE.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
)

func main() {
	crawlers := flag.String("crawlers", "", "crawler-user-agents.json of the npm package")
	tools := flag.String("tools", "", "bad_user_agents.txt of sec-lists")
	flag.Parse()
	if err := run(*crawlers, *tools, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(crawlersPath, toolsPath string, w io.Writer) error {
	terms, err := readCrawlers(crawlersPath)
	if err != nil {
		return err
	}
	more, err := readTools(toolsPath, terms)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, "# class\tflags\tliteral\tfamily; made by listgen from crawler-user-agents (MIT) and sec-lists bad_user_agents (MIT): see LICENSE-*")
	for _, t := range append(terms, more...) {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", t.class, t.flags, t.literal, t.family)
	}
	return out.Flush()
}

// term is one line of the list; see ../terms.go for the flags.
type term struct{ class, flags, literal, family string }

// dropped patterns match what is no bot, or is too short to tell.
var dropped = []string{"AP3A\\.240617\\.008", "Fluid", "Devin", "ds9", "linko", "Grammarly\\/", "^Silk\\/", "mail\\.ru"}

func readCrawlers(path string) ([]term, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var list []struct {
		Pattern string
		Tags    []string
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var terms []term
	names := map[string]string{"semrushbot": "SemrushBot", "barkrowler": "Barkrowler"}
	for _, e := range list {
		if slices.Contains(dropped, e.Pattern) {
			continue
		}
		re, err := syntax.Parse(e.Pattern, syntax.Perl)
		if err != nil {
			return nil, fmt.Errorf("%s: pattern %s: %w", path, e.Pattern, err)
		}
		literals := expand(re)
		family := canonical(names, familyOf(literals[len(literals)-1]))
		for _, l := range literals {
			t := term{class: classOf(e.Tags), literal: strings.Trim(l, begin+end), family: family}
			if strings.HasPrefix(l, begin) {
				t.flags += "^"
			}
			if strings.HasSuffix(l, end) {
				t.flags += "$"
			}
			terms = append(terms, t)
		}
	}
	return terms, nil
}

func classOf(tags []string) string {
	for _, t := range []string{"http-library", "scanner", "browser-automation"} {
		if slices.Contains(tags, t) {
			return "tool"
		}
	}
	return "bot"
}

// familyOf turns a literal into a name of letters, digits, space, dot, underscore and hyphen.
func familyOf(literal string) string {
	literal = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune(" ._-", r):
			return r
		case r == '/':
			return ' '
		}
		return -1
	}, literal)
	return strings.Trim(literal, " ._-")
}

// canonical spells a family as it was spelled first.
func canonical(names map[string]string, family string) string {
	key := strings.ToLower(family)
	if names[key] == "" {
		names[key] = family
	}
	return names[key]
}

const (
	begin = "\x02" // stands for ^
	end   = "\x03" // stands for $
)

// expand returns the literals of which one must occur wherever the pattern matches. A part that is no small set of literals is left out;
// the longest run of the others stands for the pattern.
func expand(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return expandLiteral(re)
	case syntax.OpBeginText, syntax.OpBeginLine:
		return []string{begin}
	case syntax.OpEndText, syntax.OpEndLine:
		return []string{end}
	case syntax.OpEmptyMatch:
		return []string{""}
	case syntax.OpCapture:
		return expand(re.Sub[0])
	case syntax.OpCharClass:
		return expandClass(re)
	case syntax.OpAlternate:
		return expandAlternate(re)
	case syntax.OpConcat:
		return expandConcat(re)
	}
	return nil
}

// expandLiteral writes out both cases where the pattern has "[aA]", the likelier spelling last.
func expandLiteral(re *syntax.Regexp) []string {
	all := []string{""}
	for i, r := range re.Rune {
		spellings := []string{string(r)}
		if re.Flags&syntax.FoldCase != 0 && unicode.IsLetter(r) {
			spellings = []string{string(unicode.ToLower(r)), string(unicode.ToUpper(r))}
			if i > 0 {
				slices.Reverse(spellings)
			}
		}
		var next []string
		for _, spelling := range spellings {
			for _, a := range all {
				next = append(next, a+spelling)
			}
		}
		all = next
	}
	return all
}

func expandClass(re *syntax.Regexp) []string {
	var all []string
	for i := 0; i < len(re.Rune); i += 2 {
		for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
			if all = append(all, string(r)); len(all) > 4 {
				return nil
			}
		}
	}
	return all
}

func expandAlternate(re *syntax.Regexp) []string {
	var all []string
	for _, sub := range re.Sub {
		s := expand(sub)
		if s == nil {
			return nil
		}
		all = append(all, s...)
	}
	return all
}

func expandConcat(re *syntax.Regexp) []string {
	best, run := []string(nil), []string{""}
	for _, sub := range re.Sub {
		parts := expand(sub)
		if parts == nil {
			best, run = longer(best, run), []string{""}
			continue
		}
		var next []string
		for _, r := range run {
			for _, p := range parts {
				next = append(next, r+p)
			}
		}
		run = next
	}
	return longer(best, run)
}

// longer returns the set whose shortest literal is longer.
func longer(a, b []string) []string {
	shortest := func(set []string) int {
		n := 0
		for i, s := range set {
			if i == 0 || len(s) < n {
				n = len(s)
			}
		}
		return n
	}
	if shortest(a) >= shortest(b) {
		return a
	}
	return b
}
