package integration

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestReaderThatGoesAway: "report … | head -1" ends without a word and without leaving anything behind.
func TestReaderThatGoesAway(t *testing.T) {
	log := fileOf(t, "access.log", logOf(t, "vhost-combined", 500))
	for _, args := range [][]string{{"report", log}, {"report", "--format", "json", log}, {"loggen", "--lines", "100000"}, {"report", "--help"}} {
		b := newBox(t)
		cmd := b.command(t, args...)
		read, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		_ = read.Close()
		cmd.Stdout = write
		r := finish(t, cmd)
		_ = write.Close()
		if ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || ws.Signal() != syscall.SIGPIPE || r.stderr != "" {
			t.Errorf("%v: %s, and said %q", args, cmd.ProcessState, r.stderr)
		}
		if left := entries(t, b.path("tmp")); len(left) > 0 {
			t.Errorf("%v left %v", args, left)
		}
	}
}

// TestFullDisk: whoever writes says so in one sentence.
func TestFullDisk(t *testing.T) {
	log := fileOf(t, "access.log", logOf(t, "vhost-combined", 500))
	for _, format := range []string{"table", "csv", "json", "parquet"} {
		r := shell(t, "report", "--format", format, "--out", "/dev/full", log)
		r.expect(t, format, 1, "floodgauge: /dev/full cannot be written any further because the disk is full; make room and start again")
		if strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("%s: not one sentence:\n%s", format, r.stderr)
		}
	}
	for _, args := range [][]string{{"report", log}, {"report", "--help"}, {"version"}, {"completion", "bash"}, {"loggen"}} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		cmd := newBox(t).command(t, args...)
		cmd.Stdout = full
		finish(t, cmd).expect(t, strings.Join(args, " "), 1, "cannot be written any further because the disk is full")
		_ = full.Close()
	}
}

// TestOutputFile: a report replaces the file that --out names, and a run that fails leaves it as it was.
func TestOutputFile(t *testing.T) {
	log, b := fileOf(t, "access.log", logOf(t, "vhost-combined", 100)), newBox(t)
	out := b.path("out", "report.csv")
	writeFile(t, out, bytes.Repeat([]byte("last week's report\n"), 10_000))
	finish(t, b.command(t, "report", "--out", out, "--log-format", "gcp", log)).expect(t, "failed run", 1)
	if data, err := os.ReadFile(out); err != nil || !bytes.HasPrefix(data, []byte("last week's report\n")) {
		t.Errorf("after a failed run the file begins with %.40q, %v", data, err)
	}
	want := finish(t, b.command(t, "report", "--format", "csv", log))
	finish(t, b.command(t, "report", "--format", "csv", "--out", out, log)).expect(t, "run", 0, "100 requests")
	if data, err := os.ReadFile(out); err != nil || string(data) != want.stdout {
		t.Errorf("the file is not what is printed without --out: %v\n%s", err, data)
	}
	finish(t, b.command(t, "report", "--format", "json", "--host", "nobody.example", "--out", out, log)).expect(t, "nothing", 0)
	if data, err := os.ReadFile(out); err != nil || len(data) != 0 {
		t.Errorf("a report of nothing is %.40q, %v", data, err)
	}
	failed := b.path("out", "failed.csv")
	finish(t, b.command(t, "report", "--out", failed, "--log-format", "gcp", log)).expect(t, "failed run", 1)
	if _, err := os.Stat(failed); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a failed run leaves a file: %v", err)
	}
}

// TestTwoRunsAtOnce share a ring of day keys, so they count the same visitors.
func TestTwoRunsAtOnce(t *testing.T) {
	log, b := fileOf(t, "access.log", logOf(t, "vhost-combined", 2000)), newBox(t)
	if err := os.RemoveAll(filepath.Join(b.path("cache"), "floodgauge")); err != nil {
		t.Fatal(err)
	}
	runs, outputs := make([]*exec.Cmd, 3), make([]bytes.Buffer, 3)
	for i := range runs {
		runs[i] = b.command(t, "report", "--format", "json", log)
		runs[i].Stdout = &outputs[i]
		if err := runs[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	for i, run := range runs {
		if err := run.Wait(); err != nil {
			t.Errorf("run %d: %v", i, err)
		}
		if outputs[i].Len() == 0 || !bytes.Equal(outputs[i].Bytes(), outputs[0].Bytes()) {
			t.Errorf("run %d gives another report than the first", i)
		}
	}
	if left := entries(t, b.path("tmp")); len(left) > 0 {
		t.Errorf("they left %v", left)
	}
}
