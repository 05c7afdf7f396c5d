package report

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/schemas"
)

// valuesOf returns every value that a row's lists show, by list.
func valuesOf(row *schemas.TrafficReport) map[string][]string {
	values := map[string][]string{}
	for _, p := range row.GetTopPaths() {
		values["top_paths"] = append(values["top_paths"], p.GetPath())
	}
	for _, n := range row.GetTopNetworks() {
		values["top_networks"] = append(values["top_networks"], fmt.Sprint(n.GetAsn()))
	}
	for list, rows := range map[string][]*schemas.TopValue{
		"top_countries": row.GetTopCountries(), "top_referrers": row.GetTopReferrers(), "top_agents": row.GetTopAgents(),
	} {
		for _, v := range rows {
			values[list] = append(values[list], v.GetValue())
		}
	}
	return values
}

// groupsOf counts the distinct known clients behind every value; all peers of content delivery networks are one.
func groupsOf(requests []Request) map[string]map[uint32]bool {
	groups := map[string]map[uint32]bool{}
	for _, r := range requests {
		for list, value := range map[string]string{
			"top_paths": r.Path, "top_networks": fmt.Sprint(r.Network), "top_countries": r.Country,
			"top_referrers": r.Referrer, "top_agents": r.Agent,
		} {
			key := list + "=" + value
			if groups[key] == nil {
				groups[key] = map[uint32]bool{}
			}
			switch {
			case r.CDNPeer:
				groups[key][cdnGroup] = true
			case r.Group != 0:
				groups[key][r.Group] = true
			}
		}
	}
	return groups
}

// However lines are spread and merged, below or above capacity, no value is shown that fewer than k distinct clients sent; and below
// capacity and the length of a list every value is shown that k did.
func TestKRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMix(t)
		crowded := rapid.Bool().Draw(t, "crowded")
		if crowded {
			m.lines, m.paths, m.networks, m.referrers, m.agents = 3000, 2000, 600, 600, 300
		}
		m.k = max(m.k, 2)
		requests := m.requests()
		for i := range requests {
			requests[i].Logged = allFields
			requests[i].CDNPeer = requests[i].CDNPeer && i%2 == 0
		}
		rng := rand.New(rand.NewPCG(m.seed, 4))
		parts := make([]*Summary, rapid.IntRange(1, 5).Draw(t, "parts"))
		for i := range parts {
			parts[i] = New(m.k)
		}
		for i := range requests {
			parts[rng.IntN(len(parts))].Add(&requests[i])
		}
		row := mergeTree(t, rng, parts).Report("example.org", timeOf(minuteStart), "minute")
		groups := groupsOf(requests)
		checkKRule(t, valuesOf(row), groups, m.k)
		if !crowded {
			checkAllShown(t, row, groups, m.k)
		}
	})
}

// checkAllShown: a list that has room shows every value of k clients.
func checkAllShown(t *rapid.T, row *schemas.TrafficReport, groups map[string]map[uint32]bool, k int) {
	want := map[string]int{}
	for key, clients := range groups {
		list, value, _ := strings.Cut(key, "=")
		if len(clients) >= k && value != "" && value != "0" {
			want[list]++
		}
	}
	if row.GetClientsUnavailable() != "" {
		delete(want, "top_countries")
		delete(want, "top_networks")
	}
	shown := valuesOf(row)
	for list, n := range want {
		if len(shown[list]) != min(n, listRows) {
			t.Fatalf("%s shows %d values, but %d were sent by %d clients or more", list, len(shown[list]), n, k)
		}
	}
}

func checkKRule(t *rapid.T, shown map[string][]string, groups map[string]map[uint32]bool, k int) {
	for list, values := range shown {
		if len(values) > listRows {
			t.Fatalf("%s shows %d values, want at most %d", list, len(values), listRows)
		}
		for _, value := range values {
			if n := len(groups[list+"="+value]); n < k {
				t.Fatalf("%s shows a value of %d distinct clients, k is %d", list, n, k)
			}
		}
	}
}

// addGroups adds a line for each group that asks for path.
func addGroups(s *Summary, path string, groups ...uint32) {
	for _, g := range groups {
		s.Add(&Request{Logged: allFields, Path: path, Group: g, Visitor: uint64(g), Client: tokenOf(uint64(g)), Time: minuteStart})
	}
}

func TestKRuleCounts(t *testing.T) {
	s := New(3)
	addGroups(s, "/two", 1, 2, 2, 2, 1)
	addGroups(s, "/three", 1, 2, 3)
	addGroups(s, "/unknown", 0, 0, 0, 0)
	addGroups(s, "", 5)
	for range 5 {
		s.Add(&Request{Logged: allFields, Path: "/cdn", CDNPeer: true, Group: 7 + uint32(s.Lines()), Time: minuteStart})
	}
	row := s.Report("example.org", timeOf(minuteStart), "minute")
	if got := valuesOf(row)["top_paths"]; len(got) != 1 || got[0] != "/three" {
		t.Errorf("shows %v, want /three alone", got)
	}
	if rest := row.GetRest()["top_paths"]; rest.GetRequests() != 14 || rest.GetNone() != 1 || rest.GetHidden() != 3 || rest.GetError() != 0 {
		t.Errorf("rest is %v, want 14 requests, 1 without a path, 3 hidden values, no error", rest)
	}
}

func TestClientsOfTheWhole(t *testing.T) {
	for _, c := range []struct{ k, groups, want int }{{1, 0, 1}, {1, 5, 1}, {2, 1, 1}, {10, 0, 0}, {10, 9, 9}, {10, 10, 10}, {10, 500, 10}, {40, 39, 39}} {
		s := New(c.k)
		for g := range c.groups {
			addGroups(s, "/", uint32(g+1), uint32(g+1))
		}
		if got := s.Clients(); got != c.want {
			t.Errorf("k %d, %d distinct clients: Clients() = %d, want %d", c.k, c.groups, got, c.want)
		}
	}
}

// With k = 1 there is nothing to hide: values of unknown clients are shown, too.
func TestKOfOneShowsEverything(t *testing.T) {
	s := New(1)
	s.Add(&Request{Logged: allFields, Path: "/once", Time: minuteStart})
	if got := valuesOf(s.Report("example.org", timeOf(minuteStart), "minute"))["top_paths"]; len(got) != 1 {
		t.Errorf("shows %v, want the one path", got)
	}
}

// Below k distinct clients the visitors are a plain number, from k on there is a sketch.
func TestSketchIsHiddenBelowK(t *testing.T) {
	for n, want := range map[int]bool{9: false, 10: true, 11: true} {
		s := New(10)
		for g := range n {
			addGroups(s, "/", uint32(g+1), uint32(g+1))
		}
		row := s.Report("example.org", timeOf(minuteStart), "minute")
		if row.GetVisitors() != int64(n) || len(row.GetVisitorsSketch()) > 0 != want {
			t.Errorf("%d visitors: says %d, sketch of %d bytes", n, row.GetVisitors(), len(row.GetVisitorsSketch()))
		}
	}
	household := New(10)
	for n := range uint64(20) {
		household.Add(&Request{Logged: allFields, Group: 7, Visitor: n + 1, Client: tokenOf(n + 1), Time: minuteStart})
	}
	if row := household.Report("example.org", timeOf(minuteStart), "minute"); row.GetVisitors() != 20 || len(row.GetVisitorsSketch()) > 0 {
		t.Errorf("%d visitors of one household have a sketch", row.GetVisitors())
	}
}
