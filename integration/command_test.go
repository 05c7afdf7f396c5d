package integration

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/floodgauge/floodgauge/schemas"
)

// finished is a command that has run.
type finished struct {
	stdout, stderr string
	took           time.Duration
	peak           int64 // resident bytes of the process and its children together
}

// floodgauge runs the real command, always with the same day keys, and fails the test if the command fails.
func floodgauge(t *testing.T, args ...string) finished {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cache := t.TempDir()
	writeRing(t, cache)
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), programVariable+"=1", "XDG_CACHE_HOME="+cache)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	start := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	peak := watchMemory(cmd.Process.Pid)
	err := cmd.Wait()
	f := finished{stdout.String(), stderr.String(), time.Since(start), peak()}
	if err != nil {
		t.Fatalf("floodgauge %s: %v\n%s", strings.Join(args, " "), err, f.stderr)
	}
	return f
}

// reportRows runs report with JSON as its output, and leaves out what it finds.
func reportRows(t *testing.T, args ...string) ([]*schemas.TrafficReport, finished) {
	t.Helper()
	f := floodgauge(t, append([]string{"report", "--format", "json"}, args...)...)
	var rows []*schemas.TrafficReport
	for line := range strings.Lines(f.stdout) {
		if strings.HasPrefix(line, `{"finding":`) {
			continue
		}
		row := &schemas.TrafficReport{}
		if err := protojson.Unmarshal([]byte(line), row); err != nil {
			t.Fatalf("a row is no protobuf JSON: %v\n%s", err, line)
		}
		rows = append(rows, row)
	}
	return rows, f
}
