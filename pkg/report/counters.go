package report

import (
	"encoding/binary"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// lineWeight is the weight of a line that stands for one request.
const lineWeight = 1_000_000

// counters are exact sums over lines. They are not scaled by the sample rate; Report does that.
type counters struct {
	lines, late  uint64
	lineXOR      uint64
	weight       uint64 // requests that the lines stand for, in millionths; at least one for each line
	first, last  int64  // event times in Unix nanoseconds; 0 without lines
	cdnLines     uint64 // lines whose client is a content delivery network's address
	requestBytes uint64
	fillBytes    uint64 // what caches fetched from the origin
}

func (c *counters) count(r *Request) {
	if c.lines == 0 {
		c.first, c.last = r.Time, r.Time
	}
	c.first, c.last = min(c.first, r.Time), max(c.last, r.Time)
	c.lines = add(c.lines, 1)
	c.lineXOR ^= r.LineID
	c.weight = add(c.weight, max(r.Weight, lineWeight))
	if r.Late {
		c.late++
	}
	if r.CDNPeer {
		c.cdnLines++
	}
	if r.Logged.Has(vocabulary.FieldRequestBytes) {
		c.requestBytes = add(c.requestBytes, r.RequestBytes)
	}
	if r.Logged.Has(vocabulary.FieldCache) {
		c.fillBytes = add(c.fillBytes, r.CacheFillBytes)
	}
}

// merge adds counters that have lines to others that have.
func (c *counters) merge(o *counters) {
	c.first, c.last = min(c.first, o.first), max(c.last, o.last)
	c.lineXOR ^= o.lineXOR
	theirs := o.sums()
	for i, mine := range c.sums() {
		*mine = add(*mine, *theirs[i])
	}
}

// sums are the counters that add up, in the order of the encoding.
func (c *counters) sums() [6]*uint64 {
	return [6]*uint64{&c.lines, &c.late, &c.weight, &c.cdnLines, &c.requestBytes, &c.fillBytes}
}

func (c *counters) appendTo(b []byte) []byte {
	for _, n := range c.sums() {
		b = binary.AppendUvarint(b, *n)
	}
	b = binary.LittleEndian.AppendUint64(b, c.lineXOR)
	b = binary.LittleEndian.AppendUint64(b, uint64(c.first))
	return binary.AppendUvarint(b, uint64(c.last)-uint64(c.first))
}

func (c *counters) decode(r *reader) {
	for _, n := range c.sums() {
		*n = r.uvarint()
	}
	c.lineXOR = r.uint64()
	c.first = int64(r.uint64())
	c.last = int64(uint64(c.first) + r.uvarint())
	if c.last < c.first {
		r.fail("last event before the first")
	}
}
