package cli

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/siterule"
	"github.com/floodgauge/floodgauge/schemas"
)

// recommendedSpan is how long the rules of a finding are shown, which is as long as they are meant to stay.
const recommendedSpan = 2 * time.Hour

// recommended is a rule for a site that has not expired.
type recommended struct {
	host   string
	status string // of the case
	rule   *schemas.Recommendation
}

// advised is what there is to do about the open and recent cases of sites.
type advised struct {
	rules   []recommended     // by site, those of the latest case first
	without []findings.Advice // cases for which no rule was found, by site
}

// readAdvice reads the rules of one site, or of all for "".
func readAdvice(ctx context.Context, store reportstore.Reader, host string, now time.Time) (*advised, error) {
	found, err := store.Findings(ctx, access.Everything(), host, now.Add(-recommendedSpan), now.Add(time.Minute))
	if err != nil {
		return nil, err
	}
	a := &advised{}
	cases := findings.Advise(found)
	for len(cases) > 0 {
		n := 1
		for n < len(cases) && cases[n].Host == cases[0].Host {
			n++
		}
		a.add(cases[:n], now)
		cases = cases[n:]
	}
	return a, nil
}

// add adds the cases of one site, of which a later one's rule stands for an earlier one's of the same name.
func (a *advised) add(cases []findings.Advice, now time.Time) {
	seen := map[string]bool{}
	for i := len(cases) - 1; i >= 0; i-- {
		c := &cases[i]
		for _, r := range c.Rules.GetRecommendations() {
			if !expired(r, now) && !seen[r.Name] {
				seen[r.Name] = true
				a.rules = append(a.rules, recommended{c.Host, c.Rules.Status, r})
			}
		}
		if c.Rules != nil && len(c.Rules.Recommendations) == 0 {
			a.without = append(a.without, *c)
		}
	}
}

func expired(r *schemas.Recommendation, now time.Time) bool { return !r.Expires.AsTime().After(now) }

// wholeRule is a recommendation as a rule, with the values that few clients share.
func wholeRule(ctx context.Context, store reportstore.Reader, r recommended, now time.Time) (*siterule.Rule, error) {
	var literal *schemas.Recommendation
	if findings.Restricted(r.rule) {
		kept, err := store.Literals(ctx, access.Everything(), r.host, now)
		if err != nil {
			return nil, err
		}
		for _, l := range kept {
			if l.Name != r.rule.Name {
				continue
			}
			literal = &schemas.Recommendation{}
			if err := proto.Unmarshal(l.Data, literal); err != nil {
				return nil, fmt.Errorf("what is kept of the rule cannot be read: %w", err)
			}
		}
	}
	whole, err := findings.Whole(r.rule, literal)
	if err != nil {
		return nil, err
	}
	return findings.RuleOf(r.host, whole), nil
}

// namesClients tells of a condition that only raw logs turn into addresses: it says how many there are.
func namesClients(c *schemas.Condition) bool { return c.Field == string(siterule.Client) }

// conditionWords are the conditions of a rule for people; values that few clients share are not in them.
func conditionWords(r *schemas.Recommendation) string {
	var all []string
	for _, c := range r.Conditions {
		switch {
		case namesClients(c):
			all = append(all, c.Field+": "+c.Value)
		case c.Restricted:
			all = append(all, c.Field+" (few clients share it)")
		default:
			all = append(all, siterule.Condition{Field: siterule.Field(c.Field), Value: c.Value}.Words())
		}
	}
	return printable(strings.Join(all, ", "))
}

// actionWords say what a rule does with requests.
func actionWords(r *schemas.Recommendation) string {
	switch siterule.Action(r.Action) {
	case siterule.Deny:
		return "refuse"
	case siterule.Throttle:
		return fmt.Sprintf("limit an address to %d in %d seconds of", r.Count, r.Seconds)
	case siterule.Ban:
		return fmt.Sprintf("refuse for %d seconds, from an address that had more than %d in %d seconds,", r.BanSeconds, r.Count, r.Seconds)
	}
	return printable(r.Action)
}

// actionColumn is the same in a table.
func actionColumn(r *schemas.Recommendation) string {
	switch siterule.Action(r.Action) {
	case siterule.Throttle:
		return fmt.Sprintf("%s %d/%d s", r.Action, r.Count, r.Seconds)
	case siterule.Ban:
		return fmt.Sprintf("%s %d/%d s, %d s", r.Action, r.Count, r.Seconds, r.BanSeconds)
	}
	return r.Action
}

// boundWords round a bound up, and say of how many requests it is known.
func boundWords(r *schemas.Recommendation) string {
	return fmt.Sprintf("%.1f %% (n %d)", math.Ceil(r.CollateralBound*1000)/10, r.CollateralSample)
}
