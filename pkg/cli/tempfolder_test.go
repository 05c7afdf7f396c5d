package cli

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestFoldersOfKilledRunsAreRemoved: old ones that nobody holds, with what is in them, and nothing else.
func TestFoldersOfKilledRunsAreRemoved(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	now := time.Now()
	running, release, err := tempFolder(now)
	if err != nil {
		t.Fatal(err)
	}
	folder := func(name string, age time.Duration) string {
		path := filepath.Join(os.TempDir(), name)
		if err := os.MkdirAll(filepath.Join(path, "run-1"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now, now.Add(-age)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	killed, young, foreign := folder("floodgauge-1", 25*time.Hour), folder("floodgauge-2", time.Hour), folder("other-1", 25*time.Hour)
	if err := os.Chtimes(running, now, now.Add(-25*time.Hour)); err != nil {
		t.Fatal(err)
	}
	next, releaseNext, err := tempFolder(now)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{killed: false, young: true, foreign: true, running: true, next: true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s: %v, want it there: %v", path, err, want)
		}
	}
	release()
	releaseNext()
	for _, path := range []string{running, next} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s is still there", path)
		}
	}
}
