package attack

import (
	"bufio"
	"compress/gzip"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/schemas"
)

// worldCup are the real requests per minute of a site that had one flash crowd after another, and no attack.
func worldCup(tb testing.TB) (minutes []*schemas.Observation) {
	tb.Helper()
	f, err := os.Open("testdata/worldcup98-per-minute.csv.gz")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	for lines := bufio.NewScanner(z); lines.Scan(); {
		at, count, _ := strings.Cut(lines.Text(), ",")
		minute, err := time.Parse(time.DateTime, at)
		if err != nil {
			continue // the heading
		}
		n, err := strconv.ParseInt(count, 10, 64)
		if err != nil {
			tb.Fatal(err)
		}
		minutes = append(minutes, &schemas.Observation{Row: &schemas.TrafficReport{Host: "a.example", Minute: timestamppb.New(minute), Requests: n}})
	}
	return minutes
}

// On three months of real traffic, known by its volume alone, no case is opened; volume is remarked on less than once a week, and the rest are minutes in
// which the site was silent.
func TestRealTrafficIsNoAttack(t *testing.T) {
	minutes := worldCup(t)
	site := NewSite("a.example", func(time.Time) bool { return false }, anything)
	var findings []*schemas.Finding
	for _, m := range minutes {
		findings = append(findings, site.Next(m)...)
	}
	kinds := map[string]int{}
	for _, c := range Cases(findings) {
		kinds[c.Worst.Kind]++
		if c.Worst.Verdict >= schemas.Verdict_VERDICT_SUSPECTED {
			t.Errorf("real traffic is called %v", c.Worst)
		}
	}
	weeks := float64(len(minutes)) / (7 * 24 * 60)
	t.Logf("in %.1f weeks: %v", weeks, kinds)
	if n := kinds["volumetric"]; n == 0 || float64(n) > weeks || len(kinds) != 2 {
		t.Errorf("in %.1f weeks there are %v", weeks, kinds)
	}
}

// The cost of a minute, with all lists.
func BenchmarkJudge(b *testing.B) {
	w, baseline := newWorld(1), NewBaseline()
	var minutes []*schemas.Observation
	for range 200 {
		minutes = append(minutes, w.next(readers(1000), botnet(100)))
	}
	for b.Loop() {
		for _, m := range minutes {
			baseline, _ = Judge(baseline, m)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(minutes)), "ns/minute")
}
