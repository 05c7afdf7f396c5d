package integration

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// addText adds the forms of any text: in either case, encoded, backwards, and as programs print bytes.
func (s *scanner) addText(c canary, text string) {
	s.addFolded(c, "text", text)
	s.addFolded(c, "text backwards", backwards(text))
	s.addFolded(c, "hexadecimal", hex.EncodeToString([]byte(text)))
	s.addFolded(c, "URL encoding", eachByte(text, "%%%02x", ""))
	s.addFolded(c, "text in a URL", url.QueryEscape(text))
	s.addFolded(c, "JSON escapes", eachByte(text, `\u%04x`, ""))
	s.addFolded(c, "escapes of an access log", eachByte(text, `\x%02x`, ""))
	s.addFolded(c, "printed bytes", eachByte(text, "%d", " "))
	s.addFolded(c, "bytes in JSON", eachByte(text, "%d", ","))
	s.addFolded(c, "hexadecimal with spaces", eachByte(text, "%02x", " "))
	s.addBase64(c, "base64", []byte(text))
	for form, sum := range plainHashes([]byte(text)) {
		s.addHash(c, form, sum)
	}
}

func backwards(text string) string {
	b := []byte(text)
	slices.Reverse(b)
	return string(b)
}

func eachByte(text, format, between string) string {
	parts := make([]string, len(text))
	for i := range len(text) {
		parts[i] = fmt.Sprintf(format, text[i])
	}
	return strings.Join(parts, between)
}

// addBase64 adds what base64 makes of data in the middle of something, in each of the three places in which it may begin. Characters that
// also depend on the neighbours are left out.
func (s *scanner) addBase64(c canary, form string, data []byte) {
	for before := range 3 {
		padded := append(make([]byte, before), data...)
		from, to := (8*before+5)/6, 8*len(padded)/6
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			s.addExact(c, fmt.Sprintf("%s at %d", form, before), []byte(enc.EncodeToString(padded)[from:to]))
		}
	}
}

// plainHashes are what somebody may take for anonymous who does not know that all addresses can be tried.
func plainHashes(data []byte) map[string][]byte {
	md, s1, s256, f := md5.Sum(data), sha1.Sum(data), sha256.Sum256(data), fnv.New64a()
	_, _ = f.Write(data)
	return map[string][]byte{"MD5": md[:], "SHA-1": s1[:], "SHA-256": s256[:], "FNV": f.Sum(nil)}
}

func (s *scanner) addHash(c canary, form string, sum []byte) {
	s.addExact(c, form, sum)
	if len(sum) == 8 {
		n := binary.BigEndian.Uint64(sum)
		s.addExact(c, form+", little endian", binary.LittleEndian.AppendUint64(nil, n))
		s.addExact(c, form+", decimal", strconv.AppendUint(nil, n, 10))
	}
	s.addFolded(c, form+", hexadecimal", hex.EncodeToString(sum))
	s.addBase64(c, form+", base64", sum)
}

// addAddress adds the forms that only addresses have. Other texts have none.
func (s *scanner) addAddress(c canary) {
	addr, err := netip.ParseAddr(c.text)
	if err != nil {
		return
	}
	if addr.Is4() {
		s.addIPv4(c, addr.As4())
	} else {
		s.addIPv6(c, addr)
	}
}

func (s *scanner) addIPv4(c canary, a [4]byte) {
	flipped := [4]byte{a[3], a[2], a[1], a[0]}
	for name, b := range map[string][4]byte{"": a, " backwards": flipped} {
		n := binary.BigEndian.Uint32(b[:])
		s.addFolded(c, "address"+name, netip.AddrFrom4(b).String())
		s.addFolded(c, "padded address"+name, fmt.Sprintf("%03d.%03d.%03d.%03d", b[0], b[1], b[2], b[3]))
		s.addFolded(c, "address with dashes"+name, fmt.Sprintf("%d-%d-%d-%d", b[0], b[1], b[2], b[3]))
		s.addFolded(c, "printed address"+name, fmt.Sprintf("%d %d %d %d", b[0], b[1], b[2], b[3]))
		s.addFolded(c, "address in JSON"+name, fmt.Sprintf("[%d,%d,%d,%d", b[0], b[1], b[2], b[3]))
		s.addFolded(c, "integer"+name, strconv.FormatUint(uint64(n), 10))
		s.addFolded(c, "hexadecimal integer"+name, fmt.Sprintf("%08x", n))
		s.addFolded(c, "octal integer"+name, fmt.Sprintf("0%o", n))
		s.addFolded(c, "end of an IPv6 address"+name, fmt.Sprintf("%x:%x", n>>16, n&0xffff))
		s.addExact(c, "raw address"+name, b[:])
		for form, sum := range plainHashes(b[:]) {
			s.addHash(c, form+" of the raw address"+name, sum)
		}
	}
	mapped := netip.AddrFrom4(a).As16()
	s.addExact(c, "raw mapped address", mapped[10:])
	s.addBase64(c, "base64 of the mapped address", mapped[8:])
}

// addIPv6 also adds the /64 alone, which stands for one household.
func (s *scanner) addIPv6(c canary, addr netip.Addr) {
	a := addr.As16()
	full, nibbles := addr.StringExpanded(), hex.EncodeToString(a[:])
	s.addFolded(c, "expanded address", full)
	s.addFolded(c, "expanded /64", full[:len("2001:0db8:0000:0000")])
	s.addFolded(c, "/64", strings.TrimSuffix(netip.PrefixFrom(addr, 64).Masked().Addr().String(), "::"))
	s.addFolded(c, "hexadecimal address", nibbles)
	s.addFolded(c, "hexadecimal /64", nibbles[:16])
	s.addFolded(c, "name of the address in the DNS", eachByte(backwards(nibbles[:16]), "%c", "."))
	s.addFolded(c, "integer of the /64", strconv.FormatUint(binary.BigEndian.Uint64(a[:8]), 10))
	s.addExact(c, "raw /64", a[:8])
	reversed := slices.Clone(a[:8])
	slices.Reverse(reversed)
	s.addExact(c, "raw /64 backwards", reversed)
	s.addBase64(c, "base64 of the raw address", a[:])
	s.addBase64(c, "base64 of the raw /64", a[:8])
	for form, sum := range plainHashes(a[:]) {
		s.addHash(c, form+" of the raw address", sum)
	}
	for form, sum := range plainHashes(a[:8]) {
		s.addHash(c, form+" of the raw /64", sum)
	}
}
