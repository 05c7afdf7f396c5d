package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/floodgauge/floodgauge/pkg/spool"
)

const (
	// flushAfter is how long a line waits for others at most.
	flushAfter = 500 * time.Millisecond
	// pumpBytes is how much is read before it is flushed in any case.
	pumpBytes = 1 << 20
)

// Pump puts the lines that it reads into the spool until in ends. A line is on disk within a second after it was read, and the last one counts
// though it may have no line end. While the spool has no room, in is not read. problem is told what is wrong, and nil when that is over. It returns
// nil at the end of in, and ctx's error when that is done first: a read that is under way is then left alone, and what it brings is lost.
func Pump(ctx context.Context, in io.Reader, source string, s *spool.Spool, problem func(error)) error {
	p := &pump{ctx: ctx, source: source, spool: s, problem: problem, chunks: make(chan chunk), free: make(chan []byte, 1)}
	p.free <- make([]byte, 64<<10)
	go p.read(in)
	return p.run()
}

// pump holds the lines of one input.
type pump struct {
	ctx     context.Context
	source  string
	spool   *spool.Spool
	problem func(error)
	chunks  chan chunk
	free    chan []byte

	lines   []byte // what was not flushed
	arrival time.Time
}

// chunk is what one read brought.
type chunk struct {
	data []byte
	at   time.Time
	err  error
}

func (p *pump) read(in io.Reader) {
	for {
		var buf []byte
		select {
		case buf = <-p.free:
		case <-p.ctx.Done():
			return
		}
		n, err := in.Read(buf[:cap(buf)])
		select {
		case p.chunks <- chunk{buf[:n], time.Now(), err}:
		case <-p.ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

func (p *pump) run() error {
	flush := time.NewTimer(flushAfter)
	flush.Stop()
	for armed := false; ; {
		select {
		case <-p.ctx.Done():
			return p.stop()
		case <-flush.C:
			armed = false
			if !p.flush(false) {
				return p.stop()
			}
		case c := <-p.chunks:
			if done, err := p.take(c); done {
				return err
			}
			if !armed && bytes.IndexByte(p.lines, '\n') >= 0 {
				flush.Reset(flushAfter)
				armed = true
			}
		}
	}
}

// stop tries once to keep the whole lines that were read: nobody can read them again.
func (p *pump) stop() error {
	n := bytes.LastIndexByte(p.lines, '\n') + 1
	if err := p.spool.Append(p.source, records(p.lines[:n], p.arrival)); err != nil {
		return fmt.Errorf("the last %d bytes from standard input are lost: %w", n, err)
	}
	return p.ctx.Err()
}

// take takes in a chunk. done tells that it was the last.
func (p *pump) take(c chunk) (done bool, err error) {
	if len(p.lines) == 0 {
		p.arrival = c.at
	}
	p.lines = append(p.lines, c.data...)
	p.free <- c.data
	ended := errors.Is(c.err, io.EOF)
	if len(p.lines) >= pumpBytes || ended {
		if !p.flush(ended) {
			return true, p.stop()
		}
	}
	if c.err == nil || ended {
		return ended, nil
	}
	return true, fmt.Errorf("standard input cannot be read any more: %w; lines up to there are kept", c.err)
}

// flush puts whole lines into the spool; last also what follows the last line end. It returns false when ctx is done before.
func (p *pump) flush(last bool) bool {
	n := len(p.lines)
	if !last {
		n = bytes.LastIndexByte(p.lines, '\n') + 1
	}
	if !keep(p.ctx, p.spool, p.source, records(p.lines[:n], p.arrival), p.problem) {
		return false
	}
	p.lines = append(p.lines[:0], bounded(p.lines[n:])...)
	if n > 0 {
		p.arrival = time.Now()
	}
	return true
}
