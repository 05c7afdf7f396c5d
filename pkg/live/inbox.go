package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/floodgauge/floodgauge/pkg/inbox"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// serve does what commands left in the inbox.
func (r *Run) serve(ctx context.Context, now time.Time) error {
	if r.cfg.Inbox == "" || now.Sub(r.looked) < pause {
		return nil
	}
	r.looked = now
	requests, err := inbox.Find(r.cfg.Inbox, now)
	if err != nil {
		return err
	}
	for _, request := range requests {
		a, err := r.work(ctx, request, now)
		if trouble(ctx, err) {
			return err // it waits until that is over
		}
		if err != nil {
			a = inbox.Answer{Refused: err.Error()}
		}
		if err := request.Answer(a); err != nil {
			return err
		}
	}
	return nil
}

// trouble tells whether an error is the machine's, and not the request's.
func trouble(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || errors.Is(err, reportstore.ErrFull) || errors.Is(err, reportstore.ErrDamaged) ||
		errors.Is(err, reportstore.ErrLocked))
}

func (r *Run) work(ctx context.Context, request inbox.Request, now time.Time) (a inbox.Answer, err error) {
	w, err := request.Read()
	if err != nil {
		return a, err
	}
	if w.Retry != nil {
		a.Retried, err = r.retryNow(ctx, w.Retry.IDs, now)
		return a, err
	}
	a.Published, err = r.publish(ctx, w.Replay, now)
	return a, err
}

// publish publishes a replay.
func (r *Run) publish(ctx context.Context, batch *reportstore.Replay, now time.Time) (published bool, err error) {
	if batch.Rebuild && !batch.Force {
		frontier := r.frontierOf(now)
		for _, s := range r.sources {
			if read := frontier(s.Name); read.Before(batch.To) {
				return false, fmt.Errorf("%w: %s was read up to %s: rebuild hours that end before that, or wait until it was read further",
					reportstore.ErrOpen, s.Name, read.UTC().Format("2006-01-02 15:04"))
			}
		}
	}
	if published, err = r.cfg.Store.Publish(ctx, batch); err != nil || !published {
		return published, err
	}
	r.roll.Published()
	r.cfg.Committed(&reportstore.Commit{Rows: batch.Rows})
	return true, nil
}

// retryNow makes stretches that were set aside due; no ids are all of them.
func (r *Run) retryNow(ctx context.Context, ids []int64, now time.Time) (int, error) {
	due, err := reportstore.Due(r.aside, ids, now)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	if err := r.commit(ctx, &reportstore.Commit{Retried: due}, now); err != nil {
		return 0, err
	}
	for i := range r.aside {
		if len(ids) == 0 || slices.Contains(ids, r.aside[i].ID) {
			r.aside[i].Next = now
		}
	}
	return len(due), nil
}
