package integration

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/transform"
	"github.com/floodgauge/floodgauge/schemas"
)

// nothingPersonal finds what no output may hold as long as k hides what few visitors share.
func nothingPersonal() *scanner { return newScanner(slices.Concat(neverOut(), sharedOnly)...) }

// TestNoCanaryComesOut runs the program over logs of every format, full of canaries, and looks at every byte that is left: all output, all
// messages, the child's result files, temporary files and the cache.
func TestNoCanaryComesOut(t *testing.T) {
	folder, config := canaryLogs(t)
	s := nothingPersonal()
	for _, args := range [][]string{
		{"--format", "json"}, {"--format", "json", "--by", "day"}, {"--format", "csv"}, {"--format", "parquet"}, {"--format", "table"},
		{"--format", "table", "--by", "minute"}, {"--format", "csv", "--by", "all", "--host", "gcp.example.org"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			o := b.run(t, nil, append([]string{"report", "--config", config, "--out", b.path("out", "report"), folder}, args...)...)
			if o.code != 0 || strings.Contains(o.stderr(), "note:") {
				t.Fatalf("exit code %d: %s", o.code, o.stderr())
			}
			o.check(t, s)
			checkCrowdIsShown(t, o, args)
			checkResultFiles(t, b)
		})
	}
}

// checkCrowdIsShown: an empty report would hold no canary either.
func checkCrowdIsShown(t *testing.T, o leftovers, args []string) {
	t.Helper()
	report := slices.Concat(o.left["/out/report"], o.left["/out/report, values"])
	for _, f := range logFormats {
		if slices.Contains(args, "--host") && f.name != "gcp" {
			continue
		}
		for _, want := range []string{f.site(), "/shared/article"} {
			if !bytes.Contains(report, []byte(want)) {
				t.Errorf("the report does not show %s, which %d visitors share:\n%s", want, crowd, report)
			}
		}
	}
}

// checkResultFiles: the child's rows and dead letters were among what was looked at, and lines were refused for every reason that a file can give.
func checkResultFiles(t *testing.T, b *box) {
	t.Helper()
	folders, err := filepath.Glob(b.path("keep", "*"))
	if err != nil || len(folders) != 1 {
		t.Fatalf("folders of results: %v, %v", folders, err)
	}
	rows, dead, err := transform.ReadLocal(folders[0])
	if err != nil || len(rows) == 0 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	seen := map[string]bool{}
	for _, d := range dead {
		seen[d.GetReason()] = true
		if err := privacy.CheckMessage(d); err != nil {
			t.Error(err)
		}
	}
	for reason := logentry.OK + 1; reason < logentry.ReasonCount; reason++ {
		if !seen[reason.String()] && reason != logentry.ReasonTooLate && reason != logentry.ReasonTruncated {
			t.Errorf("no line was refused as %s", reason)
		}
	}
}

// rowsOf reads rows of JSON back; a key that the schema lacks is an error.
func rowsOf(t *testing.T, data []byte) (rows []*schemas.TrafficReport) {
	t.Helper()
	for line := range bytes.Lines(data) {
		row := &schemas.TrafficReport{}
		if err := protojson.Unmarshal(line, row); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		rows = append(rows, row)
	}
	return rows
}

// TestRowsPassTheAllowList: every text of real rows is what the allow-list says, also where k hides nothing.
func TestRowsPassTheAllowList(t *testing.T) {
	folder, config := canaryLogs(t)
	for _, k := range []string{"1", "10"} {
		b := newBox(t)
		o := b.run(t, nil, "report", "--config", config, "--format", "json", "--k", k, folder)
		rows := rowsOf(t, o.left["standard output"])
		if len(rows) < len(logFormats) {
			t.Fatalf("%d rows: %s", len(rows), o.stderr())
		}
		for _, row := range rows {
			if err := privacy.CheckMessage(row); err != nil {
				t.Errorf("k=%s, %s: %v", k, row.GetHost(), err)
			}
		}
	}
}
