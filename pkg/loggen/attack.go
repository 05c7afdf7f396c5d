package loggen

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Attack is an attack on one site, or another event there. Its lines come on top of the rate, and count as lines. What it draws
// depends on its place in the list, not on what the others are, and leaves all other traffic as it is.
type Attack struct {
	Kind string // the name of one of the AttackKinds. Required.
	// Host is the name of a site of the log. Default: the most popular.
	Host string
	// Clients are its addresses, the people behind one address, or the visitors who arrive in a minute. The default is the kind's.
	Clients int
	// PerMinute is how many requests each of them makes in a minute, or the percentage of answers that change. The default is the kind's.
	PerMinute float64
	// After is when it begins, from the log's start on. For is how long it lasts; visits that are under way then go on, attacks end.
	// Default 10 minutes.
	After, For time.Duration
}

const (
	mostAttackers     = 100_000
	mostPerMinute     = 60_000
	defaultAttackTime = 10 * time.Minute
)

// ParseAttack reads an attack as command lines give it: its kind, and then what differs from the defaults, as in
// "flood,clients=300,rate=60,after=90m,for=10m,host=www.example.org".
func ParseAttack(text string) (Attack, error) {
	kind, rest, _ := strings.Cut(text, ",")
	a := Attack{Kind: kind}
	if _, ok := kindOf(kind); !ok {
		return a, fmt.Errorf("%q is no kind of attack: it is one of %s", kind, strings.Join(attackNames(), ", "))
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
			return a, fmt.Errorf("an attack has no %q: it has clients, rate (requests a minute of each, or percent), after, for and host", key)
		}
		if err != nil {
			return a, fmt.Errorf("%s cannot be %q: write a number, or a time such as 10m", key, value)
		}
	}
	return a, nil
}

// validate sets the defaults and reports all mistakes.
func (a *Attack) validate(hosts []string) error {
	kind, known := kindOf(a.Kind)
	var errs []error
	mistake := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf("attack: "+format, args...))
		}
	}
	mistake(!known, "%q is no kind; take one of %s", a.Kind, strings.Join(attackNames(), ", "))
	mistake(known && kind.Clients == 0 && a.Clients != 0, "%s has no clients", a.Kind)
	mistake(known && kind.PerMinute == 0 && a.PerMinute != 0, "%s has no rate, as its clients are visitors a minute", a.Kind)
	a.setDefaults(&kind, hosts)
	most := float64(mostPerMinute)
	if kind.begin == nil && known {
		most = 100
	}
	mistake(!slices.Contains(hosts, a.Host), "%q is no site of the log", a.Host)
	mistake(a.Clients < 0 || a.Clients > mostAttackers, "%d clients; take 1 to %d", a.Clients, mostAttackers)
	mistake(!(a.PerMinute >= 0 && a.PerMinute <= most), "rate %g; take more than 0 and at most %g", a.PerMinute, most)
	mistake(a.After < 0 || a.For < 0 || a.After > longest || a.For > longest, "it begins after %v and lasts %v; take neither less than 0 nor more than a hundred years", a.After, a.For)
	return errors.Join(errs...)
}

func (a *Attack) setDefaults(kind *AttackKind, hosts []string) {
	if a.Clients == 0 {
		a.Clients = kind.Clients
	}
	if a.PerMinute == 0 {
		a.PerMinute = kind.PerMinute
	}
	if a.For == 0 {
		a.For = defaultAttackTime
	}
	if a.Host == "" && len(hosts) > 0 {
		a.Host = hosts[0]
	}
}

// window gives its time in Unix nanoseconds; the end is not part of it.
func (a *Attack) window(w *world) (start, end int64) {
	start = w.start + int64(a.After)
	return start, start + int64(a.For)
}
