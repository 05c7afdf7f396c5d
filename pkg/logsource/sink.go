package logsource

import (
	"bytes"
	"context"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

// sink hands blocks to whoever reads a range, and reports progress.
type sink struct {
	ctx      context.Context
	block    logentry.Block // used again for each block
	origin   origin
	emit     func(*logentry.Block) error
	progress func(int64)
	reported int64 // bytes on disk
}

// lines hands over whole lines that begin at off. Near the file's beginning each is a block of its own, as each has its own File.
func (s *sink) lines(off int64, data []byte, broken bool) error {
	for len(data) > 0 {
		n := len(data)
		if i := bytes.IndexByte(data, '\n'); i >= 0 {
			n = i + 1
		}
		id, more := s.origin.of(off + int64(n))
		if !more {
			n = len(data)
		}
		b := &s.block
		b.File, b.Offset, b.Data, b.Broken, b.TooLong = id, off, data[:n], broken && n == len(data), 0
		if err := s.hand(b); err != nil {
			return err
		}
		off, data = off+int64(n), data[n:]
	}
	return nil
}

// tooLong hands over the mark of one line of length bytes that was skipped.
func (s *sink) tooLong(off, length int64, broken bool) error {
	b := &s.block
	b.File, _ = s.origin.of(off + length)
	b.Offset, b.Data, b.Broken, b.TooLong = off, nil, broken, length
	return s.hand(b)
}

func (s *sink) hand(b *logentry.Block) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	return s.emit(b)
}

// reached reports that all bytes on disk before total, counted from the beginning of the range, were read.
func (s *sink) reached(total int64) {
	if s.progress != nil && total > s.reported {
		s.progress(total - s.reported)
		s.reported = total
	}
}
