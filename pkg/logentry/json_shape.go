package logentry

import "bytes"

// Bounds of what is learned, so that lines with ever new keys cost neither memory nor time.
const (
	maxShapeNodes    = 4096
	maxShapeBytes    = 1 << 20 // of all literals
	maxShapeBranches = 16      // of one node
	maxShapeSteps    = 512     // of one line
	maxShapeMemory   = 512     // bytes of a skipped container that are kept for comparison
	maxShapeSeen     = 4       // such containers of one node
)

// shapes is a graph of how the lines seen so far are built. Proxies write the same keys in the same order, so a line is a walk: the
// bytes between two values (braces, keys, colons, white space, the quotes of strings: a literal) are equal to those of a line read
// before, and only the values differ. Then no byte of a key needs to be looked at: compare the literal, find the end of the value, go on.
//
// Why a walk gives what the scanner would give: a node is a literal that began inside a certain level, with the kind of value that
// follows it. From the same level, the scanner reads the same bytes in the same way and comes to the same level, the same field and a
// value that begins with the same quote, brace or bracket, or with none. The value is measured by the functions that the scanner uses (a
// string without backslashes ends at its first quote), so both are at the same place again. A container that equals one seen here
// before needs no second check, as equal bytes at an equal place are equally right. What the scanner does with a key that comes twice is
// not in the graph: a walk that meets a mapped key again gives up, as it does where no branch fits, and the scanner reads the line.
type shapes struct {
	root  shapeNode
	nodes map[shapeKey]*shapeNode
	bytes int
	skip  scanner // measures containers
}

// shapeKey is what makes a node.
type shapeKey struct {
	from    *level // where the literal begins; nil at the beginning of the line
	literal string
	kind    valueKind
}

// shapeNode is one value, or the end of the line, after one literal.
type shapeNode struct {
	literal string
	kind    valueKind
	leaf    bool
	field   field
	depth   int
	named   keySet       // mapped keys in the literal
	seen    [][]byte     // of a container: its bytes when it was here before, the last first
	next    []*shapeNode // the one that matched last comes first
}

// recall fills f if the line has a known shape; where it has none, what is in f then means nothing.
func (s *shapes) recall(f *found) bool {
	line, at, n := f.line, 0, &s.root
	f.set, f.present = 0, 0
	named := keySet(0)
	for {
		if n = n.follow(line, at); n == nil || n.named&named != 0 {
			return false
		}
		named |= n.named
		at += len(n.literal)
		end := at
		switch n.kind {
		case kindEnd:
			return true
		case kindString:
			end = f.stringEnd(at)
		case kindBare:
			end = bareEnd(line, at)
		case kindObject, kindArray:
			end = s.container(f, n, at)
		}
		if end < 0 {
			return false
		}
		if n.leaf {
			f.present |= 1 << n.field
			f.note(n.kind, n.field, span{uint32(at), uint32(end)}) //nolint:gosec // lines are bounded
		}
		at = end
	}
}

// follow finds the branch whose literal comes next.
func (n *shapeNode) follow(line []byte, at int) *shapeNode {
	rest := line[at:]
	for i, c := range n.next {
		if len(rest) >= len(c.literal) && string(rest[:len(c.literal)]) == c.literal && c.fits(rest) {
			if i > 0 {
				copy(n.next[1:i+1], n.next[:i])
				n.next[0] = c
			}
			return c
		}
	}
	return nil
}

// fits tells whether a value of the node's kind begins after the literal. For strings the literal has the quote.
func (n *shapeNode) fits(rest []byte) bool {
	switch n.kind {
	case kindBare:
		return len(rest) > len(n.literal) && isBare[rest[len(n.literal)]]
	case kindObject:
		return len(rest) > len(n.literal) && rest[len(n.literal)] == '{'
	case kindArray:
		return len(rest) > len(n.literal) && rest[len(n.literal)] == '['
	case kindEnd:
		return len(rest) == len(n.literal)
	}
	return true
}

func (f *found) stringEnd(from int) int {
	if f.escapes {
		return stringEnd(f.line, from)
	}
	i := bytes.IndexByte(f.line[from:], '"')
	if i < 0 {
		return -1
	}
	return from + i
}

// container finds the end of an object or array that nobody reads. Most repeat what a line before had.
func (s *shapes) container(f *found, n *shapeNode, at int) int {
	for i, known := range n.seen {
		if bytes.HasPrefix(f.line[at:], known) {
			copy(n.seen[1:i+1], n.seen[:i])
			n.seen[0] = known
			return at + len(known)
		}
	}
	s.skip.found = f
	end := s.skip.skip(at, n.depth)
	if end >= 0 && end-at <= maxShapeMemory {
		n.remember(f.line[at:end])
	}
	return end
}

// remember puts a container's bytes in front of those seen before.
func (n *shapeNode) remember(container []byte) {
	if len(n.seen) < maxShapeSeen {
		n.seen = append(n.seen, nil)
	}
	oldest := n.seen[len(n.seen)-1]
	copy(n.seen[1:], n.seen)
	n.seen[0] = append(oldest[:0], container...)
}

// learn adds the shape of a line, whose last step is its end.
func (s *shapes) learn(line []byte, steps []step) {
	if len(steps) > maxShapeSteps {
		return
	}
	n, at, from := &s.root, uint32(0), (*level)(nil)
	for i := range steps {
		st := &steps[i]
		if n = s.branch(n, from, line[at:st.from], st); n == nil {
			return
		}
		at, from = st.to, st.inside
	}
}

// branch finds or makes the branch of n for a value; nil where a bound is reached.
func (s *shapes) branch(n *shapeNode, from *level, literal []byte, st *step) *shapeNode {
	for _, c := range n.next {
		if c.kind == st.kind && c.literal == string(literal) {
			return c
		}
	}
	if len(n.next) == maxShapeBranches {
		return nil
	}
	c := s.nodes[shapeKey{from: from, literal: string(literal), kind: st.kind}]
	if c == nil {
		c = s.add(from, literal, st)
	}
	if c != nil {
		n.next = append(n.next, c)
	}
	return c
}

// add makes a node; nil where a bound is reached.
func (s *shapes) add(from *level, literal []byte, st *step) *shapeNode {
	if len(s.nodes) == maxShapeNodes || s.bytes+len(literal) > maxShapeBytes {
		return nil
	}
	n := &shapeNode{literal: string(literal), kind: st.kind, leaf: st.leaf, field: st.field, named: st.named}
	if st.inside != nil {
		n.depth = st.inside.depth
	}
	if s.nodes == nil {
		s.nodes = map[shapeKey]*shapeNode{}
	}
	s.nodes[shapeKey{from: from, literal: n.literal, kind: st.kind}] = n
	s.bytes += len(literal)
	return n
}
