package integration

import (
	"crypto/sha256"
	"encoding/ascii85"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// noise is random bytes, half of them letters and digits: what a scanner must not take for a canary.
func noise(seed uint64, size int) []byte {
	const usual = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/+.,:;= -_"
	r := rand.New(rand.NewPCG(seed, 1))
	b := make([]byte, size)
	for i := range b {
		if b[i] = byte(r.Uint32()); r.IntN(2) == 0 {
			b[i] = usual[r.IntN(len(usual))]
		}
	}
	return b
}

// inNoise puts what a program may write between other bytes.
func inNoise(text string) []byte {
	return append(append(noise(1, 999), text...), noise(2, 1001)...)
}

// writings are what other programs make of a text, each written by other code than the scanner's.
func writings(text string) map[string]string {
	quoted, _ := json.Marshal([]byte(text))
	sum := sha256.Sum256([]byte(text))
	var percent strings.Builder
	for _, c := range []byte(text) {
		percent.WriteString("%" + strings.ToUpper(strconv.FormatUint(uint64(c)+256, 16)[1:]))
	}
	forms := map[string]string{
		"plain": text, "upper": strings.ToUpper(text), "lower": strings.ToLower(text), "query": url.QueryEscape(text), "percent": percent.String(),
		"hex": hex.EncodeToString([]byte(text)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(text))), "%x": fmt.Sprintf("% x", text),
		"%v": fmt.Sprint([]byte(text)), "JSON bytes": string(quoted),
		"twice base64": base64.StdEncoding.EncodeToString([]byte(base64.URLEncoding.EncodeToString([]byte("a long text before it: " + text)))),
		"sha256":       hex.EncodeToString(sum[:]), "raw sha256": string(sum[:]),
	}
	for i := range 3 {
		around := strings.Repeat("x", i) + text
		forms["base64 at "+strconv.Itoa(i)] = base64.StdEncoding.EncodeToString([]byte(around + "tail"))
		forms["base64url at "+strconv.Itoa(i)] = base64.RawURLEncoding.EncodeToString([]byte(around))
	}
	return forms
}

// addressWritings are what other programs make of an address.
func addressWritings(text string) map[string]string {
	addr := netip.MustParseAddr(text)
	raw, wide := addr.AsSlice(), addr.As16()
	forms := map[string]string{"raw": string(raw), "raw, wide": string(wide[:]), "raw hex": hex.EncodeToString(raw), "wide base64": base64.StdEncoding.EncodeToString(wide[:]),
		"JSON": func() string { b, _ := json.Marshal([]netip.Addr{addr}); return string(b) }()}
	if !addr.Is4() {
		forms["expanded"], forms["another host of the /64"] = addr.StringExpanded(), netip.PrefixFrom(addr, 64).Masked().Addr().Next().String()
		return forms
	}
	a := addr.As4()
	n := uint64(a[0])<<24 | uint64(a[1])<<16 | uint64(a[2])<<8 | uint64(a[3])
	turned := uint64(a[3])<<24 | uint64(a[2])<<16 | uint64(a[1])<<8 | uint64(a[0])
	forms["integer"], forms["little endian integer"] = strconv.FormatUint(n, 10), strconv.FormatUint(turned, 10)
	forms["hex integer"] = "0x" + strings.ToUpper(strconv.FormatUint(n, 16))
	forms["little endian"] = string([]byte{a[3], a[2], a[1], a[0]})
	forms["mapped"] = "::ffff:" + text
	forms["mapped, hex"] = fmt.Sprintf("::ffff:%x:%x", n>>16, n&0xffff)
	forms["reverse DNS"] = fmt.Sprintf("%d.%d.%d.%d.in-addr.arpa", a[3], a[2], a[1], a[0])
	forms["provider's name"] = fmt.Sprintf("dsl-%d-%d-%d-%d.example.net", a[0], a[1], a[2], a[3])
	forms["%v"] = fmt.Sprint(a)
	return forms
}

// TestScannerFindsEveryForm proves the instrument of the privacy tests: whatever form a canary has, it is found and named.
func TestScannerFindsEveryForm(t *testing.T) {
	for _, c := range []canary{{"agent", "Zq7xAgent4w9"}, {"client", "203.0.113.77"}, {"client", "2001:db8:ca11:ab1e:77::9"}} {
		s := newScanner(c, canary{"other", "Zq7xOther4w9"})
		forms := writings(c.text)
		if _, err := netip.ParseAddr(c.text); err == nil {
			for name, text := range addressWritings(c.text) {
				forms["address: "+name] = text
			}
		}
		for name, text := range forms {
			found := s.find(inNoise(text))
			if len(found) == 0 {
				t.Errorf("%s: form %q is not found: %q", c.text, name, text)
			}
			for _, n := range found {
				if n.canary != c {
					t.Errorf("form %q of %s is taken for %s", name, c.text, n)
				}
			}
		}
	}
}

// TestScannerLeavesNoiseAlone: nothing is found where nothing is, nor in a form that nobody would write by chance.
func TestScannerLeavesNoiseAlone(t *testing.T) {
	s := newScanner(canary{"agent", "Zq7xAgent4w9"}, canary{"client", "203.0.113.77"}, canary{"client", "2001:db8:ca11:ab1e:77::9"})
	other := make([]byte, 64)
	n := ascii85.Encode(other, []byte("Zq7xAgent4w9"))
	for _, blob := range [][]byte{noise(3, 1<<20), other[:n], []byte("203.0.113.7 203.0.113.177 2001:db8::9 Zq7x agent"), nil} {
		if found := s.find(blob); len(found) > 0 {
			t.Errorf("found %v in noise", found)
		}
	}
}
