package dashboard

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/cloudarmor"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/pkg/siterule"
	"github.com/floodgauge/floodgauge/schemas"
)

// rulesView is what can be done about a case.
type rulesView struct {
	Title, Words string
	Status       string // in Adaptive Protection's terms; empty where no rule was looked for
	Made         string // the minute that the rules are of
	Rules        []ruleView
}

// ruleView is one recommended rule.
type ruleView struct {
	Name, Words string
	Conditions  []string
	Facts       []fact
	Restricted  string // why it is not written down here
	Exports     []export
}

// export is a rule as it is written down for one who can hold it, or why it cannot be.
type export struct {
	ID, Title string
	Text, Why string
	Notes     []string
}

var statusTitles = map[string]string{
	attack.RuleGenerated: "A rule was found", attack.NoSignificant: "Nothing sets the attack's requests apart", attack.NoUsable: "No rule would do",
	attack.BaselineTooRecent: "Too little is known for a rule",
}

// rulesOf are the latest rules of a case that recommend something, else the latest word on why there are none.
func rulesOf(c *siteCase, k int32, now time.Time) rulesView {
	var latest *schemas.Finding
	for _, f := range slices.Backward(c.findings) {
		if f.Rules == nil {
			continue
		}
		if latest == nil {
			latest = f
		}
		if len(f.Rules.Recommendations) > 0 {
			latest = f
			break
		}
	}
	if latest == nil {
		return rulesView{Title: "No rule was looked for", Words: "Rules are looked for while an attack is suspected."}
	}
	rules := latest.Rules
	view := rulesView{Title: cmp.Or(statusTitles[rules.Status], "Rules"), Words: sentence(rules.Words), Status: rules.Status,
		Made: minuteWords(latest.Minute.AsTime(), now)}
	for i, r := range rules.Recommendations {
		view.Rules = append(view.Rules, ruleViewOf(c.Host, i, r, k, now))
	}
	return view
}

func ruleViewOf(host string, at int, r *schemas.Recommendation, k int32, now time.Time) ruleView {
	view := ruleView{Name: r.Name, Words: sentence(r.Words), Facts: ruleFacts(r, now)}
	for _, c := range r.Conditions {
		view.Conditions = append(view.Conditions, conditionWords(c))
		switch {
		case c.Field == string(siterule.Client):
			view.Restricted = "Addresses are kept nowhere but in the logs: with --log FILE"
		case c.Restricted:
			view.Restricted = restrictedWords(k)
		}
	}
	if view.Restricted == "" {
		view.Exports = exportsOf(findings.RuleOf(host, r), at)
	}
	return view
}

func restrictedWords(k int32) string {
	few := "too few visitors"
	if k > 0 {
		few = fmt.Sprintf("fewer than %s", reportwriter.Plural(int64(k), "visitor"))
	}
	return "A value that " + few + " share is kept apart:"
}

func ruleFacts(r *schemas.Recommendation, now time.Time) []fact {
	list := []fact{
		{"Stops of the attack", shareWords(r.Coverage), ""},
		{"Stops of usual requests", "at most " + boundWords(r.CollateralBound), "of " + reportwriter.Count(r.CollateralSample) + " known, with 95 % confidence"},
	}
	if w := r.Worst; w != nil && w.Value != "" {
		list = append(list, fact{"Hurt most", strings.TrimSpace(w.Field + " " + valueWords(w.Field, w.Value)), fmt.Sprintf("at most %s of %s known",
			boundWords(w.Bound), reportwriter.Plural(w.Sample, "request"))})
	}
	list = append(list, fact{"Action", actionTitles[r.Action], actionWords(r)})
	if r.Expires != nil {
		word := "in " + span(r.Expires.AsTime().Sub(now))
		if !now.Before(r.Expires.AsTime()) {
			word = "it has expired: take it out"
		}
		list = append(list, fact{"Expires", minuteWords(r.Expires.AsTime(), now) + " UTC", word})
	}
	return list
}

var actionTitles = map[string]string{"deny": "Refuse", "throttle": "Limit", "rate_based_ban": "Ban for a while"}

func actionWords(r *schemas.Recommendation) string {
	limit := fmt.Sprintf("%s in %d seconds", reportwriter.Plural(int64(r.Count), "request"), r.Seconds)
	switch r.Action {
	case "throttle":
		return "an address to " + limit
	case "rate_based_ban":
		return fmt.Sprintf("an address with more than %s, for %d seconds", limit, r.BanSeconds)
	}
	return "what meets the conditions"
}

func conditionWords(c *schemas.Condition) string {
	switch {
	case c.Field == string(siterule.Client):
		return c.Field + ": " + c.Value
	case c.Restricted:
		return c.Field + ": kept apart"
	case c.Value == "":
		return "no " + c.Field
	}
	return c.Field + ": " + valueWords(c.Field, c.Value)
}

func valueWords(field, value string) string {
	if field == "country" {
		return reportwriter.CountryName(value)
	}
	return value
}

const (
	rulePriority = 1000 // of an export to Cloud Armor
	gcloudPolicy = "my-policy"
	policyName   = "policy" // of the resource of Terraform
)

// exportsOf writes a rule for all who can hold it: the site's own proxy first, and what only looks before what refuses.
func exportsOf(rule *siterule.Rule, at int) []export {
	list := []export{
		written("nginx, to look first: it only logs", func() (string, error) { return rule.Nginx(true) }),
		written("nginx, in force", func() (string, error) { return rule.Nginx(false) }),
		written("Cloudflare, expression", rule.Cloudflare),
		written("Cloud Armor, expression (CEL)", rule.CEL),
		written("Cloud Armor, gcloud, in preview", func() (string, error) {
			return ofPolicy(rule, func(p *cloudarmor.Policy) ([]byte, error) { p.Name = gcloudPolicy; return cloudarmor.Gcloud(p) })
		}, "Put your policy's name in place of "+gcloudPolicy+", and a free priority in place of 1000."),
		written("Cloud Armor, Terraform, in preview", func() (string, error) {
			return ofPolicy(rule, func(p *cloudarmor.Policy) ([]byte, error) { return cloudarmor.Terraform(p, policyName) })
		}, "Put your policy's resource in place of "+policyName+", and a free priority in place of 1000."),
	}
	if steps, err := rule.CloudflareSteps(); err == nil {
		list[2].Notes = strings.Split(strings.TrimSpace(steps), "\n")[1:] // the first says the rule in words
	}
	for i := range list {
		list[i].ID = fmt.Sprintf("rule-%d-%d", at, i)
	}
	return list
}

func written(title string, write func() (string, error), notes ...string) export {
	text, err := write()
	var cannot *siterule.CannotError
	switch {
	case errors.As(err, &cannot):
		return export{Title: title, Why: sentence(cannot.Error())}
	case err != nil:
		return export{Title: title, Why: "This cannot be written down: " + err.Error() + "."}
	}
	return export{Title: title, Text: strings.TrimSpace(text), Notes: notes}
}

func ofPolicy(rule *siterule.Rule, write func(*cloudarmor.Policy) ([]byte, error)) (string, error) {
	policy, err := rule.CloudArmor(rulePriority)
	if err != nil {
		return "", err
	}
	text, err := write(policy)
	return string(text), err
}
