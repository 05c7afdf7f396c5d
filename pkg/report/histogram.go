package report

import "encoding/binary"

// histogram counts whole numbers (microseconds, bytes) by log bucket, exactly. It holds at most bucketCount buckets.
type histogram struct {
	sum     uint64   // of the numbers themselves
	buckets []bucket // by ascending number
}

type bucket struct {
	number uint16
	n      uint64
}

// count takes in one bucket number of each measure; their sum is counted elsewhere.
func (h *histogram) count(measures []measure, of func(measure) uint16) {
	var counts [bucketCount]uint64
	low, high := bucketCount, -1
	see := func(number uint16, n uint64) {
		counts[number] = add(counts[number], n)
		low, high = min(low, int(number)), max(high, int(number))
	}
	for _, b := range h.buckets {
		see(b.number, b.n)
	}
	for _, m := range measures {
		if number := of(m); number != noBucket {
			see(number, 1)
		}
	}
	h.take(counts[:], low, high)
}

// take replaces the buckets by the counts from low to high that are not zero.
func (h *histogram) take(counts []uint64, low, high int) {
	used := 0
	for i := low; i <= high; i++ {
		if counts[i] > 0 {
			used++
		}
	}
	if used > cap(h.buckets) {
		h.buckets = make([]bucket, 0, used)
	}
	h.buckets = h.buckets[:0]
	for i := low; i <= high; i++ {
		if counts[i] > 0 {
			h.buckets = append(h.buckets, bucket{number: uint16(i), n: counts[i]})
		}
	}
}

func (h *histogram) merge(o *histogram) {
	h.sum = add(h.sum, o.sum)
	h.buckets = mergeBuckets(h.buckets, o.buckets)
}

func mergeBuckets(a, b []bucket) []bucket {
	merged := make([]bucket, 0, min(len(a)+len(b), bucketCount))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].number < b[0].number:
			merged, a = append(merged, a[0]), a[1:]
		case a[0].number > b[0].number:
			merged, b = append(merged, b[0]), b[1:]
		default:
			merged = append(merged, bucket{number: a[0].number, n: add(a[0].n, b[0].n)})
			a, b = a[1:], b[1:]
		}
	}
	return append(append(merged, a...), b...)
}

func (h *histogram) appendTo(b []byte) []byte {
	b = binary.AppendUvarint(b, h.sum)
	b = binary.AppendUvarint(b, uint64(len(h.buckets)))
	last := uint16(0)
	for _, c := range h.buckets {
		b = binary.AppendUvarint(b, uint64(c.number-last))
		b = binary.AppendUvarint(b, c.n)
		last = c.number
	}
	return b
}

func (h *histogram) decode(r *reader) {
	h.sum = r.uvarint()
	h.buckets = make([]bucket, r.length(bucketCount, 2))
	last := uint64(0)
	for i := range h.buckets {
		step := r.below(bucketCount - last)
		n := r.uvarint()
		if n == 0 || i > 0 && step == 0 {
			r.fail("buckets out of order")
			return
		}
		last += step
		h.buckets[i] = bucket{number: uint16(last), n: n}
	}
}

// total is how many numbers the buckets hold.
func total(buckets []bucket) (n uint64) {
	for _, b := range buckets {
		n = add(n, b.n)
	}
	return n
}

// percentile returns the number at or below which percent of the numbers lie (nearest rank), within 1 %; 0 where there are none.
func percentile(buckets []bucket, percent uint64) float64 {
	n := total(buckets)
	rank := max(n/100*percent+(n%100*percent+99)/100, 1)
	for _, b := range buckets {
		if b.n >= rank {
			return bucketValue(b.number)
		}
		rank -= b.n
	}
	return 0
}
