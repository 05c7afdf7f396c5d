package integration

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/loggen"
)

// TestWrongClocks: lines of the future and of 1970 are dead letters and counted, and the rows are those of a log without them.
func TestWrongClocks(t *testing.T) {
	right, mixed := clockLogs(t)
	want, _ := reportLog(t, right)
	got, said := reportLog(t, mixed)
	if len(want.rows) < 10 {
		t.Fatalf("only %d rows: the log is no test", len(want.rows))
	}
	sameOutcome(t, "the report of a log with wrong clocks", want, got)
	for _, line := range []string{`200: lie before 1995`, `300: lie in the future`, `Read 2,500 lines`} {
		if !regexp.MustCompile(line).MatchString(said) {
			t.Errorf("no %q is said:\n%s", line, said)
		}
	}
}

func reportLog(t *testing.T, log []byte) (outcome, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "access.log")
	if err := os.WriteFile(path, log, 0o600); err != nil {
		t.Fatal(err)
	}
	rows, run := reportRows(t, path)
	return newOutcome(rows), run.stderr
}

// clockLogs makes a log of 2,000 lines, and the same with 500 lines more between them whose clocks are wrong.
func clockLogs(t *testing.T) (right, mixed []byte) {
	t.Helper()
	wrong := []time.Time{time.Unix(0, 0), time.Unix(86_400, 0), time.Now().Add(time.Hour), time.Now().AddDate(1, 0, 0), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)}
	g, err := loggen.New(loggen.Config{Seed: 9, Hosts: testSites, Start: lastYear, Duration: 5 * time.Minute, Lines: 2000, Format: loggen.FormatGCP})
	if err != nil {
		t.Fatal(err)
	}
	var r loggen.Request
	var good, all bytes.Buffer
	for n := 0; g.Next(&r); n++ {
		line := g.Write(nil, &r)
		good.Write(line)
		all.Write(line)
		if n%4 == 3 {
			r.Time, r.ID = wrong[n/4%len(wrong)].UnixNano(), r.ID+1_000_000
			all.Write(g.Write(nil, &r))
		}
	}
	return good.Bytes(), all.Bytes()
}
