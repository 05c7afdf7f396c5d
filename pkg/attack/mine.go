package attack

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/schemas"
)

const (
	// leastUsual is how many usual requests must be known: of fewer, none hit says nothing that is good enough.
	leastUsual = 299
	// leastHits is how many requests of an attack must be known to say what they have in common.
	leastHits = 20
	// A value is a candidate that has leastOfAttack of the attack, if at least likely of the requests that have it are the attack's.
	leastOfAttack, likely = 0.2, 0.5
	// mostCollateral bounds the share of usual requests that a rule may hit, leastCoverage is how much of the attack it must stop.
	mostCollateral, leastCoverage = 0.01, 0.3
	// A rule is as good as another that covers within closeTo more. mostOfGroup is the part of the usual requests of any one network, country or agent that
	// a rule may hit, of those of which leastOfGroup requests are known.
	closeTo, mostOfGroup, leastOfGroup = 0.02, 0.1, 30
	// perField bounds the candidates of each field, maxRules the recommendations.
	perField, maxRules = 4, 3
	// ruleLife is how long a rule is meant to stay.
	ruleLife = 2 * time.Hour
)

// The words of Adaptive Protection for what came of looking for rules.
const (
	RuleGenerated     = "RULE_GENERATED"
	NoSignificant     = "NO_SIGNIFICANT_VALUE_DETECTED"
	NoUsable          = "NO_USABLE_RULE_FOUND"
	BaselineTooRecent = "BASELINE_TOO_RECENT"
)

// The fields of conditions, in the order in which rules name them.
var fields = []string{"path", "query", "method", "agent", "country", "network", "referrer"}

// valueOf is what a request has for a field; "" where it has nothing that a rule could name.
func (m *memory) valueOf(r *request, field string) string {
	switch field {
	case "path":
		return m.texts[r.path]
	case "query":
		if r.query {
			return "present"
		}
		return "none"
	case "method":
		return r.method.String()
	case "agent":
		return m.texts[r.agent]
	case "country":
		return m.texts[r.country]
	case "network":
		if r.network == 0 {
			return ""
		}
		return "AS" + strconv.FormatUint(uint64(r.network), 10)
	}
	if r.referrer == 0 {
		return none
	}
	return m.texts[r.referrer]
}

// condition is one value of one field, or some clients.
type condition struct {
	field, value string
	clients      *someClients // of the field "client", else nil
}

func (m *memory) has(r *request, c condition) bool {
	if c.clients != nil {
		return c.clients.has(r)
	}
	return m.valueOf(r, c.field) == c.value
}

func (m *memory) meets(r *request, all []condition) bool {
	for _, c := range all {
		if !m.has(r, c) {
			return false
		}
	}
	return true
}

// hits counts the requests that meet all conditions, and those that are looked at.
func (m *memory) hits(all []condition, of func(*request) bool) (hits, n int) {
	for i := range m.requests {
		r := &m.requests[i]
		if !of(r) {
			continue
		}
		n++
		if m.meets(r, all) {
			hits++
		}
	}
	return hits, n
}

// miner looks for rules against the open case.
type miner struct {
	usual, protected, attack *memory
	minutes                  map[uint32]*schemas.CaseMinute
	accusedOnly              bool    // single clients are what is to be stopped, not what is more than usual
	size                     float64 // requests of the attack in the minutes that are known
	sampled                  map[uint32]int
	allowed                  func([]*schemas.Condition) error // why conditions cannot be said to a proxy
	shares                   map[condition]float64
	refused                  map[string]bool // reasons
}

// rule is a candidate.
type rule struct {
	conditions      []condition
	covered, likely float64
	bound           float64
	rarity          float64 // of its values among the usual requests: the less, the narrower
	hits, n         int
	worst           *schemas.Collateral
	matched         float64
}

