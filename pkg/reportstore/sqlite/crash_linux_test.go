package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// crashDir tells the test binary to be a process that writes to this folder until it is killed.
const crashDir = "FLOODGAUGE_CRASH_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		if err := writeUntilKilled(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	if dir := os.Getenv(queryDir); dir != "" {
		if err := queryMuch(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const crashHosts = 40

// step commits the n-th stretch of a file with a row of one line for each host, a part and the n-th revision of a finding, of which detection sees the
// n-th minute, and then rebuilds another hour with n lines for each.
func step(ctx context.Context, s *Store, n int64) error {
	c := &reportstore.Commit{
		Read:     []reportstore.Extent{{Source: "access", File: "f", From: 10 * n, To: 10*n + 10}},
		Insert:   []reportstore.Partial{{Level: reportstore.Minute, Host: "a.example", Start: noon, Data: make([]byte, 3000)}},
		Findings: []*schemas.Finding{judged("a.example", noon, int32(n))},
		Observed: []reportstore.Observed{{Host: "a.example", Minute: noon.Add(time.Duration(n) * time.Minute)}},
		States:   []reportstore.DetectionState{{Host: "a.example", Minute: noon.Add(time.Duration(n-1) * time.Minute)}},
	}
	r := &reportstore.Replay{ID: fmt.Sprint(n), Rebuild: true, Force: true, From: noon.Add(time.Hour), To: noon.Add(2 * time.Hour)}
	r.Findings = []*schemas.Finding{judged("a.example", noon.Add(time.Hour), int32(n))}
	for h := range crashHosts {
		c.Rows = append(c.Rows, plain(reportstore.Late, site(h), noon, 1))
		r.Rows = append(r.Rows, plain(reportstore.Closed, site(h), noon.Add(time.Hour), n+1))
	}
	if err := s.Commit(ctx, c); err != nil {
		return err
	}
	_, err := s.Publish(ctx, r)
	return err
}

// writeUntilKilled goes on where the store is, and says each step that is done.
func writeUntilKilled(dir string) error {
	s, err := Open(dir, clock)
	if err != nil {
		return err
	}
	state, err := s.State(context.Background())
	if err != nil {
		return err
	}
	n := int64(0)
	if len(state.Cursor) > 0 {
		n = state.Cursor[0].To / 10
	}
	for ; ; n++ {
		if err := step(context.Background(), s, n); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

func TestKilledWriterLeavesWholeCommits(t *testing.T) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 15 {
		said := runAndKill(t, dir, rng.IntN(6), time.Duration(rng.IntN(40_000))*time.Microsecond)
		s, err := Open(dir, clock)
		if err != nil {
			t.Fatal(err)
		}
		checkWhole(t, s, said)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// runAndKill starts a writer, waits for some steps, kills it a moment later and returns the last step that it said was done, -1 for none.
func runAndKill(t *testing.T, dir string, steps int, later time.Duration) (said int64) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	var trouble strings.Builder
	cmd.Stderr = &trouble
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said = -1
	lines := bufio.NewScanner(out)
	for seen := 0; lines.Scan(); seen++ {
		if seen == steps {
			time.AfterFunc(later, func() { _ = cmd.Process.Kill() })
		}
		if _, err := fmt.Sscan(lines.Text(), &said); err != nil {
			t.Fatalf("the writer says %q", lines.Text())
		}
	}
	if err := cmd.Wait(); err == nil || trouble.Len() > 0 {
		t.Fatalf("the writer ended by itself: %v, %s", err, trouble.String())
	}
	return said
}

func checkWhole(t *testing.T, s *Store, said int64) {
	t.Helper()
	state, err := s.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(state.Cursor) != 1 {
		t.Fatalf("the cursor is %v", state.Cursor)
	}
	steps := state.Cursor[0].To / 10
	if steps < said+1 {
		t.Errorf("%d steps are kept, but the writer said that %d were done", steps, said+1)
	}
	if n := linesIn(t, s); n != steps*crashHosts || int64(len(state.Partials)) != steps {
		t.Errorf("after %d steps there are %d lines and %d parts", steps, n, len(state.Partials))
	}
	checkDetected(t, s, steps)
	rebuilt := map[int64]int{} // hosts by the lines of their rebuilt row
	err = s.Rows(t.Context(), access.Everything(), "", reportstore.Minute, noon.Add(time.Hour), noon.Add(2*time.Hour), func(r reportstore.Row) error {
		rebuilt[r.Report.Lines]++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if rebuilt[steps] != crashHosts && rebuilt[steps-1] != crashHosts && steps > 1 {
		t.Errorf("after %d steps the rebuilt rows are %v", steps, rebuilt)
	}
	for lines := range rebuilt {
		if len(rebuilt) != 1 || lines < said+1 {
			t.Errorf("rows of several rebuilds, or of one before step %d: %v", said, rebuilt)
		}
	}
}

// checkDetected checks what detection left in so many steps.
func checkDetected(t *testing.T, s *Store, steps int64) {
	t.Helper()
	last := noon.Add(time.Duration(steps-1) * time.Minute)
	state, observed, err := s.Detection(t.Context(), "a.example", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if state == nil || !state.Minute.Equal(last.Add(-time.Minute)) || len(observed) != 1 || !observed[0].Minute.Equal(last) {
		t.Errorf("after %d steps detection is at %v and %v", steps, state, observed)
	}
	findings, err := s.Findings(t.Context(), access.Everything(), "", noon, noon.Add(2*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	// The rebuild of the last step may not be done.
	if want := int32(steps) - 1; len(findings) < 1 || findings[0].Revision != want || steps > 1 && len(findings) < 2 ||
		len(findings) > 1 && findings[1].Revision != want && findings[1].Revision != want-1 {
		t.Errorf("after %d steps the findings are %v", steps, findings)
	}
}
