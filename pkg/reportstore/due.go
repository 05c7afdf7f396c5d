package reportstore

import (
	"fmt"
	"slices"
	"time"
)

// Due returns those of the stretches that were set aside that have one of the ids, or all where there are no ids, as due now. It is an error where an
// id is none of them.
func Due(aside []DeadLetter, ids []int64, now time.Time) (due []DeadLetter, err error) {
	for _, id := range ids {
		if !slices.ContainsFunc(aside, func(d DeadLetter) bool { return d.ID == id }) {
			return nil, fmt.Errorf("there is no dead letter %d that can be tried again: `floodgauge deadletters list` shows which can", id)
		}
	}
	for _, d := range aside {
		if len(ids) == 0 || slices.Contains(ids, d.ID) {
			d.Next = now
			due = append(due, d)
		}
	}
	return due, nil
}
