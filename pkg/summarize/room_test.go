package summarize_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/summarize"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// TestInventedHostsShareTheBucket: names that one client each asks for take the place of nobody, neither of listed sites, nor of the host that lines
// without one get, nor of a host that many ask for, though it comes after thousands of them.
func TestInventedHostsShareTheBucket(t *testing.T) {
	cfg := testConfig()
	cfg.K = 10
	cfg.Sites = map[string]string{"listed.example.org": "listed.example.org"}
	cfg.Sources[0].Host = "own.example.org"
	invented, blocks := 0, []logentry.Block{}
	add := func(text string) { blocks = append(blocks, logentry.Block{Data: []byte(text)}) }
	flood := func(n int) {
		var text strings.Builder
		for range n {
			text.WriteString(line(fmt.Sprintf("h%d.invented.example", invented), invented%256, noon))
			invented++
		}
		add(text.String())
	}
	everybody := func(host string) {
		for visitor := range 20 {
			add(line(host, visitor, noon))
		}
	}
	flood(25_000)
	everybody("late.example.org")
	everybody("listed.example.org")
	everybody("own.example.org")
	flood(25_000)
	got := run(t, cfg, blocks...)

	for _, host := range []string{"late.example.org", "listed.example.org", "own.example.org"} {
		if n := got.lines()[host+" 12:00"]; n != 20 {
			t.Errorf("%s has %d of its 20 lines", host, n)
		}
	}
	bucket := got.lines()[vocabulary.OtherHosts+" 12:00"]
	if len(got.rows) != 4 || bucket != 50_000 || got.counts.OverCap != bucket {
		t.Errorf("%d rows, %d lines in the bucket, %d counted for the cap; want 4, and all invented names together", len(got.rows), bucket, got.counts.OverCap)
	}
}

// TestASiteThatComesAfterTheFlood has a row with all of its lines: nobody's names are in its way, and what was lost by whom is counted.
func TestASiteThatComesAfterTheFlood(t *testing.T) {
	cfg := testConfig()
	cfg.K = 10
	var text strings.Builder
	const invented, known = 35_000, 5000
	for i := range invented {
		text.WriteString(line(fmt.Sprintf("h%d.invented.example", i), i%256, noon))
	}
	for i := range known {
		text.WriteString(line("www.known.example.org", i%256, noon.Add(5*time.Minute)))
	}
	got := run(t, cfg, logentry.Block{Data: []byte(text.String())})
	want := map[string]int64{"www.known.example.org 12:05": known, vocabulary.OtherHosts + " 12:00": invented}
	if d := cmp.Diff(want, got.lines()); d != "" || got.counts.OverCap != invented {
		t.Errorf("%d over the cap; lines by row (-want +got):\n%s", got.counts.OverCap, d)
	}
}

// TestHostsKeepTheirPlace: what was handed over once keeps its row, and there are never more rows than places.
func TestHostsKeepTheirPlace(t *testing.T) {
	cfg := testConfig()
	cfg.K = 10
	s, err := summarize.New(&cfg)
	if err != nil {
		t.Fatal(err)
	}
	rows, lines := map[string]int{}, uint64(0)
	for round := range 5 {
		var text strings.Builder
		text.WriteString(line("small.example.org", 1, noon))
		for i := range 8000 {
			text.WriteString(line(fmt.Sprintf("h%d-%d.invented.example", round, i), 2, noon))
		}
		s.Add(&logentry.Block{Data: []byte(text.String())}, func(logentry.DeadLetter) { t.Error("a dead letter") })
		for host, n := range flushed(s) {
			rows[host]++
			lines += n
		}
	}
	if rows["small.example.org"] != 5 {
		t.Errorf("a host that was there first has %d rows, want 5", rows["small.example.org"])
	}
	if len(rows) > 10_001 || lines != 5*8001 {
		t.Errorf("%d rows with %d lines, want at most 10,001 with %d", len(rows), lines, 5*8001)
	}
}

func flushed(s *summarize.Summarizer) map[string]uint64 {
	lines := map[string]uint64{}
	s.Flush(func(host string, _ int64, sum *report.Summary) { lines[host] += sum.Lines() })
	return lines
}
