package logsource

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

// followed is what a Follower knows of a file.
type followed struct {
	path  string
	log   string // path of the log that it is one of
	named bool   // it was asked for by its name
	info  fs.FileInfo

	compression Compression
	framing     Framing
	framed      bool           // framing is known
	ignored     bool           // it is no log
	problem     error          // why it cannot be read
	head        []byte         // first bytes of the text, at most identityBytes
	names       map[int]string // by their length
	end         int64          // behind the last whole line
	seen        Arrivals
	changed     time.Time // when it was first seen as it is

	rotated bool // there is a newer file of the log
	limit   int64
	whole   bool // it can only be read from its beginning to its end
	tooOld  bool
	offered bool
	goneAt  time.Time // when it was there last
	goesOn  bool      // while a scan looks at the files: it is still there, perhaps grown
	matches []matched
}

// matched is a name in the cursor that says something of a file's bytes before clip.
type matched struct {
	name string
	clip int64
}

func (file *followed) isLog() bool { return file.path == file.log }

// name returns the lasting name by the first n bytes.
func (file *followed) name(key logentry.Key, n int) string {
	name := file.names[n]
	if name == "" {
		name = lastingName(key, file.log, file.head[:n])
		file.names[n] = name
	}
	return name
}

// beginsWith tells whether a file of the same log begins with all that other has, and has more.
func (file *followed) beginsWith(other *followed) bool {
	return file != other && file.log == other.log && len(file.head) > len(other.head) && bytes.HasPrefix(file.head, other.head)
}

// livesOnIn tells whether another file has all that this one had, as far as can be told.
func (file *followed) livesOnIn(other *followed) bool {
	return (file.log == other.log || len(file.head) == identityBytes) && bytes.HasPrefix(other.head, file.head) &&
		(other.compression != None || other.info.Size() >= file.end)
}

// spans returns what was read of the file, as far as its matches say.
func (file *followed) spans(read Cursor) (spans []Span) {
	for _, m := range file.matches {
		spans = append(spans, clipped(read[m.name], m.clip)...)
	}
	return spans
}

func clipped(spans []Span, clip int64) (out []Span) {
	for _, s := range spans {
		if s.From < clip {
			out = append(out, Span{s.From, min(s.To, clip)})
		}
	}
	return out
}

// coveredBy tells whether all of the file was read, as far as its matches say.
func (file *followed) coveredBy(read Cursor) bool {
	return len(gapsIn(joined(file.spans(read)), file.limit)) == 0
}

// quiet tells whether the file has not been changed for some time, by its own clock or by that of whoever scans.
func (file *followed) quiet(d time.Duration, now time.Time) bool {
	return now.Sub(file.info.ModTime()) >= d || now.Sub(file.changed) >= d
}

// seenAt returns when the byte at an offset was first seen.
func (file *followed) seenAt(offset int64) time.Time {
	return file.seen.Of(offset, file.changed)
}

// look brings what is known of a file up to date. It returns nil for a file that has just gone, or was looked at under another path.
func (f *Follower) look(c candidate, before map[string]*followed, now time.Time) (*followed, error) {
	old := f.known(c, before)
	if old != nil && old.goesOn {
		return nil, nil
	}
	if old != nil && sameState(old.info, c.info) {
		old.path, old.named, old.goesOn = c.path, c.named, true
		return old, old.problem
	}
	in, err := os.Open(c.path)
	if err != nil {
		return nil, unlessGone(c.path, err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil || !os.SameFile(info, c.info) {
		return nil, nil // it was renamed this moment; the next scan finds it
	}
	file := &followed{path: c.path, log: c.log, named: c.named, info: info, changed: now, names: map[int]string{}, goesOn: true}
	if old != nil {
		file.log = old.log
	}
	err = file.inspect(in, old, now)
	if errors.Is(err, io.EOF) {
		return nil, nil // it was truncated this moment
	}
	switch {
	case err != nil:
		file.problem, file.ignored = unlessGone(file.path, err), true
	case file.framing != Lines && old != nil && old.offered && bytes.HasPrefix(file.head, old.head):
		file.offered = true
		file.problem = fmt.Errorf("%s was read as one piece of JSON and was changed since, and what was added is not read: write one JSON object a line",
			file.path)
	}
	return file, file.problem
}

// unlessGone explains an error, unless it says that there is no such file any more.
func unlessGone(path string, err error) error {
	var pathError *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.As(err, &pathError):
		return cannotRead(path, err)
	}
	return err
}

// inspect looks into a file that is new, or was changed since it was old.
func (file *followed) inspect(in *os.File, old *followed, now time.Time) error {
	size := file.info.Size()
	if old != nil && old.framed && old.compression == None && old.info.Size() <= size {
		head := make([]byte, min(identityBytes, size))
		if _, err := in.ReadAt(head, 0); err != nil {
			return err
		}
		if bytes.HasPrefix(head, old.head) {
			old.goesOn = true
			return file.grow(in, old, head, now)
		}
	}
	return file.begin(in, now)
}

// grow takes over what was known of the file before it grew.
func (file *followed) grow(in *os.File, old *followed, head []byte, now time.Time) error {
	file.framing, file.framed, file.ignored = old.framing, true, old.ignored
	file.head, file.names, file.seen, file.offered, file.matches = head, old.names, old.seen, old.offered, old.matches
	file.seen.Add(file.info.Size(), now)
	return file.findEnd(in, old.end, old.info.Size())
}

// begin looks into a file of which nothing is known.
func (file *followed) begin(in *os.File, now time.Time) error {
	size := file.info.Size()
	s := openStream(file.path, io.NewSectionReader(in, 0, size), size)
	defer s.release()
	view := s.view(viewBytes)
	file.compression = s.compression
	if len(view) == 0 && size > 0 {
		if _, err := s.Read(make([]byte, 1)); !errors.Is(err, io.EOF) || s.compression == None {
			return err
		}
	}
	file.head = bytes.Clone(view[:min(len(view), identityBytes)])
	file.framing = framingOf(view)
	file.framed = bytes.IndexByte(view, '\n') >= 0
	file.seen.Add(size, now)
	if why := refusal(view); why != "" || isBinary(view) {
		file.ignored = true
		if why != "" && file.named {
			return fmt.Errorf("%s %s", file.path, why)
		}
		return nil
	}
	if file.compression != None {
		return nil
	}
	return file.findEnd(in, 0, 0)
}

// findEnd finds where the last whole line ends. It is at end unless one ends behind from.
func (file *followed) findEnd(in *os.File, end, from int64) error {
	file.end = end
	buf := make([]byte, 64<<10)
	for at := file.info.Size(); at > from; {
		part := buf[:min(int64(len(buf)), at-from)]
		at -= int64(len(part))
		if _, err := in.ReadAt(part, at); err != nil {
			return err
		}
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			file.end = at + int64(i) + 1
			return nil
		}
	}
	return nil
}
