package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/cloudarmor"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
	"github.com/floodgauge/floodgauge/pkg/siterule"
)

// firstPriority is that of the first rule where none is given.
const firstPriority = 1000

// writeRecommended writes the rules of a site that can be written, and says why others cannot.
func (c *rulesExportCmd) writeRecommended(env *environment) error {
	rules, reasons, err := c.sayable(env)
	if err != nil {
		return err
	}
	if len(rules) == 0 {
		return errors.Join(reasons...)
	}
	text, err := c.text(rules)
	if err != nil {
		return err
	}
	for _, reason := range reasons {
		if _, err := fmt.Fprintf(env.stderr, "%s: %s\n", name, reason); err != nil {
			return err
		}
	}
	_, err = io.WriteString(env.stdout, text)
	return err
}

// sayable are the recommended rules that the target can be told, and the reasons why others are left out.
func (c *rulesExportCmd) sayable(env *environment) (rules []*siterule.Rule, reasons []error, err error) {
	store, err := sqlite.OpenReadOnly(c.dataDir())
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = store.Close() }()
	now := time.Now()
	a, err := readAdvice(env.ctx, store, c.Host, now)
	if err != nil {
		return nil, nil, err
	}
	chosen := slices.DeleteFunc(a.rules, func(r recommended) bool { return c.Rule != "" && r.rule.Name != c.Rule })
	if len(chosen) == 0 {
		return nil, nil, c.nothing(a)
	}
	var restricted []*siterule.Rule
	for _, r := range chosen {
		rule, err := wholeRule(env.ctx, store, r, now)
		if err != nil {
			reasons = append(reasons, notWritten(r.rule.Name, err))
			continue
		}
		rules = append(rules, rule)
		if findings.Restricted(r.rule) {
			restricted = append(restricted, rule)
		}
	}
	unnamed, notes, err := c.nameClients(env, rules, now)
	if err != nil {
		return nil, nil, err
	}
	reasons = append(reasons, notes...)
	rules = slices.DeleteFunc(rules, func(rule *siterule.Rule) bool {
		err := unnamed[rule]
		if err == nil {
			err = c.try(rule)
		}
		switch {
		case err != nil:
			reasons = append(reasons, notWritten(rule.Name, err))
		case slices.Contains(restricted, rule):
			reasons = append(reasons, fmt.Errorf("rule %s has %s: show it to nobody who may not see logs", printable(rule.Name), whatIsRestricted(rule)))
		}
		return err != nil
	})
	return rules, reasons, nil
}

func notWritten(rule string, err error) error {
	return fmt.Errorf("rule %s is not written: %w", printable(rule), err)
}

func whatIsRestricted(r *siterule.Rule) string {
	if clientCondition(r) != nil {
		return "addresses of clients"
	}
	return "a value that few clients share"
}

// nothing says why there is no rule to write.
func (c *rulesExportCmd) nothing(a *advised) error {
	if c.Rule != "" {
		return fmt.Errorf(`no rule %s is recommended for %s at present: "%s rules list" shows those that are`, printable(c.Rule), c.Host, name)
	}
	why := ""
	if n := len(a.without); n > 0 {
		why = ": " + printable(a.without[0].Rules.Words)
	}
	return fmt.Errorf("no rule is recommended for %s at present%s", c.Host, why)
}

// try tells why a rule cannot be written for the target.
func (c *rulesExportCmd) try(r *siterule.Rule) (err error) {
	switch c.To {
	case "nginx":
		_, err = r.Nginx(!c.Enforce)
	case "cloudflare":
		_, err = r.CloudflareSteps()
	default:
		_, err = r.CEL()
	}
	return err
}

// text writes the rules.
func (c *rulesExportCmd) text(rules []*siterule.Rule) (string, error) {
	switch c.To {
	case "nginx":
		return siterule.NginxOf(rules, !c.Enforce)
	case "cloudflare":
		return eachRule(rules, "#", (*siterule.Rule).CloudflareSteps, (*siterule.Rule).Cloudflare)
	case "cel":
		return eachRule(rules, "//", func(r *siterule.Rule) (string, error) {
			return fmt.Sprintf("%s, until %s UTC", r.Name, utcMinute(r.Expires)), nil
		}, (*siterule.Rule).CEL)
	}
	p, err := c.policyOf(rules)
	if err != nil {
		return "", err
	}
	out, err := c.policy(p)
	var refused *cloudarmor.RefusedError
	if errors.As(err, &refused) {
		return "", fmt.Errorf("nothing is written, because the service would refuse it: %w", refused)
	}
	return string(out), err
}

// eachRule writes what is to be said of each rule as comments, and its expression below.
func eachRule(rules []*siterule.Rule, comment string, about, expression func(*siterule.Rule) (string, error)) (string, error) {
	var b strings.Builder
	for _, r := range rules {
		said, err := about(r)
		if err != nil {
			return "", err
		}
		text, err := expression(r)
		if err != nil {
			return "", err
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		for line := range strings.Lines(strings.TrimSuffix(said, "\n") + "\n") {
			b.WriteString(comment + " " + line)
		}
		b.WriteString(text + "\n")
	}
	return b.String(), nil
}

// policyOf is a policy of Cloud Armor with the rules, in preview and in order.
func (c *rulesExportCmd) policyOf(rules []*siterule.Rule) (policy *cloudarmor.Policy, err error) {
	for i, r := range rules {
		p, err := r.CloudArmor(int64(cmp.Or(int(c.Priority), firstPriority) + i))
		if err != nil {
			return nil, err
		}
		if policy == nil {
			policy = p
			continue
		}
		last := len(policy.Rules) - 1 // the default rule
		policy.Rules = slices.Insert(policy.Rules, last, p.Rules[0])
	}
	if c.To != "terraform" { // whose names are other than the service's
		policy.Name = c.Policy
	}
	return policy, nil
}
