package replay

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/floodgauge/floodgauge/pkg/inbox"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
)

// Inbox is the folder, in the data folder, through which a batch reaches the process that holds the store.
func Inbox(data string) string { return filepath.Join(data, "batches") }

// publish publishes a batch: in the store itself, or through the process that holds it.
func publish(ctx context.Context, data string, r *reportstore.Replay) (published bool, err error) {
	a, err := inbox.Hand(ctx, Inbox(data), &inbox.Work{Replay: r}, func() (inbox.Answer, bool, error) { return direct(ctx, data, r) })
	switch {
	case err != nil:
		return false, err
	case a.Refused != "":
		return false, errors.New(a.Refused)
	}
	return a.Published, nil
}

// direct publishes in the store itself. It does nothing where another process holds it.
func direct(ctx context.Context, data string, r *reportstore.Replay) (a inbox.Answer, done bool, err error) {
	store, err := sqlite.Open(data, time.Now)
	if errors.Is(err, reportstore.ErrLocked) {
		return a, false, nil
	}
	if err != nil {
		return a, false, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if r.Rebuild && !r.Force {
		status, err := store.Status(ctx)
		if err != nil {
			return a, false, err
		}
		if read, less := behind(status, r.To); less {
			return a, false, NotRead(read)
		}
	}
	a.Published, err = store.Publish(ctx, r)
	return a, err == nil, err
}

// NotRead refuses a rebuild of hours of which a live run may read lines later, which would then count twice. It wraps reportstore.ErrOpen.
func NotRead(read time.Time) error {
	return fmt.Errorf("nothing was published: %w: the logs are read up to %s: rebuild hours that end before that (--to), or wait until `floodgauge up` has read further",
		reportstore.ErrOpen, clock(read))
}
