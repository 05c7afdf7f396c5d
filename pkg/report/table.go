package report

import (
	"encoding/binary"
	"slices"
)

// table counts by key in bounded memory. It is Misra-Gries in the form of SpaceSaving, merged as Agarwal et al. (Mergeable Summaries,
// 2012) do.
//
//   - An entry's count was seen for certain. It may lack what came before the entry was made or on a side of a merge that had no entry:
//     at most lacks, so that the truth is between count and count+lacks.
//   - missed is the most that any key without an entry may have. It bounds every entry's lacks, too.
//   - prune keeps the capacity heaviest by upper bound. What it drops had at most missed, and equals are dropped together, so no result
//     depends on how ties are broken.
//
// missed stays at or below N/(capacity+1) of N counted: let S be the sum of upper-missed over the entries. Every count raises S by 1; a
// prune that raises missed by d has capacity+1 entries that are at least d above the old one, so it takes (capacity+1)*d off S; a merge
// adds both sides' S and missed. So (capacity+1)*missed + S <= N, whatever the order and the tree. As long as there are no more keys than
// capacity nothing is pruned: then the table is exact and any split and order of the same input gives equal bytes.
type table[K key[K], V any] struct {
	entries []entry[K, V]
	lacks   []uint64 // by entry; nil while missed is 0
	missed  uint64
	index   []uint32 // open addressing: part of the hash above, place of the entry+1 below; nil while the table is small
}

type entry[K, V any] struct {
	key   K
	count uint64
	value V
}

const (
	// Up to this many entries are searched one by one: faster than an index, and most tables of a minute are that small.
	unindexed = 8
	// The index keeps 16 bits for an entry's place.
	placeBits = 16
	placeMask = 1<<placeBits - 1
)

// find returns the place of key's entry, or -1.
func (t *table[K, V]) find(key K) int {
	if t.index == nil {
		for i := range t.entries {
			if t.entries[i].key == key {
				return i
			}
		}
		return -1
	}
	h := key.hash()
	mask := uint64(len(t.index) - 1)
	for at := h & mask; t.index[at] != 0; at = (at + 1) & mask {
		if t.index[at]>>placeBits == uint32(h>>48) {
			if i := int(t.index[at]&placeMask) - 1; t.entries[i].key == key {
				return i
			}
		}
	}
	return -1
}

// insert makes an entry for a key that has none and returns its place.
func (t *table[K, V]) insert(key K, lacks uint64) int {
	i := len(t.entries)
	t.entries = append(grown(t.entries), entry[K, V]{key: key})
	if t.missed > 0 {
		t.lacks = append(t.lacks, lacks)
	}
	switch {
	case i < unindexed:
	case 4*len(t.entries) > 3*len(t.index):
		t.reindex()
	default:
		t.place(i)
	}
	return i
}

// grown returns s with room for one more. It grows by a quarter where append would double: half the entries of most summaries would be
// empty, and copying a little more often costs less than holding them.
func grown[T any](s []T) []T {
	if len(s) < cap(s) {
		return s
	}
	return append(make([]T, 0, len(s)+len(s)/4+8), s...)
}

func (t *table[K, V]) place(i int) {
	h := t.entries[i].key.hash()
	mask := uint64(len(t.index) - 1)
	at := h & mask
	for t.index[at] != 0 {
		at = (at + 1) & mask
	}
	t.index[at] = uint32(h>>48)<<placeBits | uint32(i+1)
}

// reindex makes the index anew, at most three quarters full and with room to grow.
func (t *table[K, V]) reindex() {
	if len(t.entries) <= unindexed {
		t.index = nil
		return
	}
	size := 16
	for 3*size < 4*len(t.entries)+4 {
		size *= 2
	}
	if size == len(t.index) {
		clear(t.index)
	} else {
		t.index = make([]uint32, size)
	}
	for i := range t.entries {
		t.place(i)
	}
}

func (t *table[K, V]) lack(i int) uint64 {
	if t.missed == 0 {
		return 0
	}
	return t.lacks[i]
}

// upper is the most that entry i's key may have.
func (t *table[K, V]) upper(i int) uint64 { return add(t.entries[i].count, t.lack(i)) }

