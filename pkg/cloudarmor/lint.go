package cloudarmor

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// Problem is something in a policy that the service would refuse, or that does not do what it looks like.
type Problem struct {
	Priority int64  // of the rule; -1 for the policy as a whole
	Line     int    // of the rule, where it was read from a file, else 0
	Text     string // goes on from "rule 1000 …"
	Refused  bool   // by the service. Otherwise the policy is accepted, but a rule in it is likely a mistake
}

// String is the problem as a sentence.
func (p Problem) String() string {
	if p.Priority < 0 {
		return "the policy " + p.Text
	}
	return fmt.Sprintf("rule %d %s", p.Priority, p.Text)
}

// names are those that resources of Google Cloud may have.
var names = regexp.MustCompile(`^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`)

type linter struct {
	edge     bool
	priority int64
	line     int
	problems []Problem
}

func (l *linter) add(text string) {
	l.problems = append(l.problems, Problem{l.priority, l.line, text, true})
}
func (l *linter) warn(text string) {
	l.problems = append(l.problems, Problem{l.priority, l.line, text, false})
}

// Lint lists everything in the policy that the service would refuse, and rules that never get a request because one before them ends the evaluation.
func Lint(p *Policy) []Problem {
	l := &linter{edge: p.Type == TypeEdge, priority: -1}
	l.lintPolicy(p)
	for i := range p.Rules {
		l.lintRule(&p.Rules[i])
	}
	l.lintOrder(p)
	return l.problems
}

// LintRule lists what the service would refuse in one rule of a backend policy.
func LintRule(r *Rule) []Problem {
	l := &linter{}
	l.lintRule(r)
	return l.problems
}

func (l *linter) lintPolicy(p *Policy) {
	if p.Type != "" && p.Type != TypeBackend && p.Type != TypeEdge {
		l.add(fmt.Sprintf("is of type %q: only %s and %s are known here", p.Type, TypeBackend, TypeEdge))
	}
	if !names.MatchString(p.Name) {
		l.add(fmt.Sprintf("has the name %q: it must be 1 to 63 lower-case letters, digits and hyphens, and begin with a letter", p.Name))
	}
	l.lintDescription(p.Description, maxDescription)
	first := map[int64]*Rule{}
	for i := range p.Rules {
		r := &p.Rules[i]
		if before := first[r.Priority]; before != nil {
			l.problems = append(l.problems, Problem{r.Priority, r.Line, "is there twice: each priority may have one rule", true})
		} else {
			first[r.Priority] = r
		}
	}
	if first[DefaultPriority] == nil {
		l.add(fmt.Sprintf("has no default rule, of priority %d", DefaultPriority))
	}
}

func (l *linter) lintRule(r *Rule) {
	l.priority, l.line = r.Priority, r.Line
	if r.Priority < 0 || r.Priority > DefaultPriority {
		l.add(fmt.Sprintf("has a priority that is not between 0 and %d", DefaultPriority))
	}
	l.lintDescription(r.Description, maxRuleDescription)
	l.lintAction(r)
	l.lintMatch(&r.Match)
	l.lintRate(r)
}

func (l *linter) lintAction(r *Rule) {
	switch {
	case r.Action == "allow", slices.Contains(denials, r.Action):
	case l.edge:
		l.add(fmt.Sprintf("has action %q: an edge policy takes allow, %s", r.Action, strings.Join(denials, ", ")))
	case r.counts():
	case r.Action == "redirect":
		l.lintRedirect("redirectOptions", r.RedirectOptions)
	default:
		l.add(fmt.Sprintf("has action %q: the service takes allow, %s, throttle, rate_based_ban and redirect", r.Action, strings.Join(denials, ", ")))
	}
}

func (l *linter) lintRedirect(name string, o *RedirectOptions) {
	if o == nil || !slices.Contains(redirects, o.Type) {
		l.add("redirects and needs " + name + " of type " + strings.Join(redirects, " or "))
	}
}

// lintDescription holds a description to one line of text of at most so many characters.
func (l *linter) lintDescription(text string, most int) {
	if n := utf8.RuneCountInString(text); n > most {
		l.add(fmt.Sprintf("has a description of %d characters: the service takes %d", n, most))
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		l.add("has a description that is not one line of plain text")
	}
}

