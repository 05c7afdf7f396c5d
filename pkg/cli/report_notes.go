package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

// hostSources say where a host comes from that the lines do not name, by logentry.Source.HostFrom.
var hostSources = map[string]string{"option": "--host", "configuration": "the configuration", "file name": "the name of the file"}

// notes say what was not in the lines but taken from elsewhere, and what has no page of its own.
func (r *finishedRun) notes() []string {
	rows := map[string]*schemas.TrafficReport{}
	for _, row := range r.reports {
		rows[row.Host] = row
	}
	var notes []string
	seen := map[string]bool{}
	for i := range r.inputs.sources {
		s := &r.inputs.sources[i]
		if s.Host == "" || seen[s.Host] || rows[s.Host] == nil || !lacksHosts(rows[s.Host]) {
			continue
		}
		seen[s.Host] = true
		notes = append(notes, fmt.Sprintf("The lines do not name their site; %s comes from %s.", s.Host, hostSources[s.HostFrom]))
	}
	if note := r.bucketNote(); note != "" {
		notes = append(notes, note)
	}
	if r.partial {
		notes = append(notes, partialNote)
	}
	return notes
}

// partialNote warns of rows that may be too small.
const partialNote = "The figures of sites may be too small: there were more host names than can be told apart at once, so some of their requests may be counted as " +
	vocabulary.OtherHosts + ". Read the log from a file instead of standard input, or give " + listSites + "."

// lacksHosts tells whether some of a row's lines do not carry their host.
func lacksHosts(row *schemas.TrafficReport) bool {
	for _, field := range row.NotLogged {
		if field == "host" {
			return true
		}
	}
	return row.PartlyLogged["host"] > 0
}

// bucket counts the requests of the bucket of other hosts by reason.
func (r *finishedRun) bucket() map[string]int64 {
	if len(r.options.Hosts) > 0 {
		return nil // a bucket is none of the hosts that were asked for
	}
	c := &r.result.Counts
	hidden := -c.NoHost - c.UnknownSite - c.OverCap
	level := ""
	for _, row := range r.reports {
		if row.Host == vocabulary.OtherHosts && (level == "" || row.Level == level) {
			level = row.Level
			hidden += row.Lines
		}
	}
	why := reportwriter.HiddenHost
	if r.bucketLacksClients() {
		why = reportwriter.UnknownClients
	}
	return map[string]int64{"no_host": c.NoHost, "unknown_site": c.UnknownSite, "over_cap": c.OverCap, why: max(hidden, 0)}
}

// hides tells whether the k rule keeps any value, or the name of a site, out of the rows.
func (r *finishedRun) hides() bool {
	if r.options.K <= 1 {
		return false
	}
	for _, row := range r.reports {
		for _, rest := range row.Rest {
			if rest.GetHidden() > 0 {
				return true
			}
		}
	}
	b := r.bucket()
	return b[reportwriter.HiddenHost]+b[reportwriter.UnknownClients] > 0
}

// bucketLacksClients tells whether no visitor of the bucket's requests is known: then nobody can tell how many asked for a site.
func (r *finishedRun) bucketLacksClients() bool {
	for _, row := range r.reports {
		if row.Host == vocabulary.OtherHosts && row.ClientsUnavailable == "" && !slices.Contains(row.NotLogged, vocabulary.FieldClient.String()) {
			return false
		}
	}
	return true
}

func (r *finishedRun) bucketLacksHosts() bool {
	for _, row := range r.reports {
		if row.Host == vocabulary.OtherHosts && lacksHosts(row) {
			return true
		}
	}
	return false
}

// bucketNote says whose requests the bucket's page holds, and how they get pages of their own.
func (r *finishedRun) bucketNote() string {
	var parts []string
	b := r.bucket()
	add := func(reason, words string) {
		if b[reason] > 0 {
			parts = append(parts, words)
		}
	}
	if r.bucketLacksHosts() {
		add("no_host", "lines that name no site (--host NAME names it)")
	} else {
		add("no_host", "lines whose host is no valid name, such as an address")
	}
	add(reportwriter.HiddenHost, fmt.Sprintf("sites that fewer than %d visitors asked for (for your own eyes: --k 1)", r.options.K))
	add(reportwriter.UnknownClients, "sites of which nobody can tell how many visitors asked for them, as the log does not have their addresses (--host NAME, or a list of "+
		"sites: in a configuration file, names them; for your own eyes: --k 1)")
	add("unknown_site", "names that are not in the configuration's list of sites")
	add("over_cap", "names that few asked for, among more than can be told apart ("+listSites+" names those that matter)")
	if len(parts) == 0 {
		return ""
	}
	if len(parts) == 1 && b["no_host"] > 0 && r.bucketLacksHosts() {
		return fmt.Sprintf("The lines do not name their site, so it is called %s here; --host www.example.org would name it.", vocabulary.OtherHosts)
	}
	return vocabulary.OtherHosts + " has no site of its own: it holds " + strings.Join(parts, ", and ") + "."
}
