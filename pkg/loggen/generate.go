package loggen

import (
	"context"
	"fmt"
	"io"
)

// Stats is what was written.
type Stats struct {
	Lines      int64
	Bytes      int64 // of the log
	TruthBytes int64
}

// Generate writes the log to out and, unless truth is nil, the truth about each line to truth as JSON lines in the same order. When ctx
// ends it stops after a whole line and returns ctx's error; what is counted in Stats is written in any case.
func Generate(ctx context.Context, c Config, out, truth io.Writer) (Stats, error) {
	g, err := New(c)
	if err != nil {
		return Stats{}, err
	}
	s := newSink(g, out, truth)
	var r Request
	for g.Next(&r) {
		if !s.add(&r) {
			continue
		}
		if err := s.flush(); err != nil {
			return s.stats, err
		}
		if err := ctx.Err(); err != nil {
			return s.stats, err
		}
	}
	return s.stats, s.flush()
}

// Each hands every line in the configured format, without its '\n', to each together with the truth about it. Both are valid during the
// call only; the texts of the request stay. Where each returns an error, Each ends with it. Stats counts the lines and the bytes of the log,
// as Generate would write it.
func Each(c Config, each func(line []byte, r *Request) error) (Stats, error) {
	var stats Stats
	g, err := New(c)
	if err != nil {
		return stats, err
	}
	var r Request
	line := make([]byte, 0, 16<<10)
	for g.Next(&r) {
		line = g.Write(line[:0], &r)
		stats.Lines++
		stats.Bytes += int64(len(line))
		if err := each(line[:len(line)-1], &r); err != nil {
			return stats, err
		}
	}
	return stats, nil
}

// sink collects lines and hands them on in large pieces.
type sink struct {
	g          *Generator
	out, truth io.Writer // truth may be nil
	log, facts []byte
	lines      int64 // in log
	stats      Stats
}

const flushBytes = 256 << 10

func newSink(g *Generator, out, truth io.Writer) *sink {
	return &sink{g: g, out: out, truth: truth, log: make([]byte, 0, flushBytes+16<<10)}
}

// add takes one request and reports whether it is time to flush.
func (s *sink) add(r *Request) bool {
	s.log = s.g.Write(s.log, r)
	s.lines++
	if s.truth != nil {
		s.facts = s.g.WriteTruth(s.facts, r)
	}
	return len(s.log) >= flushBytes
}

func (s *sink) flush() error {
	n, err := s.out.Write(s.log)
	s.stats.Bytes += int64(n)
	if err != nil {
		return fmt.Errorf("write the log: %w", err)
	}
	s.stats.Lines += s.lines
	s.log, s.lines = s.log[:0], 0
	if s.truth == nil {
		return nil
	}
	n, err = s.truth.Write(s.facts)
	s.stats.TruthBytes += int64(n)
	if err != nil {
		return fmt.Errorf("write the truth: %w", err)
	}
	s.facts = s.facts[:0]
	return nil
}
