package spool

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/segment"
)

// segmentBytes is how long a segment gets before the next one is begun.
const segmentBytes = 64 << 20

// piece is one segment as far as it is safely on disk.
type piece struct {
	path     string
	identity uint64
	size     int64 // bytes that are on disk for good
	last     time.Time
	arrivals logsource.Arrivals
}

func (p *piece) name() string { return "spool-" + strconv.FormatUint(p.identity, 16) }

// gaps returns what was not read. The header counts as read.
func (p *piece) gaps(read logsource.Cursor) (gaps []logsource.Span) {
	for _, gap := range read.Gaps(p.name(), p.size) {
		if gap.From = max(gap.From, segment.HeaderBytes); gap.From < gap.To {
			gaps = append(gaps, gap)
		}
	}
	return gaps
}

func (p *piece) unread(source string, gap logsource.Span) logsource.Unread {
	return logsource.Unread{
		Source: source, File: p.name(), Bytes: gap.To - gap.From, Since: p.arrivals.Of(gap.From, p.last), Mod: p.last,
		Range: logsource.Range{Path: p.path, From: gap.From, To: gap.To, Spooled: true, Size: p.size, Identity: p.identity},
	}
}

// arrived notes that records up to an offset have arrived at a time.
func (p *piece) arrived(to int64, at time.Time) {
	if at.After(p.last) {
		p.last = at
	}
	p.arrivals.Add(to, at)
}

// loadPiece reads a segment of an earlier process and cuts off what is no whole record. It returns nil for a segment that has none.
func loadPiece(path string, ids *idWindow) (p *piece, note string, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, "", trouble("a segment cannot be opened", path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, "", trouble("a segment cannot be opened", path, err)
	}
	p = &piece{path: path}
	if err := p.scan(f, ids); err != nil {
		return nil, "", err
	}
	if p.size <= segment.HeaderBytes {
		if err := os.Remove(path); err != nil {
			return nil, "", trouble("an empty segment cannot be deleted", path, err)
		}
		return nil, cutNote(path, info.Size()-p.size), nil
	}
	if info.Size() == p.size {
		return p, "", nil
	}
	if err := errors.Join(f.Truncate(p.size), f.Sync()); err != nil {
		return nil, "", trouble("the torn end of a segment cannot be cut off", path, err)
	}
	return p, cutNote(path, info.Size()-p.size), nil
}

func cutNote(path string, bytes int64) string {
	if bytes == 0 {
		return ""
	}
	return fmt.Sprintf("%s ended in %d bytes that were not written to their end when the program stopped, and they were cut off; nobody was told "+
		"that they are kept", path, bytes)
}

// scan reads the whole records of a segment.
func (p *piece) scan(f *os.File, ids *idWindow) error {
	in, identity, err := segment.NewReader(f)
	if errors.Is(err, segment.ErrTorn) {
		return nil
	}
	if err != nil {
		return trouble("a segment cannot be read", p.path, err)
	}
	p.identity, p.size = identity, segment.HeaderBytes
	for {
		record, err := in.Next(0)
		if errors.Is(err, io.EOF) || errors.Is(err, segment.ErrTorn) {
			return nil
		}
		if err != nil {
			return trouble("a segment cannot be read", p.path, err)
		}
		at := arrivalTime(record.Arrival)
		p.size = record.End
		p.arrived(record.End, at)
		if len(record.ID) > 0 {
			ids.add(hashID(string(record.ID)), at)
		}
	}
}

func arrivalTime(nanos int64) time.Time {
	if nanos == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos).UTC()
}

func nanosOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}
