package siterule

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/privacy"
)

// part is a piece of a segment of a template: a text as it is, or a placeholder.
type part struct {
	text        string
	placeholder bool
}

// template is a path template: its segments, each of parts.
type template struct {
	segments [][]part
	slash    bool   // at the end
	why      string // no rule can say it; "" for none
}

const templateLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:+()"

// parseTemplate reads a template of pkg/privacy.
func parseTemplate(text string) (*template, error) {
	bad := func(why string) error { return fmt.Errorf("%q is no path template: %s", text, why) }
	if text == "*" || text == "{text}" {
		return &template{why: "it stands for requests without a path"}, nil
	}
	if !strings.HasPrefix(text, "/") || len(text) > privacy.MaxTemplate {
		return nil, bad(fmt.Sprintf("it begins with a slash and has at most %d characters", privacy.MaxTemplate))
	}
	t := &template{slash: strings.HasSuffix(text, "/")}
	rest, cut := strings.CutSuffix(text, "/...")
	if cut {
		t.why = "the template ends in /..., and a rule would meet everything that begins like it"
	}
	rest = strings.TrimSuffix(strings.TrimPrefix(rest, "/"), "/")
	if rest == "" {
		return t, nil
	}
	for segment := range strings.SplitSeq(rest, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return nil, bad("it has no empty segments and no dots alone")
		}
		parts, ok := parseSegment(segment)
		if !ok {
			return nil, bad("a segment has letters, digits, -._~:+() and names in braces")
		}
		t.segments = append(t.segments, parts)
	}
	return t, nil
}

func parseSegment(segment string) (parts []part, ok bool) {
	for segment != "" {
		text, rest, braced := strings.Cut(segment, "{")
		if text != "" {
			if strings.Trim(text, templateLetters) != "" {
				return nil, false
			}
			parts = append(parts, part{text: text})
		}
		if !braced {
			return parts, true
		}
		name, rest, closed := strings.Cut(rest, "}")
		segment = rest
		if !closed || strings.Trim(strings.TrimSuffix(name, "..."), templateLetters[:62]+"_") != "" {
			return nil, false
		}
		parts = append(parts, part{text: name, placeholder: true})
	}
	return parts, true
}

// literal returns the path where the template is the path itself.
func (t *template) literal() (path string, ok bool) {
	var b strings.Builder
	for _, parts := range t.segments {
		b.WriteByte('/')
		for _, p := range parts {
			if p.placeholder {
				return "", false
			}
			b.WriteString(p.text)
		}
	}
	if t.slash {
		b.WriteByte('/')
	}
	return b.String(), t.why == ""
}

// shapes are what the placeholders of pkg/privacy stand for, where that can be told by shape alone. They match in linear time: each character can
// be read in one way only. A date has the shape of numbers, too.
var shapes = map[string]string{
	"n":    repeated(`[0-9]+`),
	"date": repeated(`(?:19|20)[0-9][0-9]-[0-9][0-9]-[0-9][0-9]`),
	"uuid": repeated(`[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}`),
}

// repeated is a value, and more of them joined by a character each, which are one placeholder.
func repeated(pattern string) string { return pattern + "(?:[-._~:+()]" + pattern + ")*" }

// shapeless are the placeholders for what looks like any other segment.
var shapeless = map[string]string{
	"hex": "hexadecimal numbers", "token": "random letters", "text": "texts", "email": "addresses", "user": "names of users",
}

// anySegment is a segment of which nothing is known.
const anySegment = `[^/;?#]+`

// patterns are the segments as regular expressions of our own making, for RE2 and PCRE alike: texts are quoted, and a placeholder is a fixed shape.
func (t *template) patterns() ([]string, error) {
	if t.why != "" {
		return nil, errors.New(t.why)
	}
	patterns := make([]string, len(t.segments))
	known := len(t.segments) == 0
	for i, parts := range t.segments {
		for _, p := range parts {
			pattern, err := p.pattern(len(parts) == 1, i == len(t.segments)-1)
			if err != nil {
				return nil, err
			}
			patterns[i] += pattern
			known = known || !strings.HasPrefix(pattern, anySegment)
		}
	}
	if !known {
		return nil, errors.New("it would meet every page")
	}
	return patterns, nil
}

// pattern is the part as a regular expression.
func (p part) pattern(alone, last bool) (string, error) {
	name, rest := strings.CutSuffix(p.text, "...")
	switch what := shapeless[p.text]; {
	case !p.placeholder:
		return regexp.QuoteMeta(p.text), nil
	case shapes[p.text] != "":
		return shapes[p.text], nil
	case what != "":
		return "", fmt.Errorf("{%s} stands for %s, and a rule would meet the pages beside them, too", p.text, what)
	case !alone || rest && !last:
		return "", fmt.Errorf("{%s} is in a place where no template has it", name)
	case rest:
		return anySegment + "(?:/" + anySegment + ")*", nil
	}
	return anySegment, nil // of an operator's own template
}

// operators tells whether the template has a placeholder of an operator's own.
func (t *template) operators() bool {
	for _, parts := range t.segments {
		for _, p := range parts {
			if p.placeholder && shapes[p.text] == "" && shapeless[p.text] == "" {
				return true
			}
		}
	}
	return false
}
