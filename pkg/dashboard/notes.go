package dashboard

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/schemas"
)

// notes say how complete a site's figures are.
func (d *siteData) notes() []string {
	var open, incomplete int64
	for _, p := range d.points {
		if p.Provisional {
			open++
		}
		if p.Incomplete {
			incomplete++
		}
	}
	var notes []string
	if n := d.total.LateLines; n > 0 {
		notes = append(notes, fmt.Sprintf("%s (%s) came after their minute was closed and are counted; lists and visitors of their minutes lack them.",
			reportwriter.Plural(n, "line"), reportwriter.Percent(n, d.total.Lines)))
	}
	if incomplete > 0 {
		notes = append(notes, fmt.Sprintf("%s incomplete: lines were set aside and are tried again.", are(incomplete, d.period.Level)))
	}
	if open > 0 {
		notes = append(notes, fmt.Sprintf("%s still being counted (hatched): figures can grow.", are(open, d.period.Level)))
	}
	for _, words := range []string{deadWords(d.dead), noHostWords(d.noHost), overCapWords(d.overCap)} {
		if words != "" {
			notes = append(notes, words)
		}
	}
	if rate := d.total.SampleRate; rate > 0 && rate < 1 {
		notes = append(notes, fmt.Sprintf("The proxy logs about %.3g %% of requests; all figures are scaled up accordingly.", 100*rate))
	}
	if words := partlyWords(d.total); words != "" {
		notes = append(notes, words)
	}
	return notes
}

// noHostWords say how to give lines a site.
func noHostWords(lines int64) string {
	if lines == 0 {
		return ""
	}
	return fmt.Sprintf("Since the collector started, %s as (other hosts) because the log does not say for which site they are: give `--host NAME`, or `host` "+
		"of the source in the configuration, or let the proxy log it.", counts(lines))
}

// overCapWords say that sites may lack lines, and how to keep them from that.
func overCapWords(lines int64) string {
	if lines == 0 {
		return ""
	}
	return fmt.Sprintf("Since the collector started, %s as (other hosts) because too many host names came to tell them apart, and sites that are not "+
		"listed may lack some: list yours under `sites` in the file of `floodgauge up --config FILE`.", counts(lines))
}

func counts(lines int64) string {
	if lines == 1 {
		return "1 line counts"
	}
	return reportwriter.Plural(lines, "line") + " count"
}

// deadWords say how many lines, of whatever site, could not be read.
func deadWords(dead map[string]int64) string {
	var lines int64
	var reasons []string
	for _, t := range reasonsOf(dead) {
		lines += t.n
		reasons = append(reasons, fmt.Sprintf("%s: %s", t.label, reportwriter.Count(t.n)))
	}
	if lines == 0 {
		return ""
	}
	return fmt.Sprintf("%s of all that was ever read could not be understood, and may have been this site's (%s).", reportwriter.Plural(lines, "line"),
		strings.Join(reasons, "; "))
}

func are(n int64, level string) string {
	if n == 1 {
		return "1 " + level + " is"
	}
	return reportwriter.Plural(n, level) + " are"
}

func partlyWords(r *schemas.TrafficReport) string {
	var parts []string
	for field, lines := range r.PartlyLogged {
		parts = append(parts, fmt.Sprintf("%s (%s of lines)", reportwriter.FieldName(field), reportwriter.Percent(lines, r.Lines)))
	}
	if len(parts) == 0 {
		return ""
	}
	slices.Sort(parts)
	return "Only a part of the lines says: " + strings.Join(parts, ", ") + "."
}

// additions are what to add to nginx's log_format for what a log lacks.
var additions = []struct{ field, add string }{
	{"status", "$status"}, {"response_bytes", "$body_bytes_sent"}, {"request_bytes", "$request_length"}, {"method", "$request_method"},
	{"protocol", "$server_protocol"}, {"path", "$uri"}, {"cache", "$upstream_cache_status"}, {"latency", "$request_time"},
	{"agent", "$http_user_agent"}, {"referrer", "$http_referer"}, {"client", "$remote_addr"}, {"origin_errors", "$upstream_status"},
}

// addition is what to add to nginx's log_format for a field; empty where that cannot be said.
func addition(field string) string {
	for _, a := range additions {
		if a.field == field {
			return "Add " + a.add + " to the proxy's log format."
		}
	}
	return ""
}

// advice says, a sentence for each thing that the log lacks, what to add to it.
func advice(r *schemas.TrafficReport) []string {
	var list []string
	for _, a := range additions {
		if slices.Contains(r.NotLogged, a.field) {
			list = append(list, fmt.Sprintf("Not in the log: %s. Add %s to the proxy's log format.", reportwriter.FieldName(a.field), a.add))
		}
	}
	for _, field := range []string{"country", "network"} {
		if slices.Contains(r.NotLogged, field) && r.ClientsUnavailable == "" {
			list = append(list, fmt.Sprintf("Not in the log: %s. Name a database for them in the configuration.", reportwriter.FieldName(field)))
		}
	}
	if r.ClientsUnavailable == "cdn" {
		list = append(list, "The log holds a delivery network's addresses in place of the visitors': "+
			"let the proxy log the address that the network passes on.")
	}
	return list
}

func fieldWords(field string) string {
	return strings.TrimPrefix(reportwriter.FieldName(field), "what ")
}

func rateWords(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v < 9.95:
		return fmt.Sprintf("%.2g", v)
	}
	return reportwriter.Short(int64(math.Round(v)))
}

// reasonWords say why lines could not be read.
var reasonWords = map[string]string{
	"not_json":      "not JSON, although the format is",
	"broken_json":   "broken JSON",
	"no_match":      "not in the format of the log",
	"no_time":       "without a time",
	"bad_time":      "a time that cannot be read",
	"future":        "from the future: is the clock right?",
	"before_1995":   "from before 1995: was the clock ever set?",
	"too_late":      "too late to be counted",
	"too_long":      "longer than 1 MiB",
	"binary":        "not text",
	"not_a_request": "no request (another log's line, or a heading)",
	"truncated":     "cut off in the middle",
}

func reasonOf(name string) string {
	if words, ok := reasonWords[name]; ok {
		return words
	}
	return strings.ReplaceAll(name, "_", " ")
}

func reasonsOf(dead map[string]int64) []tally {
	list := named(dead, reasonOf)
	slices.SortStableFunc(list, func(a, b tally) int { return int(min(max(b.n-a.n, -1), 1)) })
	return list
}
