// Package findings judges minutes where they come from: those of a live run as they close (Judge), those of another run (GoOn), and those of a store that no
// run has judged (Site). It tells what changes about cases, and makes rules of recommendations. How a minute is judged is pkg/attack's.
package findings

import (
	"context"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// Site judges the minutes of one site, in order and each once.
type Site struct {
	host    string
	site    *attack.Site
	next    time.Time // the first minute that is not judged
	minutes Minutes
}

// NewSite judges a site from a time on, without history.
func NewSite(host string, from time.Time) *Site {
	s := &Site{host: host, next: from.Truncate(time.Minute).UTC()}
	s.site = s.minutes.site(host, &schemas.SiteState{})
	return s
}

// Next is the first minute that is not judged yet.
func (s *Site) Next() time.Time { return s.next }

// Known tells whether there is enough history to judge by.
func (s *Site) Known() bool {
	_, enough := s.site.Learned()
	return enough
}

// Advance judges the minutes before to that are closed. The minutes must cover those from Next on.
func (s *Site) Advance(ctx context.Context, store reportstore.Reader, who access.SiteSet, minutes Minutes, to time.Time) (all []*schemas.Finding, err error) {
	s.minutes = minutes
	var slot []*schemas.TrafficReport // the rows of a minute: a closed one and late ones
	open := false
	judge := func() {
		if len(slot) > 0 {
			all = append(all, s.site.Next(&schemas.Observation{Row: report.Sum(slot)})...)
			s.next = slot[0].Minute.AsTime().Add(time.Minute)
			slot = nil
		}
	}
	err = store.Rows(ctx, who, s.host, reportstore.Minute, s.next, to, func(r reportstore.Row) error {
		open = open || r.Kind == reportstore.Provisional
		if open {
			return nil
		}
		if len(slot) > 0 && !slot[0].Minute.AsTime().Equal(r.Report.Minute.AsTime()) {
			judge()
		}
		slot = append(slot, r.Report)
		return nil
	})
	if err != nil {
		return nil, err
	}
	judge()
	if until := minutes.Closed(); !open && s.next.Before(until) {
		all = append(all, s.site.Until(until)...)
		s.next = until
	}
	return all, nil
}
