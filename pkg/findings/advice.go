package findings

import (
	"errors"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/schemas"
)

// Advice is a case and what there is to do about it.
type Advice struct {
	attack.Case
	// Rules are those of the case's latest finding that has any; nil where none were looked for.
	Rules *schemas.Rules
}

// Advise joins findings, by host and minute, to cases. Minutes in which nothing is off any more, since lines of them came late, are in none.
func Advise(all []*schemas.Finding) (advice []Advice) {
	all = slices.DeleteFunc(slices.Clone(all), func(f *schemas.Finding) bool {
		return f.Verdict == schemas.Verdict_VERDICT_NORMAL && len(f.Evidence) == 0
	})
	for len(all) > 0 {
		n := slices.IndexFunc(all, func(f *schemas.Finding) bool { return f.Host != all[0].Host })
		if n < 0 {
			n = len(all)
		}
		of := all[:n]
		for _, c := range attack.Cases(of) {
			advice = append(advice, Advice{Case: c, Rules: latestRules(of[:c.Findings])})
			of = of[c.Findings:]
		}
		all = all[n:]
	}
	return advice
}

func latestRules(of []*schemas.Finding) *schemas.Rules {
	for _, f := range slices.Backward(of) {
		if f.Rules != nil {
			return f.Rules
		}
	}
	return nil
}

// errLiteral is why a rule with restricted values cannot be written.
var errLiteral = errors.New("it has a value that few clients share, and that value is no longer kept")

// Restricted tells whether a recommendation lacks values that few clients share.
func Restricted(r *schemas.Recommendation) bool {
	return slices.ContainsFunc(r.Conditions, func(c *schemas.Condition) bool { return c.Restricted })
}

// Whole is a recommendation with the values that are restricted taken from its literal, which may be nil.
func Whole(r, literal *schemas.Recommendation) (*schemas.Recommendation, error) {
	if !Restricted(r) {
		return r, nil
	}
	if len(literal.GetConditions()) != len(r.Conditions) {
		return nil, errLiteral
	}
	whole := proto.CloneOf(r)
	for i, c := range whole.Conditions {
		full := literal.Conditions[i]
		if full.Field != c.Field || !c.Restricted && full.Value != c.Value {
			return nil, errLiteral // of an earlier rule of this name
		}
		c.Value, c.Restricted = full.Value, false
	}
	return whole, nil
}
