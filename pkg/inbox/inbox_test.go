package inbox

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func work() *Work {
	r := &reportstore.Replay{ID: "id", Rebuild: true, From: noon, To: noon.Add(time.Hour), Force: true, Parts: []string{"a", "b"}}
	for i := range 3 {
		r.Rows = append(r.Rows, reportstore.Row{Kind: reportstore.Closed,
			Report: &schemas.TrafficReport{Host: "a.example", Minute: timestamppb.New(noon), Level: "minute", Lines: int64(i)}})
		r.Findings = append(r.Findings, &schemas.Finding{Host: "a.example", Minute: timestamppb.New(noon), Verdict: schemas.Verdict_VERDICT_ATTACK, Points: int32(i)})
	}
	return &Work{Replay: r}
}

func leave(t *testing.T, dir string, w *Work) Request {
	t.Helper()
	r, err := Leave(dir, w)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func find(t *testing.T, dir string, now time.Time) []Request {
	t.Helper()
	found, err := Find(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestRequestsComeThroughAndAreAnswered(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "batches")
	if found := find(t, dir, noon); len(found) != 0 {
		t.Fatalf("found %v where there is no folder", found)
	}
	for _, w := range []*Work{work(), {Retry: &Retry{}}, {Retry: &Retry{IDs: []int64{3, 4}}}} {
		asked := leave(t, dir, w)
		found := find(t, dir, noon)
		if len(found) != 1 || found[0] != asked {
			t.Fatalf("found %v, want %v", found, asked)
		}
		got, err := found[0].Read()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(w, got, protocmp.Transform()); diff != "" {
			t.Errorf("the request (-asked +read):\n%s", diff)
		}
		want := Answer{Published: true, Retried: 2, Refused: "no"}
		if err := found[0].Answer(want); err != nil {
			t.Fatal(err)
		}
		a, err := asked.Wait(t.Context(), nil)
		if err != nil || a != want {
			t.Errorf("answer %v, %v", a, err)
		}
		if left := names(t, dir); len(left) != 0 {
			t.Errorf("the folder still has %v", left)
		}
	}
}

// TestRequestsCutAnywhereAreRefused: whatever bytes of a request are missing or changed.
func TestRequestsCutAnywhereAreRefused(t *testing.T) {
	dir := t.TempDir()
	r := leave(t, dir, work())
	whole, err := os.ReadFile(r.path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		changed := append([]byte(nil), whole...)
		changed[n] ^= 0x40
		for _, content := range [][]byte{whole[:n], changed} {
			if err := os.WriteFile(r.path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := r.Read(); !errors.Is(err, ErrDamaged) {
				t.Fatalf("%d bytes: error %v", n, err)
			}
		}
	}
}

func TestLeavingsOfKilledProcessesGoAfterADay(t *testing.T) {
	dir := t.TempDir()
	asked := leave(t, dir, work())
	for _, name := range []string{tempMark + "1", "2" + answerEnd, "floodgauge.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	find(t, dir, time.Now())
	if left := names(t, dir); len(left) != 4 {
		t.Errorf("after a moment there are %v", left)
	}
	find(t, dir, time.Now().Add(25*time.Hour))
	if left := names(t, dir); len(left) != 2 {
		t.Errorf("after a day there are %v", left)
	}
	asked.Withdraw()
	if left := find(t, dir, noon); len(left) != 0 {
		t.Errorf("withdrawn, and still there: %v", left)
	}
}

func TestWaitEndsWithTheContextAndWithAnotherWay(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := leave(t, dir, work()).Wait(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	tries := 0
	a, err := leave(t, dir, work()).Wait(t.Context(), func() (Answer, bool, error) {
		tries++
		return Answer{Published: true}, true, nil
	})
	if err != nil || !a.Published || tries != 1 {
		t.Errorf("answer %v, %v after %d tries", a, err, tries)
	}
	if left := names(t, dir); len(left) != 0 {
		t.Errorf("the folder still has %v", left)
	}
}