func (l *linter) lintMatch(m *Match) {
	switch {
	case m.Expr != nil && m.Config != nil:
		l.add("matches by an expression and by srcIpRanges: the service takes one of them")
	case m.Expr != nil:
		l.lintExpression(m.Expr.Expression)
	case m.Config == nil || len(m.Config.SrcIPRanges) == 0:
		l.add("matches nothing: it needs an expression or srcIpRanges")
	default:
		l.lintRanges(m.Config.SrcIPRanges)
	}
}

func (l *linter) lintRanges(ranges []string) {
	if n := len(ranges); n > maxSourceRanges {
		l.add(fmt.Sprintf("has %d srcIpRanges: the service takes %d; split it, or use an address group", n, maxSourceRanges))
	}
	for _, text := range ranges {
		if text == "*" {
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		if addr, err := netip.ParseAddr(text); err == nil {
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		} else if err != nil && !prefix.IsValid() {
			l.add(fmt.Sprintf("has %q among its srcIpRanges, which is no address and no range", text))
			continue
		}
		if err == nil && prefix != prefix.Masked() {
			l.add(fmt.Sprintf("has %s among its srcIpRanges, whose last bits are not zero: write %s", text, prefix.Masked()))
		}
	}
}

// lintExpression checks the language and its limits.
func (l *linter) lintExpression(text string) {
	if strings.ContainsAny(text, "\r\n") {
		l.add("has a line break in its expression, which the API refuses: write it in one line")
	}
	if n := len(text); n > maxExpression {
		l.add(fmt.Sprintf("has an expression of %d characters: the service takes %d", n, maxExpression))
	}
	e, err := Compile(text)
	if err != nil {
		l.add("has a wrong expression: " + err.Error())
		return
	}
	leaves := e.leaves()
	if n := len(leaves); n > maxSubexpressions {
		l.add(fmt.Sprintf("has %d conditions in its expression: the service takes %d", n, maxSubexpressions))
	}
	for _, leaf := range leaves {
		if n := len(leaf); n > maxSubexpression {
			l.add(fmt.Sprintf("has a condition of %d characters in its expression: the service takes %d", n, maxSubexpression))
		}
	}
	for _, header := range e.headers {
		if header != strings.ToLower(header) {
			l.warn(fmt.Sprintf("asks for the header %q and never matches: names of headers are in lower case", header))
		}
	}
	if l.edge {
		l.lintEdge(e)
	}
}

// lintEdge checks what edge policies can ask for.
func (l *linter) lintEdge(e *Expression) {
	for _, name := range e.names {
		switch {
		case name == "origin.ip", name == "origin.region_code", name == "origin.asn", strings.HasPrefix(name, "request."):
		default:
			l.add(fmt.Sprintf("asks for %s, which an edge policy does not have", name))
		}
	}
}

// leaves are the conditions that && and || join, as text.
func (e *Expression) leaves() []string {
	var leaves []string
	var walk func(x ast.Expr)
	walk = func(x ast.Expr) {
		if x.Kind() == ast.CallKind {
			if call := x.AsCall(); call.FunctionName() == operators.LogicalAnd || call.FunctionName() == operators.LogicalOr {
				for _, arg := range call.Args() {
					walk(arg)
				}
				return
			}
		}
		text, err := cel.ExprToString(x, e.ast.SourceInfo())
		if err != nil {
			text = e.text // longer than it is, never shorter
		}
		leaves = append(leaves, text)
	}
	walk(e.ast.Expr())
	return leaves
}

// lintOrder finds rules that cannot get a request: a rate rule lets through what it does not refuse, and everything that matches ends there.
func (l *linter) lintOrder(p *Policy) {
	rules := slices.Clone(p.Rules)
	slices.SortStableFunc(rules, func(a, b Rule) int { return int(a.Priority - b.Priority) })
	var everybody *Rule
	for i := range rules {
		r := &rules[i]
		if everybody != nil && r.Priority != DefaultPriority {
			l.priority, l.line = r.Priority, r.Line
			l.warn(fmt.Sprintf("never gets a request: rule %d before it is for everybody and ends the evaluation, also where it lets a request through", everybody.Priority))
		}
		if everybody == nil && !r.Preview && r.Match.Config != nil && slices.Contains(r.Match.Config.SrcIPRanges, "*") {
			everybody = r
		}
	}
}
