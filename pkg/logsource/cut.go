package logsource

import (
	"bytes"
	"errors"
	"io"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

// limits are the sizes that reading works with. Tests make them small.
type limits struct {
	block   int // a block is at most this long, but for a single longer line
	maxLine int // a line that is longer is not kept; line end not included
}

// blockBytes is small enough to stay in the processor's cache between reading and parsing.
const blockBytes = 256 << 10

var defaultLimits = limits{block: blockBytes, maxLine: logentry.MaxLine}

// cutter cuts text into blocks of whole lines. Its buffer is used again for each block.
type cutter struct {
	in     io.Reader
	out    *sink
	limits limits
	end    int64 // lines that start at this offset or behind it belong to somebody else

	off     int64  // of buf[0], where a line begins
	buf     []byte // grows only for lines longer than a block
	n       int    // bytes of buf that are filled
	err     error  // of in, after which nothing comes
	reached func() // told after each block
}

// run reads in to its end or to c.end. It returns nil at the end of the text.
func (c *cutter) run() error {
	for c.off < c.end {
		c.fill()
		if cut := c.wholeLines(); cut > 0 {
			if err := c.emit(cut, false); err != nil {
				return err
			}
			continue
		}
		if done, err := c.noWholeLine(); done || err != nil {
			return err
		}
	}
	return nil
}

// fill reads until the buffer is full, or, where the end of the range is near, step by step until the last line is complete.
func (c *cutter) fill() {
	const step = 64 << 10
	for c.err == nil && c.n < len(c.buf) {
		room := c.buf[c.n:]
		left := c.end - c.off - int64(c.n)
		if left <= 0 {
			left = step
		}
		room = room[:min(int64(len(room)), left)]
		var n int
		n, c.err = c.in.Read(room)
		c.n += n
		if c.off+int64(c.n) >= c.end {
			return
		}
	}
}

// wholeLines returns how many bytes of the buffer are whole lines of this range.
func (c *cutter) wholeLines() int {
	if last := c.end - 1 - c.off; last < int64(c.n) {
		if i := bytes.IndexByte(c.buf[last:c.n], '\n'); i >= 0 {
			return int(last) + i + 1
		}
	}
	return bytes.LastIndexByte(c.buf[:c.n], '\n') + 1
}

// noWholeLine is for a buffer without a line end: the text is over, or the line is longer than what was read of it.
func (c *cutter) noWholeLine() (done bool, err error) {
	switch {
	case c.n > c.limits.maxLine:
		return false, c.skipLine()
	case c.err != nil:
		return true, c.finish()
	case c.n == len(c.buf):
		bigger := make([]byte, min(2*len(c.buf), c.limits.maxLine+1))
		copy(bigger, c.buf)
		c.buf = bigger
	}
	return false, nil
}

// finish hands over a last line that has no line end.
func (c *cutter) finish() error {
	var damage *DamagedError
	damaged := errors.As(c.err, &damage)
	if !errors.Is(c.err, io.EOF) && !damaged {
		return c.err
	}
	if c.n > 0 {
		if err := c.emit(c.n, damaged); err != nil {
			return err
		}
	}
	if damaged {
		return c.err
	}
	return nil
}

// skipLine reads over a line that is too long to be kept.
func (c *cutter) skipLine() error {
	length, ended := int64(c.n), false
	for c.n = 0; c.err == nil && !ended; {
		var n int
		n, c.err = c.in.Read(c.buf)
		i := bytes.IndexByte(c.buf[:n], '\n')
		if ended = i >= 0; ended {
			c.n = copy(c.buf, c.buf[i+1:n])
		}
		length += int64(n - c.n)
	}
	off := c.off
	c.off += length
	defer c.reached()
	return c.out.tooLong(off, length, !ended && !errors.Is(c.err, io.EOF))
}

func (c *cutter) emit(n int, broken bool) error {
	if err := c.out.lines(c.off, c.buf[:n], broken); err != nil {
		return err
	}
	c.off += int64(n)
	c.n = copy(c.buf, c.buf[n:c.n])
	c.reached()
	return nil
}
