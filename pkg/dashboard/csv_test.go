package dashboard

import (
	"encoding/csv"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// table is a download as somebody's spreadsheet reads it.
func (p *page) table(target string) [][]string {
	p.t.Helper()
	records, err := csv.NewReader(strings.NewReader(p.get(target))).ReadAll()
	if err != nil {
		p.t.Fatalf("%s: %v", target, err)
	}
	return records
}

var downloadLink = regexp.MustCompile(`<a class="download" href="([^"]+)" download>`)

// download follows the link of a site's page.
func (p *page) download(target string) [][]string {
	p.t.Helper()
	link := downloadLink.FindStringSubmatch(p.get(target))
	if link == nil {
		p.t.Fatalf("%s has no download", target)
	}
	return p.table(html.UnescapeString(link[1]))
}

// What is downloaded has the slots of the tables on the page.
func TestDownloadHasTheTablesSlots(t *testing.T) {
	p := newPage(t)
	p.store.fill("a.example", 2, teaTime, full)
	slot := regexp.MustCompile(`<tr data-t="([^"]+)"`)
	for _, query := range []string{"?range=15m", "?range=1h", "?range=24h", "?range=7d", "?range=1y", "?from=2026-11-25T09:00&to=2026-11-25T11:00"} {
		target := "/sites/a.example" + query
		var shown, downloaded []string
		for _, m := range slot.FindAllStringSubmatch(p.get(target), -1) {
			shown = append(shown, m[1])
		}
		shown = shown[:len(shown)/len(plans)] // of the first table
		slices.Reverse(shown)
		for _, record := range p.download(target)[1:] {
			downloaded = append(downloaded, record[2])
		}
		if diff := cmp.Diff(shown, downloaded); diff != "" || len(shown) == 0 {
			t.Errorf("%s (-shown +downloaded):\n%s", target, diff)
		}
	}
}

// The figures are those of the JSON interface.
func TestDownloadHasTheFigures(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 2, teaTime, full)
	p.store.bad[teaTime.Add(-5*time.Minute).Truncate(time.Minute)] = true
	points := decode[seriesJSON](t, p, "/api/v1/sites/a.example/series").Points
	records := p.table("/api/v1/sites/a.example/series.csv")
	if len(records) != len(points)+1 {
		t.Fatalf("%d records of %d points", len(records), len(points))
	}
	whole := func(n int64) string { return strconv.FormatInt(n, 10) }
	for i, point := range points {
		visitors := "counted at its end"
		if point.Visitors != nil {
			visitors = whole(*point.Visitors)
		}
		want := map[string]string{
			"host": "a.example", "level": "minute", "requests": whole(point.Requests), "response_bytes": whole(*point.ResponseBytes), "status_2xx": whole(point.StatusClass["2xx"]),
			"status_5xx": whole(point.StatusClass["5xx"]), "cache_hits": whole(*point.CacheHits), "cache_hit_bytes": whole(*point.CacheHitBytes), "visitors": visitors,
			"p95": strconv.FormatFloat(*point.P95, 'f', -1, 64), "lines": whole(point.Lines), "provisional": strconv.FormatBool(i == len(points)-1),
			"incomplete": strconv.FormatBool(point.Incomplete),
		}
		got := map[string]string{}
		for column := range want {
			got[column] = records[i+1][slices.Index(records[0], column)]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("record %d (-JSON +CSV):\n%s", i, diff)
		}
	}
}

// What is not logged is never 0, and no cell is a formula.
func TestDownloadIsHonestAndHarmless(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("plain.example", 2, teaTime, plain)
	records := p.table("/api/v1/sites/plain.example/series.csv")
	for _, column := range []string{"cache_hits", "cache_hit_bytes", "p50", "p95", "p99"} {
		if got := records[1][slices.Index(records[0], column)]; got != "not logged" {
			t.Errorf("%s is %q", column, got)
		}
	}
	const formula = "=cmd|x"
	p.store.fillMinutes(formula, 2, teaTime, full)
	for _, record := range p.table("/api/v1/sites/" + formula + "/series.csv") {
		for _, cell := range record {
			if strings.ContainsAny(cell[:1], "=+-@|%") {
				t.Errorf("a cell is %q", cell)
			}
		}
	}
}

func TestDownloadIsNamed(t *testing.T) {
	p := newPage(t)
	for host, want := range map[string]string{
		"a.example":           `attachment; filename=a.example-hour-20261124T1500Z.csv`,
		vocabulary.OtherHosts: `attachment; filename=other-hosts-hour-20261124T1500Z.csv`,
	} {
		p.store.fill(host, 1, teaTime, full)
		w := p.do(local(http.MethodGet, "/api/v1"+sitePath(host)+"/series.csv?range=24h&step=hour"))
		if got := w.Header().Get("Content-Disposition"); got != want {
			t.Errorf("the file is %q", got)
		}
	}
}
