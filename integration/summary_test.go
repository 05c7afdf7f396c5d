package integration

import (
	"regexp"
	"strings"
	"testing"
)

var speed = regexp.MustCompile(`(?m)^Read 301 lines \([0-9.]+ k?B\) in [0-9.]+ m?s: [0-9,]+ lines/s, [0-9.]+ [kMG]?B/s\.$`)

// TestSummaryOfARun: lines, entries, dead letters by reason, "other" by reason, seconds and speed stand last on standard error, whatever the format and
// wherever standard output goes.
func TestSummaryOfARun(t *testing.T) {
	path := fileOf(t, "access.log", logOf(t, "common", 300), []byte("what is this\n"))
	for _, args := range [][]string{{"--format", "table"}, {"--format", "csv"}, {"--format", "json"}, {"--format", "parquet"}, {"--no-progress"}, {"--out", "report.txt"}} {
		r := shell(t, append(append([]string{"report"}, args...), path)...)
		r.expect(t, strings.Join(args, " "), 0, "300 requests", "1 not readable (0.3 %)", "1: do not fit the format; for example "+path+", byte ",
			"300 counted as (other hosts): no host name, or none that is valid")
		if !speed.MatchString(r.stderr) || !strings.HasPrefix(r.stderr, "Read ") || strings.ContainsAny(r.stderr, "\r\x1b") {
			t.Errorf("%v: standard error is\n%q", args, r.stderr)
		}
		if strings.Contains(r.stdout, "not readable") {
			t.Errorf("%v: the summary is in the report", args)
		}
	}
}

// TestTimeRange: requests outside of it are left out and counted.
func TestTimeRange(t *testing.T) {
	path := fileOf(t, "access.log", logOf(t, "vhost-combined", 300)) // from 12:00:00 on, 100 a second
	shell(t, "report", "--from", "2026-05-04 12:00:01", "--to", "2026-05-04T14:00:02+02:00", path).expect(t, "range", 0, "left out: not between --from and --to")
	r := shell(t, "report", "--from", "2030-01-01", path)
	r.expect(t, "later", 0, "300 left out: not between --from and --to")
	if !strings.Contains(r.stdout, "No request fits --from 2030-01-01T00:00:00Z.") {
		t.Errorf("got\n%s", r.stdout)
	}
}
