package summarize_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/loggen"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// benchLines is the log of a busy provider: 300 hosts, as many lines a minute as the project's figures are measured with.
func benchLines(b *testing.B, format string, lines int64) []byte {
	b.Helper()
	var out bytes.Buffer
	cfg := loggen.Config{Seed: 1, HostCount: 300, Start: time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC), Rate: 1667, Lines: lines, Format: format}
	if _, err := loggen.Generate(context.Background(), cfg, &out, nil); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

// BenchmarkLines is the cost of a line from its bytes to its summary, in full blocks of 256 KiB and in blocks of one line as Pub/Sub gives them.
func BenchmarkLines(b *testing.B) {
	const lines = 200_000
	for _, format := range []string{"gcp", "vhost-combined"} {
		data := benchLines(b, format, lines)
		b.Run(format+"/full", func(b *testing.B) { benchBlocks(b, format, lines, cut(data, 256<<10)) })
		b.Run(format+"/single", func(b *testing.B) { benchBlocks(b, format, lines, cut(data, 1)) })
	}
}

// cut makes blocks of whole lines with at least size bytes each.
func cut(data []byte, size int) (blocks []logentry.Block) {
	for off := 0; off < len(data); {
		end := min(off+size, len(data))
		if i := bytes.IndexByte(data[end-1:], '\n'); i >= 0 {
			end += i
		}
		blocks = append(blocks, logentry.Block{Data: data[off:end], Offset: int64(off), File: 1})
		off = end
	}
	return blocks
}

func benchBlocks(b *testing.B, format string, lines int, blocks []logentry.Block) {
	keys, err := privacy.RandomKeys()
	if err != nil {
		b.Fatal(err)
	}
	s, err := summarize.New(&summarize.Config{K: 10, Now: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), Keys: keys.Export(),
		Sources: []logentry.Source{{Name: "bench", Format: format}}})
	if err != nil {
		b.Fatal(err)
	}
	dead := func(logentry.DeadLetter) { b.Error("a dead letter") }
	drop := func(string, int64, *report.Summary) {}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		for i := range blocks {
			s.Add(&blocks[i], dead)
		}
		s.Flush(drop)
		n += lines
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/line")
}
