package dashboard

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/schemas"
)

// link is a choice on a page.
type link struct {
	Words, URL string
	Current    bool
}

// sitesView is the page of all sites.
type sitesView struct {
	Period   period
	Ranges   []link
	Search   string
	Rows     []siteRow
	Total    int
	First    int // number of the first row, from 1
	Last     int
	Previous string // address; empty where there is none
	Next     string
	Empty    *emptyView
	Alarms   []alarm // what goes on, of all sites
	// Campaigns are attacks on several sites at once.
	Campaigns []campaignView
}

// alarm says which sites something goes on at.
type alarm struct {
	Words  string // before their names
	Likely bool   // it is not certain
	Sites  []link
	More   int // sites that are not named
}

type siteRow struct {
	Host, URL string
	Spark     drawing
	Requests  int64
	Bytes     int64
	Errors    int64
	ErrorRate string
	Failing   bool // more than one in a hundred requests ended in an error of the server
	Last      string
	LastISO   string
	Case      string // what goes on, in a word or two
	CaseURL   string
	Grave     bool
}

// emptyView says why there is nothing, and what to do.
type emptyView struct {
	Why      string
	Longer   string // address of a longer range; empty where none would help
	Problems []string
	Setup    bool // nothing was ever read, and who looks can change that
}

// sitesRanges are the ranges of the list: of each site a small chart with few points.
var sitesRanges = map[string]bool{"1h": true, "6h": true, "24h": true, "7d": true, "30d": true}

func (s *Server) sitesPage(w http.ResponseWriter, r *request) error {
	list, err := s.listSites(r)
	if err != nil {
		return err
	}
	fresh, status, err := s.freshness(r.Context(), r.now)
	if err != nil {
		return err
	}
	view := sitesView{Period: list.period, Search: list.Search, Total: list.Total, First: list.Offset + 1, Last: list.Offset + len(list.Sites)}
	for _, choice := range ranges {
		if sitesRanges[choice.Name] {
			view.Ranges = append(view.Ranges, link{choice.Words, "/?" + list.query(choice.Name, 0).Encode(), choice.Name == list.Name})
		}
	}
	open, err := s.openCases(r, fresh)
	if err != nil {
		return err
	}
	view.Alarms, view.Campaigns = alarmsOf(open), campaignsGoingOn(open)
	for _, site := range list.Sites {
		view.Rows = append(view.Rows, siteRowOf(site, list.period, fresh, r.now, open))
	}
	if list.Offset > 0 {
		view.Previous = "/?" + list.query(list.Name, max(list.Offset-list.Limit, 0)).Encode()
	}
	if list.Offset+len(list.Sites) < list.Total {
		view.Next = "/?" + list.query(list.Name, list.Offset+list.Limit).Encode()
	}
	if len(list.Sites) == 0 {
		view.Empty = emptyOf(list, fresh, status, r.who.All())
	}
	s.show(w, r, "sites", &frame{Title: "Sites", Fresh: &fresh, Body: view})
	return nil
}

// query is the address of the same list for another range or place.
func (l *siteList) query(rangeName string, offset int) url.Values {
	q := url.Values{}
	if rangeName != "" {
		q.Set("range", rangeName)
	} else {
		q = l.period.query()
	}
	if l.Search != "" {
		q.Set("search", l.Search)
	}
	if offset > 0 {
		q.Set("offset", strconv.Itoa(offset))
	}
	if l.Limit != pageOfSites {
		q.Set("limit", strconv.Itoa(l.Limit))
	}
	return q
}

// openCases are the cases that go on, of all sites that the asker may see, by site.
func (s *Server) openCases(r *request, fresh freshness) ([]siteCase, error) {
	cases, err := s.readCases(r.Context(), r.who, "", r.now.Add(-openSpan), r.now, fresh, r.now)
	return slices.DeleteFunc(cases, func(c siteCase) bool { return !c.open }), err
}

// maxAlarms is how many sites an alarm names.
const maxAlarms = 20

// alarmsOf says which sites are under attack, and which may be.
func alarmsOf(open []siteCase) (alarms []alarm) {
	for _, kind := range []struct {
		verdict   schemas.Verdict
		one, many string
	}{{schemas.Verdict_VERDICT_ATTACK, " is under attack:", " are under attack:"}, {schemas.Verdict_VERDICT_SUSPECTED, " may be under attack:", " may be under attack:"}} {
		a := alarm{Likely: kind.verdict < schemas.Verdict_VERDICT_ATTACK}
		n := 0
		for i := range open {
			if c := &open[i]; c.Worst.Verdict == kind.verdict && c.said == nil {
				n++
				a.Sites = append(a.Sites, link{Words: c.Host, URL: c.path()})
			}
		}
		if n == 0 {
			continue
		}
		if a.Words = "1 site" + kind.one; n > 1 {
			a.Words = reportwriter.Plural(int64(n), "site") + kind.many
		}
		a.More = max(n-maxAlarms, 0)
		a.Sites = a.Sites[:n-a.More]
		alarms = append(alarms, a)
	}
	return alarms
}

func siteRowOf(site reportstore.Site, p period, fresh freshness, now time.Time, open []siteCase) siteRow {
	path := sitePath(site.Host) + "?" + p.query().Encode()
	row := siteRow{
		Host: site.Host, URL: path, Requests: site.Requests, Bytes: site.ResponseBytes, Errors: site.Errors,
		ErrorRate: reportwriter.Percent(site.Errors, site.Requests), Failing: site.Errors*100 > site.Requests,
		Spark: drawCounts(site.Points, p, fresh.KnownTo), Last: moment(site.Last, now), LastISO: site.Last.UTC().Format(time.RFC3339),
	}
	for i := range open {
		if c := &open[i]; c.Host == site.Host {
			row.Case, row.CaseURL, row.Grave = c.now(), c.path(), c.grave() && c.said == nil
		}
	}
	return row
}

func emptyOf(list *siteList, fresh freshness, status *reportstore.Status, operator bool) *emptyView {
	e := &emptyView{}
	switch {
	case list.Offset > 0:
		e.Why = "There are no more sites."
		return e
	case list.Search != "":
		e.Why = "No site with this in its name had requests in " + list.Words() + "."
	case status.LastEvent.IsZero():
		e.Why = "No request has been read yet."
		e.Setup = operator
	default:
		e.Why = "No site had requests in " + list.Words() + "; the latest request was at " + moment(fresh.DataTo, time.Time{}) + " UTC."
	}
	if !e.Setup && list.Name != "30d" {
		e.Longer = "/?" + list.query("30d", 0).Encode()
	}
	if operator {
		for _, source := range status.Sources {
			if source.Problem != "" {
				e.Problems = append(e.Problems, source.Source+": "+source.Problem)
			}
		}
	}
	return e
}
