package integration

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
)

// failpoint is a moment at which a process is killed: when one of its threads enters a system call for the n-th time, counted from the start of the
// program or from when it is at work.
type failpoint struct {
	call   string
	n      int
	atWork bool
}

// durable are the system calls that change what is on disk: where one is entered, all before it are done and none after it.
var durable = []string{"fsync,fdatasync", "pwrite64", "rename,renameat,renameat2", "unlink,unlinkat", "ftruncate", "write"}

// failpoints are as many as the figure of kills asks for, or a sample.
func failpoints(t *testing.T) (all []failpoint) {
	for n := range max(1, kills(t)/24) {
		for _, call := range durable {
			all = append(all, failpoint{call, 1 + n, false}, failpoint{call, 1 + n, true})
		}
	}
	return all
}

// strace makes a command that runs another, or looks at one that runs, and kills it at the failpoint.
func (at failpoint) strace(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	return exec.CommandContext(t.Context(), "strace", append([]string{"-f", "-qqq", "-o", "/dev/null", "-e", "signal=none", "-e", "trace=" + at.call,
		"-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", at.call, at.n)}, args...)...)
}

// start starts a command that ends at the failpoint.
func (at failpoint) start(t *testing.T, cmd *exec.Cmd) *running {
	t.Helper()
	if !at.atWork {
		under := at.strace(t, append([]string{"--seccomp-bpf", "--", cmd.Path}, cmd.Args[1:]...)...)
		under.Env, under.Dir = cmd.Env, cmd.Dir
		under.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // who kills strace alone leaves what it traces
		return watch(t, under)
	}
	r := watch(t, cmd)
	under := at.strace(t, "-p", strconv.Itoa(cmd.Process.Pid))
	if err := under.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = under.Process.Kill(); _ = under.Wait() })
	await(t, "strace", func() bool {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
		return err != nil || !bytes.Contains(status, []byte("TracerPid:\t0\n"))
	})
	return r
}

// canTrace skips where processes may not be traced.
func canTrace(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "true").CombinedOutput(); err != nil {
		t.Skipf("strace is not there, or processes may not be traced here: %v %s", err, out)
	}
}

// pushing sends lines by HTTP, of minutes before those of the log.
type pushing struct {
	token              string
	first              time.Time
	sent, acknowledged int
}

func (p *pushing) push(r *running) {
	ingest := regexp.MustCompile(`taken in at (http://\S+/ingest/)`)
	m := ingest.FindStringSubmatch(r.said.String())
	for m == nil {
		select {
		case <-r.ended:
			return
		case <-time.After(20 * time.Millisecond):
			m = ingest.FindStringSubmatch(r.said.String())
		}
	}
	for range 3 {
		line := fmt.Sprintf("pushed.example.net:443 198.51.100.7 - - [%s] \"GET /%d HTTP/1.1\" 200 512 \"-\" \"curl/8.5\"\n",
			p.first.Add(time.Duration(p.sent)*time.Second).Format("02/Jan/2006:15:04:05 -0700"), p.sent)
		p.sent++
		req, err := http.NewRequest(http.MethodPost, m[1]+"pushed", strings.NewReader(line))
		if err != nil {
			return
		}
		req.Header.Set("Authorization", "Bearer "+p.token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return // it died: whether the line counts is open
		}
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusAccepted {
			p.acknowledged++
		}
	}
}

// tear leaves what a write that was torn by a fall of the power leaves: a part of a record at the end of the newest piece of the spool.
func tear(t *testing.T, data string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(data, "spool", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		old, err := os.ReadFile(name)
		if err == nil && strings.HasSuffix(name, ".open") && len(old) > 40 {
			appendFile(t, name, old[:len(old)/2])
		}
	}
}

// TestUpDiesAtEveryStep kills a process of the tree between the steps that change the disk, while lines come by file and by HTTP and the log is
// rotated, and leaves what torn writes leave. In the end the store has every line of the log once, and every line that was acknowledged.
func TestUpDiesAtEveryStep(t *testing.T) {
	canTrace(t)
	b := newBox(t)
	start := time.Now().Add(-time.Hour).Truncate(time.Minute)
	points := failpoints(t)
	log := logSince(t, start, "vhost-combined", int64(200*len(points)))
	path, data := b.path("home", "access.log"), b.path("home", "floodgauge-data")
	writeFile(t, path, nil)
	writeFile(t, b.path("home", "floodgauge.yaml"), []byte("sources:\n  - {files: access.log}\n  - {http: pushed}\n"))
	token := b.run(t, nil, "tokens", "add", "--all", "--source", "pushed").left["standard output"]
	p := &pushing{token: strings.TrimSpace(string(token)), first: start.Add(-time.Hour)}
	args := []string{"up", "--listen", "127.0.0.1:0", "--config", "floodgauge.yaml", "--ingest-listen", "127.0.0.1:0"}
	died := 0
	for i, at := range points {
		r := at.start(t, b.command(t, args...))
		n := bytes.LastIndexByte(log[:min(len(log), len(log)/(len(points)-i)+1)], '\n') + 1
		appendFile(t, path, log[:n])
		log = log[n:]
		if i%3 == 2 {
			rotate(t, path)
		}
		p.push(r)
		if r.endsWithin(3 * time.Second) {
			died++
		}
		tear(t, data)
	}
	if died < len(points)/4 {
		t.Errorf("only %d of %d times did the program die", died, len(points))
	}
	r := startUp(t, b, args[3:]...)
	r.ingestURL(t)
	p.push(r)
	appendFile(t, path, log)
	want := checksums(t, b, path)
	await(t, "every line", func() bool {
		got, pushed := storeSums(t, data, start)
		if pushed > int64(p.sent) {
			t.Fatalf("%d lines are counted of %d that were sent", pushed, p.sent)
		}
		return pushed >= int64(p.acknowledged) && maps.Equal(got, want)
	})
	if p.acknowledged < 3 {
		t.Errorf("%d lines were acknowledged", p.acknowledged)
	}
	t.Logf("%d of %d failpoints killed the program; %d of %d pushed lines were acknowledged", died, len(points), p.acknowledged, p.sent)
}

// storeSums are the checksums of minutes from start on, and the number of lines before.
func storeSums(t *testing.T, data string, start time.Time) (sums map[time.Time]reportstore.Checksum, before int64) {
	t.Helper()
	store, err := sqlite.OpenReadOnly(data)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	sums, err = store.Check(t.Context(), start.Add(-2*time.Hour), start.Add(3*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for minute, sum := range sums {
		if minute.Before(start) {
			before += sum.Lines
			delete(sums, minute)
		}
	}
	return sums, before
}
