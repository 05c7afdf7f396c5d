package findings

import (
	"context"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// RateChanges are the minutes of [from, to) in which the log's sample rate was probably changed. That is seen over all sites alone, so it is looked for where
// they are read together. Rows are read of the few minutes around a step of all lines only.
func RateChanges(ctx context.Context, store reportstore.Reader, from, to time.Time) (changes []*attack.RateChange, err error) {
	sums, err := store.Check(ctx, from, to)
	if err != nil {
		return nil, err
	}
	lines := make(map[time.Time]int64, len(sums))
	for minute, sum := range sums {
		lines[minute.UTC()] = sum.Lines
	}
	for _, step := range attack.Steps(lines) {
		var rows []*schemas.TrafficReport
		begin, end := attack.RateRange(step)
		err := store.Rows(ctx, access.Everything(), "", reportstore.Minute, begin, end, func(r reportstore.Row) error {
			rows = append(rows, r.Report)
			return nil
		})
		if err != nil {
			return nil, err
		}
		if c := attack.RateChanged(step, rows); c != nil {
			changes = append(changes, c)
		}
	}
	return changes, nil
}
