package integration

import (
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// TestLiveRunGivesTheRowsOfABoundedRun: slices of a growing log, with restarts between them, and one run over the whole give equal rows.
func TestLiveRunGivesTheRowsOfABoundedRun(t *testing.T) {
	for _, format := range []string{"gcp", "vhost-combined"} {
		t.Run(format, func(t *testing.T) {
			log := makeLog(t, format, equivalenceLines, within(14*time.Second))
			file := log.file()
			want, _ := runBounded(t, traffic.Config{Summarize: sitesConfig(format), Levels: allLevels}, file, 2)
			checkMeaningful(t, want)
			b := newLiveBox(t, sitesConfig(format))
			rng := rand.New(rand.NewPCG(3, 4))
			for rest := file; len(rest) > 0; {
				n := min(len(rest), 1+rng.IntN(len(file)/6))
				b.write(rest[:n])
				rest = rest[n:]
				b.settle()
				if rng.IntN(3) == 0 {
					b.stop()
					b.start()
				}
			}
			b.closeAll()
			sameOutcome(t, "the live run", want, liveOutcome(t, b))
		})
	}
}

// liveOutcome is what a live run left, which must have no open slot and no late line.
func liveOutcome(t *testing.T, b *liveBox) outcome {
	t.Helper()
	var rows []*schemas.TrafficReport
	for _, r := range b.rows() {
		if r.Kind != reportstore.Closed {
			t.Errorf("%v has a row of kind %d", windowOf(r.Report), r.Kind)
		}
		rows = append(rows, r.Report)
	}
	out := newOutcome(rows)
	letters, err := b.store.Letters(t.Context(), 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range letters {
		out.bury(d.Letter.GetReason(), d.Letter.GetLines(), d.Letter.GetLength())
	}
	return out
}

// TestOtherLogsHoldNothingBack: an error log in the same folder is left out, and minutes close in spite of what is never read of it.
func TestOtherLogsHoldNothingBack(t *testing.T) {
	b := newLiveBox(t, sitesConfig("vhost-combined"))
	b.stop()
	b.path = filepath.Join(t.TempDir(), "access.log")
	b.follow, b.cfg.Sources[0].Format = []string{filepath.Dir(b.path)}, "" // found by the file
	b.start()
	log := makeLog(t, "vhost-combined", 500, within(time.Second))
	b.write(log.file())
	writeFile(t, filepath.Join(filepath.Dir(b.path), "error.log"), []byte("2026/05/05 00:00:00 [error] 7#7: *1 open() failed\n"))
	b.settle()
	b.closeAll()
	out := liveOutcome(t, b)
	if len(out.rows) == 0 {
		t.Error("there are no rows")
	}
	if s := b.run.Status().Sources[0]; s.Problem != "" || s.Behind != 0 {
		t.Errorf("the source has the problem %q and is %d bytes behind", s.Problem, s.Behind)
	}
}
