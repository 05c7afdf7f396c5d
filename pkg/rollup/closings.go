package rollup

import (
	"context"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// closings knows which slots are closed: those that have a row in the store which is not provisional. It asks the store as seldom as it can.
type closings struct {
	store  reportstore.Writer
	newest map[series]time.Time // start of the latest closed slot; present once it is known
	recent map[slot]bool        // closed by this process
}

// series is all slots of a host and level.
type series struct{ level, host string }

// maxRecent is how many closed slots are remembered at most.
const maxRecent = 1 << 17

func newClosings(store reportstore.Writer) closings {
	return closings{store: store, newest: map[series]time.Time{}, recent: map[slot]bool{}}
}

func (c *closings) add(s slot) {
	if len(c.recent) >= maxRecent {
		clear(c.recent)
	}
	c.recent[s] = true
	key := series{s.level, s.host}
	if newest, known := c.newest[key]; known && s.start.After(newest) {
		c.newest[key] = s.start
	}
}

func (c *closings) has(ctx context.Context, s slot) (bool, error) {
	if c.recent[s] {
		return true, nil
	}
	key := series{s.level, s.host}
	newest, known := c.newest[key]
	if !known {
		var err error
		if newest, err = c.latest(ctx, s); err != nil {
			return false, err
		}
		c.newest[key] = newest
	}
	if s.start.After(newest) {
		return false, nil
	}
	closed, err := c.store.Closed(ctx, s.host, s.level, s.start, s.end())
	return len(closed) > 0, err
}

// farAhead is later than any line's time may be.
const farAhead = 100 * 365 * 24 * time.Hour

// latest returns the start of the last closed slot from s on, or an instant before s.
func (c *closings) latest(ctx context.Context, s slot) (time.Time, error) {
	closed, err := c.store.Closed(ctx, s.host, s.level, s.start, s.start.Add(farAhead))
	if len(closed) == 0 {
		return s.start.Add(-1), err
	}
	return closed[len(closed)-1], err
}
