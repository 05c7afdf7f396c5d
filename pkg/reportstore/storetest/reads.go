package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

func sitesByRequests(t *testing.T, s *store) {
	s.commitRows(minuteRow(reportstore.Closed, "small.example", noon, lines{0, 5}), minuteRow(reportstore.Closed, "big.example", noon, lines{0, 20}),
		minuteRow(reportstore.Provisional, "big.example", noon.Add(time.Minute), lines{0, 30}), minuteRow(reportstore.Late, "big.example", noon, lines{0, 1}),
		minuteRow(reportstore.Closed, "also-small.example", noon, lines{0, 5}), minuteRow(reportstore.Closed, "earlier.example", noon.Add(-time.Minute), lines{0, 99}))
	q := reportstore.SitesQuery{From: noon, To: noon.Add(time.Hour), Level: reportstore.Minute, Limit: 2}
	sites, total, err := s.Sites(t.Context(), everything, q)
	fails(t, "sites", err, nil)
	is(t, "sites in all", total, 3)
	is(t, "first page", names(sites), []string{"big.example", "also-small.example"})
	big := sites[0]
	is(t, "requests and errors", []int64{big.Requests, big.Errors}, []int64{51, 4 + 6})
	is(t, "last event", big.Last, noon.Add(time.Minute+29*time.Second))
	is(t, "points", big.Points, []reportstore.Point{{Start: noon, Requests: 21}, {Start: noon.Add(time.Minute), Requests: 30, Provisional: true}})
	q.Offset = 2
	sites, _, err = s.Sites(t.Context(), everything, q)
	fails(t, "sites", err, nil)
	is(t, "second page", names(sites), []string{"small.example"})
	q.Offset, q.Search = 0, "ALSO"
	sites, total, err = s.Sites(t.Context(), everything, q)
	fails(t, "sites", err, nil)
	is(t, "found", names(sites), []string{"also-small.example"})
	is(t, "found in all", total, 1)
}

func names(sites []reportstore.Site) (names []string) {
	for _, s := range sites {
		names = append(names, s.Host)
	}
	return names
}

// answers gathers all that a set of sites is told.
func answers(t *testing.T, s *store, who access.SiteSet, hosts ...string) string {
	said := ""
	say := func(err error, answer ...any) {
		fails(t, "a read", err, nil)
		said += fmt.Sprintln(answer...)
	}
	for _, level := range []string{reportstore.Minute, reportstore.Hour, reportstore.Day} {
		for _, search := range []string{"", "canary", "%", "' OR 1=1 --"} {
			sites, total, err := s.Sites(t.Context(), who, reportstore.SitesQuery{From: noon, To: distant, Level: level, Search: search})
			say(err, "sites", total, fmt.Sprintf("%+v", sites))
		}
		for _, host := range append(hosts, "", "' OR ''='", "%") {
			points, err := s.Series(t.Context(), who, host, level, noon, distant)
			say(err, "points", len(points))
			for _, p := range points {
				say(nil, p.Requests)
			}
			err = s.Rows(t.Context(), who, host, level, noon, distant, func(r reportstore.Row) error {
				say(nil, r.Report.String())
				return nil
			})
			say(err)
			sum, err := s.Total(t.Context(), who, host, noon, distant)
			say(err, sum)
		}
	}
	return said
}

// A canary among somebody's sites changes no answer to anybody else.
func nobodySeesAnothers(t *testing.T, s *store) {
	hosts := []string{"a.example", "canary.example", "A.example", "a.example ", "canary"}
	s.commitRows(closed("a.example", noon, lines{0, 9})...)
	sets := []access.SiteSet{{}, everything.Narrow("a.example"), everything.Narrow("none.example"), everything.Narrow("a.exampl", "%", "' OR 1=1 --")}
	var before []string
	for _, who := range sets {
		before = append(before, answers(t, s, who, hosts...))
	}
	s.commitRows(closed("canary.example", noon, lines{0, 424})...)
	for i, who := range sets {
		if after := answers(t, s, who, hosts...); after != before[i] {
			t.Errorf("set %d sees something of another's site:\n%s\nwhere it was:\n%s", i, after, before[i])
		}
	}
	if answers(t, s, everything.Narrow("canary.example"), hosts...) == before[0] {
		t.Error("whose site it is does not see it")
	}
}

func otherHosts(t *testing.T, s *store) {
	s.commitRows(closed(vocabulary.OtherHosts, noon, lines{0, 9})...)
	nobody := answers(t, s, access.SiteSet{}, vocabulary.OtherHosts)
	if got := answers(t, s, everything.Narrow(vocabulary.OtherHosts), vocabulary.OtherHosts); got != nobody {
		t.Errorf("a set of sites sees the bucket of other hosts:\n%s", got)
	}
	is(t, "rows that all sites' set sees", len(s.rows(everything, vocabulary.OtherHosts, reportstore.Minute)), 1)
}

func rowsInOrder(t *testing.T, s *store) {
	next := noon.Add(time.Minute)
	s.commitRows(minuteRow(reportstore.Closed, "b.example", next, lines{0, 1}), minuteRow(reportstore.Late, "b.example", noon, lines{0, 2}),
		minuteRow(reportstore.Closed, "b.example", noon, lines{0, 3}), minuteRow(reportstore.Closed, "a.example", next, lines{0, 4}))
	s.commitRows(minuteRow(reportstore.Closed, "a.example", noon, lines{0, 5}))
	var got []int64
	for _, r := range s.all(reportstore.Minute) {
		got = append(got, r.Report.Lines)
	}
	is(t, "rows by slot, host and kind", got, []int64{5, 3, 2, 4, 1})
	is(t, "rows of one host", linesOf(s.rows(everything, "b.example", reportstore.Minute)), int64(6))
	err := s.Rows(t.Context(), everything, "", reportstore.Minute, noon, next, func(reportstore.Row) error { return errStop })
	fails(t, "what the caller says", err, errStop)
}
