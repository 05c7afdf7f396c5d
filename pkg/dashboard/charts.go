package dashboard

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
)

// chart is one chart of a site with the table behind it. The page's script draws it anew from the same points.
type chart struct {
	ID      string
	Title   string
	Help    string // what a point is
	Missing string // "not logged", where it is
	Advice  string // what to do about that
	Still   drawing
	Bands   []band // of cases, in the still drawing
	Heads   []string
	Rows    []tableRow
	Step    string // "minute", "hour" or "day": what a row is
	Nothing string // said in place of rows
}

type tableRow struct {
	ISO   string
	Start string
	Cells []string
	State string // what is special about the slot
	Case  string // what a case is called that covers it
	Grave bool
}

// column is one value of a table.
type column struct {
	head string
	cell func(p reportstore.Point, step time.Duration) string
}

// plan is how a chart is made from points.
type plan struct {
	id, field, title, help string // field: what the log has to hold
	columns                []column
	value                  func(reportstore.Point) (float64, bool) // what the still drawing shows; false: not logged
}

var plans = []plan{
	{"requests", "status", "Requests a second by status", "Each point is the mean of one {step}.", []column{
		{"Requests", func(p reportstore.Point, _ time.Duration) string { return reportwriter.Count(p.Requests) }},
		{"a second", func(p reportstore.Point, step time.Duration) string {
			return rateWords(float64(p.Requests) / step.Seconds())
		}},
		{"2xx", class("2xx")}, {"3xx", class("3xx")}, {"4xx", class("4xx")}, {"5xx", class("5xx")}, {"other", class("1xx", "none", "other")},
	}, func(p reportstore.Point) (float64, bool) { return float64(p.Requests), true }},
	{"bandwidth", "response_bytes", "Bandwidth", "Response bytes sent, as the mean of one {step}.", []column{
		{"Sent", func(p reportstore.Point, _ time.Duration) string {
			return optional(p.ResponseBytes, reportwriter.Bytes)
		}},
		{"Mean rate", func(p reportstore.Point, step time.Duration) string {
			return optional(p.ResponseBytes, func(n int64) string { return reportwriter.Bits(n, step) })
		}},
	}, func(p reportstore.Point) (float64, bool) { return whole(p.ResponseBytes) }},
	{"cache", "cache", "Served from cache", "The share of one {step}'s requests, and of its bytes, that the cache answered.", []column{
		{"Of requests", func(p reportstore.Point, _ time.Duration) string {
			return optional(p.CacheHits, func(n int64) string { return reportwriter.Percent(n, p.Requests) })
		}},
		{"Of bytes", func(p reportstore.Point, _ time.Duration) string {
			if p.ResponseBytes == nil {
				return notLogged
			}
			return optional(p.CacheHitBytes, func(n int64) string { return reportwriter.Percent(n, *p.ResponseBytes) })
		}},
	}, func(p reportstore.Point) (float64, bool) {
		hits, ok := whole(p.CacheHits)
		return hits / float64(max(p.Requests, 1)), ok
	}},
	{"latency", "latency", "Time to answer", "Half, 95 % and 99 % of one {step}'s requests were answered within this time.", []column{
		{"50 %", func(p reportstore.Point, _ time.Duration) string { return seconds(p.P50) }},
		{"95 %", func(p reportstore.Point, _ time.Duration) string { return seconds(p.P95) }},
		{"99 %", func(p reportstore.Point, _ time.Duration) string { return seconds(p.P99) }},
	}, func(p reportstore.Point) (float64, bool) {
		if p.P95 == nil {
			return 0, false
		}
		return *p.P95, true
	}},
	{"visitors", "client", "Visitors", "Different visitors in one {step}, estimated; they do not add up, as one comes in several.", []column{
		{"Visitors", func(p reportstore.Point, _ time.Duration) string { return visitorsCell(p, reportwriter.Count) }},
	}, func(p reportstore.Point) (float64, bool) { return whole(p.Visitors) }},
}

const notLogged = "not logged"

