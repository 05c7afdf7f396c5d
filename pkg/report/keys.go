package report

import (
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"strings"
)

// key is what a bounded table counts by.
type key[K any] interface {
	comparable
	// hash places the key in an index. It need not be the same in another process: nothing that leaves depends on it.
	hash() uint64
	compare(other K) int
	appendTo(b []byte) []byte
}

// text is a template, a family or a registrable host: a closed vocabulary or cleaned by pkg/privacy.
type text string

// hashSeed differs in every process, so that nobody can choose values that collide.
var hashSeed = maphash.MakeSeed()

func (t text) String() string           { return string(t) }
func (t text) hash() uint64             { return maphash.String(hashSeed, string(t)) }
func (t text) compare(other text) int   { return strings.Compare(string(t), string(other)) }
func (t text) appendTo(b []byte) []byte { return append(binary.AppendUvarint(b, uint64(len(t))), t...) }

func (r *reader) text() text {
	n := r.length(r.left(), 1)
	if n == 0 {
		r.fail("empty value")
	}
	return text(r.take(n))
}

// country is an ISO 3166 alpha-2 code.
type country [2]byte

// countryOf is zero where the request has none.
func countryOf(r *Request) country {
	if len(r.Country) == 2 && isLetter(r.Country[0]) && isLetter(r.Country[1]) {
		return country([]byte(r.Country))
	}
	return country{}
}

func isLetter(b byte) bool { return b >= 'A' && b <= 'Z' }

func (c country) number() uint16            { return binary.BigEndian.Uint16(c[:]) }
func (c country) String() string            { return string(c[:]) }
func (c country) hash() uint64              { return network(c.number()).hash() }
func (c country) compare(other country) int { return cmp.Compare(c.number(), other.number()) }
func (c country) appendTo(b []byte) []byte  { return append(b, c[:]...) }

func (r *reader) country() country {
	c := country(r.take(2))
	if !isLetter(c[0]) || !isLetter(c[1]) {
		r.fail("no country")
	}
	return c
}

// network is an autonomous system number.
type network uint32

func (n network) hash() uint64              { h := uint64(n) * 0x9E3779B97F4A7C15; return h ^ h>>32 }
func (n network) compare(other network) int { return cmp.Compare(n, other) }
func (n network) appendTo(b []byte) []byte  { return binary.AppendUvarint(b, uint64(n)) }

func (r *reader) network() network {
	n := r.below(1 << 32)
	if n == 0 {
		r.fail("empty value")
	}
	return network(n)
}

// token is a client's address encrypted under the day's key, so it is as good as random.
type token [16]byte

func (t token) hash() uint64             { return binary.LittleEndian.Uint64(t[:]) }
func (t token) appendTo(b []byte) []byte { return append(b, t[:]...) }

// compare orders as bytes.Compare does, in half the time.
func (t token) compare(other token) int {
	if a, b := binary.BigEndian.Uint64(t[:]), binary.BigEndian.Uint64(other[:]); a != b {
		return cmp.Compare(a, b)
	}
	return cmp.Compare(binary.BigEndian.Uint64(t[8:]), binary.BigEndian.Uint64(other[8:]))
}

func (r *reader) token() token { return token(r.take(16)) }
