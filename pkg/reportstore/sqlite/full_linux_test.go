package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// smallDisk is a disk of 2 MB.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Fatalf("cannot mount a small disk, which takes root: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestFullDisk(t *testing.T) {
	disk := smallDisk(t)
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s := opened(t, filepath.Join(disk, "data"))
	n, err := untilFull(t.Context(), s)
	if !errors.Is(err, reportstore.ErrFull) {
		t.Fatalf("after %d steps: %v", n, err)
	}
	checkWhole(t, s, -1)
	if again := step(t.Context(), s, n); !errors.Is(again, reportstore.ErrFull) && !errors.Is(again, reportstore.ErrStale) {
		t.Errorf("a second try gave %v", again)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	more, err := untilFull(t.Context(), s)
	if more == 0 || !errors.Is(err, reportstore.ErrFull) {
		t.Errorf("with room again, %d steps and %v", more, err)
	}
	checkWhole(t, s, -1)
}

// untilFull goes on where the store is until a step fails.
func untilFull(ctx context.Context, s *Store) (done int64, err error) {
	state, err := s.State(ctx)
	if err != nil {
		return 0, err
	}
	n := int64(0)
	if len(state.Cursor) > 0 {
		n = state.Cursor[0].To / 10
	}
	for ; err == nil; n++ {
		if err = step(ctx, s, n); err == nil {
			done++
		}
	}
	return done, err
}

func TestOpeningOnAFullDisk(t *testing.T) {
	disk := smallDisk(t)
	if err := os.WriteFile(filepath.Join(disk, "ballast"), make([]byte, 2<<20-16<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(filepath.Join(disk, "data"), clock)
	if err == nil {
		_ = s.Close()
	}
	if !errors.Is(err, reportstore.ErrFull) {
		t.Errorf("opening gave %v", err)
	}
}
