package sqlite

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/schemas"
)

// statusClasses is in the order of the columns.
var statusClasses = [...]string{"1xx", "2xx", "3xx", "4xx", "5xx", "none", "other"}

func timestamp(second int64) *timestamppb.Timestamp { return timestamppb.New(startOf(second)) }

// figures are the columns of a row from requests on; nil is NULL.
func figures(r *schemas.TrafficReport) []any {
	last := int64(0)
	if r.LastEvent != nil {
		last = nanos(r.LastEvent.AsTime())
	}
	row := make([]any, 0, 20)
	row = append(row, r.Requests, r.Lines, int64(r.LineXor), r.LateLines, last, known(r.ResponseBytes))
	for _, class := range statusClasses {
		if len(r.StatusClass) == 0 {
			row = append(row, nil)
		} else {
			row = append(row, r.StatusClass[class])
		}
	}
	if c := r.Cache; c != nil {
		row = append(row, c.Hit+c.Validated, c.HitBytes+c.ValidatedBytes)
	} else {
		row = append(row, nil, nil)
	}
	row = append(row, known(r.Visitors))
	if d := r.Latency; d != nil {
		return append(row, d.P50, d.P95, d.P99)
	}
	return append(row, nil, nil, nil)
}

func known(n *int64) any {
	if n == nil {
		return nil
	}
	return *n
}
