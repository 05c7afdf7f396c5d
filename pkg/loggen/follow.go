package loggen

import (
	"context"
	"errors"
	"io"
	"time"
)

// Clock is the time by which Follow writes.
type Clock struct {
	Now func() time.Time
	// Wait returns after the duration, or with ctx's error when that ends before.
	Wait func(ctx context.Context, d time.Duration) error
}

// WallClock is the real time.
func WallClock() Clock {
	return Clock{Now: time.Now, Wait: wait}
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Follow writes each line when its time has come. Without a start in the configuration the log begins now; with one, that moment of
// the log is now, and its times stay. Lines that are due are written together, at most every followEvery. It ends as Generate does.
func Follow(ctx context.Context, c Config, out, truth io.Writer, clock Clock) (Stats, error) {
	begin := clock.Now()
	if c.Start.IsZero() {
		c.Start = begin
	}
	g, err := New(c)
	if err != nil {
		return Stats{}, err
	}
	offset := begin.UnixNano() - g.start
	s := newSink(g, out, truth)
	var r Request
	for g.Next(&r) {
		if ahead := r.Time + offset - clock.Now().UnixNano(); ahead > 0 {
			if err := s.flush(); err != nil {
				return s.stats, err
			}
			if err := clock.Wait(ctx, max(time.Duration(ahead), followEvery)); err != nil {
				return s.stats, err
			}
		}
		if s.add(&r) {
			if err := errors.Join(s.flush(), ctx.Err()); err != nil {
				return s.stats, err
			}
		}
	}
	return s.stats, s.flush()
}

// followEvery is the shortest wait between two writes.
const followEvery = 10 * time.Millisecond
