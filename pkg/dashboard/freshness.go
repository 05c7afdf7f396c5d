package dashboard

import (
	"fmt"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// The states of the data as a whole.
const (
	stateFresh   = "fresh"   // all that was logged is counted
	stateQuiet   = "quiet"   // the same, and nothing was logged for a while
	stateBehind  = "behind"  // there are lines that were not read yet
	stateHalted  = "halted"  // the collector waits until the machine is mended
	stateStopped = "stopped" // no collector runs
	stateEmpty   = "empty"   // nothing was ever read
)

const (
	// quietAfter is how long nothing has to be logged for the page to say so.
	quietAfter = 2 * time.Minute
	// behindAfter is how old a line that was not read yet has to be: younger ones are on their way.
	behindAfter = 30 * time.Second
)

// freshness says up to when the data goes, and why not further.
type freshness struct {
	State  string
	DataTo time.Time // time of the latest request; zero: there is none
	// KnownTo: up to here, a slot without any row had no requests. Later ones are not known yet.
	KnownTo time.Time
	Lag     time.Duration // of DataTo, or in stateBehind of the oldest line that was not read
	Behind  int64         // bytes not read yet
}

func judge(status *reportstore.Status, live Live, now time.Time) freshness {
	f := freshness{DataTo: status.LastEvent, KnownTo: status.LastEvent, Lag: max(now.Sub(status.LastEvent), 0)}
	settled := now.Add(-behindAfter) // what was logged before is counted, unless the collector is behind
	var oldest time.Time
	for _, source := range live.Sources {
		f.Behind += source.Behind
		if !source.Oldest.IsZero() && (oldest.IsZero() || source.Oldest.Before(oldest)) {
			oldest = source.Oldest
		}
	}
	if oldest.IsZero() {
		oldest = now
	}
	waits := now.Sub(oldest) > behindAfter
	old := f.Behind > 0 && !status.LastEvent.IsZero() && f.Lag > quietAfter // after a start, or trouble, lines are old that have not waited long here
	switch {
	case live.Since.IsZero():
		f.State = stateStopped
	case live.Halted != "":
		f.State = stateHalted
	case waits || old:
		f.State, f.Lag, f.KnownTo = stateBehind, now.Sub(oldest), readTo(status, live)
	case status.LastEvent.IsZero():
		f.State = stateEmpty
	case f.Lag > quietAfter:
		f.State, f.KnownTo = stateQuiet, settled
	default:
		f.State, f.KnownTo = stateFresh, settled
	}
	if status.LastEvent.IsZero() && f.State != stateBehind {
		f.Lag = 0
	}
	return f
}

// readTo is up to when every source has been read that is not read to its end.
func readTo(status *reportstore.Status, live Live) time.Time {
	to := status.LastEvent
	for _, source := range sourcesNow(status, live) {
		if source.Behind > 0 && source.Frontier.Before(to) {
			to = source.Frontier
		}
	}
	return to
}

// Words are the freshness in one sentence.
func (f freshness) Words() string {
	to := "no data yet"
	if !f.DataTo.IsZero() {
		to = "data to " + clock(f.DataTo) + " UTC"
	}
	switch f.State {
	case stateStopped:
		return "The collector is not running; " + to + "."
	case stateHalted:
		return "The collector is halted until the machine is mended; " + to + "."
	case stateBehind:
		return fmt.Sprintf("Catching up: %s; the oldest unread line has waited for %s.", to, span(f.Lag))
	case stateEmpty:
		return "The collector is running and has read no request yet."
	case stateQuiet:
		return fmt.Sprintf("No requests for %s: all that was logged is counted, %s.", span(f.Lag), to)
	}
	return fmt.Sprintf("Data to %s UTC, %s behind.", clock(f.DataTo), span(f.Lag))
}

func clock(t time.Time) string { return t.UTC().Format("15:04:05") }
