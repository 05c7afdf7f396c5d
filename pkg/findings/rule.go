package findings

import (
	"github.com/floodgauge/floodgauge/pkg/siterule"
	"github.com/floodgauge/floodgauge/schemas"
)

// RuleOf is a recommendation for a site as a rule that can be written down for a proxy.
func RuleOf(host string, r *schemas.Recommendation) *siterule.Rule {
	rule := &siterule.Rule{Name: r.Name, Host: host, Action: siterule.Action(r.Action), Count: int(r.Count), Seconds: int(r.Seconds),
		BanSeconds: int(r.BanSeconds), Expires: r.Expires.AsTime()}
	rule.Conditions = conditions(r.Conditions)
	return rule
}

// anyClient stands for the clients of a rule, which are addresses only when it is exported.
const anyClient = "192.0.2.1/32"

// Sayable tells why no rule of some conditions can be written down for a site; nil: it can. What Cloud Armor cannot be told, the others cannot either.
func Sayable(host string, all []*schemas.Condition) error {
	rule := &siterule.Rule{Name: "fg", Host: host, Conditions: conditions(all), Action: siterule.Deny}
	for i := range rule.Conditions {
		if c := &rule.Conditions[i]; c.Field == siterule.Client {
			c.Value = anyClient
		}
	}
	_, err := rule.CEL()
	return err
}

func conditions(all []*schemas.Condition) []siterule.Condition {
	out := make([]siterule.Condition, len(all))
	for i, c := range all {
		out[i] = siterule.Condition{Field: siterule.Field(c.Field), Value: c.Value}
	}
	return out
}
