package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/addresses"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/siterule"
)

// logFlags name the raw logs that have the addresses of rules, and say how they are read.
type logFlags struct {
	Log          []string `group:"read" placeholder:"FILE" help:"Raw logs with the lines of the attack, for rules that name client addresses: files, directories, patterns in quotes, or - for standard input; can be repeated."`
	LogFormat    string   `group:"read" placeholder:"FORMAT" help:"Format of the lines, as \"report\" takes it. Default: found out per file."`
	TimeZone     string   `group:"read" placeholder:"ZONE" help:"Time zone of lines that have none, such as Europe/Berlin. Default: UTC."`
	TrustedProxy []string `group:"read" placeholder:"RANGE" help:"Address or range of a proxy in front that says who the client was, or a network's name such as cloudflare; can be repeated. Default: none."`
	Config       string   `group:"read" placeholder:"FILE" help:"Configuration file of \"up\", which says how its logs are read. Flags win over what it says."`
}

// given tells whether any of the flags is there.
func (f *logFlags) given() bool {
	return len(f.Log)+len(f.TrustedProxy) > 0 || f.LogFormat+f.TimeZone+f.Config != ""
}

// nameClients puts addresses in the place of the clients of rules. unnamed says, by rule, why that cannot be; such a rule must not be written.
func (c *rulesExportCmd) nameClients(env *environment, rules []*siterule.Rule, now time.Time) (unnamed map[*siterule.Rule]error, notes []error, err error) {
	unnamed = map[*siterule.Rule]error{}
	wanted, keys := map[*siterule.Rule][]addresses.Client{}, map[int64]*privacy.DayKey{}
	job := &addresses.Job{Keys: keys}
	for _, r := range rules {
		clients, err := c.clientsOf(r, keys, now)
		switch {
		case err != nil:
			unnamed[r] = err
		case len(clients) > 0:
			wanted[r] = clients
			job.Clients = append(job.Clients, clients...)
		}
	}
	if len(wanted) == 0 {
		return unnamed, nil, nil
	}
	found, notes, err := c.findAddresses(env, job)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range rules {
		if clients := wanted[r]; len(clients) > 0 {
			note, err := putAddresses(r, clients, found)
			if err != nil {
				unnamed[r] = err
			}
			if note != nil {
				notes = append(notes, note)
			}
		}
	}
	return unnamed, notes, nil
}

// clientsOf are the clients that a rule names, none where it names none; the keys of their days are added.
func (c *rulesExportCmd) clientsOf(r *siterule.Rule, keys map[int64]*privacy.DayKey, now time.Time) ([]addresses.Client, error) {
	kept := clientCondition(r)
	if kept == nil {
		return nil, nil
	}
	clients, err := addresses.Clients(kept.Value)
	if err != nil {
		return nil, err
	}
	day := time.Unix(clients[0].Day*24*60*60, 0).UTC().Format(time.DateOnly)
	if len(c.Log) == 0 {
		return nil, fmt.Errorf(`it names %s, which are in no store, only in the raw logs: give those of %s by --log, as in "%s rules export --host %s --rule %s --to %s --log access.log"`,
			count(len(clients), "client"), day, name, c.Host, r.Name, c.To)
	}
	if keys[clients[0].Day] == nil {
		key, err := privacy.DayOf(filepath.Join(c.dataDir(), "day-keys.json"), clients[0].Day, now)
		if errors.Is(err, privacy.ErrKeyGone) {
			return nil, fmt.Errorf("the key of %s is gone, without which no log tells who its clients are: it has expired", day)
		}
		if err != nil {
			return nil, err
		}
		keys[clients[0].Day] = key
	}
	return clients, nil
}

func clientCondition(r *siterule.Rule) *siterule.Condition {
	at := slices.IndexFunc(r.Conditions, func(c siterule.Condition) bool { return c.Field == siterule.Client })
	if at < 0 {
		return nil
	}
	return &r.Conditions[at]
}

// findAddresses reads the logs.
func (c *rulesExportCmd) findAddresses(env *environment, job *addresses.Job) (map[addresses.Client]addresses.Address, []error, error) {
	report := reportCmd{Inputs: c.Log, LogFormat: c.LogFormat, TimeZone: c.TimeZone, TrustedProxy: c.TrustedProxy, Config: c.Config, Format: "table"}
	o, err := report.options(env)
	if err != nil {
		return nil, nil, err
	}
	in, err := openInputs(env, &o)
	if err != nil {
		return nil, nil, err
	}
	job.Sources, job.Ranges = in.sources, logsource.Split(in.files, 1)[0]
	if in.stdin != nil {
		job.Stdin = in.stdin
	}
	return addresses.Find(env.ctx, job)
}

// putAddresses writes the addresses of clients into a rule. note is what is to be known of them.
func putAddresses(r *siterule.Rule, clients []addresses.Client, found map[addresses.Client]addresses.Address) (note, err error) {
	var ranges []string
	proxied := false
	for _, c := range clients {
		a, known := found[c]
		switch {
		case !known:
			continue
		case a.Ambiguous:
			return nil, errors.New("two addresses of the logs may be one of its clients: give by --log only those of the attack's hour")
		case a.Network:
			return nil, errors.New("one of its clients is a content delivery network, behind which are many visitors: let the log say who they are, see --trusted-proxy")
		}
		ranges, proxied = append(ranges, a.Range.String()), proxied || a.Proxied
	}
	if len(ranges) == 0 {
		return nil, fmt.Errorf("none of its %s is in these logs: either they lack the attack's lines, or the key of that day was made anew and the rule has expired",
			count(len(clients), "client"))
	}
	slices.Sort(ranges)
	clientCondition(r).Value = strings.Join(ranges, " ")
	var words []string
	if n := len(clients) - len(ranges); n > 0 {
		words = append(words, fmt.Sprintf("%d of its %s %s in none of these logs and left out", n, count(len(clients), "client"), isAre(n)))
	}
	if proxied {
		words = append(words, "its clients come by a proxy in front: whoever holds the rule must see their addresses, not the proxy's")
	}
	if len(words) > 0 {
		note = fmt.Errorf("rule %s: %s", r.Name, strings.Join(words, "; "))
	}
	return note, nil
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
