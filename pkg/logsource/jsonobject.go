package logsource

import "bytes"

// objectScanner follows one JSON object through a stream, just strictly enough to notice where a broken one ends and the next begins: it
// knows what may follow what, but leaves the insides of strings, numbers and words to the parser of the line.
type objectScanner struct {
	open    []byte // '{' or '[' for each level that is open
	want    expectation
	escaped bool // the next byte of a string belongs to an escape
	isKey   bool // the string is a key
	spread  bool // the object has a line end inside
}

// expectation is what may come next.
type expectation uint8

const (
	wantKeyOrEnd expectation = iota
	wantKey
	wantColon
	wantValue
	wantValueOrEnd
	wantNext // a comma, or the end of the object or array
	inString
	inWord // a number, true, false, null
)

// verdict is what scan found out.
type verdict uint8

const (
	unfinished verdict = iota
	finished
	malformed
)

// maxDepth is what encoding/json takes.
const maxDepth = 10000

// start begins an object whose opening brace was read.
func (s *objectScanner) start() {
	*s = objectScanner{open: append(s.open[:0], '{')}
}

// scan reads on in p and appends what it reads, without the white space between tokens, to dst. It stops behind the end of the object, or
// before the byte that cannot be right. n is how many bytes of p it read.
func (s *objectScanner) scan(dst, p []byte) (_ []byte, n int, v verdict) {
	for n < len(p) {
		if s.want == inString {
			dst, n, v = s.scanString(dst, p, n)
			if v == malformed {
				return dst, n, malformed
			}
			continue
		}
		c := p[n]
		if isSpace(c) {
			n = s.scanSpace(p, n)
			continue
		}
		if !s.token(c) {
			return dst, n, malformed
		}
		dst = append(dst, c)
		n++
		if len(s.open) == 0 {
			return dst, n, finished
		}
	}
	return dst, n, unfinished
}

// scanSpace reads over the white space at p[n] and returns where it ends.
func (s *objectScanner) scanSpace(p []byte, n int) int {
	if s.want == inWord {
		s.want = wantNext
	}
	for ; n < len(p) && isSpace(p[n]); n++ {
		s.spread = s.spread || p[n] == '\n'
	}
	return n
}

// scanString reads on inside a string. A line end cannot be part of one: there the string was cut off.
func (s *objectScanner) scanString(dst, p []byte, from int) (_ []byte, n int, v verdict) {
	for n = from; n < len(p); n++ {
		c := p[n]
		if c == '\n' {
			return append(dst, p[from:n]...), n, malformed
		}
		if s.escaped {
			s.escaped = false
		} else if c == '\\' {
			s.escaped = true
		} else if c == '"' {
			s.want = wantNext
			if s.isKey {
				s.want = wantColon
			}
			n++
			break
		}
	}
	return append(dst, p[from:n]...), n, unfinished
}

// token takes one byte outside of strings and tells whether it may stand here.
func (s *objectScanner) token(c byte) bool {
	if s.want == inWord {
		if isWord(c) {
			return true
		}
		s.want = wantNext
	}
	switch s.want {
	case wantKeyOrEnd, wantKey:
		return s.key(c)
	case wantColon:
		s.want = wantValue
		return c == ':'
	case wantValue, wantValueOrEnd:
		return s.value(c)
	default:
		return s.next(c)
	}
}

func (s *objectScanner) key(c byte) bool {
	if c == '}' && s.want == wantKeyOrEnd {
		return s.close(c)
	}
	s.want, s.isKey = inString, true
	return c == '"'
}

func (s *objectScanner) value(c byte) bool {
	switch {
	case c == '"':
		s.want, s.isKey = inString, false
	case c == '{' || c == '[':
		if len(s.open) == maxDepth {
			return false
		}
		s.open = append(s.open, c)
		s.want = wantKeyOrEnd
		if c == '[' {
			s.want = wantValueOrEnd
		}
	case c == ']' && s.want == wantValueOrEnd:
		return s.close(c)
	case isWord(c):
		s.want = inWord
	default:
		return false
	}
	return true
}

func (s *objectScanner) next(c byte) bool {
	if c != ',' {
		return s.close(c)
	}
	s.want = wantValue
	if s.open[len(s.open)-1] == '{' {
		s.want = wantKey
	}
	return true
}

func (s *objectScanner) close(c byte) bool {
	last := len(s.open) - 1
	if (s.open[last] == '{') != (c == '}') || (c != '}' && c != ']') {
		return false
	}
	s.open = s.open[:last]
	s.want = wantNext
	return true
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func isWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '+' || c == '.'
}

func trimSpace(p []byte) []byte { return bytes.Trim(p, " \t\r\n") }
