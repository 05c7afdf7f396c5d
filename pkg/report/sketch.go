package report

import (
	"math/bits"
	"slices"
)

// sketch estimates how many distinct visitors there were: HyperLogLog++ in the form that BigQuery's HLL_COUNT functions use, with 2^12
// registers and, while there are few visitors, a sparse list with the precision of 2^17. The relative standard error is 1.6 % at worst
// and under 0.5 % while sparse.
//
// It becomes dense by the size of its set alone, and a dense sketch is the same whether its visitors came one by one, sparse or dense, so
// equal sets of visitors give equal states in every order.
type sketch struct {
	values uint64   // lines with a visitor, distinct or not
	sparse []uint32 // ascending; nil once dense
	dense  []byte   // by register, the highest rank seen; nil while sparse
}

const (
	precision       = 12
	sparsePrecision = 17
	registers       = 1 << precision

	// A sparse value is the visitor's index of 17 bits. Where the 5 bits beyond the register's 12 are all 0, the rank in the dense form
	// is not known from the index: then the value is a flag, the register and, in 6 bits, the rank at the sparse precision.
	extraBits = sparsePrecision - precision
	rankBits  = 6
	rankFlag  = 1 << (precision + rankBits)

	// A longer list takes more bytes than it saves in error: 1,024 values are about 1.5 KB encoded, the registers 4 KiB.
	maxSparse = registers / 4
)

// add takes in a visitor, as a keyed hash whose bits are uniform.
func (s *sketch) add(visitor uint64) {
	if s.dense != nil {
		register, rank := visitor>>(64-precision), rankOf(visitor, precision)
		s.dense[register] = max(s.dense[register], rank)
		return
	}
	s.addSparse(sparseValue(visitor))
}

// rankOf is the place of the first 1 after the index of the given precision.
func rankOf(visitor uint64, precision int) uint8 {
	return uint8(min(bits.LeadingZeros64(visitor<<precision), 64-precision) + 1)
}

func sparseValue(visitor uint64) uint32 {
	index := uint32(visitor >> (64 - sparsePrecision))
	if index&(1<<extraBits-1) != 0 {
		return index
	}
	return rankFlag | index>>extraBits<<rankBits | uint32(rankOf(visitor, sparsePrecision))
}

// sameIndex tells whether two sparse values are of the same index; then the larger one has the higher rank.
func sameIndex(a, b uint32) bool {
	return a == b || a >= rankFlag && b >= rankFlag && a>>rankBits == b>>rankBits
}

func (s *sketch) addSparse(value uint32) {
	i, found := slices.BinarySearch(s.sparse, value)
	switch {
	case found || i < len(s.sparse) && sameIndex(s.sparse[i], value):
	case i > 0 && sameIndex(s.sparse[i-1], value):
		s.sparse[i-1] = value
	case len(s.sparse) == maxSparse:
		s.makeDense()
		s.addDense(value)
	default:
		s.sparse = slices.Insert(s.sparse, i, value)
	}
}

func (s *sketch) makeDense() {
	if s.dense != nil {
		return
	}
	s.dense = make([]byte, registers)
	for _, value := range s.sparse {
		s.addDense(value)
	}
	s.sparse = nil
}

// addDense takes a sparse value into the registers.
func (s *sketch) addDense(value uint32) {
	register, rank := value>>extraBits, uint8(extraBits-bits.Len32(value&(1<<extraBits-1))+1)
	if value >= rankFlag {
		register, rank = value>>rankBits&(registers-1), uint8(value&(1<<rankBits-1))+extraBits
	}
	s.dense[register] = max(s.dense[register], rank)
}

func (s *sketch) merge(o *sketch) {
	s.values = add(s.values, o.values)
	if o.dense != nil {
		s.makeDense()
		for i, rank := range o.dense {
			s.dense[i] = max(s.dense[i], rank)
		}
		return
	}
	for _, value := range o.sparse {
		if s.dense != nil {
			s.addDense(value)
		} else {
			s.addSparse(value)
		}
	}
}
