package report

import (
	"cmp"
	"slices"

	"github.com/floodgauge/floodgauge/schemas"
)

// listed is what an entry of a published list has.
type listed[E any] interface {
	*E
	GetRequests() int64
}

// sumLists adds the lists up, each with what it leaves out.
func sumLists(s *schemas.TrafficReport, rows []*schemas.TrafficReport) {
	for _, r := range rows {
		if r.Rest != nil {
			s.Rest = map[string]*schemas.ListRest{}
		}
	}
	s.TopPaths = sumList(s, rows, "top_paths", (*schemas.TrafficReport).GetTopPaths, (*schemas.TopPath).GetPath, addPath)
	s.TopNetworks = sumList(s, rows, "top_networks", (*schemas.TrafficReport).GetTopNetworks, (*schemas.TopNetwork).GetAsn, addNetwork)
	s.TopCountries = sumList(s, rows, "top_countries", (*schemas.TrafficReport).GetTopCountries, (*schemas.TopValue).GetValue, addValue)
	s.TopReferrers = sumList(s, rows, "top_referrers", (*schemas.TrafficReport).GetTopReferrers, (*schemas.TopValue).GetValue, addValue)
	s.TopAgents = sumList(s, rows, "top_agents", (*schemas.TrafficReport).GetTopAgents, (*schemas.TopValue).GetValue, addValue)
}

func addPath(to, from *schemas.TopPath) {
	to.Path, to.Requests = from.Path, plus(to.Requests, from.Requests)
	to.ResponseBytes, to.Errors = plusKnown(to.ResponseBytes, from.ResponseBytes), plusKnown(to.Errors, from.Errors)
	to.CacheMisses = plusKnown(to.CacheMisses, from.CacheMisses)
}

func addNetwork(to, from *schemas.TopNetwork) {
	to.Asn, to.Requests = from.Asn, plus(to.Requests, from.Requests)
	to.ResponseBytes, to.Errors = plusKnown(to.ResponseBytes, from.ResponseBytes), plusKnown(to.Errors, from.Errors)
}

func addValue(to, from *schemas.TopValue) {
	to.Value, to.Requests = from.Value, plus(to.Requests, from.Requests)
	to.ResponseBytes, to.Errors = plusKnown(to.ResponseBytes, from.ResponseBytes), plusKnown(to.Errors, from.Errors)
}

// summed is an entry of a list that is added up. spared is what its rows do not miss of it: they list it, so their rest cannot be its.
type summed[E any] struct {
	entry  *E
	spared int64
}

// sumList adds one list up, cuts it as a row's is and writes its rest.
func sumList[K cmp.Ordered, E any, P listed[E]](s *schemas.TrafficReport, rows []*schemas.TrafficReport, name string,
	list func(*schemas.TrafficReport) []P, key func(P) K, addTo func(to, from P)) []P {
	values := map[K]*summed[E]{}
	var rest *schemas.ListRest
	missed := int64(0) // what a value may have that no row lists
	for _, r := range rows {
		left := r.Rest[name]
		if left == nil {
			continue
		}
		rest = addRest(rest, left)
		missed = plus(missed, max(left.Requests, left.Error))
		for _, from := range list(r) {
			v := values[key(from)]
			if v == nil {
				v = &summed[E]{entry: new(E)}
				values[key(from)] = v
			}
			addTo(P(v.entry), from)
			v.spared = plus(v.spared, max(left.Requests-left.Error, 0))
		}
	}
	if rest == nil {
		return nil
	}
	if name == "top_countries" || name == "top_networks" {
		rest.None = plus(rest.None, withoutList(rows, name))
	}
	entries := heaviest[K, E, P](values, key)
	for _, v := range entries[:min(len(entries), listRows)] {
		rest.Error = max(rest.Error, missed-v.spared)
	}
	for _, v := range entries[min(len(entries), listRows):] {
		rest.Requests = plus(rest.Requests, P(v.entry).GetRequests())
	}
	s.Rest[name] = rest
	return entriesOf[E, P](entries[:min(len(entries), listRows)])
}

func addRest(rest, left *schemas.ListRest) *schemas.ListRest {
	if rest == nil {
		rest = &schemas.ListRest{}
	}
	rest.Requests, rest.None = plus(rest.Requests, left.Requests), plus(rest.None, left.None)
	rest.Hidden, rest.Error = max(rest.Hidden, left.Hidden), plus(rest.Error, left.Error)
	return rest
}

// withoutList is the requests of rows that have no such list. A client's country and network count as unknown there, as they do in a summary; what a
// line itself does not log is told by partly_logged.
func withoutList(rows []*schemas.TrafficReport, name string) (n int64) {
	for _, r := range rows {
		if r.Rest[name] == nil {
			n = plus(n, r.Requests)
		}
	}
	return n
}

func heaviest[K cmp.Ordered, E any, P listed[E]](values map[K]*summed[E], key func(P) K) []*summed[E] {
	entries := make([]*summed[E], 0, len(values))
	for _, v := range values {
		entries = append(entries, v)
	}
	slices.SortFunc(entries, func(a, b *summed[E]) int {
		return cmp.Or(cmp.Compare(P(b.entry).GetRequests(), P(a.entry).GetRequests()), cmp.Compare(key(a.entry), key(b.entry)))
	})
	return entries
}

func entriesOf[E any, P listed[E]](entries []*summed[E]) []P {
	var list []P
	for _, v := range entries {
		list = append(list, v.entry)
	}
	return list
}