func (m *miner) prepare() {
	m.sampled, m.refused, m.shares = map[uint32]int{}, map[string]bool{}, map[condition]float64{}
	for i := range m.attack.requests {
		if r := &m.attack.requests[i]; m.counts(r) {
			m.sampled[r.minute]++
		}
	}
	m.size = 0
	for minute, c := range m.minutes {
		switch {
		case m.accusedOnly:
			m.size += float64(m.sampled[minute])
		case m.sampled[minute] > 0:
			m.size += math.Max(0, c.Requests-c.Normal)
		}
	}
}

// counts tells whether a request of the case's minutes is looked at.
func (m *miner) counts(r *request) bool {
	if m.accusedOnly {
		return r.suspect && r.accused
	}
	return !r.suspect
}

// matched estimates how many requests of the case's minutes meet conditions.
func (m *miner) matched(all []condition) (n float64) {
	perMinute := map[uint32]int{}
	for i := range m.attack.requests {
		if r := &m.attack.requests[i]; m.counts(r) && m.attack.meets(r, all) {
			perMinute[r.minute]++
		}
	}
	for minute, hits := range perMinute {
		if m.accusedOnly {
			n += float64(hits)
		} else {
			n += m.minutes[minute].GetRequests() * float64(hits) / float64(m.sampled[minute])
		}
	}
	return n
}

// judge says how good a rule of some conditions is.
func (m *miner) judge(all []condition) rule {
	r := rule{conditions: all, matched: m.matched(all)}
	r.hits, r.n = m.usual.hits(all, told(all))
	for _, c := range all {
		r.rarity += math.Log(m.share(c))
	}
	usually := 0.0
	if !m.accusedOnly {
		for minute := range m.sampled {
			usually += m.minutes[minute].GetNormal() * float64(r.hits) / float64(max(r.n, 1))
		}
	}
	of := math.Max(0, r.matched-usually)
	r.covered = math.Min(1, of/math.Max(m.size, 1))
	r.likely = of / math.Max(r.matched, 1)
	return r
}

// share is how much of the usual requests has a value, never 0.
func (m *miner) share(c condition) float64 {
	if share, known := m.shares[c]; known {
		return share
	}
	of := []condition{c}
	hits, n := m.usual.hits(of, told(of))
	share := (float64(hits) + 1) / (float64(n) + 2)
	m.shares[c] = share
	return share
}

// candidates are the values that an attack has much of.
func (m *miner) candidates() (all []condition) {
	for _, field := range fields {
		counts := map[string]int{}
		for i := range m.attack.requests {
			if r := &m.attack.requests[i]; m.counts(r) {
				if value := m.attack.valueOf(r, field); value != "" {
					counts[value]++
				}
			}
		}
		var rules []rule
		for value := range counts {
			if r := m.judge([]condition{{field: field, value: value}}); r.covered >= leastOfAttack {
				rules = append(rules, r)
			}
		}
		slices.SortFunc(rules, func(a, b rule) int {
			return cmp.Or(cmp.Compare(b.covered, a.covered), strings.Compare(a.conditions[0].value, b.conditions[0].value))
		})
		for _, r := range rules[:min(len(rules), perField)] {
			all = append(all, r.conditions[0])
		}
	}
	return all
}

// rules are all usable rules of up to three conditions.
func (m *miner) rules(candidates []condition) (usable []rule) {
	var extend func(from int, all []condition)
	extend = func(from int, all []condition) {
		for at := from; at < len(candidates); at++ {
			c := candidates[at]
			if len(all) > 0 && all[len(all)-1].field == c.field {
				continue
			}
			r := m.judge(append(slices.Clone(all), c))
			if r.covered < leastCoverage {
				continue // and no narrower one can cover more
			}
			if m.usable(&r) {
				usable = append(usable, r)
			}
			if len(r.conditions) < 3 {
				extend(at+1, r.conditions)
			}
		}
	}
	extend(0, nil)
	return usable
}

