package inbox

import (
	"context"
	"time"
)

const (
	// pollPeriod is how often it is looked for an answer.
	pollPeriod = 100 * time.Millisecond
	// otherPeriod is how often it is tried to do the work without the process that should answer: it may have ended.
	otherPeriod = 2 * time.Second
)

// Wait waits for the answer to a request, and takes both away then. From time to time it calls otherwise, which does the work itself where that is
// possible by now, and says whether it did. When ctx ends, the request is withdrawn.
func (r Request) Wait(ctx context.Context, otherwise func() (a Answer, done bool, err error)) (Answer, error) {
	defer r.Withdraw()
	poll := time.NewTicker(pollPeriod)
	defer poll.Stop()
	other := time.NewTicker(otherPeriod)
	defer other.Stop()
	for {
		if a, ok, err := r.Answered(); ok || err != nil {
			return a, err
		}
		select {
		case <-ctx.Done():
			return Answer{}, ctx.Err()
		case <-poll.C:
		case <-other.C:
			a, done, err := otherwise()
			if done || err != nil {
				return a, err
			}
		}
	}
}

// Hand has work done: by direct where that is possible, else by the process that answers in the folder. direct says whether it did it.
func Hand(ctx context.Context, dir string, w *Work, direct func() (a Answer, done bool, err error)) (Answer, error) {
	if a, done, err := direct(); done || err != nil {
		return a, err
	}
	r, err := Leave(dir, w)
	if err != nil {
		return Answer{}, err
	}
	return r.Wait(ctx, direct)
}
