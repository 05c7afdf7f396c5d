package spool

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/floodgauge/floodgauge/pkg/segment"
)

// commit writes a batch and makes sure that it is on disk, or takes it back and tells all who wait for it why.
func (s *source) commit(b *batch) {
	w := &writing{seen: map[idHash]bool{}}
	at := 0
	for _, c := range b.calls {
		for _, r := range b.records[at : at+c.records] {
			c.kept += w.add(r, &s.ids)
		}
		at += c.records
	}
	if len(w.data) == 0 {
		return
	}
	if err := s.persist(w); err != nil {
		for _, c := range b.calls {
			c.kept, c.err = 0, err
		}
	}
}

// writing is what one batch adds to a segment.
type writing struct {
	data []byte
	ends []ending // of the records in data
	ids  []datedID
	seen map[idHash]bool
}

// add encodes a record and returns its size, 0 where it came before.
func (w *writing) add(r Record, ids *idWindow) int64 {
	if r.ID != "" {
		id := hashID(r.ID)
		if w.seen[id] || ids.has(id) {
			return 0
		}
		w.seen[id] = true
		w.ids = append(w.ids, datedID{id, r.Arrival})
	}
	before := len(w.data)
	w.data = segment.AppendRecord(w.data, nanosOf(r.Arrival), r.ID, r.Data)
	w.ends = append(w.ends, ending{int64(len(w.data)), r.Arrival})
	return int64(len(w.data) - before)
}

// ending is where a record ends, and when it arrived.
type ending struct {
	to int64
	at time.Time
}

// persist appends to the last segment. Only when all is on disk does anybody get to see it.
func (s *source) persist(w *writing) error {
	p, err := s.writable()
	if err != nil {
		return err
	}
	if _, err := s.open.WriteAt(w.data, p.size); err != nil {
		return s.giveUp(p, err)
	}
	if err := s.open.Sync(); err != nil {
		return s.giveUp(p, err)
	}
	s.mu.Lock()
	for _, end := range w.ends {
		p.arrived(p.size+end.to, end.at)
	}
	p.size += int64(len(w.data))
	s.mu.Unlock()
	for _, id := range w.ids {
		s.ids.add(id.id, id.at)
	}
	return nil
}

// giveUp takes back what was half written. After a failed sync nobody knows what is on disk, so a new segment is begun.
func (s *source) giveUp(p *piece, err error) error {
	_ = errors.Join(s.open.Truncate(p.size), s.open.Sync()) // the first error counts; whoever opens the segment again cuts its end off
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.closeSegment()
	if p.size <= segment.HeaderBytes && os.Remove(p.path) == nil {
		s.segments = slices.DeleteFunc(s.segments, func(q *piece) bool { return q == p })
	}
	return trouble("lines cannot be written", p.path, err)
}

// closeSegment lets the next write begin a new segment. The caller holds s.mu.
func (s *source) closeSegment() error {
	if s.current == nil {
		return nil
	}
	err := s.open.Close()
	s.current, s.open = nil, nil
	if err != nil {
		return trouble("a segment cannot be closed", s.dir, err)
	}
	return nil
}

// writable returns the segment to append to, a new one where the last is full.
func (s *source) writable() (*piece, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && s.current.size < segmentBytes {
		return s.current, nil
	}
	if err := s.closeSegment(); err != nil {
		return nil, err
	}
	p, f, err := newPiece(s.path(s.nextID))
	if err != nil {
		return nil, err
	}
	s.nextID++
	s.current, s.open, s.segments = p, f, append(s.segments, p)
	return p, nil
}

// newPiece begins a segment.
func newPiece(path string) (*piece, *os.File, error) {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails
	p := &piece{path: path, identity: binary.LittleEndian.Uint64(random[:]) | 1, size: segment.HeaderBytes}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, nil, trouble("a segment cannot be made", path, err)
	}
	_, err = f.Write(segment.AppendHeader(nil, p.identity))
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		_ = errors.Join(f.Close(), os.Remove(path)) // the first error counts
		return nil, nil, trouble("a segment cannot be made", path, err)
	}
	return p, f, nil
}

// syncFolder makes sure that a folder's new names are on disk.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return trouble("a folder cannot be opened", path, err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return trouble("a folder cannot be written to disk", path, err)
	}
	return nil
}
