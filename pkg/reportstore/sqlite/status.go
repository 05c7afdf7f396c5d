package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// Status implements reportstore.Reader.
func (r *Reader) Status(ctx context.Context) (*reportstore.Status, error) {
	s := &reportstore.Status{DeadLines: map[string]int64{}}
	err := r.read(ctx, func(t *tx) (err error) {
		if s.Sources, err = t.sources(); err != nil {
			return err
		}
		var commit, event, oldest int64
		const query = `SELECT last_commit, last_event,
			(SELECT count(*) FROM (SELECT start FROM partials WHERE level = 0 UNION SELECT start FROM rows WHERE level = 0 AND kind = 0)),
			(SELECT count(*) FROM letters WHERE extent_source IS NOT NULL),
			(SELECT coalesce(min(at), 0) FROM letters WHERE extent_source IS NOT NULL),
			(SELECT count(*) FROM incomplete WHERE level = 0) FROM facts`
		_, err = t.one(query, nil, &commit, &event, &s.OpenMinutes, &s.SetAside, &oldest, &s.Incomplete)
		s.LastCommit, s.LastEvent, s.SetAsideOldest = instant(commit), instant(event), instant(oldest)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, source := range s.Sources {
		for reason, lines := range source.Dead {
			s.DeadLines[reason] += lines
		}
	}
	s.Bytes, err = r.bytes()
	return s, err
}

// bytes is the size of the file and of its log of changes.
func (r *Reader) bytes() (n int64, err error) {
	for _, path := range []string{r.path, r.path + "-wal"} {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("cannot read the size of the data: %w", err)
		}
		n += info.Size()
	}
	return n, nil
}
