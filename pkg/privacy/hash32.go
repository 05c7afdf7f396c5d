package privacy

import "encoding/binary"

// Hash32 is a keyed hash of a raw path or agent, to count distinct ones; it is the same for every day of one seed. It does not allocate.
// Every 16 bytes are multiplied with secrets that are part of the state, so that whoever does not know the seed cannot make strings
// that collide; xxhash has such collisions for all seeds.
func (k *Keys) Hash32(b []byte) uint32 {
	h := k.hash[0] ^ uint64(len(b))*0x9e3779b97f4a7c15
	for len(b) > 16 {
		h = mix(binary.LittleEndian.Uint64(b)^k.hash[1], binary.LittleEndian.Uint64(b[8:])^h)
		b = b[16:]
	}
	lo, hi := tail(b)
	h = mix(lo^k.hash[1], hi^h)
	h = mix(h^k.hash[2], k.hash[3]|1)
	return uint32(h>>32) ^ uint32(h)
}

// tail reads up to 16 bytes as two words; with the length known, no two strings give the same words.
func tail(b []byte) (lo, hi uint64) {
	switch n := len(b); {
	case n >= 8:
		return binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[n-8:])
	case n >= 4:
		return uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[n-4:]))
	case n > 0:
		return uint64(b[0])<<16 | uint64(b[n/2])<<8 | uint64(b[n-1]), 0
	}
	return 0, 0
}
