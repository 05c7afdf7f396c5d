package replay

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
	"github.com/floodgauge/floodgauge/schemas"
)

// known is what the store has; where there is no store yet, nothing.
type known struct {
	store *sqlite.Reader
	// minutes are those of which any line is known from begin up to the range. begin is zero as long as nobody asked.
	minutes findings.Minutes
	begin   time.Time
}

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

// lineSum is a host's lines of a minute.
type lineSum struct {
	host   string
	minute time.Time
	sum    reportstore.Checksum
}

func sumOf(r *schemas.TrafficReport) lineSum {
	return lineSum{r.GetHost(), r.GetMinute().AsTime(), reportstore.Checksum{Lines: r.GetLines(), XOR: r.GetLineXor()}}
}

// same lists the minutes of which the store has a row with the same lines as the batch, in order.
func (k *known) same(ctx context.Context, r *reportstore.Replay) (same []time.Time, err error) {
	if k.store == nil {
		return nil, nil
	}
	sums, first, last := map[lineSum]bool{}, time.Time{}, time.Time{}
	for _, row := range r.Rows {
		if row.Report.GetLevel() != reportstore.Minute {
			continue
		}
		s := sumOf(row.Report)
		sums[s] = true
		if first.IsZero() || s.minute.Before(first) {
			first = s.minute
		}
		if s.minute.After(last) {
			last = s.minute
		}
	}
	err = k.store.Rows(ctx, access.Everything(), "", reportstore.Minute, first, last.Add(time.Minute), func(row reportstore.Row) error {
		if s := sumOf(row.Report); sums[s] && !slices.Contains(same[max(0, len(same)-1):], s.minute) {
			same = append(same, s.minute)
		}
		return nil
	})
	return same, err
}

// behind is how far the logs were read for sure when the store was last used, and whether that is less than up to t.
func behind(s *reportstore.Status, t time.Time) (read time.Time, less bool) {
	if len(s.Sources) == 0 {
		return t, false // no live run has ever worked with it
	}
	read = s.LastCommit
	for _, src := range s.Sources {
		if src.Behind > 0 && src.Frontier.Before(read) {
			read = src.Frontier
		}
	}
	return read, read.Before(t)
}
