// Package audit compares what logs have with what a store has, minute by minute. It reads neither: it is given lines and line_xor of both.
package audit

import (
	"slices"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// Sums are lines and line_xor by minute.
type Sums = map[time.Time]reportstore.Checksum

// Difference is a minute of which logs and store do not have the same lines.
type Difference struct {
	Minute       time.Time
	Files, Store reportstore.Checksum
}

// Result is what a comparison found.
type Result struct {
	Differ []Difference // in order
	// Minutes and Lines agree.
	Minutes int
	Lines   int64
	// Skipped is how many minutes were not compared.
	Skipped int
}

// Compare compares all minutes that either has, but for those that skip tells.
func Compare(files, store Sums, skip func(minute time.Time) bool) Result {
	var r Result
	compare := func(minute time.Time) {
		switch f, s := files[minute], store[minute]; {
		case skip(minute):
			r.Skipped++
		case f != s:
			r.Differ = append(r.Differ, Difference{Minute: minute, Files: f, Store: s})
		default:
			r.Minutes++
			r.Lines += f.Lines
		}
	}
	for minute := range files {
		compare(minute)
	}
	for minute := range store {
		if _, both := files[minute]; !both {
			compare(minute)
		}
	}
	slices.SortFunc(r.Differ, func(a, b Difference) int { return a.Minute.Compare(b.Minute) })
	return r
}
