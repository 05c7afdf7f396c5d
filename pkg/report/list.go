package report

import "encoding/binary"

// How many values each list keeps at least (twice as many while lines are added). A larger number costs memory and shuffled bytes for each
// host and minute under attack (about 150 bytes a value); a smaller one makes the error of a busy host, at most its requests divided by
// this, reach into what is shown.
const (
	pathCapacity     = 256 // an error under 0.4 %: a page of that share is seen
	networkCapacity  = 128
	referrerCapacity = 128
	agentCapacity    = 64  // families are a closed vocabulary of about this size
	countryCapacity  = 256 // every country there is: this list is always exact
)

// list counts lines by value, with what a row shows beside.
type list[K key[K]] struct {
	table[K, tally]
	total uint64 // lines with a value
	none  uint64 // lines without one
}

// tally is what a list keeps of a value beside its count.
type tally struct {
	bytes, errors, misses uint64
	clients               groupSet
}

// line is what every list counts of a request.
type line struct {
	bytes, errors, misses uint64
	group                 uint32
}

// count takes in a line; the zero value of key is no value.
func (l *list[K]) count(key K, in *line, capacity int, sets *groupSets) {
	var without K
	if key == without {
		l.none++
		return
	}
	l.total++
	at := l.find(key)
	if at < 0 {
		if len(l.entries) == 2*capacity {
			l.shrink(capacity, sets)
		}
		at = l.insert(key, l.missed)
	}
	e := &l.entries[at]
	e.count++
	e.value.bytes = add(e.value.bytes, in.bytes)
	e.value.errors += in.errors
	e.value.misses += in.misses
	sets.add(&e.value.clients, in.group)
}

func (l *list[K]) shrink(capacity int, sets *groupSets) {
	l.prune(capacity, unprotected[K], func(r *tally) { sets.release(&r.clients) })
}

func unprotected[K any](K) bool { return false }

// merge adds a list whose sets of groups belong to theirs.
func (l *list[K]) merge(o *list[K], capacity int, sets, theirs *groupSets) {
	l.total, l.none = add(l.total, o.total), add(l.none, o.none)
	l.table.merge(&o.table, unprotected[K], func(to, from *entry[K, tally]) {
		to.value.bytes = add(to.value.bytes, from.value.bytes)
		to.value.errors = add(to.value.errors, from.value.errors)
		to.value.misses = add(to.value.misses, from.value.misses)
		sets.join(&to.value.clients, theirs, &from.value.clients)
	})
	if len(l.entries) > capacity {
		l.shrink(capacity, sets)
	}
}

func (l *list[K]) raise(sets, old *groupSets) {
	for i := range l.entries {
		sets.raise(old, &l.entries[i].value.clients)
	}
}

func (l *list[K]) appendTo(b []byte, sets *groupSets) []byte {
	b = binary.AppendUvarint(b, l.total)
	b = binary.AppendUvarint(b, l.none)
	return l.table.appendTo(b, func(b []byte, e *entry[K, tally]) []byte {
		b = binary.AppendUvarint(b, e.value.bytes)
		b = binary.AppendUvarint(b, e.value.errors)
		b = binary.AppendUvarint(b, e.value.misses)
		return sets.appendTo(b, &e.value.clients)
	})
}

func (l *list[K]) decode(r *reader, capacity int, readKey func() K, sets *groupSets) {
	l.total, l.none = r.uvarint(), r.uvarint()
	l.table.decode(r, 2*capacity, readKey, func(e *entry[K, tally]) {
		e.value.bytes, e.value.errors, e.value.misses = r.uvarint(), r.uvarint(), r.uvarint()
		sets.decode(r, &e.value.clients)
	})
}