func class(names ...string) func(reportstore.Point, time.Duration) string {
	return func(p reportstore.Point, _ time.Duration) string {
		if p.StatusClass == nil {
			return notLogged
		}
		var n int64
		for _, name := range names {
			n += p.StatusClass[name]
		}
		return reportwriter.Count(n)
	}
}

func optional(v *int64, words func(int64) string) string {
	if v == nil {
		return notLogged
	}
	return words(*v)
}

func visitorsCell(p reportstore.Point, words func(int64) string) string {
	if p.Visitors == nil && p.Provisional {
		return "counted at its end"
	}
	return optional(p.Visitors, words)
}

func whole(v *int64) (float64, bool) {
	if v == nil {
		return 0, false
	}
	return float64(*v), true
}

func seconds(v *float64) string {
	if v == nil {
		return notLogged
	}
	return reportwriter.Seconds(*v)
}

func (d *siteData) charts() []chart {
	list := make([]chart, 0, len(plans))
	marks := d.marks()
	for _, plan := range plans {
		c := chart{ID: plan.id, Title: plan.title, Help: strings.ReplaceAll(plan.help, "{step}", d.period.Level), Step: d.table.Level}
		c.Still = draw(d.points, d.period, d.fresh.KnownTo, plan.value)
		for _, column := range plan.columns {
			c.Heads = append(c.Heads, column.head)
		}
		for _, point := range slices.Backward(d.tablePoints) {
			c.Rows = append(c.Rows, tableRowOf(plan.columns, point, d.table, marks))
		}
		if plan.id == "requests" {
			c.Bands = bandsOf(marks, d.period)
			c.Help += d.bandHelp()
		}
		if len(d.points) > 0 && !slices.ContainsFunc(d.points, func(p reportstore.Point) bool { _, ok := plan.value(p); return ok }) {
			c.Missing = d.missingWords(plan.id)
		}
		if c.Missing == notLogged {
			c.Advice = addition(plan.field)
		}
		if len(c.Rows) == 0 {
			c.Nothing = "No rows in " + d.period.Words() + "."
		}
		list = append(list, c)
	}
	slices.SortStableFunc(list, func(a, b chart) int { return missingLast(a.Missing, b.Missing) })
	return list
}

// missingLast orders what has something to show before what has not.
func missingLast(a, b string) int {
	return cmp.Compare(min(len(a), 1), min(len(b), 1))
}

// missingWords say why a chart has no value in any slot.
func (d *siteData) missingWords(id string) string {
	if id == "visitors" && d.total != nil && (d.total.Visitors != nil || d.total.ClientsUnavailable != "") {
		if d.total.ClientsUnavailable != "" {
			return "not available behind a delivery network"
		}
		return "" // they are counted when the first slot is closed
	}
	return notLogged
}

func tableRowOf(columns []column, point reportstore.Point, p period, marks []mark) tableRow {
	row := tableRow{ISO: point.Start.UTC().Format(time.RFC3339), Start: slotName(point.Start, p), State: stateOf(point)}
	for _, column := range columns {
		row.Cells = append(row.Cells, column.cell(point, p.step()))
	}
	if m := markOf(marks, point.Start, p.step()); m != nil {
		row.Case, row.Grave = m.words, m.grave
	}
	return row
}

// slotName is a slot's beginning; the day is named where the period has several.
func slotName(t time.Time, p period) string {
	switch t = t.UTC(); {
	case p.Level == reportstore.Day:
		return t.Format("Mon 2 Jan 2006")
	case p.To.Sub(p.From) > 24*time.Hour || p.Name == "":
		return t.Format("2 Jan 15:04")
	}
	return t.Format("15:04")
}

// stateOf says what is special about a slot.
func stateOf(p reportstore.Point) string {
	state := ""
	add := func(words string) {
		if state != "" {
			state += ", "
		}
		state += words
	}
	if p.Provisional {
		add("still counting")
	}
	if p.Incomplete {
		add("incomplete")
	}
	if p.LateLines > 0 {
		add(reportwriter.Count(p.LateLines) + " late")
	}
	return state
}
