package summarize

import (
	"hash/maphash"
	"math/bits"
	"net/netip"
)

// cache remembers what keys were turned into, each in the one slot that its hash chooses: a key that meets another in its slot takes its place.
// So a look-up costs one slot of memory, the size is fixed, and a flood of random keys costs one miss a line, which the bounds on the cost of a
// miss allow for. Keys are told apart by their 64-bit hash alone, which is seeded anew in every process so that nobody can make two meet.
type cache[V any] struct {
	seed  maphash.Seed
	slots []slot[V]
}

type slot[V any] struct {
	hash  uint64 // 0: empty
	value V
}

// The caches' sizes, powers of two: small enough for memory beside other branches', large enough for the paths of some hundred sites.
const (
	pathSlots     = 1 << 17
	referrerSlots = 1 << 15
	agentSlots    = 1 << 13
	clientSlots   = 1 << 16
)

func newCache[V any](slots int) cache[V] {
	return cache[V]{seed: maphash.MakeSeed(), slots: make([]slot[V], slots)}
}

// get returns the place of key's value and whether it is there; if not, the caller fills the place. salt parts keys of different owners.
func (c *cache[V]) get(key []byte, salt uint64) (value *V, found bool) {
	return c.at(maphash.Bytes(c.seed, key) ^ salt)
}

func (c *cache[V]) at(hash uint64) (value *V, found bool) {
	hash = max(hash, 1)
	s := &c.slots[hash&uint64(len(c.slots)-1)]
	if s.hash == hash {
		return &s.value, true
	}
	s.hash = hash
	return &s.value, false
}

// addrHash hashes an address with a per-process secret.
func addrHash(addr netip.Addr, secret [2]uint64) uint64 {
	b := addr.As16()
	hi, lo := bits.Mul64(word(b[:8])^secret[0], word(b[8:])^secret[1])
	return hi ^ lo ^ word(b[8:])*0x9e3779b97f4a7c15
}

func word(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 | uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}
