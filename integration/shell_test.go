package integration

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/loggen"
)

// ran is a command line that has come to its end, as somebody at a shell sees it.
type ran struct {
	code           int
	stdout, stderr string
}

// words is what was printed on standard error with its lines joined: where they break depends on how long the names of temporary files are.
func (r ran) words() string { return strings.Join(strings.Fields(r.stderr), " ") }

// command prepares a command line of the program. Its temporary files, its home and what it keeps lie in the box.
func (b *box) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env, cmd.Dir = append(b.env, "LANG=C.UTF-8", keepVariable+"="), b.path("home")
	return cmd
}

// finish runs a command to its end. What of its output the command has no place for yet is gathered.
func finish(t *testing.T, cmd *exec.Cmd) ran {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if cmd.Stdout == nil {
		cmd.Stdout = &stdout
	}
	if cmd.Stderr == nil {
		cmd.Stderr = &stderr
	}
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return ran{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// shell runs a command line in a place of its own.
func shell(t *testing.T, args ...string) ran {
	t.Helper()
	return finish(t, newBox(t).command(t, args...))
}

// logOf is a log of two busy sites.
func logOf(t *testing.T, format string, lines int64) []byte {
	t.Helper()
	return logSince(t, time.Time{}, format, lines)
}

// logSince is logOf from a time on: a store keeps minutes for some days only.
func logSince(t *testing.T, start time.Time, format string, lines int64) []byte {
	t.Helper()
	var log bytes.Buffer
	cfg := loggen.Config{Seed: 9, Hosts: []string{"news.example.org", "shop.example.net"}, Start: start, Lines: lines, Format: format}
	if _, err := loggen.Generate(context.Background(), cfg, &log, nil); err != nil {
		t.Fatal(err)
	}
	return log.Bytes()
}

// fileOf writes a file into a folder of its own.
func fileOf(t *testing.T, name string, parts ...[]byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	writeFile(t, path, bytes.Join(parts, nil))
	return path
}

// expect checks the exit code and that standard error says every one of the texts.
func (r ran) expect(t *testing.T, what string, code int, texts ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("%s: exit code %d, want %d; it said:\n%s", what, r.code, code, r.stderr)
	}
	for _, text := range texts {
		if !strings.Contains(r.words(), text) {
			t.Errorf("%s: nothing of %q in\n%s", what, text, r.stderr)
		}
	}
}
