package siterule

import (
	"errors"
	"regexp"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/agent"
	"github.com/floodgauge/floodgauge/pkg/cloudarmor"
)

const cloudArmorTarget = "Cloud Armor"

// priorityOfLint is any priority that the service takes.
const priorityOfLint = 1000

// CEL is the rule's condition in Cloud Armor's language, in which a slash at the end of a path does not count. The error is a CannotError where it cannot be said there.
func (r *Rule) CEL() (string, error) {
	rule, err := r.cloudArmorRule(priorityOfLint)
	if err != nil {
		return "", err
	}
	return rule.Match.Expr.Expression, nil
}

// CloudArmor is a policy with this rule, in preview, and the default rule, for the exporters of pkg/cloudarmor. It has the rule's name: a caller who
// adds the rule to a policy that is there puts that one's. The error is a CannotError where the rule cannot be said there.
func (r *Rule) CloudArmor(priority int64) (*cloudarmor.Policy, error) {
	rule, err := r.cloudArmorRule(priority)
	if err != nil {
		return nil, err
	}
	everybody := cloudarmor.Match{VersionedExpr: "SRC_IPS_V1", Config: &cloudarmor.MatchConfig{SrcIPRanges: []string{"*"}}}
	return &cloudarmor.Policy{
		Name: strings.TrimRight(r.Name, "-"), Type: cloudarmor.TypeBackend,
		Rules: []cloudarmor.Rule{*rule, {Priority: cloudarmor.DefaultPriority, Description: "default", Action: "allow", Match: everybody}},
	}, nil
}

func (r *Rule) cloudArmorRule(priority int64) (*cloudarmor.Rule, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	conditions := []string{cloudarmor.HostCondition(r.Host)}
	for _, c := range r.Conditions {
		condition, err := c.cel()
		if err != nil {
			return nil, cannot(cloudArmorTarget, err)
		}
		conditions = append(conditions, condition)
	}
	rule := &cloudarmor.Rule{
		Priority: priority, Description: r.Name + r.until(), Action: "deny(403)", Preview: true,
		Match: cloudarmor.Match{Expr: &cloudarmor.Expr{Expression: strings.Join(conditions, " && ")}},
	}
	if r.Action != Deny {
		rule.Action = string(r.Action)
		rule.RateLimitOptions = &cloudarmor.RateLimitOptions{
			RateLimitThreshold: cloudarmor.Threshold{Count: int64(r.Count), IntervalSec: int64(r.Seconds)},
			ConformAction:      "allow", ExceedAction: "deny(429)", EnforceOnKey: "IP", BanDurationSec: int64(r.BanSeconds),
		}
	}
	for _, problem := range cloudarmor.LintRule(rule) {
		return nil, &CannotError{cloudArmorTarget, "the rule " + problem.Text}
	}
	return rule, nil
}

// cel is the condition in Cloud Armor's language.
func (c Condition) cel() (string, error) {
	switch c.Field {
	case Path:
		return celPath(c.Value)
	case Query: // the service's is empty where the request has none
		if c.Value == QueryNone {
			return "request.query == ''", nil
		}
		return "request.query != ''", nil
	case Method:
		return "request.method == " + cloudarmor.Quote(c.Value), nil
	case Agent:
		return celAgent(c.Value)
	case Country:
		return "origin.region_code == " + cloudarmor.Quote(c.Value), nil
	case Client:
		return celClients(c.Value)
	case Network:
		return "origin.asn == " + strings.TrimPrefix(c.Value, "AS"), nil
	default:
		if c.Value == NoReferrer {
			return celNone("referer"), nil
		}
		return celMatches("referer", referrerPattern(c.Value)), nil
	}
}

func celPath(value string) (string, error) {
	if condition, ok := cloudarmor.PathCondition(value); ok {
		return condition, nil
	}
	if strings.Contains(value, "+") {
		return "", errors.New("whether a + in a path is a space depends on who decodes it")
	}
	t, err := parseTemplate(value)
	if err != nil {
		return "", err
	}
	patterns, err := t.patterns()
	if err != nil {
		return "", err
	}
	return cloudarmor.PathSegmentsCondition(patterns), nil
}

func celAgent(family string) (string, error) {
	if family == "" {
		return celNone("user-agent"), nil
	}
	texts, err := textsOf(family)
	if err != nil {
		return "", err
	}
	all := celAnyOf(texts.own)
	if len(texts.others) > 0 {
		all += " && !" + celAnyOf(texts.others)
	}
	if len(texts.first) > 0 && len(texts.own) > 0 {
		return "(" + celAnyOf(texts.first) + " || " + all + ")", nil
	} else if len(texts.first) > 0 {
		return celAnyOf(texts.first), nil
	}
	return all, nil
}

// celAnyOf is true for agents with one of the texts.
func celAnyOf(literals []agent.Literal) string {
	if len(literals) == 1 && literals[0].Plain() {
		return celHeader("user-agent") + ".contains(" + cloudarmor.Quote(literals[0].Text) + ")"
	}
	patterns := make([]string, len(literals))
	for i, l := range literals {
		patterns[i] = l.Pattern()
	}
	return celMatches("user-agent", strings.Join(patterns, "|"))
}

func celHeader(name string) string { return "request.headers['" + name + "']" }

func celMatches(header, pattern string) string {
	return celHeader(header) + ".matches(" + cloudarmor.Quote(pattern) + ")"
}

// celNone is true without the header, and where it is empty or the hyphen that logs write for that.
func celNone(header string) string {
	return "(!has(" + celHeader(header) + ") || " + celMatches(header, `^-?$`) + ")"
}

// referrerPattern matches Referer headers that name a host of the domain, as privacy.Referrer reads them.
func referrerPattern(domain string) string {
	return `\A(?i:https?://(?:[^/?#\\]*@)?(?:[^/?#\\@]*\.)?` + regexp.QuoteMeta(domain) + `\.?(?::[^/?#\\:@]*)?(?:[/?#\\]|\z))`
}
