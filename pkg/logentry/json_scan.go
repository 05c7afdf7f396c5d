package logentry

import "bytes"

// maxDepth is how deep objects and arrays may be nested; encoding/json has the same limit.
const maxDepth = 10000

// scanner reads any line that is a JSON object, with the leniency that jsonParser describes, and notes how the line is built.
type scanner struct {
	*found
	anyCase bool
	// steps are the values of the line in order; an object whose members are steps is none.
	steps    []step
	named    keySet                  // mapped keys since the last step
	name     []byte                  // scratch for keys with escapes
	inObject [maxDepth/64 + 1]uint64 // per depth a bit: object (or else array)
}

// step is one value of a line, or its end.
type step struct {
	span
	kind   valueKind
	leaf   bool   // it fills field
	field  field  // where leaf
	inside *level // the object that it is a member of
	named  keySet // mapped keys between the step before and this one
}

// level is an object that may be open while a line is read. All objects that nobody reads and that lie in the same object are one level.
type level struct {
	keys     []mappedKey
	depth    int      // 1 is the line's own object
	mapped   []*level // by the place of its key in keys
	unmapped *level
}

// newLevel makes the level of an object with these keys and all levels that can lie in it.
func newLevel(keys []mappedKey, depth int) *level {
	l := &level{keys: keys, depth: depth, mapped: make([]*level, len(keys))}
	for i := range keys {
		if len(keys[i].inside) > 0 {
			l.mapped[i] = newLevel(keys[i].inside, depth+1)
		}
	}
	if depth < maxStepDepth {
		l.unmapped = newLevel(nil, depth+1)
	}
	return l
}

// valueKind is how a value is written. A string's span is what stands between its quotes.
type valueKind uint8

const (
	kindString valueKind = iota
	kindBare             // number, true, false, null
	kindObject           // skipped as a whole
	kindArray            // skipped as a whole
	kindEnd              // no value: the rest of the line after the last one
)

// read fills f; false where the line is no object or is broken.
func (s *scanner) read(f *found, root *level, anyCase bool) bool {
	s.found, s.anyCase = f, anyCase
	s.set, s.present, s.named, s.steps = 0, 0, 0, s.steps[:0]
	at := space(s.line, 0)
	if at == len(s.line) || s.line[at] != '{' {
		return false
	}
	if at = s.object(at+1, root); at < 0 || space(s.line, at) != len(s.line) {
		return false
	}
	end := uint32(len(s.line)) //nolint:gosec // lines are bounded
	s.step(step{kind: kindEnd, span: span{end, end}})
	return true
}

// step notes a step; of a line with too many for a shape, it is enough to see that there are too many.
func (s *scanner) step(st step) {
	st.named, s.named = s.named, 0
	if len(s.steps) <= maxShapeSteps {
		s.steps = append(s.steps, st)
	}
}

// maxStepDepth is how deep an object that nobody reads may lie for its members to be steps of their own. Deeper ones are one step.
const maxStepDepth = 5

// object reads the members of an object from after its brace on and returns the position after the closing one, -1 if broken. The
// recursion is as deep as the mapping's keys, or maxStepDepth, at most.
func (s *scanner) object(at int, inside *level) int {
	at = space(s.line, at)
	if at < len(s.line) && s.line[at] == '}' {
		return at + 1
	}
	seen := uint64(0)
	for {
		name, value := s.key(at)
		if value < 0 {
			return -1
		}
		k := s.find(inside.keys, name, &seen)
		if at = space(s.line, s.value(value, k, inside)); at < 0 || at == len(s.line) {
			return -1
		}
		switch s.line[at] {
		case ',':
			at = space(s.line, at+1)
		case '}':
			return at + 1
		default:
			return -1
		}
	}
}

// key reads a key and its colon at position at; value is where the value begins, -1 if broken.
func (s *scanner) key(at int) (name []byte, value int) {
	line := s.line
	if at >= len(line) || line[at] != '"' {
		return nil, -1
	}
	end := stringEnd(line, at+1)
	if end < 0 {
		return nil, -1
	}
	name = line[at+1 : end]
	if s.escapes && bytes.IndexByte(name, '\\') >= 0 {
		s.name = unescape(s.name[:0], name)
		name = s.name
	}
	at = space(line, end+1)
	if at == len(line) || line[at] != ':' {
		return nil, -1
	}
	return name, space(line, at+1)
}

// find gives the place in keys of the mapped key of that name, -1 where it is none of them. Where the object had it before, what that gave
// is forgotten.
func (s *scanner) find(keys []mappedKey, name []byte, seen *uint64) int {
	for i := range keys {
		k := &keys[i]
		if k.name != string(name) && !(s.anyCase && equalFold(k.name, name)) {
			continue
		}
		if *seen>>i&1 == 1 {
			s.set &^= k.under
			s.present &^= k.under
		}
		*seen |= 1 << i
		s.named |= 1 << k.id
		if k.leaf {
			s.present |= 1 << k.field
		}
		return i
	}
	return -1
}

// equalFold compares ASCII text in any case.
func equalFold(a string, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		x, y := a[i], b[i]
		if x != y && (x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z') {
			return false
		}
	}
	return true
}

