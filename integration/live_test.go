package integration

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
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

// TestSitesOfASourceAreNamedAtOnce: who lists a source's sites has named them, however few ask for them, and live as in a bounded run.
func TestSitesOfASourceAreNamedAtOnce(t *testing.T) {
	cfg := sitesConfig("vhost-combined")
	cfg.Sites, cfg.SitesOnly = nil, false
	cfg.Sources[0].Sites = []string{"quiet.example.org"}
	line := `quiet.example.org:443 198.51.100.7 - - [` + midnight.Add(time.Minute).Format("02/Jan/2006:15:04:05 -0700") + `] "GET / HTTP/1.1" 200 512 "-" "curl/8.5"` + "\n"
	file := []byte(line + strings.Replace(line, "quiet", "other", 1))
	want, _ := runBounded(t, traffic.Config{Summarize: cfg, Levels: allLevels}, file, 1)
	b := newLiveBox(t, cfg)
	b.write(file)
	b.settle()
	b.closeAll()
	got := liveOutcome(t, b)
	sameOutcome(t, "the live run", want, got)
	hosts := map[string]bool{}
	for _, row := range got.rows {
		hosts[row.GetHost()] = true
	}
	if len(hosts) != 2 || !hosts["quiet.example.org"] || !hosts[vocabulary.OtherHosts] {
		t.Errorf("there are rows of %v", hosts)
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
