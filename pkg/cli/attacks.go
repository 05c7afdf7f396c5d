package cli

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/config"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
	"github.com/floodgauge/floodgauge/schemas"
)

// attacksCmd is the command line of "attacks".
type attacksCmd struct {
	Host   string `group:"show" placeholder:"NAME" help:"Only this site. Default: all."`
	From   string `group:"show" placeholder:"TIME" help:"Show no earlier minutes: a date, 'YYYY-MM-DD HH:MM' in UTC, or RFC 3339. Default: 24 hours ago."`
	To     string `group:"show" placeholder:"TIME" help:"Show no minutes from this time on. A date stands for the end of that day. Default: now."`
	Format string `group:"output" default:"table" placeholder:"FORMAT" values:"table,json" help:"table, one row a case, or json: an object for each minute with a finding, as schemas/attack.proto has it. Default: ${default}."`
	dataFlag
}

// Help is shown above the flags.
func (c *attacksCmd) Help() string {
	return "Says which minutes of sites are not what is usual there, why, and which rule would stop it. The verdicts are those that \"up\" made when the " +
		"minutes closed. A site that no \"up\" has judged, as its reports come from \"replay\" or an older version, is judged now from its reports: " +
		"against the day before, a single site against the eight days before, without a look at single clients and without rules. The output says which it was. " +
		"A site with less than an hour of history is not judged.\n\n" + examples(
		"attacks", "what stood out in the last 24 hours",
		"attacks --host www.example.org --from 2026-05-04 --to 2026-05-04", "one site, one day",
		"attacks --format json", "for a program",
	)
}

const (
	// attacksSpan is what is shown where no time is given.
	attacksSpan = 24 * time.Hour
	// leadOfAll and leadOfOne are how long before the first minute shown sites that were never judged are followed.
	leadOfAll = 24 * time.Hour
	leadOfOne = 8 * 24 * time.Hour
	// leastHistory is how long a site is watched before it is judged.
	leastHistory = time.Hour
)

// Run says what stands out.
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
	if c.Host, err = siteFlag(c.Host); err != nil {
		return err
	}
	store, err := sqlite.OpenReadOnly(c.dataDir())
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	s := standouts{from: from, to: to}
	if err := s.read(env.ctx, store, c.Host); err != nil {
		return err
	}
	if c.Format == "json" {
		return s.writeJSON(env)
	}
	return s.writeCases(env)
}

// standouts are the findings of a time, and how they came to be.
type standouts struct {
	from, to       time.Time
	found          []*schemas.Finding // by host and minute
	sites, unknown int                // those that have minutes, and those of too little history
	anew           int                // sites that were never judged, and are now
	behind         int                // sites with minutes of the time that are not judged
	behindSince    time.Time          // the earliest of the last minutes that are
	rates          []*attack.RateChange
}

// read reads what is kept, and judges the sites that never were.
func (s *standouts) read(ctx context.Context, store *sqlite.Reader, host string) (err error) {
	if s.rates, err = findings.RateChanges(ctx, store, s.from, s.to); err != nil {
		return err
	}
	if s.found, err = store.Findings(ctx, access.Everything(), host, s.from, s.to); err != nil {
		return err
	}
	lead := leadOfAll
	if host != "" {
		lead = leadOfOne
	}
	begin := s.from.Add(-lead).Truncate(time.Minute)
	sites, err := store.Judged(ctx, begin, s.to)
	if err != nil {
		return err
	}
	var never []string
	for _, site := range sites {
		if host != "" && site.Host != host {
			continue
		}
		s.sites++
		if site.Through.IsZero() {
			never = append(never, site.Host)
		} else {
			s.count(site)
		}
	}
	return s.judge(ctx, store, never, begin)
}

// count notes what is not judged of a site that is followed.
func (s *standouts) count(site sqlite.Judged) {
	if site.Last.Sub(site.First) < leastHistory {
		s.unknown++
	}
	if site.Last.After(site.Through) && !site.Last.Before(s.from) {
		s.behind++
		if s.behindSince.IsZero() || site.Through.Before(s.behindSince) {
			s.behindSince = site.Through
		}
	}
}

// judge judges sites that never were from their rows. Findings that are kept of them nevertheless count.
func (s *standouts) judge(ctx context.Context, store *sqlite.Reader, hosts []string, begin time.Time) error {
	s.anew = len(hosts)
	if len(hosts) == 0 {
		return nil
	}
	minutes, err := findings.ReadMinutes(ctx, store, begin, s.to)
	if err != nil {
		return err
	}
	kept := map[string]bool{}
	for _, f := range s.found {
		kept[place(f)] = true
	}
	for _, host := range hosts {
		site := findings.NewSite(host, begin)
		found, err := site.Advance(ctx, store, access.Everything(), minutes, s.to)
		if err != nil {
			return err
		}
		if !site.Known() {
			s.unknown++
		}
		for _, f := range found {
			if at := f.Minute.AsTime(); !at.Before(s.from) && at.Before(s.to) && !kept[place(f)] {
				s.found = append(s.found, f)
			}
		}
	}
	slices.SortStableFunc(s.found, func(a, b *schemas.Finding) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), a.Minute.AsTime().Compare(b.Minute.AsTime()))
	})
	return nil
}

// place is the host and minute of a finding.
func place(f *schemas.Finding) string { return f.Minute.AsTime().Format(time.RFC3339) + " " + f.Host }

// siteFlag is the site that --host names; "" stands for all.
func siteFlag(host string) (string, error) {
	if host == "" {
		return "", nil
	}
	host, err := config.ParseHost(host)
	if err != nil {
		return "", usagef("--host: %s", err)
	}
	return host, nil
}
