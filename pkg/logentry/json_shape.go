package logentry

import (
	"bytes"
	"slices"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// Bounds of what is learned, so that lines with ever new keys cost neither memory nor time.
const (
	maxShapeNodes    = 4096
	maxShapeBytes    = 1 << 20 // of all literals
	maxShapeBranches = 16      // of one node
	maxShapeSteps    = 512     // of one line
	maxShapeMemory   = 512     // bytes of a skipped container that are kept for comparison
	maxShapeSeen     = 4       // such containers of one node
)

// shapes is a tree of how the lines seen so far are built. Proxies write the same keys in the same order, so a line is a walk from the
// root: the bytes between two values (braces, keys, colons, white space, the quotes of strings: a literal) are equal to those of a line
// read before, and only the values differ. Then no byte of a key needs to be looked at: compare the literal, find the end of the value,
// go on.
//
// Why a walk gives what the scanner would give: where the scanner stands in the structure depends only on the literals passed and
// on the kinds of the values between them. Literals are compared whole, and each value is measured by the functions that the scanner uses
// (a string without backslashes ends at its first quote). So after equal literals the scanner, too, would be at this node, and the
// next literal means to it what it meant when it was learned. A container that equals one seen here before needs no second
// check, as equal bytes at an equal place are equally right. What was not learned from the scanner is not known here, and the walk gives up.
type shapes struct {
	root  shapeNode
	nodes int
	bytes int
	skip  scanner // measures containers
}

// shapeNode is one value, or the end of the line, after one literal.
type shapeNode struct {
	literal []byte
	kind    valueKind
	leaf    bool
	field   field
	depth   uint16
	seen    [][]byte          // of a container: its bytes when it was here before, the last first
	next    []*shapeNode      // the one that matched last comes first
	logged  vocabulary.Fields // of an end: what such a line logs
}

// recall fills f if the line has a known shape and returns its end; nil if it has none, and f is undefined then.
func (s *shapes) recall(f *found) *shapeNode {
	line, at, n := f.line, 0, &s.root
	f.set = 0
	for {
		if n = n.follow(line, at); n == nil {
			return nil
		}
		at += len(n.literal)
		end := at
		switch n.kind {
		case kindEnd:
			return n
		case kindString:
			end = f.stringEnd(at)
		case kindBare:
			end = bareEnd(line, at)
		case kindObject, kindArray:
			end = s.container(f, n, at)
		}
		if end < 0 {
			return nil
		}
		if n.leaf {
			f.note(n.kind, n.field, span{uint32(at), uint32(end)}) //nolint:gosec // lines are bounded
		}
		at = end
	}
}

// follow finds the branch whose literal comes next.
func (n *shapeNode) follow(line []byte, at int) *shapeNode {
	rest := line[at:]
	for i, c := range n.next {
		if len(rest) >= len(c.literal) && string(rest[:len(c.literal)]) == string(c.literal) && c.fits(rest) {
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

// container finds the end of an object or array that nobody reads. Most repeat what the line before had.
func (s *shapes) container(f *found, n *shapeNode, at int) int {
	for i, known := range n.seen {
		if bytes.HasPrefix(f.line[at:], known) {
			copy(n.seen[1:i+1], n.seen[:i])
			n.seen[0] = known
			return at + len(known)
		}
	}
	s.skip.found = f
	end := s.skip.skip(at, int(n.depth))
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

// learn adds the shape of a line.
func (s *shapes) learn(line []byte, steps []step, logged vocabulary.Fields) {
	if len(steps) > maxShapeSteps {
		return
	}
	n, at := &s.root, uint32(0)
	for i := range steps {
		if n = s.branch(n, line[at:steps[i].from], &steps[i]); n == nil {
			return
		}
		at = steps[i].to
	}
	if n = s.branch(n, line[at:], &step{kind: kindEnd}); n != nil {
		n.logged = logged
	}
}

// branch finds or makes the branch of n for a value; nil where a bound is reached.
func (s *shapes) branch(n *shapeNode, literal []byte, st *step) *shapeNode {
	i := slices.IndexFunc(n.next, func(c *shapeNode) bool { return c.kind == st.kind && bytes.Equal(c.literal, literal) })
	if i >= 0 {
		return n.next[i]
	}
	if s.nodes == maxShapeNodes || s.bytes+len(literal) > maxShapeBytes || len(n.next) == maxShapeBranches {
		return nil
	}
	s.nodes++
	s.bytes += len(literal)
	c := &shapeNode{literal: bytes.Clone(literal), kind: st.kind, leaf: st.leaf, field: st.field, depth: st.depth}
	n.next = append(n.next, c)
	return c
}
