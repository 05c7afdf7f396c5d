package report

import (
	"encoding/binary"
	"slices"
)

// enoughClients is a client set that has reached k.
var enoughClients = []byte{1}

// ClientSet returns the summary's distinct clients as far as the k rule needs them, encoded: it finds the hosts that may be named without
// moving whole summaries. Sets of one run are merged by MergeClientSets.
func (s *Summary) ClientSet() []byte {
	if s.sets.enough(s.groups) {
		return enoughClients
	}
	var b []byte
	for _, group := range s.sets.members(&s.groups) {
		b = binary.LittleEndian.AppendUint32(b, group)
	}
	return b
}

// MergeClientSets joins two sets of the same k. The result does not depend on the order of merges.
func MergeClientSets(a, b []byte, k int) []byte {
	if len(a) == 1 || len(b) == 1 {
		return enoughClients
	}
	groups := slices.Concat(clientGroups(a), clientGroups(b))
	slices.Sort(groups)
	groups = slices.Compact(groups)
	if len(groups) >= k {
		return enoughClients
	}
	var set []byte
	for _, group := range groups {
		set = binary.LittleEndian.AppendUint32(set, group)
	}
	return set
}

// EnoughClients tells whether a set has reached k.
func EnoughClients(set []byte) bool { return len(set) == 1 }

func clientGroups(set []byte) []uint32 {
	groups := make([]uint32, len(set)/4)
	for i := range groups {
		groups[i] = binary.LittleEndian.Uint32(set[4*i:])
	}
	return groups
}

// FirstEvent returns the time of the earliest request, in Unix nanoseconds.
func (s *Summary) FirstEvent() int64 { return s.counters.first }

// LastEvent returns the time of the latest request, in Unix nanoseconds.
func (s *Summary) LastEvent() int64 { return s.counters.last }
