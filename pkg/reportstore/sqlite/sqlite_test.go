package sqlite

import (
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportstore/storetest"
)

var now = time.Date(2026, 5, 5, 0, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

// opened is a store that is closed when the test ends.
func opened(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) reportstore.Writer { return opened(t, t.TempDir()) })
}
