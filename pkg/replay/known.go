package replay

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
)

// known is what the store has; where there is no store yet, nothing.
type known struct{ store *sqlite.Reader }

func (k *known) close() {
	if k.store != nil {
		_ = k.store.Close()
	}
}

func (k *known) published(ctx context.Context, id string) (bool, error) {
	if k.store == nil {
		return false, nil
	}
	return k.store.Published(ctx, id)
}

// hosts are those that are named, and have to stay so.
func (k *known) hosts(ctx context.Context) ([]string, error) {
	if k.store == nil {
		return nil, nil
	}
	return k.store.NamedHosts(ctx)
}

var errFound = errors.New("found")

// empty tells whether there is no hour in a stretch of time.
func (k *known) empty(ctx context.Context, from, to time.Time) (bool, error) {
	if k.store == nil {
		return true, nil
	}
	err := k.store.Rows(ctx, access.Everything(), "", reportstore.Hour, from, to, func(reportstore.Row) error { return errFound })
	if errors.Is(err, errFound) {
		return false, nil
	}
	return err == nil, err
}

// same lists the minutes of which the store has the same lines as a batch, in order.
func (k *known) same(ctx context.Context, r *reportstore.Replay) (same []time.Time, err error) {
	if k.store == nil {
		return nil, nil
	}
	sums := Checksums(r.Rows)
	first, last := bounds(sums)
	has, err := k.store.Check(ctx, first, last.Add(time.Minute))
	if err != nil {
		return nil, err
	}
	for minute, sum := range sums {
		if has[minute] == sum {
			same = append(same, minute)
		}
	}
	slices.SortFunc(same, time.Time.Compare)
	return same, nil
}

// Checksums adds up lines and line_xor of rows of minutes, as Reader.Check does.
func Checksums(rows []reportstore.Row) map[time.Time]reportstore.Checksum {
	sums := map[time.Time]reportstore.Checksum{}
	for _, row := range rows {
		if row.Report.GetLevel() == reportstore.Minute {
			minute := row.Report.GetMinute().AsTime()
			sum := sums[minute]
			sums[minute] = reportstore.Checksum{Lines: sum.Lines + row.Report.GetLines(), XOR: sum.XOR ^ row.Report.GetLineXor()}
		}
	}
	return sums
}

func bounds(sums map[time.Time]reportstore.Checksum) (first, last time.Time) {
	for minute := range sums {
		if first.IsZero() || minute.Before(first) {
			first = minute
		}
		if minute.After(last) {
			last = minute
		}
	}
	return first, last
}

// behind is how far the logs were read for sure when the store was last used, and whether that is less than up to t.
func behind(s *reportstore.Status, t time.Time) (read time.Time, less bool) {
	if len(s.Sources) == 0 {
		return t, false // no live run has ever worked with it
	}
	read = s.LastCommit
	for _, src := range s.Sources {
		if src.Behind > 0 && cmp.Compare(src.Frontier.UnixNano(), read.UnixNano()) < 0 {
			read = src.Frontier
		}
	}
	return read, read.Before(t)
}
