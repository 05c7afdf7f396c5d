package dashboard

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/schemas"
)

// topList is one of the lists of a site: values with their requests, most first.
type topList struct {
	ID      string
	Title   string
	One     string // what a value is called
	Heads   []string
	Rows    []listRow
	More    []listRow // the values after the first listLength
	Rest    []string  // what is left out, in words
	Missing string    // "not logged", where it is
}

type listRow struct {
	Label    string
	Requests string
	Share    string
	Bar      string // 0 to 100
	Figures  []string
}

// listLength is how many values a list shows at once.
const listLength = 10

// listed is a value of a list as every list has it; nil is not logged.
type listed struct {
	label           string
	requests        int64
	bytes, failures *int64
	misses          *int64 // of paths alone
}

func (d *siteData) lists() []topList {
	r := d.total
	lists := []topList{
		d.paths(),
		d.cut("top_countries", "Countries", "country", "country", listedOf(r.TopCountries, reportwriter.CountryName)),
		d.cut("top_networks", "Networks", "network", "network", networksOf(r)),
		d.cut("top_referrers", "Came from", "referrer", "referrer", listedOf(r.TopReferrers, nil)),
		d.cut("top_agents", "Browsers and bots", "name", "agent", listedOf(r.TopAgents, nil)),
		d.counted("status", "Status codes", "status", statusCounts(r)),
		d.counted("methods", "Methods", "method", named(r.Methods, reportwriter.MethodName)),
		d.counted("protocols", "HTTP versions", "protocol", named(r.Protocols, reportwriter.ProtocolName)),
		d.counted("clients", "Kinds of clients", "agent", named(r.Clients, reportwriter.ClientName)),
		d.counted("enforced", "What the defence did", "defence", named(r.Enforced, reportwriter.ActionName)),
	}
	slices.SortStableFunc(lists, func(a, b topList) int { return missingLast(a.Missing, b.Missing) })
	return lists
}

func listedOf(values []*schemas.TopValue, words func(string) string) []listed {
	list := make([]listed, len(values))
	for i, v := range values {
		list[i] = listed{label: v.Value, requests: v.Requests, bytes: v.ResponseBytes, failures: v.Errors}
		if words != nil {
			list[i].label = words(v.Value)
		}
	}
	return list
}

func networksOf(r *schemas.TrafficReport) []listed {
	list := make([]listed, len(r.TopNetworks))
	for i, v := range r.TopNetworks {
		list[i] = listed{label: "AS" + strconv.FormatInt(v.Asn, 10), requests: v.Requests, bytes: v.ResponseBytes, failures: v.Errors}
	}
	return list
}

// paths are the list with the most to say: besides what was sent and what failed, what the cache did not have.
func (d *siteData) paths() topList {
	values := make([]listed, len(d.total.TopPaths))
	for i, v := range d.total.TopPaths {
		values[i] = listed{label: v.Path, requests: v.Requests, bytes: v.ResponseBytes, failures: v.Errors, misses: v.CacheMisses}
	}
	list := d.cut("top_paths", "Paths", "path", "path", values)
	list.Heads = append(list.Heads, "Cache misses")
	rows := slices.Concat(list.Rows, list.More)
	for i := range rows {
		rows[i].Figures = append(rows[i].Figures, optional(values[i].misses, reportwriter.Count))
	}
	return list.split(rows)
}

// cut makes a list of the values that the k rule left, with words for those that it did not.
func (d *siteData) cut(id, title, one, field string, values []listed) topList {
	list := topList{ID: id, Title: title, One: one, Heads: []string{"Errors", "Sent"}, Missing: d.missing(field, len(values), id)}
	rows := make([]listRow, len(values))
	for i, v := range values {
		rows[i] = d.row(v.label, v.requests, values[0].requests)
		failed := optional(v.failures, func(n int64) string { return reportwriter.Percent(n, v.requests) })
		rows[i].Figures = []string{failed, optional(v.bytes, reportwriter.Bytes)}
	}
	if list.Missing == "" {
		list.Rest = d.restWords(list, d.total.Rest[id])
	}
	return list.split(rows)
}

// split shows the first rows at once, and the others where somebody asks for them.
func (l topList) split(rows []listRow) topList {
	n := min(len(rows), listLength)
	l.Rows, l.More = rows[:n], rows[n:]
	return l
}

func (d *siteData) row(label string, requests, most int64) listRow {
	return listRow{Label: label, Requests: reportwriter.Count(requests), Share: reportwriter.Percent(requests, d.total.Requests),
		Bar: decimal(100 * float64(requests) / float64(max(most, 1)))}
}

func (d *siteData) lacks(field string) bool { return slices.Contains(d.total.NotLogged, field) }

// missing says why a list is empty, where it is because of the log.
func (d *siteData) missing(field string, values int, id string) string {
	byAddress := field == "country" || field == "network" || id == "clients"
	switch {
	case values > 0:
		return ""
	case byAddress && d.total.ClientsUnavailable != "":
		return "not available behind a delivery network"
	case d.lacks(field):
		return notLogged
	}
	return ""
}

// restWords say what a list leaves out: values further down, what the k rule hides, and requests without a value.
func (d *siteData) restWords(list topList, rest *schemas.ListRest) []string {
	var words []string
	share := func(n int64) string {
		return fmt.Sprintf("%s requests (%s)", reportwriter.Count(n), reportwriter.Percent(n, d.total.Requests))
	}
	if n := rest.GetRequests(); n > 0 {
		text := "Other: " + share(n)
		if hidden := rest.GetHidden(); hidden > 0 {
			visitors := reportwriter.Plural(int64(d.total.K), "visitor")
			text += fmt.Sprintf(", among them %s that fewer than %s shared", reportwriter.Plural(hidden, "value"), visitors)
		}
		words = append(words, text+".")
	}
	if n := rest.GetNone(); n > 0 {
		words = append(words, fmt.Sprintf("Without a %s: %s.", list.One, share(n)))
	}
	if n := rest.GetError(); n > 0 {
		words = append(words, fmt.Sprintf("One of these may have up to %s more: where it was rare, it counts as other.", share(n)))
	}
	return words
}

// tally is a value of a closed vocabulary with its requests.
type tally struct {
	label string
	n     int64
}

func named(counts map[string]int64, words func(string) string) []tally {
	var list []tally
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, tally{words(key), counts[key]})
	}
	return list
}

func statusCounts(r *schemas.TrafficReport) []tally {
	var list []tally
	for _, code := range slices.Sorted(maps.Keys(r.Status)) {
		list = append(list, tally{reportwriter.StatusName(code), r.Status[code]})
	}
	return list
}

// counted makes a list of values that name nobody: nothing is hidden.
func (d *siteData) counted(id, title, field string, values []tally) topList {
	list := topList{ID: id, Title: title, Missing: d.missing(field, len(values), id)}
	slices.SortStableFunc(values, func(a, b tally) int { return cmp.Compare(b.n, a.n) })
	rows := make([]listRow, len(values))
	for i, v := range values {
		rows[i] = d.row(v.label, v.n, values[0].n)
	}
	return list.split(rows)
}
