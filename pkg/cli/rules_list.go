package cli

import (
	"encoding/json"
	"fmt"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
)

// rulesListCmd is the command line of "rules list".
type rulesListCmd struct {
	Host   string `group:"show" placeholder:"NAME" help:"Only this site. Default: all."`
	Format string `group:"output" default:"table" placeholder:"FORMAT" values:"table,json" help:"table, or json: an object for each rule and each case without one. Default: ${default}."`
	dataFlag
}

// Help is shown above the flags.
func (c *rulesListCmd) Help() string {
	return "Lists the rules that are recommended against the cases of the last two hours and have not expired, site by site: what each would do to which requests, " +
		"which share of the attack it would stop (coverage), and no more than which share of the usual requests it would stop (bound, with 95 % confidence, of n " +
		"requests). A value that few clients share is not shown; \"rules export\" has it.\n\n" + examples(
		"rules list", "all sites",
		"rules list --host www.example.org --format json", "one site, for a program",
	)
}

// Run lists the rules.
func (c *rulesListCmd) Run(env *environment) (err error) {
	if c.Host, err = siteFlag(c.Host); err != nil {
		return err
	}
	store, err := sqlite.OpenReadOnly(c.dataDir())
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	a, err := readAdvice(env.ctx, store, c.Host, time.Now())
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return a.writeJSON(env)
	}
	return a.writeTable(env)
}

func (a *advised) writeTable(env *environment) error {
	if len(a.rules) == 0 {
		if _, err := fmt.Fprintln(env.stdout, "No rule is recommended at present."); err != nil {
			return err
		}
	} else if err := writeTextTable(env.stdout, a.table()); err != nil {
		return err
	}
	for i := range a.without {
		w := &a.without[i]
		if _, err := fmt.Fprintf(env.stdout, "%s, since %s UTC: %s: %s\n", printable(w.Host), utcMinute(w.From), printable(w.Rules.Status), printable(w.Rules.Words)); err != nil {
			return err
		}
	}
	return nil
}

func (a *advised) table() [][]string {
	rows := [][]string{{"SITE", "RULE", "ACTION", "REQUESTS WITH", "COVERAGE", "BOUND", "EXPIRES (UTC)", "VALUES"}}
	for _, r := range a.rules {
		values := "public"
		if findings.Restricted(r.rule) {
			values = "restricted"
		}
		rows = append(rows, []string{r.host, r.rule.Name, actionColumn(r.rule), conditionWords(r.rule), share(r.rule.Coverage), boundWords(r.rule),
			utcMinute(r.rule.Expires.AsTime()), values})
	}
	return rows
}

// adviceJSON is a rule, or a case without one, for programs.
type adviceJSON struct {
	Host       string          `json:"host"`
	Status     string          `json:"status"`
	Words      string          `json:"words,omitempty"`
	Started    *time.Time      `json:"started,omitempty"` // of a case without rules
	Restricted bool            `json:"restricted"`
	Rule       json.RawMessage `json:"rule,omitempty"` // schemas.Recommendation
}

func (a *advised) writeJSON(env *environment) error {
	encoder := json.NewEncoder(env.stdout) // which writes what protojson has written without its spaces
	encoder.SetEscapeHTML(false)
	for _, r := range a.rules {
		rule, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(r.rule)
		if err != nil {
			return err
		}
		if err := encoder.Encode(adviceJSON{Host: r.host, Status: r.status, Restricted: findings.Restricted(r.rule), Rule: rule}); err != nil {
			return err
		}
	}
	for i := range a.without {
		w := &a.without[i]
		started := w.From.UTC()
		if err := encoder.Encode(adviceJSON{Host: w.Host, Status: w.Rules.Status, Words: w.Rules.Words, Started: &started}); err != nil {
			return err
		}
	}
	return nil
}
