package report

import (
	"cmp"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

// listRows is how many values a list of a row shows. More would make the rows of every minute larger than what anybody reads; the hour's
// and the day's row have a list of their own.
const listRows = 50

// lists writes every list with at most most values, and what each leaves out.
func (w *rowWriter) lists(most int) {
	w.row.Rest = map[string]*schemas.ListRest{}
	w.pathList(most)
	w.row.TopReferrers = valueList(w, "top_referrers", &w.sum.referrers, vocabulary.FieldReferrer, most)
	w.row.TopAgents = valueList(w, "top_agents", &w.sum.agents, vocabulary.FieldAgent, most)
	if !w.cdn { // of a content delivery network's address, country and network say nothing
		w.row.TopCountries = valueList(w, "top_countries", &w.sum.countries, vocabulary.FieldCountry, most)
		w.networkList(most)
	}
}

func (w *rowWriter) pathList(most int) {
	for _, e := range shown(w, "top_paths", &w.sum.paths, vocabulary.FieldPath, most) {
		w.row.TopPaths = append(w.row.TopPaths, &schemas.TopPath{
			Path: string(e.key), Requests: w.scale.of(e.count), ResponseBytes: w.sent(e.value.bytes), Errors: w.failed(e.value.errors),
			CacheMisses: w.figure(vocabulary.FieldCache, e.value.misses),
		})
	}
}

func (w *rowWriter) networkList(most int) {
	for _, e := range shown(w, "top_networks", &w.sum.networks, vocabulary.FieldNetwork, most) {
		w.row.TopNetworks = append(w.row.TopNetworks, &schemas.TopNetwork{
			Asn: int64(e.key), Requests: w.scale.of(e.count), ResponseBytes: w.sent(e.value.bytes), Errors: w.failed(e.value.errors),
		})
	}
}

// figure is a value's sum of what a field counts; absent where no line's log carries the field.
func (w *rowWriter) figure(field vocabulary.Field, v uint64) *int64 {
	if w.logged[field] == 0 {
		return nil
	}
	return proto.Int64(w.scale.of(v))
}

func (w *rowWriter) sent(v uint64) *int64 { return w.figure(vocabulary.FieldResponseBytes, v) }

func (w *rowWriter) failed(v uint64) *int64 { return w.figure(vocabulary.FieldStatus, v) }

// named is a key whose value is a text.
type named[K any] interface {
	key[K]
	String() string
}

func valueList[K named[K]](w *rowWriter, name string, l *list[K], field vocabulary.Field, most int) (rows []*schemas.TopValue) {
	for _, e := range shown(w, name, l, field, most) {
		rows = append(rows, &schemas.TopValue{
			Value: e.key.String(), Requests: w.scale.of(e.count), ResponseBytes: w.sent(e.value.bytes), Errors: w.failed(e.value.errors),
		})
	}
	return rows
}

// shown returns the entries of a list that may be shown, the heaviest first, and writes what is left out. A list of a field that is neither
// logged nor known otherwise is left out itself.
func shown[K key[K]](w *rowWriter, name string, l *list[K], field vocabulary.Field, most int) []*entry[K, tally] {
	if l.total == 0 && w.logged[field] == 0 {
		return nil
	}
	var rows []*entry[K, tally]
	hidden := 0
	for i := range l.entries {
		if e := &l.entries[i]; most > 0 && w.sum.sets.enough(e.value.clients) {
			rows = append(rows, e)
		} else {
			hidden++
		}
	}
	slices.SortFunc(rows, func(a, b *entry[K, tally]) int { return cmp.Or(cmp.Compare(b.count, a.count), a.key.compare(b.key)) })
	rows = rows[:min(len(rows), most)]
	rest := &schemas.ListRest{Requests: w.scale.of(l.total), None: w.scale.of(l.none), Hidden: int64(hidden), Error: w.scale.of(l.missed)}
	for _, e := range rows {
		rest.Requests = max(rest.Requests-w.scale.of(e.count), 0)
	}
	w.row.Rest[name] = rest
	return rows
}