// prune drops all but the capacity heaviest entries and those that are protected, which do not count against the capacity. dropped is
// called for each entry that goes.
func (t *table[K, V]) prune(capacity int, protected func(K) bool, dropped func(*V)) {
	uppers := make([]uint64, 0, len(t.entries))
	for i := range t.entries {
		if !protected(t.entries[i].key) {
			uppers = append(uppers, t.upper(i))
		}
	}
	if len(uppers) <= capacity {
		return
	}
	slices.Sort(uppers)
	// An entry that has just lost its protection may be below the old bound.
	missed := max(t.missed, uppers[len(uppers)-1-capacity])
	lacks := make([]uint64, 0, 2*capacity)
	kept := t.entries[:0]
	for i := range t.entries {
		if e := &t.entries[i]; protected(e.key) || t.upper(i) > missed {
			lacks = append(lacks, t.lack(i))
			kept = append(kept, *e)
		} else {
			dropped(&e.value)
		}
	}
	clear(t.entries[len(kept):]) // lets go of strings
	t.entries, t.lacks, t.missed = kept, lacks, missed
	t.reindex()
}

// merge adds o's entries. join adds the value of an entry of o to that of this table, which is empty where the key is new here. exact
// tells of a key that no prune on either side can have dropped, so that a side without it has none of it.
func (t *table[K, V]) merge(o *table[K, V], exact func(K) bool, join func(to, from *entry[K, V])) {
	mine := t.missed
	t.owe(o, exact)
	for i := range o.entries {
		from := &o.entries[i]
		at := t.find(from.key)
		switch {
		case at < 0 && exact(from.key):
			at = t.insert(from.key, o.lack(i))
		case at < 0:
			at = t.insert(from.key, add(o.lack(i), mine))
		case t.missed > 0:
			t.lacks[at] = add(t.lacks[at], o.lack(i))
		}
		join(&t.entries[at], from)
		t.entries[at].count = add(t.entries[at].count, from.count)
	}
}

// owe raises missed by what o may have missed, and with it what each entry lacks that o has no entry for.
func (t *table[K, V]) owe(o *table[K, V], exact func(K) bool) {
	if t.missed == 0 && o.missed > 0 {
		t.lacks = make([]uint64, len(t.entries), len(t.entries)+len(o.entries))
	}
	t.missed = add(t.missed, o.missed)
	if o.missed == 0 {
		return
	}
	for i := range t.entries {
		if k := t.entries[i].key; !exact(k) && o.find(k) < 0 {
			t.lacks[i] = add(t.lacks[i], o.missed)
		}
	}
}

// bytes is the memory behind the table.
func (t *table[K, V]) bytes() int { return size(t.entries) + size(t.lacks) + size(t.index) }

// order returns the places of the entries by ascending key.
func (t *table[K, V]) order() []uint16 {
	places := make([]uint16, len(t.entries))
	for i := range places {
		places[i] = uint16(i)
	}
	slices.SortFunc(places, func(a, b uint16) int { return t.entries[a].key.compare(t.entries[b].key) })
	return places
}

// appendTo writes the entries by ascending key; value writes what is beside key and count.
func (t *table[K, V]) appendTo(b []byte, value func([]byte, *entry[K, V]) []byte) []byte {
	b = binary.AppendUvarint(b, t.missed)
	b = binary.AppendUvarint(b, uint64(len(t.entries)))
	for _, i := range t.order() {
		e := &t.entries[i]
		b = e.key.appendTo(b)
		b = binary.AppendUvarint(b, e.count)
		if t.missed > 0 {
			b = binary.AppendUvarint(b, t.lack(int(i)))
		}
		b = value(b, e)
	}
	return b
}

// decode reads what appendTo wrote, at most limit entries.
func (t *table[K, V]) decode(r *reader, limit int, readKey func() K, value func(*entry[K, V])) {
	t.missed = r.uvarint()
	n := r.length(limit, 3)
	t.entries = make([]entry[K, V], n)
	if t.missed > 0 {
		t.lacks = make([]uint64, n)
	}
	for i := range t.entries {
		e := &t.entries[i]
		e.key = readKey()
		if e.count = r.uvarint(); e.count == 0 {
			r.fail("empty entry")
		}
		if t.missed > 0 {
			t.lacks[i] = r.below(add(t.missed, 1))
		}
		if i > 0 && t.entries[i-1].key.compare(e.key) >= 0 {
			r.fail("keys out of order")
		}
		value(e)
		if r.err != nil {
			return
		}
	}
	if n > unindexed {
		t.reindex()
	}
}
