package report

import (
	"encoding/binary"
	"slices"
	"sort"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// The values of a sampled request are in the lists of its summary, and its client is in the table of clients, as long as these have dropped nothing. So
// an encoded sample says where: a reference is 0 for no value, 1 before a value that is written out, and above that the value's place in the order of
// its list.
const (
	refNone = iota
	refValue
	refPlace
)

// appendSample writes the sample behind the lists and the clients.
func (s *Summary) appendSample(b []byte) []byte {
	s.sample.settle()
	b = binary.AppendUvarint(b, uint64(len(s.sample.held)))
	if len(s.sample.held) == 0 {
		return b
	}
	paths, agents, referrers, countries, networks := s.paths.ranks(), s.agents.ranks(), s.referrers.ranks(), s.countries.ranks(), s.networks.ranks()
	tokens := s.clients.prefixes()
	for i := range s.sample.held {
		d := &s.sample.held[i]
		b = binary.LittleEndian.AppendUint32(b, d.ID)
		b = appendClient(b, d.Client, tokens)
		b = appendRef(b, text(d.Path), &s.paths.table, paths)
		b = appendRef(b, text(d.Agent), &s.agents.table, agents)
		b = appendRef(b, text(d.Referrer), &s.referrers.table, referrers)
		b = appendRef(b, country(d.Country), &s.countries.table, countries)
		b = appendRef(b, network(d.Network), &s.networks.table, networks)
		b = binary.AppendUvarint(b, uint64(d.Status))
		b = append(b, byte(d.Method), byte(d.Class), d.bits())
	}
	return b
}

func (d *Sampled) bits() (b byte) {
	for i, set := range [...]bool{d.Static, d.Miss, d.Query, d.protected, d.suspect} {
		if set {
			b |= 1 << i
		}
	}
	return b
}

// appendRef writes where key is in a table whose entries have these ranks.
func appendRef[K key[K], V any](b []byte, key K, t *table[K, V], ranks []uint16) []byte {
	var none K
	if key == none {
		return append(b, refNone)
	}
	if at := t.find(key); at >= 0 {
		return binary.AppendUvarint(b, refPlace+uint64(ranks[at]))
	}
	return key.appendTo(append(b, refValue))
}

// ranks are the places of the entries in the order in which they are written.
func (t *table[K, V]) ranks() []uint16 {
	ranks := make([]uint16, len(t.entries))
	for rank, at := range t.order() {
		ranks[at] = uint16(rank)
	}
	return ranks
}

// prefixes are the beginnings of the clients' tokens, in the order in which they are written.
func (c *clients) prefixes() []uint32 {
	prefixes := make([]uint32, len(c.entries))
	for i := range c.entries {
		prefixes[i] = prefixOf(c.entries[i].key)
	}
	slices.Sort(prefixes)
	return prefixes
}

func prefixOf(t token) uint32 { return binary.BigEndian.Uint32(t[:]) }

func appendClient(b []byte, prefix uint32, prefixes []uint32) []byte {
	if prefix == 0 {
		return append(b, refNone)
	}
	if at, found := slices.BinarySearch(prefixes, prefix); found {
		return binary.AppendUvarint(b, refPlace+uint64(at))
	}
	return binary.LittleEndian.AppendUint32(append(b, refValue), prefix)
}

func (s *Summary) decodeSample(r *reader) {
	s.sample.held = make([]Sampled, 0, r.length(mostSampled, 14))
	for range cap(s.sample.held) {
		d := Sampled{ID: r.uint32(), Client: s.clients.decodeClient(r)}
		d.Path, d.Agent = string(decodeRef(r, &s.paths.table, r.text)), string(decodeRef(r, &s.agents.table, r.text))
		d.Referrer = string(decodeRef(r, &s.referrers.table, r.text))
		d.Country, d.Network = decodeRef(r, &s.countries.table, r.country), uint32(decodeRef(r, &s.networks.table, r.network))
		d.Status = uint16(r.below(1 << 16))
		d.decodeLast(r)
		if n := len(s.sample.held); r.err == nil && n > 0 && compareSampled(s.sample.held[n-1], d) > 0 {
			r.fail("sample out of order")
		}
		if r.err != nil {
			return
		}
		s.sample.held = append(s.sample.held, d)
	}
	held := len(s.sample.held)
	if s.sample.settle(); len(s.sample.held) != held {
		r.fail("more requests than a sample holds")
	}
}

func (d *Sampled) decodeLast(r *reader) {
	last := r.take(3)
	d.Method, d.Class = vocabulary.Method(last[0]), vocabulary.ClientClass(last[1])
	for i, to := range []*bool{&d.Static, &d.Miss, &d.Query, &d.protected, &d.suspect} {
		*to = last[2]>>i&1 == 1
	}
	if last[2] > 31 {
		r.fail("a mark of a later version")
	}
}

// decodeRef reads what appendRef wrote.
func decodeRef[K key[K], V any](r *reader, t *table[K, V], value func() K) (key K) {
	switch at := r.below(refPlace + uint64(len(t.entries))); at {
	case refNone:
	case refValue:
		if key = value(); t.find(key) >= 0 {
			r.fail("a value that has a place")
		}
	default:
		key = t.entries[at-refPlace].key
	}
	return key
}

// decodeClient reads what appendClient wrote.
func (c *clients) decodeClient(r *reader) uint32 {
	at := r.below(refPlace + uint64(len(c.entries)))
	if at == refNone {
		return 0
	}
	prefix := func(i int) uint32 { return prefixOf(c.entries[i].key) }
	if at >= refPlace {
		i := int(at - refPlace)
		if prefix(i) == 0 || i > 0 && prefix(i-1) == prefix(i) {
			r.fail("a client that has another place")
		}
		return prefix(i)
	}
	named := r.uint32()
	known := sort.Search(len(c.entries), func(i int) bool { return prefix(i) >= named })
	if named == 0 || known < len(c.entries) && prefix(known) == named {
		r.fail("a client that has a place")
	}
	return named
}
