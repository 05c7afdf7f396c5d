package integration

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/loggen"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

// truthFormats are the formats in which traffic with a known truth is written, with what their rows must have besides what every format logs.
var truthFormats = []struct {
	format   string
	hostless bool
	more     []string // columns
}{
	{format: loggen.FormatGCP, more: googleColumns},
	{format: loggen.FormatGCPBigQuery, more: googleColumns},
	{format: loggen.FormatNginxJSON, more: []string{"request_bytes", "latency/count"}},
	{format: loggen.FormatCloudflare, more: []string{"request_bytes", "latency/count"}},
	{format: loggen.FormatCombined, hostless: true},
	{format: loggen.FormatCommon, hostless: true},
	{format: loggen.FormatVhostCombined},
	{format: loggen.FormatVhostCommon},
	{format: `$remote_addr [$time_local] "$request" $status $body_bytes_sent $host $request_length $request_time`, more: []string{"request_bytes", "latency/count"}},
	{format: `%{usec}t %v %a "%m %U%q %H" %>s %B %I %D`, more: []string{"request_bytes", "latency/count"}},
}

var googleColumns = []string{"request_bytes", "latency/count", "cache/", "enforced/", "preview/", "origin_errors/"}

// everyFormat are the columns that every format has.
var everyFormat = []string{"requests", "lines", "status/", "methods/", "response_bytes"}

// TestRowsSayWhatHappened: what the traffic truly was comes out of the graph, whichever format the log is in.
func TestRowsSayWhatHappened(t *testing.T) {
	for _, f := range truthFormats {
		t.Run(f.format, func(t *testing.T) {
			file, want := makeTruth(t, f.format, f.hostless)
			cfg := sitesConfig(f.format)
			if f.hostless {
				cfg.Sources[0].Host = testSites[0]
			}
			got, counts := runBounded(t, traffic.Config{Summarize: cfg, Levels: []string{traffic.Minute}}, file, 2)
			if counts.Entries != truthLines {
				t.Errorf("%d of %d lines became entries: %v", counts.Entries, truthLines, got.dead)
			}
			columns := append(slices.Clone(everyFormat), f.more...)
			if diff := cmp.Diff(want.columns(columns), onlyColumns(additive(got.rows), columns)); diff != "" {
				t.Errorf("rows (-truth +report):\n%s", diff)
			}
			if diff := cmp.Diff(want.visitors(), visitorsOf(got.rows)); diff != "" {
				t.Errorf("visitors (-truth +report):\n%s", diff)
			}
		})
	}
}

const truthLines = 3000

// truth is what happened, by row.
type truth map[window]*truthRow

type truthRow struct {
	columns map[string]int64
	clients map[netip.Prefix]bool
}

func makeTruth(t *testing.T, format string, hostless bool) (file []byte, all truth) {
	t.Helper()
	g, err := loggen.New(loggen.Config{Seed: 21, Hosts: testSites, Start: midnight.Add(-time.Minute), Duration: 2 * time.Minute, Lines: truthLines, Format: format})
	if err != nil {
		t.Fatal(err)
	}
	all = truth{}
	var r loggen.Request
	for g.Next(&r) {
		file = g.Write(file, &r)
		host := siteNames[r.Host]
		if hostless {
			host = testSites[0]
		}
		w := window{traffic.Minute, host, time.Unix(0, r.Time).UTC().Truncate(time.Minute)}
		if all[w] == nil {
			all[w] = &truthRow{map[string]int64{}, map[netip.Prefix]bool{}}
		}
		all[w].add(&r, strings.HasPrefix(format, "gcp"))
	}
	return file, all
}

// add counts a request as the rows name it.
func (row *truthRow) add(r *loggen.Request, google bool) {
	status := int64(r.Status)
	if status == 0 && !google {
		status = 499 // what proxies write for a client that did not wait
	}
	c := row.columns
	c["requests"]++
	c["lines"]++
	c[fmt.Sprintf("status/%d", status)]++
	c["methods/"+r.Method.String()]++
	c["response_bytes"] += int64(r.ResponseBytes)
	c["request_bytes"] += int64(r.RequestBytes)
	c["latency/count"]++
	c["cache/"+r.Cache.String()]++
	c["cache/"+r.Cache.String()+"_bytes"] += int64(r.ResponseBytes)
	c["cache/fill_bytes"] += int64(r.CacheFillBytes)
	if r.Enforced != vocabulary.ActionNone {
		c["enforced/"+r.Enforced.String()]++
	}
	if r.Preview != vocabulary.ActionNone {
		c["preview/"+r.Preview.String()]++
	}
	if r.OriginError != vocabulary.OriginErrorNone {
		c["origin_errors/"+r.OriginError.String()]++
	}
	row.clients[visitor(r.Client)] = true
}

// visitor is what counts as one: an IPv4 address, an IPv6 /64.
func visitor(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(a, bits).Masked()
}

func (all truth) columns(wanted []string) map[window]map[string]int64 {
	rows := map[window]map[string]int64{}
	for w, row := range all {
		rows[w] = row.columns
	}
	return onlyColumns(rows, wanted)
}

// onlyColumns keeps the columns that are wanted, by name or by a beginning with "/", unless they are 0.
func onlyColumns(rows map[window]map[string]int64, wanted []string) map[window]map[string]int64 {
	kept := map[window]map[string]int64{}
	for w, columns := range rows {
		kept[w] = map[string]int64{}
		for name, n := range columns {
			group, _, _ := strings.Cut(name, "/")
			if n != 0 && (slices.Contains(wanted, name) || slices.Contains(wanted, group+"/")) {
				kept[w][name] = n
			}
		}
	}
	return kept
}

func (all truth) visitors() map[window]int64 {
	n := map[window]int64{}
	for w, row := range all {
		n[w] = int64(len(row.clients))
	}
	return n
}

func visitorsOf(rows []*schemas.TrafficReport) map[window]int64 {
	n := map[window]int64{}
	for _, row := range rows {
		n[windowOf(row)] = row.GetVisitors()
	}
	return n
}
