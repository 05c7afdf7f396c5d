package report

import (
	"encoding/binary"

	"google.golang.org/protobuf/encoding/protowire"
)

// Two encodings: that of a summary, and the one that BigQuery reads.

const (
	sketchSparse = iota
	sketchDense
)

// maxRank is the highest rank of a register, and of a sparse value's own rank.
const (
	maxRank       = 64 - precision + 1
	maxSparseRank = 64 - sparsePrecision + 1
)

func (s *sketch) appendTo(b []byte) []byte {
	b = binary.AppendUvarint(b, s.values)
	if s.dense != nil {
		return append(append(b, sketchDense), s.dense...)
	}
	b = binary.AppendUvarint(append(b, sketchSparse), uint64(len(s.sparse)))
	return s.appendSparse(b)
}

// appendSparse writes the sparse values as differences.
func (s *sketch) appendSparse(b []byte) []byte {
	last := uint32(0)
	for _, value := range s.sparse {
		b = binary.AppendUvarint(b, uint64(value-last))
		last = value
	}
	return b
}

func (s *sketch) decode(r *reader) {
	s.values = r.uvarint()
	switch r.take(1)[0] {
	case sketchSparse:
		s.decodeSparse(r)
	case sketchDense:
		s.dense = make([]byte, registers)
		copy(s.dense, r.take(registers))
		for _, rank := range s.dense {
			if rank > maxRank {
				r.fail("rank out of range")
			}
		}
	default:
		r.fail("sketch of an unknown kind")
	}
}

func (s *sketch) decodeSparse(r *reader) {
	s.sparse = make([]uint32, 0, r.length(maxSparse, 1))
	last := uint32(0)
	for i := range cap(s.sparse) {
		value := last + uint32(r.below(2*rankFlag))
		if !validSparse(value) || i > 0 && (value <= last || sameIndex(value, last)) {
			r.fail("visitors out of order")
			return
		}
		s.sparse = append(s.sparse, value)
		last = value
	}
}

func validSparse(value uint32) bool {
	if value < rankFlag {
		return value < 1<<sparsePrecision && value&(1<<extraBits-1) != 0
	}
	rank := value & (1<<rankBits - 1)
	return value < 2*rankFlag && rank > 0 && rank <= maxSparseRank
}

// Field numbers and values of zetasketch's AggregatorStateProto and HyperLogLogPlusUniqueStateProto.
const (
	fieldAggregatorType  = 1
	fieldNumValues       = 2
	fieldEncodingVersion = 3
	fieldValueType       = 4
	fieldHLL             = 112

	fieldSparseSize      = 2
	fieldPrecision       = 3
	fieldSparsePrecision = 4
	fieldDenseData       = 5
	fieldSparseData      = 6

	aggregatorHLL  = 112
	hllVersion     = 2
	valueTypeBytes = 11
)

// bigQuery returns the sketch as BigQuery's HLL_COUNT functions read it.
func (s *sketch) bigQuery() []byte {
	b := make([]byte, 0, 32+3*len(s.sparse)+len(s.dense))
	b = appendField(b, fieldAggregatorType, aggregatorHLL)
	b = appendField(b, fieldNumValues, s.values)
	b = appendField(b, fieldEncodingVersion, hllVersion)
	b = appendField(b, fieldValueType, valueTypeBytes)
	b = protowire.AppendTag(b, fieldHLL, protowire.BytesType)
	return protowire.AppendBytes(b, s.hllState())
}

func (s *sketch) hllState() []byte {
	b := make([]byte, 0, 16+3*len(s.sparse)+len(s.dense))
	if s.dense == nil {
		b = appendField(b, fieldSparseSize, uint64(len(s.sparse)))
	}
	b = appendField(b, fieldPrecision, precision)
	b = appendField(b, fieldSparsePrecision, sparsePrecision)
	if s.dense != nil {
		return protowire.AppendBytes(protowire.AppendTag(b, fieldDenseData, protowire.BytesType), s.dense)
	}
	return protowire.AppendBytes(protowire.AppendTag(b, fieldSparseData, protowire.BytesType), s.appendSparse(nil))
}

func appendField(b []byte, field protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), v)
}
