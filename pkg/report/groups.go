package report

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

// MaxK is the largest k there is: beyond it the sets below would be what a summary mostly consists of.
const MaxK = 1000

// groupSet is the set of distinct client groups that sent some value. It has at most k-1 members; the k-th seals it, and then it is known
// only that there were enough. So unions of sets are the same in every order. Its members lie in the groupSets it belongs to.
type groupSet struct {
	at uint32 // the only member, or where the members begin
	n  uint16 // members, or sealed
}

const sealed = math.MaxUint16

// groupSets holds the members of all sets of a summary in one piece of memory without pointers. A set of two or more has a chunk of 2, 4,
// 8 … words; chunks given back are used again.
type groupSets struct {
	k     int
	words []uint32
	free  [10]uint32 // by size class: place+1 of a free chunk, whose first word leads to the next
	one   [1]uint32  // what members returns for a set of one
}

// cdnGroup is the one client that all peers of content delivery networks together count as.
const cdnGroup = math.MaxUint32

func groupOf(r *Request) uint32 {
	if r.CDNPeer {
		return cdnGroup
	}
	return r.Group
}

// enough tells whether at least k distinct groups are in the set. With k = 1 there is nothing to hide, so that also values of which no
// client is known are shown.
func (g *groupSets) enough(s groupSet) bool { return s.n == sealed || g.k == 1 }

// add puts a group into the set; 0 is no group.
func (g *groupSets) add(s *groupSet, group uint32) {
	if s.n != sealed && group != 0 {
		g.addOpen(s, group)
	}
}

func (g *groupSets) addOpen(s *groupSet, group uint32) {
	if s.n == 1 && s.at == group {
		return
	}
	members := g.members(s)
	i, found := slices.BinarySearch(members, group)
	switch {
	case found:
	case int(s.n)+1 >= g.k:
		g.seal(s)
	case s.n == 0:
		*s = groupSet{at: group, n: 1}
	default:
		members = g.grow(s, members)
		copy(members[i+1:], members[i:])
		members[i] = group
	}
}

// members returns the set's members in ascending order, valid until the next call.
func (g *groupSets) members(s *groupSet) []uint32 {
	switch s.n {
	case 0, sealed:
		return nil
	case 1:
		g.one[0] = s.at
		return g.one[:]
	}
	return g.words[s.at : s.at+uint32(s.n)]
}

// grow makes room for one more member.
func (g *groupSets) grow(s *groupSet, members []uint32) []uint32 {
	if class := sizeClass(s.n + 1); s.n == 1 || class != sizeClass(s.n) {
		at := g.take(class)
		copy(g.words[at:], members)
		g.release(s)
		s.at = at
	}
	s.n++
	return g.words[s.at : s.at+uint32(s.n)]
}

func (g *groupSets) seal(s *groupSet) {
	g.release(s)
	*s = groupSet{n: sealed}
}

// sizeClass is 0 for 2 members, 1 for up to 4, 2 for up to 8 …
func sizeClass(n uint16) int { return bits.Len16(n-1) - 1 }

func (g *groupSets) take(class int) uint32 {
	if head := g.free[class]; head != 0 {
		g.free[class] = g.words[head-1]
		return head - 1
	}
	at := len(g.words)
	g.words = append(g.words, make([]uint32, min(2<<class, g.k-1))...)
	return uint32(at)
}

// release gives the set's chunk back.
func (g *groupSets) release(s *groupSet) {
	if s.n < 2 || s.n == sealed {
		return
	}
	class := sizeClass(s.n)
	g.words[s.at] = g.free[class]
	g.free[class] = s.at + 1
}

// join adds the members of a set that belongs to o, which has the same k.
func (g *groupSets) join(to *groupSet, o *groupSets, from *groupSet) {
	if to.n == sealed {
		return
	}
	if from.n == sealed {
		g.seal(to)
		return
	}
	for _, group := range o.members(from) {
		g.add(to, group)
	}
}

// raise moves a set of o, which has a smaller k, to g. A sealed set becomes empty: what was enough for a smaller k says nothing of a
// larger one, and too few is the safe side.
func (g *groupSets) raise(o *groupSets, s *groupSet) {
	var moved groupSet
	if s.n != sealed {
		g.join(&moved, o, s)
	}
	*s = moved
}

func (g *groupSets) appendTo(b []byte, s *groupSet) []byte {
	if s.n == sealed {
		return binary.AppendUvarint(b, uint64(g.k))
	}
	b = binary.AppendUvarint(b, uint64(s.n))
	for _, group := range g.members(s) {
		b = binary.LittleEndian.AppendUint32(b, group)
	}
	return b
}

func (g *groupSets) decode(r *reader, s *groupSet) {
	n := int(r.below(uint64(g.k) + 1))
	if n == g.k {
		s.n = sealed
		return
	}
	last := uint32(0)
	for range n {
		group := r.uint32()
		if group <= last {
			r.fail("groups out of order")
			return
		}
		last = group
		g.add(s, group)
	}
}
