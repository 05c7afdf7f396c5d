// Package siterule is the model of one recommended rule for one site, and writes it down for those who can hold it: Cloud Armor, nginx and Cloudflare.
// A rule meets the requests that were counted for its conditions and no others, as what it costs was measured on those; where a target cannot say
// that, the package says so and writes nothing. It does not decide which rule is worth having, reads no log and talks to nobody.
package siterule

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/agent"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// Field is what a condition looks at.
type Field string

// The fields and their values.
const (
	Path     Field = "path"     // a template of pkg/privacy, as in "/articles/{n}"; "{}" stands for any one segment
	Query    Field = "query"    // QueryPresent or QueryNone, of the raw query string
	Method   Field = "method"   // GET, POST and the others of pkg/vocabulary
	Agent    Field = "agent"    // a family of pkg/agent; "" for no User-Agent header. What Internet Explorer meets beyond itself: agent.Classifier.Literals
	Country  Field = "country"  // ISO 3166 alpha-2
	Network  Field = "network"  // "AS64500"
	Referrer Field = "referrer" // a registrable host, or NoReferrer
	Client   Field = "client"   // up to MaxClients ranges of addresses with spaces between: "198.51.100.7/32 2001:db8::/64"
)

// NoReferrer is the value of Referrer for no Referer header.
const NoReferrer = "(none)"

// The values of Query. A lone "?" is no query.
const (
	QueryPresent = "present"
	QueryNone    = "none"
)

// Condition is one thing that must hold of a request.
type Condition struct {
	Field Field
	Value string
}

// Action is what is done with the requests that a rule meets.
type Action string

// The actions. A Throttle refuses what is over the limit; a Ban refuses everything from an address for a time once it was over the limit.
const (
	Deny     Action = "deny"
	Throttle Action = "throttle"
	Ban      Action = "rate_based_ban"
)

// Rule is one rule for one site.
type Rule struct {
	Name                       string      // lower-case letters, digits and hyphens, at most 40, beginning with a letter
	Host                       string      // the site, in lower case
	Conditions                 []Condition // all must hold; 1 to 3, one for each field
	Action                     Action
	Count, Seconds, BanSeconds int // for Throttle and Ban: requests per interval and client address
	Expires                    time.Time
}

// CannotError says that a rule, as it is, cannot be said in the language of a target.
type CannotError struct{ Target, Why string }

func (e *CannotError) Error() string {
	return "Cannot say this in " + e.Target + ", because " + e.Why
}

const maxConditions = 3

var (
	ruleNames = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	hosts     = regexp.MustCompile(`^[a-z0-9_-]+(\.[a-z0-9_-]+)*$`)
	countries = regexp.MustCompile(`^[A-Z]{2}$`)
)

// Check tells what is wrong with the rule itself, whatever it is written for.
func (r *Rule) Check() error {
	switch {
	case !ruleNames.MatchString(r.Name):
		return fmt.Errorf("rule %q: a name has at most 40 lower-case letters, digits and hyphens, and begins with a letter", r.Name)
	case len(r.Host) > 253 || !hosts.MatchString(r.Host):
		return fmt.Errorf("rule %s: %q is no host: it must be in lower case, without a port", r.Name, r.Host)
	case len(r.Conditions) == 0 || len(r.Conditions) > maxConditions:
		return fmt.Errorf("rule %s: has %d conditions: it must have 1 to %d", r.Name, len(r.Conditions), maxConditions)
	}
	seen := map[Field]bool{}
	for _, c := range r.Conditions {
		if seen[c.Field] {
			return fmt.Errorf("rule %s: has two conditions for the %s", r.Name, c.Field)
		}
		seen[c.Field] = true
		if err := c.check(); err != nil {
			return fmt.Errorf("rule %s: %w", r.Name, err)
		}
	}
	return r.checkAction()
}

func (r *Rule) checkAction() error {
	switch {
	case r.Action != Deny && r.Action != Throttle && r.Action != Ban:
		return fmt.Errorf("rule %s: has action %q: it must be %s, %s or %s", r.Name, r.Action, Deny, Throttle, Ban)
	case r.Action == Deny && (r.Count != 0 || r.Seconds != 0), r.Action != Ban && r.BanSeconds != 0:
		return fmt.Errorf("rule %s: has a limit that its action %s does not take", r.Name, r.Action)
	case r.Action != Deny && (r.Count < 1 || r.Seconds < 1), r.Action == Ban && r.BanSeconds < 1:
		return fmt.Errorf("rule %s: has action %s and lacks its limit: a count, seconds and, for a ban, its seconds", r.Name, r.Action)
	}
	return nil
}

func (c Condition) check() error {
	ok := false
	switch c.Field {
	case Path:
		_, err := parseTemplate(c.Value)
		return err
	case Client:
		_, err := ClientsOf(c.Value)
		return err
	case Query:
		ok = c.Value == QueryPresent || c.Value == QueryNone
	case Method:
		m := vocabulary.ParseMethod([]byte(c.Value))
		ok = m != vocabulary.MethodNone && m != vocabulary.MethodOther
	case Agent:
		_, ok = slices.BinarySearch(agent.New().Families(), c.Value)
		ok = ok || c.Value == ""
	case Country:
		ok = countries.MatchString(c.Value)
	case Network:
		number, isNetwork := strings.CutPrefix(c.Value, "AS")
		n, err := strconv.ParseUint(number, 10, 32)
		ok = isNetwork && err == nil && strconv.FormatUint(n, 10) == number
	case Referrer:
		ok = c.Value == NoReferrer || len(c.Value) <= 253 && hosts.MatchString(c.Value) && strings.Contains(c.Value, ".")
	default:
		return fmt.Errorf("has a condition for %q, which is none of the fields", string(c.Field))
	}
	if !ok {
		return fmt.Errorf("%q is no value of the field %s", c.Value, c.Field)
	}
	return nil
}

// asks tells whether the rule has a condition for a field.
func (r *Rule) asks(f Field) bool {
	return slices.ContainsFunc(r.Conditions, func(c Condition) bool { return c.Field == f })
}

// until is the expiry in words, "" for none.
func (r *Rule) until() string {
	if r.Expires.IsZero() {
		return ""
	}
	return " until " + r.Expires.UTC().Format("2006-01-02T15:04Z")
}

// cannot makes a CannotError of a reason.
func cannot(target string, why error) error {
	var already *CannotError
	if errors.As(why, &already) {
		return why
	}
	return &CannotError{Target: target, Why: why.Error()}
}
