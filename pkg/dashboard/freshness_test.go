package dashboard

import (
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

func TestStatesAreToldApart(t *testing.T) {
	running := Live{Since: teaTime.Add(-time.Hour)}
	read := func(ago time.Duration) reportstore.Status {
		last := teaTime.Add(-ago)
		sources := []reportstore.SourceState{{Source: "a", Frontier: last}, {Source: "b", Frontier: last.Add(-time.Minute)}}
		return reportstore.Status{LastEvent: last, Sources: sources}
	}
	behind := running
	behind.Sources = []LiveSource{{Source: "b", Behind: 5e6, Oldest: teaTime.Add(-3 * time.Minute)}}
	soon := running
	soon.Sources = []LiveSource{{Source: "b", Behind: 500, Oldest: teaTime.Add(-4 * time.Second)}}
	halted := running
	halted.Halted = "the disk is full"
	for _, c := range []struct {
		name, state, words string
		status             reportstore.Status
		live               Live
		known              time.Duration // before now; -1: nothing is known
	}{
		{"all is read", stateFresh, "Data to 14:03:08 UTC, 12 s behind.", read(12 * time.Second), running, behindAfter},
		{"lines are on their way", stateFresh, "12 s behind", read(12 * time.Second), soon, behindAfter},
		{"no traffic", stateQuiet, "No requests for 5 min: all that was logged is counted", read(5 * time.Minute), running, behindAfter},
		{"behind", stateBehind, "the oldest unread line has waited for 3 min", read(5 * time.Minute), behind, 6 * time.Minute},
		{"behind after a start", stateBehind, "the oldest unread line has waited for 4 s", read(5 * time.Minute), soon, 6 * time.Minute},
		{"halted", stateHalted, "is halted until the machine is mended; data to 13:58:20 UTC.", read(5 * time.Minute), halted, 5 * time.Minute},
		{"stopped", stateStopped, "The collector is not running; data to 13:58:20 UTC.", read(5 * time.Minute), Live{}, 5 * time.Minute},
		{"nothing yet", stateEmpty, "has read no request yet", reportstore.Status{}, running, -1},
		{"nothing ever", stateStopped, "The collector is not running; no data yet.", reportstore.Status{}, Live{}, -1},
	} {
		f := judge(&c.status, c.live, teaTime)
		if f.Lag < 0 || f.Lag > 24*time.Hour {
			t.Errorf("%s: it is behind by %v", c.name, f.Lag)
		}
		if f.State != c.state || !strings.Contains(f.Words(), c.words) {
			t.Errorf("%s: %s: %s", c.name, f.State, f.Words())
		}
		if c.known < 0 && !f.KnownTo.IsZero() || c.known >= 0 && !f.KnownTo.Equal(teaTime.Add(-c.known)) {
			t.Errorf("%s: it is known up to %v", c.name, f.KnownTo)
		}
	}
}
