package transform

import (
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window/trigger"
)

// Lateness says how an unbounded run treats lines that come after their window closed. The zero value is for bounded runs: one pane a window.
type Lateness struct {
	Allowed time.Duration // how long late panes may come
	Delay   time.Duration // processing time between late panes
}

// Windows puts elements into fixed windows of the given size with an on-time pane and, where late lines are allowed, discarding late panes.
// There are no early panes. PCollection<T> → PCollection<T>.
func Windows(s beam.Scope, size time.Duration, late Lateness, col beam.PCollection) beam.PCollection {
	if late.Allowed == 0 {
		// With a trigger that counts, Prism merges only after the shuffle. Merging before it too would decode and encode every summary once more, and
		// there is little to merge: the summaries come merged from their bundles. Bounded runs have no late elements for the trigger to count.
		return beam.WindowInto(s, window.NewFixedWindows(size), col, beam.Trigger(trigger.AfterEndOfWindow().LateFiring(trigger.AfterCount(1))),
			beam.PanesDiscard())
	}
	// The late trigger is written out: with the default one Prism fires no late pane.
	return beam.WindowInto(s, window.NewFixedWindows(size), col,
		beam.Trigger(trigger.AfterEndOfWindow().LateFiring(trigger.Repeat(trigger.AfterProcessingTime().PlusDelay(late.Delay)))),
		beam.AllowedLateness(late.Allowed), beam.PanesDiscard())
}

// Whole puts every element of a bounded run into one window. PCollection<T> → PCollection<T>.
func Whole(s beam.Scope, col beam.PCollection) beam.PCollection {
	return beam.WindowInto(s, window.NewGlobalWindows(), col)
}
