package spool

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/floodgauge/floodgauge/pkg/logsource"
)

// source is what the spool has of one source.
type source struct {
	name string
	dir  string

	mu       sync.Mutex // guards what follows
	pending  *batch     // what is written next
	writing  bool
	idle     *sync.Cond // on mu: nothing is being written
	segments []*piece   // oldest first
	inFlight int64      // bytes that Append was called with and that are not in segments yet
	current  *piece     // the segment that is appended to; nil: the next write begins a new one

	// Only whoever writes uses these.
	open   *os.File // of current
	nextID uint64   // number of the next segment
	ids    idWindow
}

// batch is what several callers of append wait for together.
type batch struct {
	records []Record
	size    int64
	calls   []*call
	done    chan struct{}
}

// call is one call of append: which of the batch's records are its own, and what became of them.
type call struct {
	records int
	kept    int64
	err     error
}

func newSource(name, dir string) *source {
	s := &source{name: name, dir: dir, ids: newIDWindow()}
	s.idle = sync.NewCond(&s.mu)
	return s
}

// create makes the source's folder, so that it is there after a crash.
func (s *source) create() error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return trouble("the folder of source "+s.name+" cannot be made", s.dir, err)
	}
	return syncFolder(filepath.Dir(s.dir))
}

// append adds records to the next batch and waits for it. kept is how many bytes they take in the segments.
func (s *source) append(records []Record, size int64) (kept int64, err error) {
	s.mu.Lock()
	if s.pending == nil {
		s.pending = &batch{done: make(chan struct{})}
	}
	b, mine := s.pending, &call{records: len(records)}
	b.records, b.calls, b.size = append(b.records, records...), append(b.calls, mine), b.size+size
	s.inFlight += size
	if !s.writing {
		s.writing = true
		go s.write()
	}
	s.mu.Unlock()
	<-b.done
	return mine.kept, mine.err
}

// write writes batches until there are none.
func (s *source) write() {
	for {
		s.mu.Lock()
		b := s.pending
		if s.pending = nil; b == nil {
			s.writing = false
			s.idle.Broadcast()
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		s.commit(b)
		s.mu.Lock()
		s.inFlight -= b.size
		s.mu.Unlock()
		close(b.done)
	}
}

// close waits until nothing is being written.
func (s *source) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.writing {
		s.idle.Wait()
	}
	return s.closeSegment()
}

func (s *source) bytes() (n int64) {
	for _, p := range s.segments {
		n += p.size
	}
	return n
}

// unread returns what was not read, how much that is, and how much is being written.
func (s *source) unread(read logsource.Cursor) (unread []logsource.Unread, bytes, pending int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.segments {
		for _, gap := range p.gaps(read) {
			unread = append(unread, p.unread(s.name, gap))
			bytes += gap.To - gap.From
		}
	}
	return unread, bytes, s.inFlight
}

// release deletes segments that were read to their end.
func (s *source) release(read logsource.Cursor, before time.Time, maxKept int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var done []*piece
	kept := int64(0)
	for _, p := range s.segments {
		if len(p.gaps(read)) == 0 && p != s.current {
			done, kept = append(done, p), kept+p.size
		}
	}
	for _, p := range done {
		if !p.last.Before(before) && kept <= maxKept {
			continue
		}
		if err := os.Remove(p.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return trouble("a segment that was read cannot be deleted", p.path, err)
		}
		kept -= p.size
		s.segments = slices.DeleteFunc(s.segments, func(q *piece) bool { return q == p })
	}
	return nil
}

const segmentEnd = ".seg"

func (s *source) path(number uint64) string {
	text := strconv.FormatUint(number, 10)
	return filepath.Join(s.dir, strings.Repeat("0", max(0, 12-len(text)))+text+segmentEnd)
}

// load reads what is in the source's folder.
func (s *source) load() (notes []string, err error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, trouble("the folder of source "+s.name+" cannot be read", s.dir, err)
	}
	for _, entry := range entries {
		text, ok := strings.CutSuffix(entry.Name(), segmentEnd)
		number, err := strconv.ParseUint(text, 10, 64)
		if !ok || err != nil || number == math.MaxUint64 {
			continue
		}
		p, note, err := loadPiece(s.path(number), &s.ids)
		if err != nil {
			return nil, err
		}
		if note != "" {
			notes = append(notes, "source "+s.name+": "+note)
		}
		if p != nil {
			s.segments = append(s.segments, p)
		}
		s.nextID = max(s.nextID, number+1)
	}
	return notes, nil
}

func isNoSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
