package sqlite

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// TestWhatIsDeletedIsGone: partials hold what fewer than k clients shared, and observations what single clients did. When they are deleted, no file of the
// store holds them any more.
func TestWhatIsDeletedIsGone(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	secret := bytes.Repeat([]byte("lanternfish"), 2000) // more than a page
	seen := bytes.Repeat([]byte("anglerfish"), 2000)
	c := &reportstore.Commit{}
	for range 50 {
		c.Insert = append(c.Insert, reportstore.Partial{Level: reportstore.Hour, Host: "a.example", Start: noon, Data: secret})
		c.Observed = append(c.Observed, reportstore.Observed{Host: "a.example", Minute: noon, Data: seen})
	}
	if err := s.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if !inFiles(t, dir, secret[:100]) || !inFiles(t, dir, seen[:100]) {
		t.Fatal("the partials or observations are in no file")
	}
	var used []int64
	for _, p := range c.Insert {
		used = append(used, p.ID)
	}
	if err := s.Commit(t.Context(), &reportstore.Commit{Delete: used, States: []reportstore.DetectionState{{Host: "a.example", Minute: noon}}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if inFiles(t, dir, secret[:100]) || inFiles(t, dir, seen[:100]) {
		t.Error("a file still holds deleted partials or observations")
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
