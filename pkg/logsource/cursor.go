package logsource

import (
	"cmp"
	"slices"
)

// Span is a stretch of a file's text: decompressed bytes From (included) to To (excluded).
type Span struct{ From, To int64 }

// Cursor says what of a source was read: by a file's lasting name, its spans in order, joined where they touch. A file can have several names in
// it, see Follower.
type Cursor map[string][]Span

// Add notes that a span of a file was read.
func (c Cursor) Add(file string, s Span) {
	if s.From < s.To {
		c[file] = joined(append(slices.Clone(c[file]), s))
	}
}

// Covers tells whether all of a span was read.
func (c Cursor) Covers(file string, s Span) bool {
	for _, read := range c[file] {
		if read.From <= s.From && s.To <= read.To {
			return true
		}
	}
	return s.From >= s.To
}

// Gaps returns what was not read of a file's first bytes up to to.
func (c Cursor) Gaps(file string, to int64) []Span { return gapsIn(c[file], to) }

// joined puts spans in order and joins those that touch.
func joined(spans []Span) []Span {
	slices.SortFunc(spans, func(a, b Span) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, s.To)
			continue
		}
		out = append(out, s)
	}
	return out
}

// gapsIn returns what lies between joined spans, before to.
func gapsIn(spans []Span, to int64) (gaps []Span) {
	at := int64(0)
	for _, s := range spans {
		if s.From >= to {
			break
		}
		if s.From > at {
			gaps = append(gaps, Span{at, s.From})
		}
		at = max(at, s.To)
	}
	if at < to {
		gaps = append(gaps, Span{at, to})
	}
	return gaps
}
