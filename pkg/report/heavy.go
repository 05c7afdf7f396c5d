package report

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// heavy is one of the few values (hashes) that a client sent most. n was seen for certain. With size places, a value may have been sent
// more often by at most (all - sum of n) / (size+1): Misra-Gries, merged as Agarwal et al. do. n = 0 means a free place.
type heavy struct{ hash, n uint32 }

// countHeavy takes in one value; 0 is none.
func countHeavy(places []heavy, hash uint32) {
	if hash == 0 {
		return
	}
	free := -1
	for i := range places {
		switch {
		case places[i].n == 0:
			free = i
		case places[i].hash == hash:
			places[i].n = add32(places[i].n, 1)
			return
		}
	}
	if free >= 0 {
		places[free] = heavy{hash: hash, n: 1}
		return
	}
	for i := range places {
		if places[i].n--; places[i].n == 0 {
			places[i] = heavy{}
		}
	}
}

// mergeHeavy adds the places of another client state.
func mergeHeavy(places, others []heavy) {
	var room [2 * pathPlaces]heavy
	all := append(room[:0], places...)
	for _, o := range others {
		if i := slices.IndexFunc(all, func(h heavy) bool { return h.n > 0 && h.hash == o.hash }); i >= 0 {
			all[i].n = add32(all[i].n, o.n)
		} else {
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b heavy) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.hash, b.hash)) })
	less := uint32(0)
	if len(all) > len(places) {
		less = all[len(places)].n
	}
	clear(places)
	for i := range places {
		if all[i].n > less {
			places[i] = heavy{hash: all[i].hash, n: all[i].n - less}
		}
	}
}

// appendHeavy writes the places that are taken, by ascending hash.
func appendHeavy(b []byte, places []heavy) []byte {
	var room [pathPlaces]heavy
	taken := room[:0]
	for _, h := range places {
		if h.n > 0 {
			taken = append(taken, h)
		}
	}
	slices.SortFunc(taken, func(a, b heavy) int { return cmp.Compare(a.hash, b.hash) })
	b = append(b, byte(len(taken)))
	for _, h := range taken {
		b = binary.LittleEndian.AppendUint32(b, h.hash)
		b = binary.AppendUvarint(b, uint64(h.n))
	}
	return b
}

func (r *reader) heavy(places []heavy) {
	n := r.length(len(places), 5)
	last := uint32(0)
	for i := range n {
		h := heavy{hash: r.uint32(), n: uint32(r.below(1 << 32))}
		if h.n == 0 || h.hash <= last {
			r.fail("hashes out of order")
			return
		}
		places[i], last = h, h.hash
	}
}
