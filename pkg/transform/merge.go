package transform

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/floodgauge/floodgauge/pkg/report"
)

func init() { register.Combiner1[*report.Summary](&mergeFn{}) }

// mergeFn merges the summaries of one host and window.
type mergeFn struct{}

// MergeAccumulators consumes b.
func (*mergeFn) MergeAccumulators(a, b *report.Summary) *report.Summary {
	if a == nil {
		return b
	}
	if b != nil {
		a.Merge(b)
	}
	return a
}

// Merge combines the summaries of each host and window. PCollection<KV<host, *report.Summary>> → the same, one per host, window and pane.
func Merge(s beam.Scope, summaries beam.PCollection) beam.PCollection {
	return beam.CombinePerKey(s.Scope("transform.Merge"), &mergeFn{}, summaries)
}
