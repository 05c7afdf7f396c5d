package logsource

import (
	"testing"
	"time"
)

// What nobody reads for long costs no memory, and is never taken for younger than it is.
func TestArrivalsAreBoundedAndNeverTooYoung(t *testing.T) {
	start := time.Unix(1_000_000, 0)
	came := func(offset int64) time.Time { return start.Add(time.Duration(offset/10) * time.Second) }
	const size = 100_000
	var a Arrivals
	for to := int64(10); to <= size; to += 10 {
		a.Add(to, came(to-1))
	}
	if len(a) > maxArrivals {
		t.Errorf("%d are remembered", len(a))
	}
	for offset := int64(0); offset < size; offset += 7 {
		if got := a.Of(offset, time.Time{}); got.IsZero() || got.After(came(offset)) {
			t.Fatalf("byte %d came at %v, not %v", offset, got, came(offset))
		}
	}
	if got := a.Of(0, time.Time{}); !got.Equal(start) {
		t.Errorf("the first byte came at %v", got)
	}
	if otherwise := start.Add(time.Hour); !a.Of(size, otherwise).Equal(otherwise) {
		t.Error("a byte that did not come has a time")
	}
}
