// Package segment is the file format of the spool's segments: records of log lines, each with its length and checksum, so that what a crash has cut
// short is told from what is whole. It opens no files: pkg/spool writes them, pkg/logsource reads them.
//
// A segment begins with a header: 8 bytes of magic, its identity (8 bytes), CRC-32C of both (4 bytes). A record is the length of its body (4 bytes), the
// CRC-32C of the body (4 bytes), and the body: arrival in Unix nanoseconds (8 bytes), length of the id (2 bytes), id, lines. All numbers are little
// endian.
package segment

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

const (
	// HeaderBytes is where the first record begins.
	HeaderBytes = 20
	// MaxData is how much a record can hold, in bytes of lines.
	MaxData = 8 << 20
	// MaxID is how long a record's id can be, in bytes.
	MaxID = 1 << 10

	magic      = "FGspool1"
	frameBytes = 8
	fixedBytes = 10
)

// ErrTorn says that a segment ends, or makes no sense, within a header or a record.
var ErrTorn = errors.New("the segment is cut off or damaged")

var table = crc32.MakeTable(crc32.Castagnoli)

// AppendHeader appends a segment's header.
func AppendHeader(dst []byte, identity uint64) []byte {
	start := len(dst)
	dst = binary.LittleEndian.AppendUint64(append(dst, magic...), identity)
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], table))
}

// Size is how many bytes a record takes.
func Size(id string, data []byte) int64 { return int64(frameBytes + fixedBytes + len(id) + len(data)) }

// AppendRecord appends a record. id is at most MaxID long, data at most MaxData.
func AppendRecord(dst []byte, arrival int64, id string, data []byte) []byte {
	start := len(dst)
	dst = append(dst, make([]byte, frameBytes)...)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(arrival))
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(id)))
	dst = append(append(dst, id...), data...)
	body := dst[start+frameBytes:]
	binary.LittleEndian.PutUint32(dst[start:], uint32(len(body)))
	binary.LittleEndian.PutUint32(dst[start+4:], crc32.Checksum(body, table))
	return dst
}

// Record is one record of a segment. Data and ID are valid until the next one is read.
type Record struct {
	Offset  int64 // of the record in the segment
	End     int64 // where the next one begins
	DataAt  int64 // offset of Data in the segment
	Arrival int64 // Unix nanoseconds; 0: not known
	ID      []byte
	Data    []byte
}

// Reader reads a segment from its beginning.
type Reader struct {
	in     *bufio.Reader
	off    int64
	body   []byte
	record Record
}

// NewReader reads the header. The error is ErrTorn where it is not that of a segment, or in's own.
func NewReader(in io.Reader) (r *Reader, identity uint64, err error) {
	r = &Reader{in: bufio.NewReaderSize(in, 64<<10), off: HeaderBytes}
	var header [HeaderBytes]byte
	if _, err := io.ReadFull(r.in, header[:]); err != nil {
		return nil, 0, torn(err)
	}
	if string(header[:len(magic)]) != magic || crc32.Checksum(header[:16], table) != binary.LittleEndian.Uint32(header[16:]) {
		return nil, 0, ErrTorn
	}
	return r, binary.LittleEndian.Uint64(header[8:]), nil
}

// Next reads the next record that begins at from or behind it. The error is io.EOF behind the last record, ErrTorn within one, or the reader's own.
func (r *Reader) Next(from int64) (*Record, error) {
	for {
		length, sum, err := r.frame()
		if err != nil {
			return nil, err
		}
		start := r.off
		r.off += frameBytes + int64(length)
		if start >= from {
			return r.read(start, length, sum)
		}
		if _, err := r.in.Discard(length); err != nil {
			return nil, torn(err)
		}
	}
}

func (r *Reader) frame() (length int, sum uint32, err error) {
	var frame [frameBytes]byte
	if n, err := io.ReadFull(r.in, frame[:]); n == 0 && errors.Is(err, io.EOF) {
		return 0, 0, io.EOF
	} else if err != nil {
		return 0, 0, torn(err)
	}
	length = int(binary.LittleEndian.Uint32(frame[:]))
	if length < fixedBytes || length > fixedBytes+MaxID+MaxData {
		return 0, 0, ErrTorn
	}
	return length, binary.LittleEndian.Uint32(frame[4:]), nil
}

func (r *Reader) read(start int64, length int, sum uint32) (*Record, error) {
	if cap(r.body) < length {
		r.body = make([]byte, length)
	}
	body := r.body[:length]
	if _, err := io.ReadFull(r.in, body); err != nil {
		return nil, torn(err)
	}
	id := int(binary.LittleEndian.Uint16(body[8:]))
	if crc32.Checksum(body, table) != sum || fixedBytes+id > length {
		return nil, ErrTorn
	}
	r.record = Record{Offset: start, End: r.off, DataAt: start + frameBytes + fixedBytes + int64(id),
		Arrival: int64(binary.LittleEndian.Uint64(body)),
		ID:      body[fixedBytes : fixedBytes+id], Data: body[fixedBytes+id:]}
	return &r.record, nil
}

// torn tells an end that comes too early from trouble of the disk.
func torn(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTorn
	}
	return fmt.Errorf("reading a segment: %w", err)
}
