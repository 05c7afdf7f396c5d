package up

import (
	"context"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/dashboard"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/notify"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// alertLead is how far back findings are read at a start: cases that are open were told of before.
const alertLead = 24 * time.Hour

// oldNews is how old a change of a case is that nobody is told of: a run that catches up reads of attacks that are long over.
const oldNews = 30 * time.Minute

// watchCases begins to follow cases, and to tell of them.
func (s *station) watchCases(ctx context.Context) (err error) {
	if s.notifier, err = notify.New(s.o.Config.Alerts, s.o.Say); err != nil {
		return err
	}
	now := time.Now()
	before, err := s.store.Findings(ctx, access.Everything(), "", now.Add(-alertLead), now)
	if err != nil {
		return err
	}
	status, err := s.store.Status(ctx)
	if err != nil {
		return err
	}
	s.changes, s.titles = findings.NewChanges(before, status.LastEvent), map[string]string{}
	return nil
}

// tellCases tells of what a commit changes about cases.
func (s *station) tellCases(c *reportstore.Commit) {
	judged := s.judged
	for i := range c.Rows {
		if r := c.Rows[i]; r.Kind == reportstore.Closed && r.Report.GetLevel() == reportstore.Minute {
			if end := r.Report.GetMinute().AsTime().Add(time.Minute); end.After(judged) {
				judged = end
			}
		}
	}
	s.judged = judged
	if judged.IsZero() {
		return
	}
	defer func() { s.openCases.Store(int64(s.changes.Open())) }()
	for _, change := range s.changes.Take(c.Findings, judged) {
		if time.Since(change.At) > oldNews {
			continue
		}
		e := eventOf(&change, s.o.Config.Page)
		s.notifier.Send(e)
		if e.Kind == findings.Changed && e.Title == s.titles[e.Site] {
			continue
		}
		s.titles[e.Site] = e.Title
		s.o.Say("%s: %s (floodgauge attacks --host %s)", e.Site, strings.ToLower(e.Title[:1])+e.Title[1:], e.Site)
	}
}

// eventOf is what is told of a change. page is the page's public address; without it there is no link.
func eventOf(change *findings.Change, page string) notify.Event {
	c := &change.Case
	e := notify.Event{Kind: change.Kind, Site: c.Host, Case: c.Host + " " + c.From.UTC().Format(time.RFC3339), Verdict: "suspected", Title: c.Title(true),
		Started: c.From, At: change.At, Requests: c.Requests, Normal: c.Normal}
	if page != "" {
		e.Link = page + dashboard.CasePath(c.Host, c.From)
	}
	if c.Worst.Verdict == schemas.Verdict_VERDICT_ATTACK {
		e.Verdict = "attack"
	}
	if change.Kind == findings.Closed {
		e.Title = c.OverTitle()
	}
	for _, reason := range c.Worst.Evidence {
		if reason.Points > 0 {
			e.Reasons = append(e.Reasons, strings.ToUpper(reason.Words[:1])+reason.Words[1:]+".")
		}
	}
	return e
}
