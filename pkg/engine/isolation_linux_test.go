package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// runningChild is a child in the middle of a job.
type runningChild struct {
	childState
	finish func() error // lets the job end and waits for it
}

// startChild starts a job that lasts until finish is called, and waits until its graph runs.
func startChild(t *testing.T, isolated bool) runningChild {
	t.Helper()
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = out.Close() })
	c, err := startWith(&Job{Stdin: in}, isolated)
	if err != nil {
		t.Fatal(err)
	}
	started := filepath.Join(t.TempDir(), "started")
	spec, _ := json.Marshal(testSpec{Started: started})
	req, _ := json.Marshal(request{Spec: spec})
	req = append(req, '\n')
	done := make(chan error, 1)
	go func() {
		_, err := c.run(req, nil)
		_ = c.end()
		done <- err
	}()
	state := awaitState(t, started, done)
	return runningChild{state, func() error { _ = out.Close(); return <-done }}
}

// awaitState waits for the child's note; it is renamed into place when complete.
func awaitState(t *testing.T, path string, done <-chan error) childState {
	t.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			t.Fatalf("the child ended early: %v", err)
		case <-deadline:
			t.Fatal("the child's graph did not start within a minute")
		case <-tick.C:
			var s childState
			if b, err := os.ReadFile(path); err == nil && json.Unmarshal(b, &s) == nil {
				return s
			}
		}
	}
}

// secondHost is a network namespace joined to this one by a pair of virtual devices: another host on the wire.
type secondHost struct {
	name string
	here string // this side's address
}

func newSecondHost(t *testing.T) secondHost {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("making a second host takes root; the gate runs as root")
	}
	id := strconv.Itoa(os.Getpid() % 100000)
	h := secondHost{name: "floodgauge" + id, here: "10.213.77.1"}
	run := func(args ...string) {
		if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			t.Fatalf("ip %v: %v: %s", args, err, out)
		}
	}
	run("netns", "add", h.name)
	t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", h.name).Run() })
	run("link", "add", "fga"+id, "type", "veth", "peer", "name", "fgb"+id, "netns", h.name)
	run("addr", "add", h.here+"/30", "dev", "fga"+id)
	run("link", "set", "fga"+id, "up")
	run("-n", h.name, "addr", "add", "10.213.77.2/30", "dev", "fgb"+id)
	run("-n", h.name, "link", "set", "fgb"+id, "up")
	return h
}

// reaches tells whether the second host can connect to a port of this one.
func (h secondHost) reaches(t *testing.T, port string) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "ip", "netns", "exec", h.name, os.Args[0], net.JoinHostPort(h.here, port))
	cmd.Env = append(os.Environ(), roleVariable+"=dial")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		t.Fatalf("dialling from the second host: %v: %s", err, out)
	}
	return err == nil
}

func port(t *testing.T, endpoint string) string {
	t.Helper()
	_, p, err := net.SplitHostPort(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEngineIsNotReachable(t *testing.T) {
	host := newSecondHost(t)
	open, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	if !host.reaches(t, port(t, open.Addr().String())) {
		t.Fatal("the second host does not even reach an open port: the test would prove nothing")
	}
	for _, isolated := range []bool{true, false} {
		t.Run(fmt.Sprintf("isolated=%v", isolated), func(t *testing.T) {
			c := startChild(t, isolated)
			if host.reaches(t, port(t, c.Endpoint)) {
				t.Error("another host reaches the engine's port")
			}
			if here := dial("127.0.0.1:"+port(t, c.Endpoint)) == 0; here == isolated {
				t.Errorf("reachable on this machine's loopback: %v", here)
			}
			if err := c.finish(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestChildDiesWithItsParent(t *testing.T) {
	started := filepath.Join(t.TempDir(), "started")
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	parent := exec.CommandContext(context.Background(), os.Args[0], started)
	parent.Env = append(os.Environ(), roleVariable+"=parent")
	parent.Stdin = in
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	state := awaitState(t, started, nil)
	fd, err := unix.PidfdOpen(state.PID, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, 10_000)
	for errors.Is(err, unix.EINTR) {
		n, err = unix.Poll(fds, 10_000)
	}
	if err != nil || n != 1 {
		t.Errorf("the child outlives its killed parent by 10 s (%v)", err)
	}
}