// usable tells whether a rule hurts next to nobody, and notes why not.
func (m *miner) usable(r *rule) bool {
	if hits, _ := m.protected.hits(r.conditions, func(*request) bool { return true }); hits > 0 {
		m.refused["it would reach verified crawlers or clients on the allow-list"] = true
		return false
	}
	if float64(r.hits) <= mostCollateral*float64(r.n) { // otherwise it is too much without looking closer
		r.bound = upperBound(r.hits, r.n)
	}
	if r.bound == 0 || r.bound > mostCollateral {
		m.refused["it would stop more than 1 % of the usual requests, as far as is known"] = true
		return false
	}
	if r.worst = m.worst(r.conditions); r.worst != nil && r.worst.Bound < 0 {
		m.refused["it would stop many of the usual requests of one network, country or agent"] = true
		return false
	}
	if err := m.allowed(messages(r.conditions)); err != nil {
		m.refused[err.Error()] = true
		return false
	}
	return true
}

// worst is the network, country or agent of whose usual requests most would be hit. Its bound is negative where that is too much.
func (m *miner) worst(all []condition) *schemas.Collateral {
	type group struct{ hits, n int }
	groups := map[condition]*group{}
	known := told(all)
	for i := range m.usual.requests {
		r := &m.usual.requests[i]
		if !known(r) {
			continue
		}
		hit := m.usual.meets(r, all)
		for _, field := range []string{"agent", "country", "network"} {
			c := condition{field: field, value: m.usual.valueOf(r, field)}
			g := groups[c]
			if g == nil {
				g = &group{}
				groups[c] = g
			}
			g.n++
			if hit {
				g.hits++
			}
		}
	}
	var worst *schemas.Collateral
	most := -1.0
	for c, g := range groups {
		if g.n < leastOfGroup || c.value == "" {
			continue
		}
		share := float64(g.hits) / float64(g.n)
		if share < most {
			continue
		}
		bound := -1.0
		if share <= mostOfGroup {
			bound = upperBound(g.hits, g.n)
		}
		if share > most || share == most && (bound > worst.Bound || bound == worst.Bound && c.field+c.value < worst.Field+worst.Value) {
			most, worst = share, &schemas.Collateral{Field: c.field, Value: c.value, Bound: bound, Sample: int64(g.n)}
		}
	}
	return worst
}

func messages(all []condition) []*schemas.Condition {
	out := make([]*schemas.Condition, len(all))
	for i, c := range all {
		out[i] = &schemas.Condition{Field: c.field, Value: c.value}
	}
	return out
}

// mine looks for rules and says what came of it.
func (m *miner) mine(f *schemas.Finding) *schemas.Rules {
	m.prepare()
	hits := 0
	for _, n := range m.sampled {
		hits += n
	}
	if len(m.usual.requests) < leastUsual {
		return &schemas.Rules{Status: BaselineTooRecent, Words: fmt.Sprintf("too little is known of what is usual here to say whom a rule would hurt: %d requests of at least %d",
			len(m.usual.requests), leastUsual)}
	}
	if hits < leastHits || m.size < leastHits {
		return &schemas.Rules{Status: NoSignificant, Words: "too few requests of the attack are known to say what they have in common"}
	}
	candidates := slices.DeleteFunc(m.candidates(), func(c condition) bool {
		return m.judge([]condition{c}).likely < likely && c.field != "path" && c.field != "method" && c.field != "query"
	})
	byValue, byClient := m.rules(candidates), m.ofClients(f)
	if len(candidates)+len(byClient) == 0 {
		return &schemas.Rules{Status: NoSignificant, Words: "the attack's requests have nothing in common that the usual ones have not: limit how often one client may ask"}
	}
	best := withAlternative(chosen(slices.Concat(byValue, byClient)), byValue)
	if len(best) == 0 {
		return &schemas.Rules{Status: NoUsable, Words: "no rule would stop a good part of the attack and hurt next to nobody" + because(m.refused)}
	}
	out := &schemas.Rules{Status: RuleGenerated, Words: "preview a rule before it is put in force, and take it out when it has expired"}
	for i := range best {
		out.Recommendations = append(out.Recommendations, best[i].message(f, i+1))
	}
	return out
}

