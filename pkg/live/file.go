package live

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
)

// file is how the lines of a file are read.
type file struct {
	entry  logentry.Source
	parser *logentry.Parser

	err    error // why it cannot be read
	errFor int64 // what its size was then: it is looked at again when it has grown

	peeked int64 // where first was looked for; -1: nowhere yet
	first  time.Time
}

// open finds out how a file is read, once for each.
func (r *Run) open(s *source, u *logsource.Unread) (*file, error) {
	key := s.Name + "\x00" + u.Range.Path + "\x00" + u.File
	if f := r.files[key]; f != nil && (f.err == nil || f.errFor == u.Range.Size) {
		return f, f.err
	}
	f := &file{entry: s.Open(u.Range.Path), errFor: u.Range.Size, peeked: -1}
	f.err = f.find(&u.Range)
	r.name(&f.entry)
	if len(r.files) >= maxFiles {
		clear(r.files)
	}
	r.files[key] = f
	return f, f.err
}

// name notes the hosts that the operator named for a source: they are shown whoever asked for them.
func (r *Run) name(src *logentry.Source) {
	if src.Host != "" {
		r.named[src.Host] = true
	}
	for _, site := range src.Sites {
		r.named[site] = true
	}
}

// maxFiles is of how many files it is remembered how they are read.
const maxFiles = 10_000

func (f *file) find(r *logsource.Range) (err error) {
	if f.entry.Format == "" {
		sample, err := sampleOf(r)
		if err != nil {
			return err
		}
		found, err := logentry.Detect(sample)
		if err != nil {
			return fmt.Errorf("%s: %w", f.entry.Name, err)
		}
		f.entry.Format = found.Format
	}
	if f.parser, err = logentry.NewParser(&f.entry); err != nil {
		return fmt.Errorf("%s: %w", f.entry.Name, err)
	}
	return nil
}

const (
	// sampleSize is how much of a file is looked at to tell its format.
	sampleSize = 256 << 10
	// peekSize is how much is looked at for the time of the first line.
	peekSize = 64 << 10
)

var errEnough = errors.New("enough was read")

// sampleOf returns whole lines of the beginning of a range's file.
func sampleOf(r *logsource.Range) (sample []byte, err error) {
	from := *r
	from.From = 0
	err = linesOf(from, sampleSize, func(lines []byte) bool {
		sample = append(sample, lines...)
		return len(sample) < sampleSize
	})
	return sample, err
}

// linesOf hands over lines of a range until more returns false, about size bytes at most.
func linesOf(r logsource.Range, size int64, more func(lines []byte) bool) error {
	if !r.Whole && (r.To < 0 || r.To > r.From+size) {
		r.To = r.From + size
	}
	err := logsource.ReadRange(context.Background(), r, logsource.Options{}, func(b *logentry.Block) error {
		if !more(b.Data) {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// begins finds the time of the first line of a stretch.
func (f *file) begins(u *logsource.Unread) {
	if f.peeked == u.Range.From {
		return
	}
	f.peeked = u.Range.From
	if u.Range.Whole && u.Range.From > 0 {
		return // what is known of the stretch before will do
	}
	var e logentry.Entry
	_ = linesOf(u.Range, peekSize, func(lines []byte) bool { // what cannot be read here fails again in the slice, where it counts
		for line := range bytes.Lines(lines) {
			if f.parser.Parse(bytes.TrimRight(line, "\r\n"), &e) == logentry.OK {
				f.first = time.Unix(0, e.Time)
				return false
			}
		}
		return true
	})
}

// order puts what is not read in order of time, so that the whole source moves on together.
func (s *source) order(r *Run) {
	first := func(u *logsource.Unread) time.Time {
		f, _ := r.open(s, u)
		return f.first
	}
	slices.SortStableFunc(s.unread, func(a, b logsource.Unread) int {
		return cmp.Or(first(&a).Compare(first(&b)), cmp.Compare(a.Range.Path, b.Range.Path), cmp.Compare(a.Range.From, b.Range.From))
	})
	for i := range s.unread {
		if t := first(&s.unread[i]); !t.IsZero() {
			s.behind = t
			return
		}
	}
}
