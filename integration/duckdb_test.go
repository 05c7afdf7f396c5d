package integration

import (
	"cmp"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/loggen"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/schemas"
)

const millionLines = 1_000_000

// duckRow is what DuckDB says of a host and minute, or of a host and the whole file.
type duckRow struct {
	Host          string           `json:"host"`
	Minute        string           `json:"minute"`
	Requests      int64            `json:"requests"`
	ResponseBytes int64            `json:"response_bytes"`
	S2            int64            `json:"s2"`
	S3            int64            `json:"s3"`
	S4            int64            `json:"s4"`
	S5            int64            `json:"s5"`
	None          int64            `json:"none"`
	Hits          int64            `json:"hits"`
	Clients       int64            `json:"clients"`
	Latency       [3]float64       `json:"latency"`
	Methods       map[string]int64 `json:"methods"`
	Countries     map[string]int64 `json:"countries"`
	Networks      map[string]int64 `json:"networks"`
	Paths         map[string]int64 `json:"paths"`
}

// TestAMillionLinesAgainstDuckDB compares the report of a generated log with SQL on the same file: exact columns are equal, estimates and long lists
// are within what is said of them.
func TestAMillionLinesAgainstDuckDB(t *testing.T) {
	path := millionLinesLog(t)
	want := askDuckDB(t, path)
	for _, by := range []string{"minute", "all"} {
		t.Run("by "+by, func(t *testing.T) {
			rows, _ := reportRows(t, "--by", by, "--k", "1", path)
			compareWithDuckDB(t, rows, want[by])
		})
	}
}

func millionLinesLog(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gcp.ndjson")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cfg := loggen.Config{Seed: 7, HostCount: 300, Start: noon, Duration: 10 * time.Minute, Lines: millionLines, Format: loggen.FormatGCP}
	if _, err := loggen.Generate(t.Context(), cfg, file, nil); err != nil {
		t.Fatal(err)
	}
	return path
}

// askDuckDB returns its rows by minute, and those of the whole file.
func askDuckDB(t *testing.T, path string) map[string][]duckRow {
	t.Helper()
	rows := map[string][]duckRow{}
	for _, row := range jsonLines[duckRow](t, askPython(t, "duckdb_exact.py", path)) {
		by := "minute"
		if row.Minute == "" {
			by = "all"
		}
		rows[by] = append(rows[by], row)
	}
	return rows
}

func compareWithDuckDB(t *testing.T, rows []*schemas.TrafficReport, want []duckRow) {
	t.Helper()
	if len(rows) != len(want) {
		t.Fatalf("%d rows, DuckDB has %d", len(rows), len(want))
	}
	var lines int64
	var off errorsSeen
	for i, row := range rows {
		lines += row.GetLines()
		if diff := gocmp.Diff(want[i].exactColumns(), exactColumns(row, want[i].Minute != "")); diff != "" {
			t.Fatalf("exact columns of %v (-DuckDB +report):\n%s", windowOf(row), diff)
		}
		off.visitors(t, row, want[i].Clients)
		off.latency(t, row, want[i].Latency)
		off.list(t, row, "top_paths", pathCounts(row), want[i].templates(t))
		off.list(t, row, "top_countries", valueCounts(row.GetTopCountries()), want[i].Countries)
		off.list(t, row, "top_networks", networkCounts(row), want[i].Networks)
	}
	if lines != millionLines {
		t.Errorf("%d lines are in the rows, want %d", lines, millionLines)
	}
	off.enough(t)
}

// exactColumns are the columns that are exact, in one shape for both sides.
type exactRow struct {
	Host, Minute string
	Numbers      map[string]int64
	Methods      map[string]int64
}

func (d *duckRow) exactColumns() exactRow {
	return exactRow{d.Host, d.Minute, map[string]int64{"requests": d.Requests, "response_bytes": d.ResponseBytes, "2xx": d.S2, "3xx": d.S3, "4xx": d.S4,
		"5xx": d.S5, "none": d.None, "hits": d.Hits}, d.Methods}
}

func exactColumns(row *schemas.TrafficReport, minute bool) exactRow {
	class := row.GetStatusClass()
	e := exactRow{row.GetHost(), "", map[string]int64{"requests": row.GetRequests(), "response_bytes": row.GetResponseBytes(), "2xx": class["2xx"],
		"3xx": class["3xx"], "4xx": class["4xx"], "5xx": class["5xx"], "none": class["none"], "hits": row.GetCache().GetHit() + row.GetCache().GetValidated()},
		row.GetMethods()}
	if minute {
		e.Minute = row.GetMinute().AsTime().Format(time.RFC3339)
	}
	return e
}

// templates are the requests by path template.
func (d *duckRow) templates(t *testing.T) map[string]int64 {
	t.Helper()
	templates, err := privacy.NewTemplater(nil)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int64{}
	for path, n := range d.Paths {
		counts[templates.Template([]byte(path))] += n
	}
	return counts
}

