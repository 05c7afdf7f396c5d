package report

import (
	"encoding/binary"
	"slices"
)

// statusLimit is above every status code that means something; codes from here on are counted together.
const statusLimit = 600

// statuses counts lines by status code. There are at most statusLimit entries; most summaries have fewer than ten.
type statuses struct {
	codes []codeCount // by ascending code
	other uint64
}

type codeCount struct {
	code uint16
	n    uint64
}

func (s *statuses) count(code uint16, lines uint64) {
	counter := &s.other
	if code < statusLimit {
		counter = &s.codes[s.place(code)].n
	}
	*counter = add(*counter, lines)
}

// place returns where code's counter is, after making it where there is none.
func (s *statuses) place(code uint16) int {
	i, found := slices.BinarySearchFunc(s.codes, code, func(c codeCount, code uint16) int { return int(c.code) - int(code) })
	if !found {
		s.codes = slices.Insert(s.codes, i, codeCount{code: code})
	}
	return i
}

func (s *statuses) merge(o *statuses) {
	s.other = add(s.other, o.other)
	for _, c := range o.codes {
		s.count(c.code, c.n)
	}
}

func (s *statuses) appendTo(b []byte) []byte {
	b = binary.AppendUvarint(b, s.other)
	b = binary.AppendUvarint(b, uint64(len(s.codes)))
	for _, c := range s.codes {
		b = binary.AppendUvarint(b, uint64(c.code))
		b = binary.AppendUvarint(b, c.n)
	}
	return b
}

func (s *statuses) decode(r *reader) {
	s.other = r.uvarint()
	n := r.length(statusLimit, 2)
	s.codes = make([]codeCount, n)
	for i := range s.codes {
		c := codeCount{code: uint16(r.below(statusLimit)), n: r.uvarint()}
		if c.n == 0 || i > 0 && c.code <= s.codes[i-1].code {
			r.fail("status codes out of order")
			return
		}
		s.codes[i] = c
	}
}
