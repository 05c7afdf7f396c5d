package loggen

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The kinds of attacks.
const (
	AttackFlood        = "flood"         // one page, with one old agent
	AttackCacheBusting = "cache_busting" // one page with a new query each time, with the agents of browsers
	AttackLogin        = "login"         // tries of passwords, all refused
	AttackScan         = "scan"          // paths of known holes, which are not there
)

var attackKinds = []string{AttackFlood, AttackCacheBusting, AttackLogin, AttackScan}

// Attack is an attack on one site. Its lines come on top of the rate, and count as lines.
type Attack struct {
	Kind string // one of the kinds. Required.
	// Host is the name of a site of the log. Default: the most popular.
	Host string
	// Clients are its addresses. Default 100.
	Clients int
	// PerMinute is how many requests each of them makes in a minute. Default 60.
	PerMinute float64
	// After is when it begins, from the log's start on. For is how long it lasts. Default 10 minutes.
	After, For time.Duration
}

const (
	mostAttackers     = 100_000
	mostPerMinute     = 60_000
	defaultAttackers  = 100
	defaultPerMinute  = 60
	defaultAttackTime = 10 * time.Minute
)

// ParseAttack reads an attack as command lines give it: its kind, and then what differs from the defaults, as in
// "flood,clients=300,rate=60,after=90m,for=10m,host=www.example.org".
func ParseAttack(text string) (Attack, error) {
	kind, rest, _ := strings.Cut(text, ",")
	a := Attack{Kind: kind}
	if !slices.Contains(attackKinds, kind) {
		return a, fmt.Errorf("%q is no kind of attack: it is one of %s", kind, strings.Join(attackKinds, ", "))
	}
	for part := range strings.SplitSeq(rest, ",") {
		key, value, _ := strings.Cut(part, "=")
		var err error
		switch key {
		case "":
		case "host":
			a.Host = value
		case "clients":
			a.Clients, err = strconv.Atoi(value)
		case "rate":
			a.PerMinute, err = strconv.ParseFloat(value, 64)
		case "after":
			a.After, err = time.ParseDuration(value)
		case "for":
			a.For, err = time.ParseDuration(value)
		default:
			return a, fmt.Errorf("an attack has no %q: it has clients, rate (requests a minute of each), after, for and host", key)
		}
		if err != nil {
			return a, fmt.Errorf("%s cannot be %q: write a number, or a time such as 10m", key, value)
		}
	}
	return a, nil
}

// validate sets the defaults and reports all mistakes.
func (a *Attack) validate(hosts []string) error {
	if a.Clients == 0 {
		a.Clients = defaultAttackers
	}
	if a.PerMinute == 0 {
		a.PerMinute = defaultPerMinute
	}
	if a.For == 0 {
		a.For = defaultAttackTime
	}
	if a.Host == "" && len(hosts) > 0 {
		a.Host = hosts[0]
	}
	var errs []error
	mistake := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf("attack: "+format, args...))
		}
	}
	mistake(!slices.Contains(attackKinds, a.Kind), "%q is no kind; take one of %s", a.Kind, strings.Join(attackKinds, ", "))
	mistake(!slices.Contains(hosts, a.Host), "%q is no site of the log", a.Host)
	mistake(a.Clients < 1 || a.Clients > mostAttackers, "%d clients; take 1 to %d", a.Clients, mostAttackers)
	mistake(!(a.PerMinute > 0 && a.PerMinute <= mostPerMinute), "%g requests a minute; take more than 0 and at most %d", a.PerMinute, mostPerMinute)
	mistake(a.After < 0 || a.For < 0 || a.After > longest || a.For > longest, "it begins after %v and lasts %v; take neither less than 0 nor more than a hundred years", a.After, a.For)
	return errors.Join(errs...)
}
