package integration

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
)

// killsVariable is how often the processes are killed; the figures of CONTRIBUTING.md take more than the gate.
const killsVariable = "FLOODGAUGE_TEST_KILLS"

func kills(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv(killsVariable))
	if os.Getenv(killsVariable) == "" {
		return 6
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestUpIsKilled: while lines come and the log is rotated, a process of the tree is killed at random moments. In the end the store has every line
// once: minute by minute the same number of lines, with the same ids, as the files.
func TestUpIsKilled(t *testing.T) {
	b := newBox(t)
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	log := logSince(t, time.Now().Add(-time.Hour), "vhost-combined", int64(4000+1000*kills(t)))
	path := b.path("home", "access.log")
	writeFile(t, path, nil)
	r := startUp(t, b, "access.log")
	for i := range kills(t) {
		n := strings.LastIndexByte(string(log[:min(len(log), len(log)/(kills(t)-i)+1)]), '\n') + 1
		appendFile(t, path, log[:n])
		log = log[n:]
		if i%3 == 2 {
			rotate(t, path)
		}
		<-time.After(time.Duration(rng.Int64N(int64(1500 * time.Millisecond)))) // a random moment is what this is about
		if victim := childOf(r.cmd.Process.Pid); victim != 0 && rng.IntN(2) == 0 {
			_ = syscall.Kill(victim, syscall.SIGKILL)
			continue
		}
		_ = r.cmd.Process.Kill()
		<-r.ended
		r = startUp(t, b, "access.log")
	}
	appendFile(t, path, log)
	want := checksums(t, b, path)
	data := b.path("home", "floodgauge-data")
	await(t, "every line", func() bool { return sameChecksums(t, data, want) })
	if code := r.stop(t); code != 0 {
		t.Errorf("exit code %d: %s", code, r.said)
	}
}

// rotate renames the rotated files and begins a new log.
func rotate(t *testing.T, path string) {
	t.Helper()
	old, err := filepath.Glob(path + ".*")
	if err != nil {
		t.Fatal(err)
	}
	for n := len(old); n >= 0; n-- {
		from := path + "." + strconv.Itoa(n)
		if n == 0 {
			from = path
		}
		if err := os.Rename(from, path+"."+strconv.Itoa(n+1)); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, path, nil)
}

// childOf returns a child of a process, 0 for none.
func childOf(pid int) int {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/task/" + strconv.Itoa(pid) + "/children") // it may have ended
	for _, word := range strings.Fields(string(text)) {
		if child, err := strconv.Atoi(word); err == nil {
			return child
		}
	}
	return 0
}

// checksums are those of the log and its rotated files by a bounded run, under the keys of the live one.
func checksums(t *testing.T, b *box, path string) map[time.Time]reportstore.Checksum {
	t.Helper()
	keys, err := os.ReadFile(b.path("home", "floodgauge-data", "day-keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, b.path("cache", "floodgauge", "day-keys.json"), keys)
	files, err := filepath.Glob(path + "*")
	if err != nil {
		t.Fatal(err)
	}
	out := finish(t, b.command(t, append([]string{"report", "--format", "json"}, files...)...))
	out.expect(t, "report", 0)
	sums := map[time.Time]reportstore.Checksum{}
	for line := range strings.Lines(out.stdout) {
		var row struct {
			Minute  time.Time
			Lines   int64  `json:"lines"`
			LineXOR string `json:"line_xor"`
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		xor, err := strconv.ParseUint(row.LineXOR, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		sum := sums[row.Minute.UTC()]
		sums[row.Minute.UTC()] = reportstore.Checksum{Lines: sum.Lines + row.Lines, XOR: sum.XOR ^ xor}
	}
	return sums
}

// sameChecksums tells whether the store has the same lines in every minute.
func sameChecksums(t *testing.T, data string, want map[time.Time]reportstore.Checksum) bool {
	t.Helper()
	store, err := sqlite.OpenReadOnly(data)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	got, err := store.Check(t.Context(), time.Now().Add(-3*time.Hour), time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) > len(want) {
		t.Fatalf("the store has %d minutes, the files have %d", len(got), len(want))
	}
	for minute, sum := range got {
		if sum.Lines > want[minute].Lines {
			t.Fatalf("%v has %d lines in the store, the files have %d", minute, sum.Lines, want[minute].Lines)
		}
		if sum != want[minute] {
			return false
		}
	}
	return len(got) == len(want)
}
