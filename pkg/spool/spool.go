// Package spool keeps the lines of sources that do not keep their data themselves (HTTP, standard input, Pub/Sub) until they are read, and for a while
// after. What Append has returned for is on disk and survives a crash; what it has not is either whole or not there. The spool knows nothing of what
// a line says, of who sends it, and of where reading has got to: its reader says that at every call.
//
// Each source has a folder of segments (see pkg/segment), which are only appended to and deleted. One process at a time may open a spool.
package spool

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/segment"
)

// ErrFull says that so much is unread that nothing more is taken. It can be tried again.
var ErrFull = errors.New("the spool is full")

// ErrNoSpace says that the disk is full. It can be tried again.
var ErrNoSpace = errors.New("the disk is full")

// Options bound a spool.
type Options struct {
	// MaxBytes is how much of all sources may be unread. As much again is kept of what was read, at most. Default 4 GiB.
	MaxBytes int64
}

const defaultMaxBytes = 4 << 30

// Record is what a transport has received at once.
type Record struct {
	Data []byte // whole lines; the last need not be ended. At most segment.MaxData.
	// ID is the transport's id of a message, which is one line then. A second record of a source with the same ID is dropped, if it comes within a day
	// of arrivals and within a million messages; after a restart, as far back as segments were kept. Optional.
	ID      string
	Arrival time.Time
}

// Spool is safe for concurrent use.
type Spool struct {
	dir  string
	opts Options

	mu      sync.Mutex
	sources map[string]*source
	unread  map[string]int64 // bytes, by source
	notes   []string
	closed  bool
}

// Open opens the spool in a folder, which is made if need be. What a crash has cut short is cut off.
func Open(dir string, opts Options) (*Spool, error) {
	opts.MaxBytes = cmp.Or(opts.MaxBytes, defaultMaxBytes)
	s := &Spool{dir: dir, opts: opts, sources: map[string]*source{}, unread: map[string]int64{}}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, trouble("the spool's folder cannot be made", dir, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, trouble("the spool's folder cannot be read", dir, err)
	}
	for _, entry := range entries {
		name, ok := sourceName(entry.Name())
		if !ok || !entry.IsDir() {
			continue
		}
		if err := s.load(name); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Spool) load(name string) error {
	src := newSource(name, s.folder(name))
	notes, err := src.load()
	if err != nil {
		return err
	}
	s.notes = append(s.notes, notes...)
	s.sources[name] = src
	s.unread[name] = src.bytes()
	return nil
}

// Notes are sentences about what Open has cut off.
func (s *Spool) Notes() []string { return slices.Clone(s.notes) }

// Close waits for what is being written and refuses what comes later.
func (s *Spool) Close() error {
	s.mu.Lock()
	s.closed = true
	sources := slices.Collect(maps.Values(s.sources))
	s.mu.Unlock()
	var errs []error
	for _, src := range sources {
		errs = append(errs, src.close())
	}
	return errors.Join(errs...)
}

// Append keeps records of a source, all or none. It returns when they are on disk; concurrent calls share the wait. The error wraps ErrFull where too
// much is unread, and ErrNoSpace where the disk is full.
func (s *Spool) Append(source string, records []Record) error {
	size := int64(0)
	for _, r := range records {
		if len(r.Data) > segment.MaxData || len(r.ID) > segment.MaxID {
			return fmt.Errorf("source %s: a record has %d bytes and an id of %d: at most %d and %d can be kept", source, len(r.Data), len(r.ID),
				segment.MaxData, segment.MaxID)
		}
		size += segment.Size(r.ID, r.Data)
	}
	if size == 0 {
		return nil
	}
	src, err := s.reserve(source, size)
	if err != nil {
		return err
	}
	kept, err := src.append(records, size)
	s.mu.Lock()
	s.unread[source] = max(0, s.unread[source]+kept-size) // Unread may have counted in the meantime
	s.mu.Unlock()
	return err
}

// reserve makes room for size bytes that are about to be written.
func (s *Spool) reserve(name string, size int64) (*source, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errors.New("the spool is closed: the program is about to end")
	}
	total := size
	for _, n := range s.unread {
		total += n
	}
	if total > s.opts.MaxBytes {
		return nil, fmt.Errorf("source %s: %w: %d MB are not read yet; send it again later", name, ErrFull, (total-size)>>20)
	}
	if s.sources[name] == nil {
		src := newSource(name, s.folder(name))
		if err := src.create(); err != nil {
			return nil, err
		}
		s.sources[name] = src
	}
	s.unread[name] += size
	return s.sources[name], nil
}

// Sources lists the sources that the spool has anything of.
func (s *Spool) Sources() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.sources))
}

// Unread returns what is to be read of a source besides read, oldest first.
func (s *Spool) Unread(source string, read logsource.Cursor) []logsource.Unread {
	s.mu.Lock()
	defer s.mu.Unlock()
	src := s.sources[source]
	if src == nil {
		return nil
	}
	unread, bytes, pending := src.unread(read)
	s.unread[source] = bytes + pending
	return unread
}

// Release deletes segments of which all was read and nothing came for as long as keep, and of what is kept beyond that the oldest, where it is more
// than Options.MaxBytes. read is the cursor of one source.
func (s *Spool) Release(source string, read logsource.Cursor, keep time.Duration, now time.Time) error {
	s.mu.Lock()
	src := s.sources[source]
	s.mu.Unlock()
	if src == nil {
		return nil
	}
	return src.release(read, now.Add(-keep), s.opts.MaxBytes)
}

// The folder of a source is its name with all that may not be in a file's name escaped, behind a mark that keeps "." and ".." from meaning something.
const folderMark = "source-"

func (s *Spool) folder(source string) string {
	return filepath.Join(s.dir, folderMark+url.PathEscape(source))
}

func sourceName(folder string) (string, bool) {
	escaped, ok := strings.CutPrefix(folder, folderMark)
	name, err := url.PathUnescape(escaped)
	return name, ok && err == nil
}

// trouble explains an error of the file system.
func trouble(what, path string, err error) error {
	switch {
	case isNoSpace(err):
		return fmt.Errorf("%s: %s: %w: make room; it goes on by itself then", what, path, ErrNoSpace)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: %s: this user may not do that: give the folder to the user that runs this program", what, path)
	}
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return fmt.Errorf("%s: %s: %w: check the disk", what, path, err)
}
