package privacy

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"net/netip"
	"strconv"
)

// DayKey turns the client addresses of one day into tokens. It is not safe for concurrent use.
type DayKey struct {
	secret

	block cipher.Block
	site  []byte
	// in and out are fields because arguments of an interface's method would be allocated for each call.
	in, out [aes.BlockSize]byte
}

// groupMark sets the block that makes a group of an IPv6 /48 apart from every block that makes a token: those have zeros there, or the
// ffff of a mapped IPv4 address.
const groupMark = 1

func newDayKey(seed []byte, day int64) *DayKey {
	purpose := "floodgauge day 1 " + strconv.FormatInt(day, 10)
	material, err := hkdf.Key(sha256.New, seed, nil, purpose, 16+32)
	if err != nil {
		panic("privacy: HKDF with SHA-256 refused " + strconv.Itoa(len(seed)) + " bytes of seed") // NewKeys has derived from it before
	}
	block, err := aes.NewCipher(material[:16])
	if err != nil {
		panic("privacy: AES refused a key of 16 bytes") // not possible
	}
	return &DayKey{block: block, site: material[16:]}
}

// Client returns the token of an address, which stands for the IPv4 address or the IPv6 /64, and the group that counts as one client
// for the k rule: a keyed hash, never 0, of the IPv4 address or the IPv6 /48. Both are zero for the zero Addr.
func (d *DayKey) Client(addr netip.Addr) (token [16]byte, group uint32) {
	if !addr.IsValid() {
		return token, 0
	}
	d.in = addr.As16()
	if addr.Is4() || addr.Is4In6() {
		d.block.Encrypt(d.out[:], d.in[:])
		token = d.out
		return token, nonZero(binary.LittleEndian.Uint32(token[:]))
	}
	clear(d.in[8:])
	d.block.Encrypt(d.out[:], d.in[:])
	token = d.out
	d.in[6], d.in[7], d.in[15] = 0, 0, groupMark
	d.block.Encrypt(d.out[:], d.in[:])
	return token, nonZero(binary.LittleEndian.Uint32(d.out[:]))
}

func nonZero(h uint32) uint32 {
	if h == 0 {
		return 1
	}
	return h
}

// Address gives back what a token stands for: an IPv4 /32 or an IPv6 /64. It returns the zero Prefix for a token that this key did not make.
func (d *DayKey) Address(token [16]byte) netip.Prefix {
	d.in = token
	d.block.Decrypt(d.out[:], d.in[:])
	addr := netip.AddrFrom16(d.out)
	if addr.Is4In6() {
		return netip.PrefixFrom(addr.Unmap(), 32)
	}
	if binary.BigEndian.Uint64(d.out[8:]) != 0 {
		return netip.Prefix{}
	}
	return netip.PrefixFrom(addr, 64)
}

// Site returns the salt of a host for Visitor, so that the sketches of two sites, or of two days, cannot be compared.
func (d *DayKey) Site(host string) uint64 {
	mac := hmac.New(sha256.New, d.site)
	mac.Write([]byte(host))
	return binary.LittleEndian.Uint64(mac.Sum(nil))
}

// Visitor hashes a client's token with the salt of DayKey.Site; never 0.
func Visitor(token [16]byte, salt uint64) uint64 {
	a, b := binary.LittleEndian.Uint64(token[:]), binary.LittleEndian.Uint64(token[8:])
	h := mix(mix(a^salt, b^0x9e3779b97f4a7c15)^salt, 0xd6e8feb86659fd93)
	if h == 0 {
		return 1
	}
	return h
}

// mix folds a 128-bit product, the step of wyhash.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
