package report

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// kinds are exact counts of lines by closed vocabulary.
type kinds struct {
	methods      [vocabulary.MethodCount]uint64
	protocols    [vocabulary.ProtocolCount]uint64
	cache        [vocabulary.CacheCount]uint64
	cacheBytes   [vocabulary.CacheCount]uint64 // of responses
	enforced     [vocabulary.ActionCount]uint64
	preview      [vocabulary.ActionCount]uint64
	originErrors [vocabulary.OriginErrorCount]uint64
	classes      [vocabulary.ClientClassCount]uint64
	refused      [1]uint64 // POST requests that were answered as failed logins are
}

// count takes in lines of one shape. What their format does not log is not counted as none: the report says "not logged".
func (k *kinds) count(a *alike) {
	if a.logged.Has(vocabulary.FieldMethod) {
		addKnown(k.methods[:], a.method, vocabulary.MethodOther, a.lines)
	}
	if a.logged.Has(vocabulary.FieldProtocol) {
		addKnown(k.protocols[:], a.protocol, vocabulary.ProtocolOther, a.lines)
	}
	if a.logged.Has(vocabulary.FieldCache) {
		addKnown(k.cache[:], a.cache, vocabulary.CacheNone, a.lines)
		addKnown(k.cacheBytes[:], a.cache, vocabulary.CacheNone, a.bytes)
	}
	if a.logged.Has(vocabulary.FieldDefence) {
		addKnown(k.enforced[:], a.enforced, vocabulary.ActionOther, a.lines)
		addKnown(k.preview[:], a.preview, vocabulary.ActionOther, a.lines)
	}
	if a.logged.Has(vocabulary.FieldOriginError) {
		addKnown(k.originErrors[:], a.originError, vocabulary.OriginErrorOther, a.lines)
	}
	if a.logged.Has(vocabulary.FieldAgent) {
		addKnown(k.classes[:], a.class, vocabulary.ClientOther, a.lines)
	}
	if a.refused {
		k.refused[0] = add(k.refused[0], a.lines)
	}
}

// addKnown adds n to the counter of v, or to that of other where v is outside the vocabulary.
func addKnown[T ~uint8](counts []uint64, v, other T, n uint64) {
	if int(v) >= len(counts) {
		v = other
	}
	counts[v] = add(counts[v], n)
}

// all returns the counters in the order of the encoding.
func (k *kinds) all() [9][]uint64 {
	return [9][]uint64{k.methods[:], k.protocols[:], k.cache[:], k.cacheBytes[:], k.enforced[:], k.preview[:], k.originErrors[:], k.classes[:], k.refused[:]}
}

func (k *kinds) merge(o *kinds) {
	theirs := o.all()
	for i, mine := range k.all() {
		for j := range mine {
			mine[j] = add(mine[j], theirs[i][j])
		}
	}
}

func (k *kinds) appendTo(b []byte) []byte {
	for _, counts := range k.all() {
		b = appendCounts(b, counts)
	}
	return b
}

func (k *kinds) decode(r *reader) {
	all := k.all()
	written := all[:]
	if r.version == oldVersion {
		written = all[:len(all)-1]
	}
	for _, counts := range written {
		r.counts(counts)
	}
}
