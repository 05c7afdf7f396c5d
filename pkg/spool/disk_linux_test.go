package spool

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/floodgauge/floodgauge/pkg/logsource"
)

// TestFullDisk: what was acknowledged stays, what was not is not there, and it goes on when there is room.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("none", dir, "tmpfs", 0, "size=256k"); err != nil {
		t.Fatalf("a small disk for this test, which takes root: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	s := open(t, dir, 0)
	var want []string
	cursor := logsource.Cursor{}
	for round := range 3 {
		for i := range 1000 {
			text := strings.Repeat(string(rune('a'+round)), 5000+i)
			err := s.Append("a", []Record{record(text + "\n")})
			if err != nil {
				if !errors.Is(err, ErrNoSpace) || !strings.Contains(err.Error(), "make room") {
					t.Fatalf("error = %v, want ErrNoSpace", err)
				}
				break
			}
			want = append(want, text)
		}
		if err := s.Append("b", []Record{record(strings.Repeat("b", 100_000))}); !errors.Is(err, ErrNoSpace) {
			t.Fatalf("a new source: error = %v, want ErrNoSpace", err)
		}
		got := readAll(t, s, "a", cursor, 0)
		if len(want) == 0 || len(got) != len(want) || strings.Join(got, "") != strings.Join(want, "") {
			t.Fatalf("round %d: %d lines are kept of %d", round, len(got), len(want))
		}
		s = reopened(t, s, dir)
		if n := len(s.Unread("a", cursor)) + len(s.Unread("b", nil)); n > 0 {
			t.Fatalf("round %d: %d stretches are there that nobody was told are kept", round, n)
		}
		if err := s.Release("a", cursor, 0, noon.Add(1)); err != nil {
			t.Fatal(err)
		}
		want = nil
	}
}
