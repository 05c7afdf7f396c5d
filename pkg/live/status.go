package live

import (
	"sync"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// Status is how a live run is doing, for pages and metrics.
type Status struct {
	Since       time.Time // when it started
	LastCommit  time.Time
	Halted      string // why it does not go on; "" while it does
	Slices      int64
	Counts      summarize.Counts // of all slices since the start
	OpenMinutes int
	Retries     int64 // of what was set aside, since the start
	Sources     []reportstore.SourceState
}

// statusBoard is written by the run and read by others.
type statusBoard struct {
	mu  sync.Mutex
	now Status
}

func (b *statusBoard) change(f func(*Status)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(&b.now)
}

func (b *statusBoard) started(now time.Time) { b.change(func(s *Status) { s.Since = now }) }
func (b *statusBoard) halt(err error)        { b.change(func(s *Status) { s.Halted = err.Error() }) }
func (b *statusBoard) running()              { b.change(func(s *Status) { s.Halted = "" }) }

func (b *statusBoard) retried() { b.change(func(s *Status) { s.Retries++ }) }

// scanned notes how far the sources are. What they count by reason changes while others read, so it is left out.
func (b *statusBoard) scanned(sources []*source) {
	states := make([]reportstore.SourceState, len(sources))
	for i, s := range sources {
		states[i] = s.state
		states[i].Dead = nil
	}
	b.change(func(s *Status) { s.Sources = states })
}

func (b *statusBoard) sliced(counts *summarize.Counts) {
	b.change(func(s *Status) {
		s.Slices++
		s.Counts.Add(counts)
	})
}

func (b *statusBoard) committed(now time.Time, openMinutes int) {
	b.change(func(s *Status) { s.LastCommit, s.OpenMinutes, s.Halted = now, openMinutes, "" })
}

// Status returns how the run is doing. It may be called from any goroutine.
func (r *Run) Status() Status {
	r.status.mu.Lock()
	defer r.status.mu.Unlock()
	return r.status.now
}
