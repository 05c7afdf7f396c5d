package findings

import (
	"context"
	"iter"
	"time"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// openFor is how long before the last minute of which lines are known a site's silence is not judged: its lines may be on their way.
const openFor = 2 * time.Minute

// Minutes are those of which any line, of whatever site, is known.
type Minutes struct {
	lines map[int64]bool // since 1970
	last  time.Time
}

// MinutesOf are the minutes of which a run has any line.
func MinutesOf(all iter.Seq[time.Time]) Minutes {
	m := Minutes{lines: map[int64]bool{}}
	for minute := range all {
		m.add(minute)
	}
	return m
}

// ReadMinutes asks a store for them, from and to are whole minutes.
func ReadMinutes(ctx context.Context, store reportstore.Reader, from, to time.Time) (Minutes, error) {
	m := MinutesOf(func(func(time.Time) bool) {})
	return m, m.read(ctx, store, from, to)
}

func (m *Minutes) read(ctx context.Context, store reportstore.Reader, from, to time.Time) error {
	sums, err := store.Check(ctx, from, to)
	for minute, sum := range sums {
		if sum.Lines > 0 {
			m.add(minute)
		}
	}
	return err
}

func (m *Minutes) add(minute time.Time) {
	m.lines[minute.Unix()/60] = true
	if minute.After(m.last) {
		m.last = minute.UTC()
	}
}

func (m *Minutes) has(minute time.Time) bool { return m.lines[minute.Unix()/60] }

// Closed is up to when a site's silence can be judged.
func (m *Minutes) Closed() time.Time { return ClosedBefore(m.last) }

// ClosedBefore is Closed where the last line of whatever site is of a time.
func ClosedBefore(last time.Time) time.Time { return last.Truncate(time.Minute).Add(-openFor) }

// site goes on from a state of a site's detection.
func (m *Minutes) site(host string, state *schemas.SiteState) *attack.Site {
	return attack.ResumeSite(host, state, m.has, Sayable)
}