// value reads the value at position at of the key with place k among the level's keys (-1: not mapped) and returns the position after it,
// -1 if broken.
func (s *scanner) value(at, k int, inside *level) int {
	if at >= len(s.line) {
		return -1
	}
	from, end, kind := at, -1, kindBare
	switch s.line[at] {
	case '"':
		kind, from = kindString, at+1
		end = stringEnd(s.line, from)
	case '{':
		if open := inside.open(k); open != nil {
			return s.object(at+1, open)
		}
		kind = kindObject
		end = s.skip(at, inside.depth)
	case '[':
		kind = kindArray
		end = s.skip(at, inside.depth)
	default:
		end = bareEnd(s.line, at)
	}
	if end < 0 {
		return -1
	}
	st := step{span: span{uint32(from), uint32(end)}, kind: kind, inside: inside} //nolint:gosec // lines are bounded
	if k >= 0 && inside.keys[k].leaf {
		st.leaf, st.field = true, inside.keys[k].field
		s.note(kind, st.field, st.span)
	}
	s.step(st)
	if kind == kindString {
		end++
	}
	return end
}

// open gives the level of an object that is the value of the key with place k; nil where it is to be skipped as a whole.
func (l *level) open(k int) *level {
	if k < 0 {
		return l.unmapped
	}
	return l.mapped[k]
}

// note records the value of a field. null and values that are objects or arrays are none, except where the format writes texts as lists.
func (f *found) note(kind valueKind, which field, at span) {
	switch {
	case kind == kindArray && f.lists:
		var ok bool
		if at, ok = f.lastText(at); !ok {
			return
		}
	case kind == kindObject || kind == kindArray || kind == kindBare && string(f.line[at.from:at.to]) == "null":
		return
	}
	f.set |= 1 << which
	f.spans[which] = at
}

// lastText gives the last text of a list of nothing but texts. Of a header that came several times, it is the one that the nearest proxy
// wrote.
func (f *found) lastText(list span) (last span, ok bool) {
	for at := int(list.from); f.line[at] != ']'; {
		at = space(f.line, at+1)
		if f.line[at] != '"' {
			return last, ok && f.line[at] == ']'
		}
		end := stringEnd(f.line, at+1)
		last, ok = span{uint32(at + 1), uint32(end)}, true //nolint:gosec // lines are bounded
		at = space(f.line, end+1)
	}
	return last, ok
}

// space returns the position of the first byte from at on that is no white space; negative positions stay as they are.
func space(line []byte, at int) int {
	for at >= 0 && at < len(line) && (line[at] == ' ' || line[at] == '\t' || line[at] == '\r' || line[at] == '\n') {
		at++
	}
	return at
}

var isBare = func() (t [256]bool) {
	for _, c := range "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-." {
		t[c] = true
	}
	return t
}()

// bareEnd returns the end of a value without quotes, -1 where there is none.
func bareEnd(line []byte, at int) int {
	from := at
	for at < len(line) && isBare[line[at]] {
		at++
	}
	if at == from {
		return -1
	}
	return at
}

// skip checks the object or array at position at, which lies in depth others, and returns the position after it, -1 if broken.
func (s *scanner) skip(at, depth int) int {
	line, outside := s.line, depth
	for {
		// Here at is where a value, or the key of a member, must begin.
		if depth > outside && s.isObject(depth) {
			if _, at = s.skipKey(at); at < 0 {
				return -1
			}
		}
		if at >= len(line) {
			return -1
		}
		switch line[at] {
		case '"':
			if at = stringEnd(line, at+1) + 1; at == 0 {
				return -1
			}
		case '{', '[':
			if depth++; depth > maxDepth {
				return -1
			}
			s.enter(depth, line[at] == '{')
			at = space(line, at+1)
			if at == len(line) {
				return -1
			}
			if line[at] != '}' && line[at] != ']' {
				continue
			}
		default:
			if at = bareEnd(line, at); at < 0 {
				return -1
			}
		}
		if at, depth = s.leave(at, depth, outside); at < 0 || depth == outside {
			return at
		}
	}
}

// leave closes what ends at position at and goes on to where the next value must begin.
func (s *scanner) leave(at, depth, outside int) (next, inside int) {
	line := s.line
	for {
		at = space(line, at)
		if at == len(line) {
			return -1, depth
		}
		switch c := line[at]; {
		case c == ',':
			return space(line, at+1), depth
		case c == '}' && s.isObject(depth), c == ']' && !s.isObject(depth):
			at++
			if depth--; depth == outside {
				return at, depth
			}
		default:
			return -1, depth
		}
	}
}

// skipKey is key for names that nobody needs.
func (s *scanner) skipKey(at int) (end, value int) {
	line := s.line
	if at >= len(line) || line[at] != '"' {
		return 0, -1
	}
	if end = stringEnd(line, at+1); end < 0 {
		return 0, -1
	}
	at = space(line, end+1)
	if at == len(line) || line[at] != ':' {
		return 0, -1
	}
	return end, space(line, at+1)
}

func (s *scanner) isObject(depth int) bool { return s.inObject[depth/64]>>(depth%64)&1 == 1 }

func (s *scanner) enter(depth int, object bool) {
	s.inObject[depth/64] &^= 1 << (depth % 64)
	if object {
		s.inObject[depth/64] |= 1 << (depth % 64)
	}
}
