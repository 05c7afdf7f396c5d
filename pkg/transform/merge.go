package transform

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/floodgauge/floodgauge/pkg/report"
)

func init() {
	register.Combiner1[*report.Summary](&mergeFn{})
	register.Combiner2[*report.Summary, []byte](&gatherFn{})
}

// mergeFn merges the summaries of one host and a window longer than a minute.
type mergeFn struct{}

// MergeAccumulators reads b and changes a. The minute that b is may go elsewhere too, after it came here.
func (*mergeFn) MergeAccumulators(a, b *report.Summary) *report.Summary {
	return merge(a, b, (*report.Summary).MergeUnsampled)
}

// merge merges b into a, either of which may be nil.
func merge(a, b *report.Summary, into func(a, b *report.Summary)) *report.Summary {
	if a == nil {
		return b
	}
	if b != nil {
		into(a, b)
	}
	return a
}

// gatherFn merges the encoded summaries of one host and window.
type gatherFn struct{}

// MergeAccumulators consumes b.
func (*gatherFn) MergeAccumulators(a, b *report.Summary) *report.Summary {
	return merge(a, b, (*report.Summary).Merge)
}

// AddInput decodes b and merges it into a.
func (*gatherFn) AddInput(a *report.Summary, b []byte) (*report.Summary, error) {
	sum, err := decodeSummary(b)
	if err != nil {
		return nil, err
	}
	return merge(a, sum, (*report.Summary).Merge), nil
}

// Gather is Merge for summaries that are still encoded. PCollection<KV<host, encoded summary>> → PCollection<KV<host, *report.Summary>>.
func Gather(s beam.Scope, summaries beam.PCollection) beam.PCollection {
	return beam.CombinePerKey(s.Scope("transform.Merge"), &gatherFn{}, summaries)
}

// Merge combines the summaries of each host and window. PCollection<KV<host, *report.Summary>> → the same, one per host, window and pane.
func Merge(s beam.Scope, summaries beam.PCollection) beam.PCollection {
	return beam.CombinePerKey(s.Scope("transform.Merge"), &mergeFn{}, summaries)
}
