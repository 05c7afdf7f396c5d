// Package ingest takes lines in from transports that do not keep them (HTTP, standard input, Pub/Sub) and puts them into the spool. It tells a sender
// that its lines are kept when they are on disk, and not before. It knows nothing of what a line says, of tokens, and of who may send what: that is
// asked of whoever sets it up. Nothing of what was sent is in any of its messages.
package ingest

import (
	"bytes"
	"context"
	"time"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/spool"
)

// recordBytes is about how much a record of lines holds.
const recordBytes = 256 << 10

// retryAfter is how long to wait before what the spool refused is tried again.
const retryAfter = time.Second

// records cuts lines into records.
func records(lines []byte, arrival time.Time) (out []spool.Record) {
	for len(lines) > 0 {
		n := len(lines)
		if n > recordBytes {
			n = bytes.LastIndexByte(lines[:recordBytes], '\n') + 1
		}
		if n == 0 { // a line that fills a record
			n = bytes.IndexByte(lines, '\n') + 1
		}
		if n == 0 {
			n = len(lines)
		}
		out = append(out, spool.Record{Data: bounded(lines[:n]), Arrival: arrival})
		lines = lines[n:]
	}
	return out
}

// bounded cuts one line that is too long to be parsed: it stays too long, but no longer than need be.
func bounded(line []byte) []byte {
	if len(line) > logentry.MaxLine+2 {
		return line[:logentry.MaxLine+2]
	}
	return line
}

// wait waits, or returns false when ctx is done.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// keep puts records into the spool, and waits while that has no room. It tells problem why it waits, and nil when it goes on. It returns false when
// ctx is done before.
func keep(ctx context.Context, s *spool.Spool, source string, records []spool.Record, problem func(error)) bool {
	for failed := false; ; failed = true {
		err := s.Append(source, records)
		if err == nil {
			if failed {
				problem(nil)
			}
			return true
		}
		problem(err)
		if !wait(ctx, retryAfter) {
			return false
		}
	}
}
