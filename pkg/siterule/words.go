package siterule

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// inWords is the rule in one line.
func (r *Rule) inWords() string {
	var conditions []string
	for _, c := range slices.SortedStableFunc(slices.Values(r.Conditions), func(a, b Condition) int { return cmp.Compare(a.Field.rank(), b.Field.rank()) }) {
		conditions = append(conditions, c.Words())
	}
	return fmt.Sprintf("Rule %s for %s%s: %s.", r.Name, r.Host, r.until(), r.actionInWords("requests with "+strings.Join(conditions, ", ")))
}

// rank is a field's place in words: a path, its query, then the others as they come.
func (f Field) rank() int {
	switch f {
	case Path:
		return 0
	case Query:
		return 1
	default:
		return 2
	}
}

// Words are those of the condition for people.
func (c Condition) Words() string {
	switch {
	case c.Field == Client:
		return clientsWords(c.Value)
	case c.Value == "", c.Field == Query && c.Value == QueryNone:
		return fmt.Sprintf("no %s", c.Field)
	case c.Field == Query:
		return "a query"
	default:
		return fmt.Sprintf("%s %s", c.Field, c.Value)
	}
}

func (r *Rule) actionInWords(which string) string {
	switch r.Action {
	case Throttle:
		return fmt.Sprintf("limits an address to %d in %d seconds of %s", r.Count, r.Seconds, which)
	case Ban:
		return fmt.Sprintf("refuses for %d seconds %s, from an address that had more than %d in %d seconds", r.BanSeconds, which, r.Count, r.Seconds)
	default:
		return "refuses " + which
	}
}

// curl is a command that sends a request that the rule meets to the server on the same machine and prints the status.
func (r *Rule) curl() string {
	words := []string{"curl", "-s", "-o", "/dev/null", "-w", quoteShell(`%{http_code}\n`), "-k", "--connect-to", "::127.0.0.1:"}
	path, query := "/", ""
	for _, c := range r.Conditions {
		switch c.Field {
		case Path:
			if t, err := parseTemplate(c.Value); err == nil {
				path = t.example()
			}
		case Query:
			if c.Value == QueryPresent {
				query = "?x=1"
			}
		case Method:
			method := []string{"-X", c.Value}
			if c.Value == "HEAD" {
				method = []string{"-I"} // with -X curl would wait for a body
			}
			words = append(words, method...)
		case Agent:
			words = append(words, "-A", quoteShell(exampleAgent(c.Value)))
		case Referrer:
			if c.Value != NoReferrer {
				words = append(words, "-e", quoteShell("https://"+c.Value+"/"))
			}
		}
	}
	return strings.Join(append(words, quoteShell("https://"+r.Host+path+query)), " ")
}

func exampleAgent(family string) string {
	if family == "" {
		return ""
	}
	texts, err := textsOf(family)
	if err != nil {
		return ""
	}
	return append(texts.first, texts.own...)[0].Text
}

// example is a path of the template.
func (t *template) example() string {
	var b strings.Builder
	for _, parts := range t.segments {
		b.WriteByte('/')
		for _, p := range parts {
			switch {
			case !p.placeholder:
				b.WriteString(p.text)
			case examples[p.text] != "":
				b.WriteString(examples[p.text])
			default:
				b.WriteString("x")
			}
		}
	}
	if t.slash || len(t.segments) == 0 {
		b.WriteByte('/')
	}
	return b.String()
}

var examples = map[string]string{"n": "1", "date": "2026-01-31", "uuid": "00000000-0000-4000-8000-000000000000"}

// quoteShell quotes s for a POSIX shell.
func quoteShell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
