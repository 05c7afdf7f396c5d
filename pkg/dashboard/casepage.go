package dashboard

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/schemas"
)

// caseView is the page of one case.
type caseView struct {
	Host, SiteURL string
	Title, Since  string
	Size, Kind    string
	Verdict       string
	Confidence    string
	Grave, Open   bool
	Accused       string
	AlsoOn        []campaignView
	Rate          string // a changed sample rate that it may be due to; "" where there is none
	Feedback      *feedbackView
	Still         drawing
	Usual         drawing
	Rows          []minuteRow
	Earlier       int    // minutes that are left out
	JSON          string // address of all of them
	For, Against  []evidenceRow
	Besides       []evidenceRow
	Standouts     []standoutList
	Worst         string // the minute that the evidence is of
	Rules         rulesView
}

// minuteRow is a minute with a finding.
type minuteRow struct {
	Minute, ISO, Requests, Usual, Points, Verdict string
	Grave                                         bool
}

type evidenceRow struct{ Words, Points string }

// standoutList are the values of one list that stand out.
type standoutList struct {
	Title string
	Rows  []standoutRow
}

type standoutRow struct{ Value, Requests, Share, Usual string }

const (
	// caseSpan is how much of one case is read at most.
	caseSpan = 3 * day
	// caseLead is how long before its start a case may have had findings.
	caseLead = time.Hour
)

// caseAsked finds the case that a request is about. One of a site that the asker may not see is not told from one that does not exist.
func (s *Server) caseAsked(r *request) (*siteCase, freshness, error) {
	host := strings.ToLower(r.PathValue("host"))
	if !r.who.Has(host) {
		return nil, freshness{}, errNotFound
	}
	start, err := readTime("the case's start", r.PathValue("start"))
	if err != nil {
		return nil, freshness{}, err
	}
	fresh, _, err := s.freshness(r.Context(), r.now)
	if err != nil {
		return nil, fresh, err
	}
	c, err := s.findCase(r.Context(), r, host, start, fresh)
	return c, fresh, err
}

func (s *Server) findCase(ctx context.Context, r *request, host string, start time.Time, fresh freshness) (*siteCase, error) {
	cases, err := s.readCases(ctx, r.who, host, start.Add(-caseLead), start.Add(caseSpan), fresh, r.now)
	if err != nil {
		return nil, err
	}
	for i := range cases {
		if cases[i].has(start) {
			return &cases[i], s.goesOn(ctx, r, &cases[i], fresh)
		}
	}
	return nil, errNotFound
}

// goesOn tells of a case that was not read to its end whether it is open.
func (s *Server) goesOn(ctx context.Context, r *request, c *siteCase, fresh freshness) error {
	if c.To.Before(c.start.Add(caseSpan - openSpan)) {
		return nil
	}
	latest, err := s.readCases(ctx, r.who, c.Host, r.now.Add(-openSpan), r.now, fresh, r.now)
	if err == nil && len(latest) > 0 {
		last := &latest[len(latest)-1]
		c.open = last.open && last.start.Equal(c.start)
	}
	return err
}

func (s *Server) casePage(w http.ResponseWriter, r *request) error {
	c, fresh, err := s.caseAsked(r)
	if err != nil {
		return err
	}
	view, err := s.caseViewOf(r, c, fresh)
	if err != nil {
		return err
	}
	s.show(w, r, "case", &frame{Title: c.title() + ", " + c.Host, Fresh: &fresh, Body: view})
	return nil
}

func (s *Server) caseViewOf(r *request, c *siteCase, fresh freshness) (*caseView, error) {
	f := c.Worst
	view := &caseView{Host: c.Host, SiteURL: sitePath(c.Host) + "?" + around(c).query().Encode(), Title: c.title(), Since: sentence(c.since(r.now)),
		Size: sentence(c.size()), Kind: c.kind(), Verdict: sentence(attack.VerdictWords(f.Verdict)), Confidence: shareWords(f.Confidence),
		Grave: c.grave() && c.said == nil, Open: c.open, Accused: accusedWords(f), Feedback: s.feedbackOf(r, c), Worst: minuteWords(f.Minute.AsTime(), r.now),
		Standouts: standoutsOf(f)}
	view.For, view.Against, view.Besides = evidenceOf(f)
	view.minutes(c, r.now)
	view.JSON = "/api/v1" + sitePath(c.Host) + "/findings?" + period{From: c.first(), To: c.To}.query().Encode()
	k, err := s.leastVisitors(r, c)
	if err != nil {
		return nil, err
	}
	view.Rules = rulesOf(c, k, r.now)
	changed, err := s.rateChanged(r.Context(), c, rateChanges{})
	if err != nil {
		return nil, err
	}
	view.Rate = sampleRateWords(changed, r.now)
	view.AlsoOn, err = s.alsoOn(r, c, fresh)
	return view, err
}

