package dashboard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

const (
	// shownSpan is how long cases stay on a site's page.
	shownSpan = 24 * time.Hour
	// openSpan is how far back the list of sites looks for what goes on: further than a case may pause.
	openSpan = 15 * time.Minute
	// learningSpan is how much of a site must be known to judge it.
	learningSpan = time.Hour
	// maxFindingsSpan bounds how much is read of findings at once: during an attack there is one a minute.
	maxFindingsSpan = 7 * day
)

// siteCase is a case as pkg/attack joins it, with what else is known of it.
type siteCase struct {
	attack.Case
	// start names the case: the minute in which it was suspected first, or, where it never was, its first minute.
	start    time.Time
	findings []*schemas.Finding // by minute
	open     bool
	said     *reportstore.Feedback // that it is no attack, while that stands
}

// grave tells of what may be an attack.
func (c *siteCase) grave() bool { return c.Worst.Verdict >= schemas.Verdict_VERDICT_SUSPECTED }

// kinds are what its minutes that may be an attack are called.
func (c *siteCase) kinds() (kinds []string) {
	for _, f := range c.findings {
		if f.Verdict >= schemas.Verdict_VERDICT_SUSPECTED && !slices.Contains(kinds, f.Kind) {
			kinds = append(kinds, f.Kind)
		}
	}
	return kinds
}

func (c *siteCase) path() string { return CasePath(c.Host, c.start) }

// CasePath is the path of the page of a site's case that began at a minute, or of which it is one.
func CasePath(host string, start time.Time) string {
	return sitePath(host) + "/cases/" + start.UTC().Format(timeForms[1])
}

// first is the case's first minute, as far as is known: what was read may begin in its middle.
func (c *siteCase) first() time.Time {
	if c.start.Before(c.From) {
		return c.start
	}
	return c.From
}

// has tells whether a minute is one of the case's.
func (c *siteCase) has(minute time.Time) bool {
	return !minute.Before(c.first()) && minute.Before(c.To)
}

// casesOf joins findings, which come by host and minute. end is up to when it is known that nothing else came.
func casesOf(found []*schemas.Finding, end time.Time) (cases []siteCase) {
	for len(found) > 0 {
		n := slices.IndexFunc(found, func(f *schemas.Finding) bool { return f.Host != found[0].Host })
		if n < 0 {
			n = len(found)
		}
		cases = append(cases, casesOfSite(found[:n], end)...)
		found = found[n:]
	}
	return cases
}

func casesOfSite(found []*schemas.Finding, end time.Time) (cases []siteCase) {
	for _, joined := range attack.Cases(found) {
		c := siteCase{Case: joined, start: joined.From.UTC(), findings: found[:joined.Findings], open: joined.OpenAt(end)}
		found = found[joined.Findings:]
		if i := slices.IndexFunc(c.findings, func(f *schemas.Finding) bool { return f.Started != nil }); i >= 0 {
			c.start = c.findings[i].Started.AsTime()
		}
		cases = append(cases, c)
	}
	return cases
}

// readCases returns the cases of a site, or of all sites of the set where host is "", that have a finding in [from, to), by host and time.
func (s *Server) readCases(ctx context.Context, who access.SiteSet, host string, from, to time.Time, known freshness, now time.Time) ([]siteCase, error) {
	found, err := s.config.Reader.Findings(ctx, who, host, from, to)
	if err != nil {
		return nil, fmt.Errorf("reading findings: %w", err)
	}
	found = slices.DeleteFunc(found, func(f *schemas.Finding) bool { return !who.Has(f.Host) }) // the store has asked already
	end := known.KnownTo
	if known.State == stateStopped {
		end = now // what went on may be over
	}
	cases := casesOf(found, end)
	return cases, s.readFeedback(ctx, who, host, cases, now)
}

// readFeedback notes what people said of cases, where it stands.
func (s *Server) readFeedback(ctx context.Context, who access.SiteSet, host string, cases []siteCase, now time.Time) error {
	if len(cases) == 0 {
		return nil
	}
	first := slices.MinFunc(cases, func(a, b siteCase) int { return a.first().Compare(b.first()) })
	said, err := s.config.Reader.Feedback(ctx, who, host, first.first(), now)
	if err != nil {
		return fmt.Errorf("reading what people said of cases: %w", err)
	}
	for i := range cases {
		c := &cases[i]
		for j := range said {
			if f := &said[j]; f.Host == c.Host && c.has(f.Started) {
				c.said = standing(f, now)
			}
		}
	}
	return nil
}

// standing returns what was said while it stands.
func standing(f *reportstore.Feedback, now time.Time) *reportstore.Feedback {
	if f.Undone || !now.Before(f.Expires) {
		return nil
	}
	return f
}

// errEnough ends the reading of rows.
var errEnough = errors.New("enough was read")

// judged tells whether enough is known of a site to judge its minutes: a row that is old enough.
func (s *Server) judged(ctx context.Context, who access.SiteSet, host string, now time.Time) (bool, error) {
	from := now.Add(-cmp.Or(s.config.Keep.Minutes, reportstore.DefaultRetention.Minutes))
	err := s.config.Reader.Rows(ctx, who, host, reportstore.Minute, from, now.Add(-learningSpan), func(reportstore.Row) error { return errEnough })
	if err == nil || errors.Is(err, errEnough) {
		return err != nil, nil
	}
	return false, fmt.Errorf("looking for the first row of a site: %w", err)
}

// readSiteCases reads what is shown of cases on a site's page: those of the last day, and those of the period for its charts.
func (s *Server) readSiteCases(ctx context.Context, r *request, d *siteData) (err error) {
	if d.judged, err = s.judged(ctx, r.who, d.host, r.now); err != nil {
		return err
	}
	dayAgo, from := r.now.Add(-shownSpan), d.period.From
	if least := d.period.To.Add(-maxFindingsSpan); from.Before(least) {
		from, d.marksFrom = least, least
	}
	read := func(from, to time.Time) ([]siteCase, error) {
		return s.readCases(ctx, r.who, d.host, from, to, d.fresh, r.now)
	}
	if d.period.To.Before(dayAgo) { // somebody looks at what is long over
		if d.marked, err = read(from, d.period.To); err != nil {
			return err
		}
		d.cases, err = read(dayAgo, r.now)
		return err
	}
	if from.After(dayAgo) {
		from = dayAgo
	}
	if d.marked, err = read(from, r.now); err != nil {
		return err
	}
	d.cases = slices.DeleteFunc(slices.Clone(d.marked), func(c siteCase) bool { return !c.To.After(dayAgo) })
	return nil
}

// mark is a stretch of a chart that a case covers.
type mark struct {
	from, to time.Time
	words    string // what is said of it in a row of a table
	grave    bool
}

// marks are the cases of the period.
func (d *siteData) marks() (marks []mark) {
	for i := range d.marked {
		c := &d.marked[i]
		if c.To.After(d.period.From) && c.From.Before(d.period.To) {
			marks = append(marks, mark{c.From, c.To, c.short(), c.grave() && c.said == nil})
		}
	}
	return marks
}

// markOf is the gravest mark of a slot, nil where there is none.
func markOf(marks []mark, start time.Time, step time.Duration) (found *mark) {
	for i := range marks {
		m := &marks[i]
		if m.from.Before(start.Add(step)) && m.to.After(start) && (found == nil || m.grave && !found.grave) {
			found = m
		}
	}
	return found
}
