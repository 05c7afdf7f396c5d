package integration

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/loggen"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/summarize"
	"github.com/floodgauge/floodgauge/schemas"
)

// realScanners are logs of scanners that ran against real servers (testdata/scanners), which the tests of CrowdSec's hub have, and the minute that they are of.
var realScanners = map[string]struct {
	format string
	minute time.Time
}{
	"probing.log":    {"common", time.Date(2021, 9, 29, 12, 37, 0, 0, time.UTC)},
	"random-uri.log": {"combined", time.Date(2023, 10, 10, 9, 6, 0, 0, time.UTC)},
}

// TestRealScannersAreCases: a real scanner's minute on a site with an hour and a half of generated readers is a case of its kind, and the readers before it
// are none.
func TestRealScannersAreCases(t *testing.T) {
	const host = "www.example.org"
	for name, c := range realScanners {
		scan, err := os.ReadFile(filepath.Join("testdata", "scanners", name))
		if err != nil {
			t.Fatal(err)
		}
		var readers bytes.Buffer
		cfg := loggen.Config{Seed: 4, Hosts: []string{host}, Start: c.minute.Add(-90 * time.Minute), Duration: 92 * time.Minute, Rate: 2, Format: "combined"}
		if _, err := loggen.Generate(t.Context(), cfg, &readers, nil); err != nil {
			t.Fatal(err)
		}
		sum, err := summarize.New(&summarize.Config{K: 10, Keys: testKeys(), Now: c.minute.Add(24 * time.Hour), Sites: map[string]string{host: host},
			Sources: []logentry.Source{{Name: "readers", Format: "combined", Host: host}, {Name: "scanner", Format: c.format, Host: host}}})
		if err != nil {
			t.Fatal(err)
		}
		dead := func(d logentry.DeadLetter) { t.Errorf("%s: a dead letter: %v", name, d.Reason) }
		sum.Add(&logentry.Block{Data: readers.Bytes(), File: 1}, dead)
		sum.Add(&logentry.Block{Data: scan, File: 2, Source: 1}, dead)
		site := attack.NewSite(host, func(time.Time) bool { return true }, findings.Sayable)
		var found []*schemas.Finding
		sum.Flush(func(h string, minute int64, s *report.Summary) {
			at := time.Unix(60*minute, 0).UTC()
			found = append(found, site.Next(attack.Observe(s, s.Report(h, at, "minute")))...)
		})
		var grave []string
		for _, f := range found {
			if f.Verdict >= schemas.Verdict_VERDICT_SUSPECTED {
				grave = append(grave, f.Minute.AsTime().Format("15:04 ")+f.Kind)
			}
		}
		if want := c.minute.Format("15:04 ") + "scanner"; len(grave) == 0 || grave[0] != want || strings.Contains(strings.Join(grave[1:], ""), "scanner") {
			t.Errorf("%s: found are %q, want %q", name, grave, want)
		}
	}
}
