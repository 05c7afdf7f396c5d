package audit

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

func TestCompareNamesEachMinuteThatDiffers(t *testing.T) {
	minute := func(n int) time.Time { return time.Date(2026, 5, 4, 12, n, 0, 0, time.UTC) }
	sum := func(lines int64, xor uint64) reportstore.Checksum {
		return reportstore.Checksum{Lines: lines, XOR: xor}
	}
	files := Sums{minute(0): sum(5, 7), minute(1): sum(2, 3), minute(2): sum(4, 1), minute(3): sum(1, 9), minute(6): sum(8, 8)}
	store := Sums{minute(0): sum(5, 7), minute(1): sum(1, 3), minute(2): sum(4, 2), minute(4): sum(6, 6), minute(6): sum(7, 7)}
	got := Compare(files, store, func(m time.Time) bool { return m.Equal(minute(6)) })
	want := Result{Minutes: 1, Lines: 5, Skipped: 1, Differ: []Difference{
		{minute(1), sum(2, 3), sum(1, 3)}, {minute(2), sum(4, 1), sum(4, 2)}, {minute(3), sum(1, 9), sum(0, 0)}, {minute(4), sum(0, 0), sum(6, 6)},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
