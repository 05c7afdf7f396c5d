package dashboard

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/schemas"
)

const (
	// campaignSpan is how far around a case's worst minute other sites are looked at.
	campaignSpan = time.Hour
	// maxListed is how many sites of a campaign the list of sites names; the page of a case names maxAlarms.
	maxListed = 3
)

// campaign is cases of several sites that look like one attack. It is made of what the asker may see and of nothing else, so that it tells neither the
// names nor the number of other sites.
type campaign struct {
	cases []*siteCase // by host and time
	marks []string    // what they have in common
}

// campaignsOf finds campaigns, the largest first. Cases that somebody said are none are left out.
func campaignsOf(cases []siteCase) (all []campaign) {
	byWorst := map[*schemas.Finding]*siteCase{}
	var joined []attack.Case
	for i := range cases {
		if c := &cases[i]; c.said == nil {
			byWorst[c.Worst] = c
			joined = append(joined, c.Case)
		}
	}
	for _, found := range attack.Campaigns(joined) {
		one := campaign{marks: found.Marks}
		for i := range found.Cases {
			one.cases = append(one.cases, byWorst[found.Cases[i].Worst])
		}
		all = append(all, one)
	}
	return all
}

func (c *campaign) open() bool {
	return slices.ContainsFunc(c.cases, func(one *siteCase) bool { return one.open })
}

// campaignView says of a campaign on which sites it is.
type campaignView struct {
	Words  string // before their names
	Sites  []link // to their cases, each site once
	More   int    // sites that are not named
	Common string // what they have in common
}

// view names the sites of a campaign but for one.
func (c *campaign) view(most int, without string) campaignView {
	view := campaignView{Common: strings.Join(c.marks, ", ")}
	for i, one := range c.cases {
		last := i+1 == len(c.cases) || c.cases[i+1].Host != one.Host // of a site with several cases the latest is shown
		if one.Host != without && last {
			view.Sites = append(view.Sites, link{Words: one.Host, URL: one.path()})
		}
	}
	view.More = max(len(view.Sites)-most, 0)
	view.Sites = view.Sites[:len(view.Sites)-view.More]
	return view
}

// campaignsGoingOn are the campaigns of the cases that go on.
func campaignsGoingOn(open []siteCase) (views []campaignView) {
	for _, c := range campaignsOf(open) {
		view := c.view(maxListed, "")
		view.Words = fmt.Sprintf("It looks like the same attack on %s:", reportwriter.Plural(int64(len(view.Sites)+view.More), "site"))
		views = append(views, view)
	}
	return views
}

// alsoOn says on which other sites a case's attack is, as far as the asker may see them.
func (s *Server) alsoOn(r *request, c *siteCase, fresh freshness) (views []campaignView, err error) {
	if !c.grave() || c.said != nil {
		return nil, nil
	}
	worst := c.Worst.Minute.AsTime()
	around, err := s.readCases(r.Context(), r.who, "", worst.Add(-campaignSpan), worst.Add(campaignSpan), fresh, r.now)
	if err != nil {
		return nil, err
	}
	for _, found := range campaignsOf(around) {
		if !slices.ContainsFunc(found.cases, func(one *siteCase) bool { return one.Host == c.Host && c.has(one.Worst.Minute.AsTime()) }) {
			continue
		}
		view := found.view(maxAlarms, c.Host)
		if view.Words = "What looks like the same attack was also on"; found.open() {
			view.Words = "What looks like the same attack is also on"
		}
		views = append(views, view)
	}
	return views, nil
}

// campaignsJSON is the answer about attacks on several sites.
type campaignsJSON struct {
	From      time.Time      `json:"from"`
	To        time.Time      `json:"to"`
	Campaigns []campaignJSON `json:"campaigns"`
}

type campaignJSON struct {
	Kind   string       `json:"kind"`
	Open   bool         `json:"open"`
	Common []string     `json:"common"`
	Cases  []memberJSON `json:"cases"`
}

// memberJSON names a case of a campaign.
type memberJSON struct {
	Host  string    `json:"host"`
	Start time.Time `json:"start"`
	To    time.Time `json:"to"`
	Open  bool      `json:"open"`
	Page  string    `json:"page"`
}

func (s *Server) apiCampaigns(w http.ResponseWriter, r *request) error {
	from, to, err := readSpan(r)
	if err != nil {
		return err
	}
	fresh, _, err := s.freshness(r.Context(), r.now)
	if err != nil {
		return err
	}
	cases, err := s.readCases(r.Context(), r.who, "", from, to, fresh, r.now)
	if err != nil {
		return err
	}
	answer := campaignsJSON{From: from, To: to, Campaigns: []campaignJSON{}}
	for _, c := range campaignsOf(cases) {
		j := campaignJSON{Kind: c.cases[0].Worst.Kind, Open: c.open(), Common: c.marks}
		for _, one := range c.cases {
			j.Cases = append(j.Cases, memberJSON{one.Host, one.start.UTC(), one.To.UTC(), one.open, one.path()})
		}
		answer.Campaigns = append(answer.Campaigns, j)
	}
	return writeJSON(w, answer)
}
