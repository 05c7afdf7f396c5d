package rollup

import (
	"cmp"
	"slices"

	"github.com/floodgauge/floodgauge/pkg/report"
)

// openSlot is a slot that is not closed.
type openSlot struct {
	slot
	stored []int64         // ids of the partials in the store
	fresh  [][]byte        // encoded partials that are not in the store yet
	sum    *report.Summary // of all partials; nil while it is not in memory
	used   int64           // when it was used last
}

// take adds a partial. sum becomes the slot's.
func (o *openSlot) take(sum *report.Summary, encoded []byte) {
	if o.sum != nil || len(o.stored)+len(o.fresh) == 0 {
		o.merge(sum)
	}
	o.fresh = append(o.fresh, encoded)
}

func (o *openSlot) merge(sum *report.Summary) {
	if o.sum == nil {
		o.sum = sum
		return
	}
	o.sum.Merge(sum)
}

// memoryForSums is how many bytes of summaries stay in memory between two commits. The others are read from the store when they are needed.
const memoryForSums = 96 << 20

// shrink drops the summaries that were not used for longest from memory, down to the limit.
func (r *Rollup) shrink() {
	var held []*openSlot
	size := 0
	for _, o := range r.open {
		if o.sum != nil {
			held = append(held, o)
			size += o.sum.Size()
		}
	}
	if size <= memoryForSums {
		return
	}
	slices.SortFunc(held, func(a, b *openSlot) int { return cmp.Compare(a.used, b.used) })
	for _, o := range held {
		if size <= memoryForSums {
			return
		}
		size -= o.sum.Size()
		o.sum = nil
	}
}
