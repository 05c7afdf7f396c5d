package cli

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/cloudarmor"
	"github.com/floodgauge/floodgauge/pkg/spelling"
)

var (
	// ruleOfPolicy is a file and a priority. No expression ends like that: what follows a colon in one is in quotes.
	ruleOfPolicy = regexp.MustCompile(`^(.+):([0-9]{1,18})$`)
	policyName   = regexp.MustCompile(`^[^'"()=]+\.(ya?ml|json)$`)
)

// ruleOf reads the rule that a command line gives. What the service would refuse is an error.
func ruleOf(text string) (*cloudarmor.Expression, error) {
	if m := ruleOfPolicy.FindStringSubmatch(text); m != nil {
		priority, err := strconv.ParseInt(m[2], 10, 64)
		if err != nil {
			return nil, usagef("%s is no priority of a rule", m[2])
		}
		return ruleIn(m[1], priority)
	}
	if _, err := os.Stat(text); err == nil || policyName.MatchString(text) {
		return nil, policyAlone(text)
	}
	rule := cloudarmor.Rule{Priority: 1000, Action: "deny(403)", Preview: true, Match: cloudarmor.Match{Expr: &cloudarmor.Expr{Expression: text}}}
	return compileRule("", &rule, cloudarmor.LintRule(&rule))
}

// ruleIn is a rule of a policy.
func ruleIn(file string, priority int64) (*cloudarmor.Expression, error) {
	p, err := readPolicy("test", file)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(p.Rules, func(r cloudarmor.Rule) bool { return r.Priority == priority })
	if at < 0 {
		return nil, fmt.Errorf("%s has no rule of priority %d: it has %s", spelling.Path(file), priority, priorities(p))
	}
	var problems []cloudarmor.Problem
	for _, problem := range cloudarmor.Lint(p) {
		if problem.Priority == priority {
			problems = append(problems, problem)
		}
	}
	return compileRule(spelling.Path(file)+": ", &p.Rules[at], problems)
}

func compileRule(where string, r *cloudarmor.Rule, problems []cloudarmor.Problem) (*cloudarmor.Expression, error) {
	for _, problem := range problems {
		if problem.Refused {
			return nil, fmt.Errorf("%sthe service would refuse the rule: it %s", where, problem.Text)
		}
	}
	return cloudarmor.Compile(r.Match.Condition())
}

// policyAlone asks for the rule of a policy.
func policyAlone(file string) error {
	p, err := readPolicy("test", file)
	if err != nil {
		return err
	}
	return usagef("%s is a policy, and rules test takes one rule of it: write %[1]s:PRIORITY; it has %s", spelling.Path(file), priorities(p))
}

// prioritiesShown is how many rules of a policy a message names.
const prioritiesShown = 20

func priorities(p *cloudarmor.Policy) string {
	if len(p.Rules) == 0 {
		return "no rules"
	}
	var all []int64
	for i := range p.Rules {
		all = append(all, p.Rules[i].Priority)
	}
	slices.Sort(all)
	var words []string
	for _, priority := range all[:min(len(all), prioritiesShown)] {
		words = append(words, strconv.FormatInt(priority, 10))
	}
	if more := len(all) - len(words); more > 0 {
		words = append(words, fmt.Sprintf("%d more", more))
	}
	return strings.Join(words, ", ")
}
