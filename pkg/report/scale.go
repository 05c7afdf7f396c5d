package report

import (
	"math"
	"math/bits"
)

// scale makes estimates of requests from counts of lines, where a proxy logs only a sample: it multiplies by the summary's overall
// requests per line. Where every line is one request nothing changes. All is done in whole numbers, so that every machine agrees.
type scale struct {
	weight uint64 // millionths of a request
	lines  uint64
}

// of returns v times weight / (lines * lineWeight), rounded half up, and at most the largest int64.
func (s scale) of(v uint64) int64 {
	hi, lo := bits.Mul64(v, s.weight)
	overflow, per := bits.Mul64(s.lines, lineWeight)
	lo, carry := bits.Add64(lo, per/2, 0)
	hi += carry
	if s.weight == per {
		return atMost(v)
	}
	if overflow != 0 || hi >= per {
		return math.MaxInt64
	}
	quotient, _ := bits.Div64(hi, lo, per)
	return atMost(quotient)
}

func atMost(v uint64) int64 { return int64(min(v, math.MaxInt64)) }

// rate is the share of requests that were logged, 1 without lines.
func (s scale) rate() float64 {
	if s.weight == 0 {
		return 1
	}
	return min(float64(s.lines)*lineWeight/float64(s.weight), 1)
}

// spread scales the parts of a whole one after another so that they add up to the scaled whole: each part gets what the sum up to it is
// more than the sum before it. Parts that are rounded on their own would not add up, and many small ones would vanish.
type spread struct {
	scale
	seen  uint64
	given int64
}

func (s *spread) next(part uint64) int64 {
	s.seen = add(s.seen, part)
	before := s.given
	s.given = s.of(s.seen)
	return s.given - before
}
