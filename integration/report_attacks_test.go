package integration

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/floodgauge/floodgauge/schemas"
)

// TestReportSaysWhatStoodOut: a table ends with the cases, JSON with an object for each finding; rows are as without; where nothing stands out, nothing
// is said.
func TestReportSaysWhatStoodOut(t *testing.T) {
	lines, dir := attackedLog(t), t.TempDir()
	calm, attacked := filepath.Join(dir, "calm.log"), filepath.Join(dir, "attacked.log")
	writeFile(t, attacked, slices.Concat(lines...))
	writeFile(t, calm, slices.Concat(lines[:len(lines)/2]...))
	report := func(args ...string) string {
		code, stdout, stderr := command(t.Context(), append([]string{"report", "--no-progress"}, args...)...)
		if code != 0 {
			t.Fatalf("%v: exit code %d: %s", args, code, stderr)
		}
		return stdout
	}
	table := report(attacked)
	_, cases, said := strings.Cut(table, "\nAttacks, and what else stood out\n\n")
	if !said || !strings.HasPrefix(cases, "one.example.org: attack, ") || !strings.Contains(cases, silentSite+": worth a look, traffic stopped") {
		t.Errorf("the table says of attacks: %s", cases)
	}
	for _, format := range []string{"table", "json"} {
		if text := report("--format", format, calm); strings.Contains(text, "stood out") || strings.Contains(text, `"finding"`) {
			t.Errorf("something stands out in a calm log: %s", text)
		}
	}
	checkFindingLines(t, report("--format", "json", attacked))
	if text := report("--format", "csv", attacked); strings.Contains(text, "finding") || strings.Contains(text, "traffic_stopped") {
		t.Error("there are findings in CSV")
	}
}

// checkFindingLines: rows come first, and findings have one key, apart from those of rows.
func checkFindingLines(t *testing.T, text string) {
	t.Helper()
	var found []*schemas.Finding
	for line := range strings.Lines(text) {
		var object map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatal(err)
		}
		raw, isFinding := object["finding"]
		if !isFinding {
			if len(found) > 0 || object["level"] == nil {
				t.Errorf("a row among findings: %s", line)
			}
			continue
		}
		f := &schemas.Finding{}
		if err := protojson.Unmarshal(raw, f); err != nil || len(object) != 1 || f.Verdict == schemas.Verdict_VERDICT_UNKNOWN {
			t.Errorf("%v: %s", err, line)
		}
		found = append(found, f)
	}
	checkFindings(t, found)
}
