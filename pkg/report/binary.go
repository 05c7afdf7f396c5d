package report

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// reader takes an encoding apart. It remembers the first thing that was wrong and from then on gives zeros, so that callers check once.
// It accepts only what the writers write (shortest varints, ascending keys), so that equal states have one encoding.
type reader struct {
	data    []byte
	at      int
	version byte
	err     error
}

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("%s at byte %d of %d", what, r.at, len(r.data))
		r.at = len(r.data)
	}
}

// left is how many bytes are not yet read.
func (r *reader) left() int { return len(r.data) - r.at }

// take returns the next n bytes, which alias the input, or zeros where there are not as many.
func (r *reader) take(n int) []byte {
	if n > r.left() {
		r.fail("cut off")
		return make([]byte, n)
	}
	r.at += n
	return r.data[r.at-n : r.at]
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.data[r.at:])
	if n <= 0 || n > 1 && r.data[r.at+n-1] == 0 {
		r.fail("no number")
		return 0
	}
	r.at += n
	return v
}

// below reads a number that is less than limit.
func (r *reader) below(limit uint64) uint64 {
	v := r.uvarint()
	if v >= limit {
		r.fail("number out of range")
		return 0
	}
	return v
}

// length reads how many things follow: at most limit, and no more than fit into the rest at least bytes each.
func (r *reader) length(limit, least int) int {
	n := r.below(uint64(limit) + 1)
	if n*uint64(least) > uint64(r.left()) {
		r.fail("more entries than bytes")
		return 0
	}
	return int(n)
}

func (r *reader) uint32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *reader) uint64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }

// appendCounts writes the counters that are not zero, behind a set of their places. There are at most 64.
func appendCounts(b []byte, counts []uint64) []byte {
	var places uint64
	for i, n := range counts {
		if n != 0 {
			places |= 1 << i
		}
	}
	b = binary.AppendUvarint(b, places)
	for _, n := range counts {
		if n != 0 {
			b = binary.AppendUvarint(b, n)
		}
	}
	return b
}

func (r *reader) counts(counts []uint64) {
	places := r.uvarint()
	if bits.Len64(places) > len(counts) {
		r.fail("counter of a later version")
		return
	}
	for i := range counts {
		if places>>i&1 == 1 {
			if counts[i] = r.uvarint(); counts[i] == 0 {
				r.fail("empty counter")
			}
		}
	}
}

// appendBits writes a bitmap: as places where few bits are set, else whole.
func appendBits(b []byte, words ...uint64) []byte {
	n := 0
	for _, w := range words {
		n += bits.OnesCount64(w)
	}
	b = append(b, byte(n))
	if n >= 8*len(words) {
		for _, w := range words {
			b = binary.LittleEndian.AppendUint64(b, w)
		}
		return b
	}
	for i, w := range words {
		for ; w != 0; w &= w - 1 {
			b = append(b, byte(i*64+bits.TrailingZeros64(w)))
		}
	}
	return b
}

func (r *reader) bits(words ...*uint64) {
	n := int(r.take(1)[0])
	set := 0
	if n >= 8*len(words) {
		for _, w := range words {
			*w = r.uint64()
			set += bits.OnesCount64(*w)
		}
	} else {
		set = r.bitPlaces(n, words)
	}
	if set != n {
		r.fail("bitmap of another size")
	}
}

func (r *reader) bitPlaces(n int, words []*uint64) (set int) {
	last := -1
	for _, place := range r.take(n) {
		if int(place) <= last || int(place) >= 64*len(words) {
			return -1
		}
		last = int(place)
		*words[place/64] |= 1 << (place % 64)
		set++
	}
	return set
}

// add is a sum that stops at the largest number instead of starting again from zero; it is still associative and commutative.
func add(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	if carry != 0 {
		return math.MaxUint64
	}
	return sum
}

func add16(a, b uint16) uint16 { return uint16(min(uint32(a)+uint32(b), math.MaxUint16)) }
func add32(a, b uint32) uint32 { return uint32(min(uint64(a)+uint64(b), math.MaxUint32)) }
