package sqlite

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// TestWhatIsDeletedIsGone: partials and literals hold what fewer than k clients shared, and observations what single clients did. When they are deleted, no file of the
// store holds them any more.
func TestWhatIsDeletedIsGone(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	secret := bytes.Repeat([]byte("lanternfish"), 2000) // more than a page
	seen := bytes.Repeat([]byte("anglerfish"), 2000)
	replaced, expired := bytes.Repeat([]byte("dragonfish"), 2000), bytes.Repeat([]byte("gulpereel"), 2000)
	c := &reportstore.Commit{Literals: []reportstore.Literal{{Host: "a.example", Name: "fg-a", Data: replaced}, {Host: "a.example", Name: "fg-b", Data: expired}}}
	for range 50 {
		c.Insert = append(c.Insert, reportstore.Partial{Level: reportstore.Hour, Host: "a.example", Start: noon, Data: secret})
		c.Observed = append(c.Observed, reportstore.Observed{Host: "a.example", Minute: noon, Data: seen})
	}
	if err := s.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	for _, what := range [][]byte{secret, seen, replaced, expired} {
		if !inFiles(t, dir, what[:100]) {
			t.Fatalf("%s is in no file", what[:11])
		}
	}
	var used []int64
	for _, p := range c.Insert {
		used = append(used, p.ID)
	}
	after := &reportstore.Commit{
		Delete: used, States: []reportstore.DetectionState{{Host: "a.example", Minute: noon}}, Literals: []reportstore.Literal{{Host: "a.example", Name: "fg-a"}},
	}
	if err := s.Commit(t.Context(), after); err != nil {
		t.Fatal(err)
	}
	if err := s.Expire(t.Context(), noon, reportstore.Retention{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, what := range [][]byte{secret, seen, replaced, expired} {
		if inFiles(t, dir, what[:100]) {
			t.Errorf("a file still holds %s", what[:11])
		}
	}
}

func inFiles(t *testing.T, dir string, what []byte) bool {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err == nil && bytes.Contains(data, what) {
			return true
		}
	}
	return false
}
