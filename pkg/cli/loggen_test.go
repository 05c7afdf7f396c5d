package cli

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestLoggenWritesLogAndTruth(t *testing.T) {
	dir := t.TempDir()
	log, truth := filepath.Join(dir, "a.log"), filepath.Join(dir, "truth.jsonl")
	args := []string{"loggen", "--lines", "50", "--seed", "7", "--host", "www.example.org", "--log-format", "vhost-combined"}
	code, stdout, stderr := run(t, append(args, "--out", log, "--truth", truth)...)
	if code != 0 || stdout != "" || !strings.HasPrefix(stderr, "50 lines, ") {
		t.Fatalf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	written := read(t, log)
	if n := strings.Count(written, "\n"); n != 50 || strings.Count(written, "www.example.org:") < 50 {
		t.Errorf("%d lines:\n%s", n, written)
	}
	if n := strings.Count(read(t, truth), "\n"); n != 50 {
		t.Errorf("%d lines of truth", n)
	}
	code, stdout, stderr = run(t, args...)
	if code != 0 || stdout != written || stderr != "" {
		t.Errorf("standard output: exit code %d, stderr %q, the same log: %t", code, stderr, stdout == written)
	}
}

func TestLoggenEndsByItself(t *testing.T) {
	_, stdout, _ := run(t, "loggen", "--log-format", "common")
	if n := strings.Count(stdout, "\n"); n != defaultLines {
		t.Errorf("%d lines", n)
	}
}

func TestWrongLoggenFlags(t *testing.T) {
	dir := t.TempDir()
	for args, want := range map[string]string{
		"--lines 0":                      "--lines: write a whole number of at least 1, such as 10",
		"--duration 10":                  "--duration: write a length of time with its unit, such as 90s, 10m or 24h",
		"--rate=-5":                      "--rate: write a number above 0, such as 250",
		"--shape worldcup":               `--shape cannot be "worldcup"; did you mean "worldcup98"?`,
		"--hosts 3 --host a.example.org": "--hosts makes names up and --host gives them; leave one of the two out",
		"--host a_b.example.org/x":       `--host cannot be "a_b.example.org/x": write the bare name, without "https://" and without a path`,
		"--log-format gpc":               `--log-format: there is no format "gpc"; did you mean "gcp"?`,
		"--start noon":                   `--start cannot be "noon"; write a date such as 2026-05-04, a time such as '2026-05-04 12:30', or 2026-05-04T12:30:00Z`,
		"--start 1970-01-01":             "loggen cannot do that: start: year 1970; take 1995 to 2100",
	} {
		code, stdout, stderr := run(t, append([]string{"loggen"}, strings.Fields(args)...)...)
		if code != 2 || stdout != "" || stderr != "floodgauge: "+want+"\n" {
			t.Errorf("%s: exit code %d\n got %s\nwant floodgauge: %s", args, code, stderr, want)
		}
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none", "a.log"): "there is no directory " + filepath.Join(dir, "none") + "; create it first",
		dir:                                 "this is a directory; name a file in it",
	} {
		code, _, stderr := run(t, "loggen", "--out", path)
		if code != 1 || stderr != "floodgauge: --out "+path+": "+want+"\n" {
			t.Errorf("%s: exit code %d, stderr %q", path, code, stderr)
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) {
	return 0, &fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}
}

func TestFullDiskIsSaid(t *testing.T) {
	var stderr bytes.Buffer
	code := Run(context.Background(), []string{"loggen"}, strings.NewReader(""), fullDisk{}, &stderr)
	if want := "floodgauge: the log cannot be written any further because the disk is full; make room and start again\n"; code != 1 || stderr.String() != want {
		t.Errorf("exit code %d, stderr %q", code, stderr.String())
	}
}

func TestLoggenStopsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for args, want := range map[string]int{"loggen": 1, "loggen --follow": 0} {
		var stdout, stderr bytes.Buffer
		if code := Run(ctx, strings.Fields(args), strings.NewReader(""), &stdout, &stderr); code != want {
			t.Errorf("%s: exit code %d, stderr %q", args, code, stderr.String())
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
