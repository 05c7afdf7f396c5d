package transform

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/metrics"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// A worker that has let go of what it knew after a large bundle counts the next one as well.
func TestBundlesAfterALargeOne(t *testing.T) {
	StartJob(privacy.KeySpec{Line: make([]byte, privacy.SeedSize), Seed: make([]byte, privacy.SeedSize)})
	f := &summarizeFn{Config: summarize.Config{K: 1, Now: time.Date(2026, 5, 4, 13, 0, 0, 0, time.UTC), Sources: []logentry.Source{{Name: "test", Format: "vhost-combined"}}}}
	if err := f.Setup(); err != nil {
		t.Fatal(err)
	}
	ctx := metrics.SetBundleID(context.Background(), "bundle")
	lines := uint64(0)
	emit := func(_ beam.EventTime, _ string, encoded []byte) {
		sum, err := report.Decode(encoded)
		if err != nil {
			t.Fatal(err)
		}
		lines += sum.Lines()
	}
	dead := func(d logentry.DeadLetter) { t.Errorf("%v", d) }
	line := []byte("www.example.org:443 198.51.100.1 - - [04/May/2026:12:00:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"curl/8\"\n")
	for _, n := range []int{5, linesOfLarge - 1, linesOfLarge + 1, 3, 2} {
		if err := f.StartBundle(ctx, emit, emit, dead); err != nil {
			t.Fatal(err)
		}
		if err := f.ProcessElement(ctx, logentry.Block{Data: bytes.Repeat(line, n)}, emit, emit, dead); err != nil {
			t.Fatal(err)
		}
		if err := f.FinishBundle(ctx, emit, emit, dead); err != nil {
			t.Fatal(err)
		}
		if gone := f.summarizer == nil; gone != (n > linesOfLarge) || gone && f.reported != (summarize.Counts{}) {
			t.Errorf("after %d lines: let go %v, reported %+v", n, gone, f.reported)
		}
	}
	if want := uint64(2*linesOfLarge + 10); lines != want {
		t.Errorf("%d lines, want %d", lines, want)
	}
}
