package integration

import (
	"net/netip"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/geo"
	"github.com/floodgauge/floodgauge/schemas"
)

var countriesOfTest = func() *geo.DB {
	db, err := geo.Open("", "")
	if err != nil {
		panic(err)
	}
	return db
}()

// country is what a report may tell of a client; empty where nobody knows.
func (s shopper) country() string {
	c, _ := countriesOfTest.Lookup(s.address())
	if c == ([2]byte{}) {
		return ""
	}
	return string(c[:])
}

// listOf is what a row's list is about: what a request has for it, and the field without which there is no list.
var listOf = map[string]struct {
	value func(shopper) string
	field string
}{
	"top_paths":     {func(s shopper) string { return pagesAndTemplates[s.page][1] }, "path"},
	"top_referrers": {func(s shopper) string { return referringSites[s.referrer][1] }, "referrer"},
	"top_agents":    {func(s shopper) string { return agentsAndFamilies[s.family][1] }, "agent"},
	"top_countries": {shopper.country, ""},
}

// shownIn are the values of a row's lists.
func shownIn(row *schemas.TrafficReport) map[string]map[string]proto.Message {
	shown := map[string]map[string]proto.Message{"top_paths": {}}
	for _, p := range row.GetTopPaths() {
		shown["top_paths"][p.GetPath()] = p
	}
	for list, values := range map[string][]*schemas.TopValue{
		"top_referrers": row.GetTopReferrers(), "top_agents": row.GetTopAgents(), "top_countries": row.GetTopCountries(),
	} {
		shown[list] = map[string]proto.Message{}
		for _, v := range values {
			shown[list][v.GetValue()] = v
		}
	}
	return shown
}

func requestsOf(value proto.Message) int64 {
	return value.(interface{ GetRequests() int64 }).GetRequests()
}

// checkTruth holds a row to its requests: the number of visitors, the sketch only from k on, and in the lists exactly the values that at least k
// clients have.
func checkTruth(t *rapid.T, row *schemas.TrafficReport, requests []shopper) {
	visitors, clients := map[netip.Prefix]bool{}, map[netip.Prefix]bool{}
	for _, r := range requests {
		visitors[r.visitor()], clients[r.group()] = true, true
	}
	if int(row.GetVisitors()) != len(visitors) || row.GetLines() != int64(len(requests)) {
		t.Fatalf("%d visitors and %d lines, want %d and %d", row.GetVisitors(), row.GetLines(), len(visitors), len(requests))
	}
	if hasSketch := len(row.GetVisitorsSketch()) > 0; hasSketch != (len(clients) >= interferenceK) {
		t.Fatalf("a sketch of %d clients: %v", len(clients), hasSketch)
	}
	for list, shown := range shownIn(row) {
		if slices.Contains(row.GetNotLogged(), listOf[list].field) {
			continue
		}
		clients, count := map[string]map[netip.Prefix]bool{}, map[string]int64{}
		for _, r := range requests {
			value := listOf[list].value(r)
			if clients[value] == nil {
				clients[value] = map[netip.Prefix]bool{}
			}
			clients[value][r.group()] = true
			count[value]++
		}
		delete(clients, "")
		for value, groups := range clients {
			entry := shown[value]
			if (entry != nil) != (len(groups) >= interferenceK) || entry != nil && requestsOf(entry) != count[value] {
				t.Fatalf("%s: %v for %d requests of %d clients that have %q", list, entry, count[value], len(groups), value)
			}
		}
		if hidden := row.GetRest()[list].GetHidden(); int(hidden) != len(clients)-len(shown) {
			t.Fatalf("%s: %d of %d values are shown and %d hidden", list, len(shown), len(clients), hidden)
		}
	}
}

// takeLists compares the lists of two rows and takes them away: values that both show are equal, and so is what each shows and leaves out together.
func takeLists(t *rapid.T, row, other *schemas.TrafficReport) {
	mine, theirs := shownIn(row), shownIn(other)
	for list := range listOf {
		for value, entry := range mine[list] {
			if same := theirs[list][value]; same != nil && !proto.Equal(entry, same) {
				t.Fatalf("%s: %v and %v", list, entry, same)
			}
		}
		if a, b := wholeOf(row, list, mine[list]), wholeOf(other, list, theirs[list]); !proto.Equal(a, b) {
			t.Fatalf("%s: all together %v and %v", list, a, b)
		}
	}
	for _, r := range []*schemas.TrafficReport{row, other} {
		r.TopPaths, r.TopReferrers, r.TopAgents, r.TopCountries = nil, nil, nil, nil
		for list := range listOf {
			delete(r.Rest, list)
		}
	}
}

// wholeOf is a list's rest with what is shown added to it.
func wholeOf(row *schemas.TrafficReport, list string, shown map[string]proto.Message) *schemas.ListRest {
	rest := row.GetRest()[list]
	if rest == nil {
		return nil
	}
	whole := &schemas.ListRest{Requests: rest.GetRequests(), None: rest.GetNone(), Hidden: rest.GetHidden() + int64(len(shown)), Error: rest.GetError()}
	for _, value := range shown {
		whole.Requests += requestsOf(value)
	}
	return whole
}

// TestClassesAreAlike: the property above is about addresses of which a report may tell the same; these are.
func TestClassesAreAlike(t *testing.T) {
	names := &renaming{geo: countriesOfTest}
	countries := map[string]bool{}
	for class := range clientClasses {
		first := private{class: class}
		countries[shopper{private: first}.country()] = true
		for client := range 6 {
			if other := (private{class: class, client: client}); names.class(first.address()) != names.class(other.address()) {
				t.Errorf("%s and %s differ", first.address(), other.address())
			}
		}
	}
	if len(countries) < 3 {
		t.Errorf("only the countries %v", countries)
	}
}