func because(reasons map[string]bool) string {
	var all []string
	for reason := range reasons {
		all = append(all, reason)
	}
	if len(all) == 0 {
		return ""
	}
	slices.Sort(all)
	return ". Of those that were looked at: " + strings.Join(all, "; ")
}

// chosen are the narrowest rules within two points of the best one, the least harmful first.
func chosen(rules []rule) []rule {
	most := 0.0
	for i := range rules {
		most = math.Max(most, rules[i].covered)
	}
	rules = slices.DeleteFunc(rules, func(r rule) bool { return r.covered < most-closeTo })
	slices.SortFunc(rules, func(a, b rule) int {
		return cmp.Or(cmp.Compare(len(b.conditions), len(a.conditions)), cmp.Compare(a.bound, b.bound), cmp.Compare(a.rarity, b.rarity), cmp.Compare(b.covered, a.covered),
			slices.CompareFunc(a.conditions, b.conditions, func(x, y condition) int {
				return cmp.Or(strings.Compare(x.field, y.field), strings.Compare(x.value, y.value))
			}))
	})
	return rules[:min(len(rules), maxRules)]
}

// message is the rule as the number-th of its finding.
func (r *rule) message(f *schemas.Finding, number int) *schemas.Recommendation {
	action := "throttle"
	out := &schemas.Recommendation{Conditions: messages(r.conditions), Coverage: r.covered, CollateralBound: r.bound, CollateralSample: int64(r.n), Worst: r.worst,
		Confidence: f.Confidence * math.Min(1, r.likely), Expires: timestamppb.New(f.Minute.AsTime().Add(ruleLife))}
	switch {
	case f.Kind == "brute_force" || f.Kind == "credential_stuffing":
		action, out.Count, out.Seconds, out.BanSeconds = "rate_based_ban", 10, 60, 600
	case r.likely > 0.95 && f.Confidence > 0.8:
		action = "deny"
	default:
		out.Count, out.Seconds = 20, 60
	}
	out.Action = action
	out.Name = ruleName(out.Conditions, number)
	out.Words = ruleWords(out)
	return out
}

// ruleName is made of the letters and digits of the values, as far as they are public, and the rule's number.
func ruleName(all []*schemas.Condition, number int) string {
	name := []byte("fg")
	for _, c := range all {
		if c.Value == "" {
			continue
		}
		name = append(name, '-')
		for _, b := range []byte(strings.ToLower(c.Value)) {
			switch {
			case b >= 'a' && b <= 'z', b >= '0' && b <= '9':
				name = append(name, b)
			case name[len(name)-1] != '-':
				name = append(name, '-')
			}
		}
		name = []byte(strings.TrimRight(string(name), "-"))
	}
	return strings.TrimRight(string(name[:min(len(name), 36)]), "-") + "-" + strconv.Itoa(number)
}

func ruleWords(r *schemas.Recommendation) string {
	words := fmt.Sprintf("it would stop about %s of the attack's requests, and no more than %s of the usual ones (with 95 %% confidence, of %s known)",
		percent(r.Coverage), percentBound(r.CollateralBound), plural(r.CollateralSample, "request"))
	if w := r.Worst; w.GetBound() > 0 && w.Value != "" {
		words += fmt.Sprintf("; hurt most would be %s %s, at most %s of whose usual requests it would stop", w.Field, w.Value, percentBound(w.Bound))
	}
	return words
}

// percentBound rounds a bound up.
func percentBound(x float64) string { return fmt.Sprintf("%.1f %%", math.Ceil(x*1000)/10) }
