package integration

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// TestInterruptedRun: a run that is told to stop ends, says so, and leaves neither files nor processes behind.
func TestInterruptedRun(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		b := newBox(t)
		out := b.path("out", "report.csv")
		cmd := b.command(t, "report", "--format", "csv", "--out", out, "-")
		r := interrupt(t, b, cmd, sig)
		r.expect(t, sig.String(), 1, "floodgauge: stopped before the end")
		if left := entries(t, b.path("tmp")); len(left) > 0 {
			t.Errorf("%s left %v", sig, left)
		}
		if _, err := os.Stat(out); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s left a report without contents: %v", sig, err)
		}
	}
}

// interrupt starts a command that reads standard input, sends it lines until it is at work, and then the signal.
func interrupt(t *testing.T, b *box, cmd *exec.Cmd, sig syscall.Signal) ran {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer write.Close()
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = read, &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = read.Close()
	log := logOf(t, "gcp", 2000)
	for tick := time.NewTicker(20 * time.Millisecond); len(entries(t, b.path("tmp"))) == 0; <-tick.C {
		if _, err := write.Write(log); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the exit code says more
	if err := write.SetWriteDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(write, endless(log)); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("somebody still reads the log: %v", err)
	}
	return ran{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// endless repeats a text.
type endless []byte

func (e endless) Read(p []byte) (int, error) { return copy(p, e), nil }

func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}
