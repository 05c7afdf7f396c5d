package logsource

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/floodgauge/floodgauge/pkg/segment"
)

// spooled reads the records of a spool's segment of which the first byte lies in the range. Each becomes one block, or several where it is long, with
// its arrival and its id.
func (rd *reader) spooled(f *os.File, size int64) error {
	in, identity, err := segment.NewReader(io.NewSectionReader(f, 0, known(rd.r.Size, size)))
	if err != nil {
		return rd.segmentError(err)
	}
	if rd.r.Identity != 0 && identity != rd.r.Identity {
		return rd.changed()
	}
	rd.sink.origin = origin{whole: identity}
	for {
		record, err := in.Next(rd.r.From)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return rd.segmentError(err)
		case record.Offset >= rd.r.end():
			return nil
		}
		rd.sink.block.Arrival, rd.sink.block.ID = record.Arrival, string(record.ID)
		if err := rd.record(record); err != nil {
			return err
		}
		rd.sink.reached(record.End - max(rd.r.From, segment.HeaderBytes))
	}
}

// record cuts a record into blocks.
func (rd *reader) record(record *segment.Record) error {
	c := &cutter{in: bytes.NewReader(record.Data), out: &rd.sink, limits: rd.limits, end: math.MaxInt64, off: record.DataAt,
		buf: make([]byte, min(rd.limits.block, len(record.Data)+1)), reached: func() {}}
	return c.run()
}

func (rd *reader) segmentError(err error) error {
	if errors.Is(err, segment.ErrTorn) {
		return fmt.Errorf("%s: %w: it can only be read up to there; the rest has to be sent again", rd.r.Path, err)
	}
	return cannotRead(rd.r.Path, err)
}
