package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/config"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/schemas"
)

// attacksCmd is the command line of "attacks".
type attacksCmd struct {
	Host   string `group:"show" placeholder:"NAME" help:"Only this site. Default: all."`
	From   string `group:"show" placeholder:"TIME" help:"Show no earlier minutes: a date, 'YYYY-MM-DD HH:MM' in UTC, or RFC 3339. Default: 24 hours ago."`
	To     string `group:"show" placeholder:"TIME" help:"Show no minutes from this time on. A date stands for the end of that day. Default: now."`
	Format string `group:"output" default:"table" placeholder:"FORMAT" values:"table,json" help:"table, one row a case, or json: an object for each minute with a finding. Default: ${default}."`
	dataFlag
}

// Help is shown above the flags.
func (c *attacksCmd) Help() string {
	return "Judges the minutes that are kept against what is usual for their site, and says what is off and why. What is usual comes from the day before, of " +
		"a single site from the eight days before. A site with less than an hour of history is not judged.\n\n" +
		"It is early: the points are not fitted yet, single clients are not looked at, and nothing is proposed to do about it.\n\n" + examples(
		"attacks", "what stood out in the last 24 hours",
		"attacks --host www.example.org --from 2026-05-04 --to 2026-05-04", "one site, one day",
		"attacks --format json", "for a program",
	)
}

const (
	// attacksSpan is what is shown where no time is given.
	attacksSpan = 24 * time.Hour
	// leadOfAll and leadOfOne are how long before the first minute shown the sites are followed.
	leadOfAll = 24 * time.Hour
	leadOfOne = 8 * 24 * time.Hour
)

// Run judges.
func (c *attacksCmd) Run(env *environment) error {
	from, to, err := timeRange(c.From, c.To)
	if err != nil {
		return err
	}
	if to.IsZero() {
		to = time.Now()
	}
	if from.IsZero() {
		from = to.Add(-attacksSpan)
	}
	if c.Host != "" {
		if c.Host, err = config.ParseHost(c.Host); err != nil {
			return usagef("--host: %s", err)
		}
	}
	store, err := sqlite.OpenReadOnly(c.dataDir())
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	j := judging{findings: map[string][]*schemas.Finding{}, from: from, to: to}
	if err := j.run(env.ctx, store, c.Host); err != nil {
		return err
	}
	if c.Format == "json" {
		return j.writeJSON(env)
	}
	return j.writeCases(env)
}

// judging follows the sites of a store through their minutes.
type judging struct {
	findings       map[string][]*schemas.Finding // by site, those of the time that is shown
	from, to       time.Time
	sites, unknown int
}

func (j *judging) run(ctx context.Context, store *sqlite.Reader, host string) error {
	lead, hosts := leadOfAll, []string{host}
	if host != "" {
		lead = leadOfOne
	}
	begin := j.from.Add(-lead).Truncate(time.Minute)
	minutes, err := findings.ReadMinutes(ctx, store, begin, j.to)
	if err == nil && host == "" {
		hosts, err = store.HostsWithin(ctx, begin, j.to)
	}
	if err != nil {
		return err
	}
	for _, host := range hosts {
		site := findings.NewSite(host, begin)
		found, err := site.Advance(ctx, store, access.Everything(), minutes, j.to)
		if err != nil {
			return err
		}
		j.sites++
		if !site.Known() {
			j.unknown++
		}
		j.keep(host, found)
	}
	return nil
}

func (j *judging) keep(host string, findings []*schemas.Finding) {
	for _, f := range findings {
		if at := f.Minute.AsTime(); !at.Before(j.from) && at.Before(j.to) {
			j.findings[host] = append(j.findings[host], f)
		}
	}
}

func (j *judging) writeJSON(env *environment) error {
	for _, host := range slices.Sorted(maps.Keys(j.findings)) {
		for _, f := range j.findings[host] {
			text, err := findings.JSON(f)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(env.stdout, "%s\n", text); err != nil {
				return err
			}
		}
	}
	return nil
}

func (j *judging) writeCases(env *environment) error {
	var cases []attack.Case
	for _, host := range slices.Sorted(maps.Keys(j.findings)) {
		cases = append(cases, attack.Cases(j.findings[host])...)
	}
	slices.SortStableFunc(cases, func(a, b attack.Case) int { return b.From.Compare(a.From) })
	if len(cases) == 0 {
		if _, err := fmt.Fprintf(env.stdout, "Nothing stands out from %s to %s (UTC).\n", utcMinute(j.from), utcMinute(j.to)); err != nil {
			return err
		}
	}
	for i := range cases {
		if _, err := fmt.Fprint(env.stdout, caseText(&cases[i])); err != nil {
			return err
		}
	}
	return j.writeUnknown(env)
}

// writeUnknown says of how many sites nothing can be said.
func (j *judging) writeUnknown(env *environment) error {
	var err error
	switch {
	case j.sites == 0:
		_, err = fmt.Fprintln(env.stdout, "There is no minute of that time.")
	case j.unknown > 0:
		_, err = fmt.Fprintf(env.stdout, "Of %s, %d have less than an hour of history: nothing can be said about them yet.\n", reportwriter.Plural(int64(j.sites), "site"), j.unknown)
	}
	return err
}

// caseText is a case as a paragraph.
func caseText(c *attack.Case) string {
	var b strings.Builder
	f := c.Worst
	fmt.Fprintf(&b, "%s: %s, %s\n  %s to %s UTC, %s with findings; %s requests where %s are usual\n", printable(c.Host), verdictWords[f.Verdict],
		strings.ReplaceAll(f.Kind, "_", " "), utcMinute(c.From), utcMinute(c.To), reportwriter.Plural(int64(c.Findings), "minute"),
		reportwriter.Count(c.Requests), reportwriter.Count(int64(c.Normal)))
	for _, e := range f.Evidence {
		fmt.Fprintf(&b, "  %+3d  %s\n", e.Points, printable(e.Words))
	}
	b.WriteByte('\n')
	return b.String()
}

var verdictWords = map[schemas.Verdict]string{
	schemas.Verdict_VERDICT_NORMAL: "normal", schemas.Verdict_VERDICT_WATCH: "worth a look",
	schemas.Verdict_VERDICT_SUSPECTED: "suspected attack", schemas.Verdict_VERDICT_ATTACK: "attack",
}
