package reportwriter

import (
	"fmt"
	"strconv"

	"github.com/floodgauge/floodgauge/schemas"
)

// list is one of the lists that the k rule cuts, ready to be drawn.
type list struct {
	column string // its name in the schema, which is its key in TrafficReport.rest
	title  string
	one    string // what a value is called: "path"
	many   string
	none   string // what requests without a value are
	heads  []string
	items  []item
}

type item struct {
	label    string
	requests int64
	figures  []string
}

func pathSection(r *schemas.TrafficReport, screen Screen, width int) []line {
	l := list{column: "top_paths", title: "Most requested paths", one: "path", many: "paths", none: "no path", heads: []string{"errors"}}
	wide := width >= twoColumns
	if wide {
		l.heads = []string{"errors", "sent", "cache misses"}
	}
	for _, p := range r.TopPaths {
		figures := []string{errorShare(p.Errors, p.GetRequests())}
		if wide {
			figures = append(figures, optionalFigure(p.ResponseBytes, byteCount), optionalFigure(p.CacheMisses, count))
		}
		l.items = append(l.items, item{plain(p.GetPath(), screen.ASCII), p.GetRequests(), figures})
	}
	return l.section(r, screen, width)
}

func valueSections(r *schemas.TrafficReport, screen Screen, width int) [][]line {
	errors := []string{"errors"}
	countries := list{column: "top_countries", title: "Countries", one: "country", many: "countries", none: "country unknown", heads: errors}
	for _, v := range r.TopCountries {
		countries.items = append(countries.items, valueItem(v, wordFor(countryNames, v.GetValue(), screen.ASCII)))
	}
	networks := list{column: "top_networks", title: "Networks", one: "network", many: "networks", none: "network unknown", heads: errors}
	for _, n := range r.TopNetworks {
		networks.items = append(networks.items, item{"AS" + strconv.FormatInt(n.GetAsn(), 10), n.GetRequests(), []string{errorShare(n.Errors, n.GetRequests())}})
	}
	referrers := list{column: "top_referrers", title: "Came from", one: "referrer", many: "referrers", none: "came directly, or did not say", heads: errors}
	for _, v := range r.TopReferrers {
		referrers.items = append(referrers.items, valueItem(v, plain(v.GetValue(), screen.ASCII)))
	}
	agents := list{column: "top_agents", title: "Browsers and bots", one: "browser or bot", many: "browsers and bots", none: "gave no name", heads: errors}
	for _, v := range r.TopAgents {
		agents.items = append(agents.items, valueItem(v, plain(v.GetValue(), screen.ASCII)))
	}
	return [][]line{countries.section(r, screen, width), networks.section(r, screen, width), referrers.section(r, screen, width), agents.section(r, screen, width)}
}

func valueItem(v *schemas.TopValue, label string) item {
	return item{label, v.GetRequests(), []string{errorShare(v.Errors, v.GetRequests())}}
}

func errorShare(errors *int64, requests int64) string {
	return optionalFigure(errors, func(n int64) string { return percent(n, requests) })
}

// section draws the list, and below it in words what it leaves out. A list that is not logged, or has nothing at all, is not drawn.
func (l *list) section(r *schemas.TrafficReport, screen Screen, width int) []line {
	rest := r.Rest[l.column]
	if len(l.items) == 0 && rest.GetRequests()+rest.GetNone() == 0 {
		return nil
	}
	lines := []line{{{text: l.title, style: bold}}}
	if len(l.items) > 0 {
		g := grid{title: l.title, heads: append([]string{"requests", "share"}, l.heads...), bars: true, aligned: true}
		for _, it := range l.items[:min(len(l.items), listRows)] {
			g.add(normal, it.requests, it.label, append([]string{count(it.requests), percent(it.requests, r.Requests)}, it.figures...)...)
		}
		lines = g.render(screen, width)
	}
	for _, text := range l.restWords(r, rest) {
		lines = append(lines, indented(text, width, dim)...)
	}
	return lines
}

// restWords say in words what the drawn values are not: values further down, what is hidden or rare, and requests without any value.
func (l *list) restWords(r *schemas.TrafficReport, rest *schemas.ListRest) []string {
	var words []string
	add := func(what string, n int64) {
		if n > 0 {
			words = append(words, fmt.Sprintf("%s: %s (%s)", what, count(n), percent(n, r.Requests)))
		}
	}
	if len(l.items) == 0 && rest.GetHidden() > 0 {
		words = append(words, l.allHidden(r, rest))
	} else {
		further := l.items[min(len(l.items), listRows):]
		add(fmt.Sprintf("the next %s (--by all --format csv lists them)", pluralOf(int64(len(further)), l.one, l.many)), requestsOf(further))
		add(l.othersName(r, rest), rest.GetRequests())
	}
	add(l.none, rest.GetNone())
	if n := rest.GetError(); n > 0 && len(l.items) > 0 {
		words = append(words, fmt.Sprintf("Too many %s to count each: figures are at most %s off.", l.many, count(n)))
	}
	return words
}

func (l *list) allHidden(r *schemas.TrafficReport, rest *schemas.ListRest) string {
	why := fmt.Sprintf("that fewer than %s share", plural(int64(r.K), "visitor"))
	if r.Visitors == nil {
		why = "of which nobody can tell how many visitors share them"
	}
	return fmt.Sprintf("Hidden: %s %s (%s). For your own eyes: --k 1", pluralOf(rest.GetHidden(), l.one, l.many), why, plural(rest.GetRequests(), "request"))
}

func requestsOf(items []item) (n int64) {
	for _, it := range items {
		n += it.requests
	}
	return n
}

// fullList is how many values a row's list holds at most: a shorter one lacks only what is hidden or could not be counted.
const fullList = 50

// othersName says what the values are that a row does not list.
func (l *list) othersName(r *schemas.TrafficReport, rest *schemas.ListRest) string {
	hidden := fmt.Sprintf("below %s each", plural(int64(r.K), "visitor"))
	switch rare := rest.GetError() > 0 || len(l.items) >= fullList; {
	case rest.GetHidden() > 0 && rare:
		return "other " + l.many + " (" + hidden + ", or too rare to list)"
	case rest.GetHidden() > 0:
		return "other " + l.many + " (" + hidden + ")"
	case rare:
		return "other " + l.many + " (too rare to list)"
	}
	return "other " + l.many
}