// around is the period of the site's page that shows a case and some time before and after it.
func around(c *siteCase) period {
	margin := max(c.To.Sub(c.From)/2, 30*time.Minute)
	return period{From: c.first().Add(-margin), To: c.To.Add(margin)}
}

// leastVisitors is how many visitors must share a value that is named: what the rows of the case's minutes were cut by, 0 where that is not known.
func (s *Server) leastVisitors(r *request, c *siteCase) (int32, error) {
	minute := c.Worst.Minute.AsTime()
	row, err := s.config.Reader.Total(r.Context(), r.who, c.Host, minute, minute.Add(time.Minute))
	if err != nil {
		return 0, fmt.Errorf("reading the row of a minute: %w", err)
	}
	return int32(row.GetK()), nil
}

// accusedWords say how much of the traffic behaves as programs do.
func accusedWords(f *schemas.Finding) string {
	if f.AccusedRequests == nil || f.AccusedClients == nil {
		return "Nothing is known of single clients here."
	}
	if *f.AccusedRequests == 0 {
		return "No single clients stand out by what they do."
	}
	return fmt.Sprintf("%s of the minute's clients behave as programs do, or do what visitors do not; %s of its requests (%s) are theirs.",
		shareWords(*f.AccusedClients), reportwriter.Percent(*f.AccusedRequests, f.Requests), reportwriter.Count(*f.AccusedRequests))
}

// evidenceOf sorts the evidence by what it speaks for.
func evidenceOf(f *schemas.Finding) (attack, against, besides []evidenceRow) {
	for _, e := range f.Evidence {
		row := evidenceRow{sentence(e.Words), pointWords(e.Points)}
		switch {
		case e.Points > 0:
			attack = append(attack, row)
		case e.Points < 0:
			against = append(against, row)
		default:
			besides = append(besides, row)
		}
	}
	return attack, against, besides
}

func pointWords(n int32) string {
	switch {
	case n > 0:
		return fmt.Sprintf("+%d", n)
	case n < 0:
		return fmt.Sprintf("−%d", -n)
	}
	return "0"
}

// standoutTitles name the lists that values can stand out in.
var standoutTitles = map[string]string{"top_agents": "Browsers and bots", "top_paths": "Paths", "top_networks": "Networks", "top_countries": "Countries",
	"top_referrers": "Came from"}

func standoutsOf(f *schemas.Finding) (lists []standoutList) {
	for _, s := range f.Standouts {
		title := standoutTitles[s.List]
		if title == "" {
			title = s.List
		}
		if n := len(lists); n == 0 || lists[n-1].Title != title {
			lists = append(lists, standoutList{Title: title})
		}
		list := &lists[len(lists)-1]
		list.Rows = append(list.Rows, standoutRow{standoutValue(s), reportwriter.Count(s.Requests), shareWords(s.Share), shareWords(s.NormalShare)})
	}
	return lists
}

func standoutValue(s *schemas.Standout) string {
	switch {
	case s.Value == "":
		return "values that few visitors share"
	case s.Value == "(none)":
		return "none"
	case s.List == "top_countries":
		return reportwriter.CountryName(s.Value)
	}
	return s.Value
}

// minutes are the findings of the case, the latest first, and the drawing of them.
func (v *caseView) minutes(c *siteCase, now time.Time) {
	for _, f := range slices.Backward(c.findings) {
		if len(v.Rows) == maxTableRows {
			v.Earlier = len(c.findings) - maxTableRows
			break
		}
		t := f.Minute.AsTime()
		row := minuteRow{Minute: minuteWords(t, now), ISO: t.UTC().Format(time.RFC3339), Requests: reportwriter.Count(f.Requests), Usual: rounds(f.NormalRequests),
			Points: fmt.Sprint(f.Points), Verdict: attack.VerdictWords(f.Verdict), Grave: f.Verdict >= schemas.Verdict_VERDICT_SUSPECTED}
		v.Rows = append(v.Rows, row)
	}
	v.Still, v.Usual = drawFindings(c.findings)
}