func pathCounts(row *schemas.TrafficReport) map[string]int64 {
	counts := map[string]int64{}
	for _, p := range row.GetTopPaths() {
		counts[p.GetPath()] = p.GetRequests()
	}
	return counts
}

func valueCounts(values []*schemas.TopValue) map[string]int64 {
	counts := map[string]int64{}
	for _, v := range values {
		counts[v.GetValue()] = v.GetRequests()
	}
	return counts
}

func networkCounts(row *schemas.TrafficReport) map[string]int64 {
	counts := map[string]int64{}
	for _, n := range row.GetTopNetworks() {
		counts[strconv.FormatInt(n.GetAsn(), 10)] = n.GetRequests()
	}
	return counts
}

// errorsSeen gathers how far estimates are off.
type errorsSeen struct {
	estimates                int // rows whose visitors are no exact number
	squares, worst, latest   float64
	exactLists, boundedLists map[string]int
	shareOfBound             float64
}

const (
	exactVisitors = 1024  // up to here a row's visitors are exact
	sketchError   = 0.016 // relative standard error of a dense sketch
	latencyError  = 0.01
)

func (o *errorsSeen) visitors(t *testing.T, row *schemas.TrafficReport, want int64) {
	if row.GetVisitors() == want {
		return
	}
	if want <= exactVisitors {
		t.Errorf("%v: %d visitors, exactly %d are expected", windowOf(row), row.GetVisitors(), want)
	}
	e := float64(row.GetVisitors()-want) / float64(want)
	o.estimates++
	o.squares += e * e
	o.worst = max(o.worst, math.Abs(e))
}

func (o *errorsSeen) latency(t *testing.T, row *schemas.TrafficReport, want [3]float64) {
	for i, got := range []float64{row.GetLatency().GetP50(), row.GetLatency().GetP95(), row.GetLatency().GetP99()} {
		e := math.Abs(got-want[i]) / want[i]
		o.latest = max(o.latest, e)
		if e > latencyError+1e-9 {
			t.Errorf("%v: the %s of the latency is %v, exactly it is %v", windowOf(row), [...]string{"p50", "p95", "p99"}[i], got, want[i])
		}
	}
}

// list holds a list to the error that the row states for it; without one it must be exactly the top of the truth.
func (o *errorsSeen) list(t *testing.T, row *schemas.TrafficReport, name string, got, want map[string]int64) {
	bound := row.GetRest()[name].GetError()
	if o.exactLists == nil {
		o.exactLists, o.boundedLists = map[string]int{}, map[string]int{}
	}
	if bound == 0 {
		o.exactLists[name]++
		if diff := gocmp.Diff(top(want, len(got)), got); diff != "" || len(got) < min(len(want), listRows) {
			t.Errorf("%v: %s is said to be exact (-DuckDB +report):\n%s", windowOf(row), name, diff)
		}
		return
	}
	o.boundedLists[name]++
	least := slices.Min(slices.Collect(maps.Values(got)))
	for value, n := range want {
		shown, listed := got[value]
		if !listed {
			shown = min(n, least) // it may have as much as the least that is listed
		}
		if shown > n || n-shown > bound {
			t.Errorf("%v: %s has %d of a value with %d requests, where the bound of the error is %d", windowOf(row), name, shown, n, bound)
		}
		o.shareOfBound = max(o.shareOfBound, float64(n-shown)/float64(bound))
	}
}

// listRows is how many values a row shows.
const listRows = 50

// top returns the n heaviest; of equals those that come first by name.
func top(counts map[string]int64, n int) map[string]int64 {
	order := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), byKey(a, b)) })
	first := map[string]int64{}
	for _, value := range order[:min(n, len(order))] {
		first[value] = counts[value]
	}
	return first
}

// byKey orders network numbers by number, and other values as texts.
func byKey(a, b string) int {
	m, errA := strconv.Atoi(a)
	n, errB := strconv.Atoi(b)
	if errA == nil && errB == nil {
		return cmp.Compare(m, n)
	}
	return strings.Compare(a, b)
}

// enough says how far estimates were off, and keeps the comparison from becoming empty.
func (o *errorsSeen) enough(t *testing.T) {
	t.Helper()
	rms := math.Sqrt(o.squares / float64(max(o.estimates, 1)))
	t.Logf("visitors: %d rows estimated, error %.2f %% (root mean square), %.2f %% (worst); latency: %.2f %% (worst); lists exact %v, bounded %v, worst %.0f %% of the bound",
		o.estimates, 100*rms, 100*o.worst, 100*o.latest, o.exactLists, o.boundedLists, 100*o.shareOfBound)
	if o.estimates == 0 || o.exactLists["top_paths"] == 0 || o.boundedLists["top_paths"] == 0 {
		t.Error("the log is no test: it must have rows whose visitors are estimated, and path lists below and above their capacity")
	}
	if o.worst > 4*sketchError {
		t.Errorf("an estimate of visitors is off by %.2f %%", 100*o.worst)
	}
}
