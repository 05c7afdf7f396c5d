package logentry

import (
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseAddr(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"192.0.2.1", "192.0.2.1"},
		{"192.0.2.1:49194", "192.0.2.1"},
		{"0.0.0.0", "0.0.0.0"},
		{"2001:db8::1", "2001:db8::1"},
		{"[2001:db8::1]", "2001:db8::1"},
		{"[2001:db8::1]:443", "2001:db8::1"},
		{"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
		{"::", "::"},
		{"::1", "::1"},
		{"1::", "1::"},
		{"::ffff:192.0.2.1", "192.0.2.1"},
		{"[::ffff:192.0.2.1]:80", "192.0.2.1"},
		{"fe80::1%eth0", "fe80::1"},
		{"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
		{"", ""},
		{"-", ""},
		{"unknown", ""},
		{"localhost", ""},
		{"192.0.2", ""},
		{"192.0.2.256", ""},
		{"192.0.2.01", ""},
		{"192.0.2.1.5", ""},
		{"192.0.2.1, 192.0.2.2", ""},
		{"192.0.2.1:port", ""},
		{"192.0.2.1:123456", ""},
		{"1:2:3:4:5:6:7:8:9", ""},
		{"1:2:3:4:5:6:7::8", ""},
		{"1::2::3", ""},
		{"1:2:3:4:5:6:7:", ""},
		{"fe80::1%", ""},
		{":1", ""},
		{"12345::", ""},
		{"::1.2.3.4.5", ""},
		{"1:2:3:4:5:6:7:1.2.3.4", ""},
		{"[::1", ""},
		{"[192.0.2.1]:80", ""},
		{"192.0.2.1,", ""},
		{"1:2:3", ""},
	} {
		got, ok := parseAddr([]byte(c.in))
		if ok != (c.want != "") || ok != got.IsValid() || (ok && got.String() != c.want) {
			t.Errorf("parseAddr(%q) = %v, %v; want %q", c.in, got, ok, c.want)
		}
	}
}

// sameAsNetip compares with the standard library, which knows neither ports nor brackets in ParseAddr but in ParseAddrPort.
func sameAsNetip(t interface {
	Helper()
	Fatalf(string, ...any)
}, s string) {
	t.Helper()
	if len(s) > 64 || strings.Contains(s, "%") && strings.Contains(s, "]") {
		return // netip takes brackets for part of a zone
	}
	want, err := netip.ParseAddr(s)
	if err != nil {
		port := s[strings.LastIndexByte(s, ':')+1:]
		if with, errPort := netip.ParseAddrPort(s); errPort == nil && len(port) <= 5 { // netip takes zeros before it, as many as there are
			want, err = with.Addr(), nil
		}
	}
	if err != nil {
		return // more is accepted than there: port numbers above 65535, brackets without a port
	}
	got, ok := parseAddr([]byte(s))
	if want = want.WithZone("").Unmap(); !ok || got != want {
		t.Fatalf("parseAddr(%q) = %v, %v; netip says %v", s, got, ok, want)
	}
}

func TestParseAddrAgreesWithNetip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var bytes [16]byte
		copy(bytes[:], rapid.SliceOfN(rapid.SampledFrom([]byte{0, 0, 0, 1, 0xff, 0x20, 0x0d}), 16, 16).Draw(t, "bytes"))
		addr := netip.AddrFrom16(bytes)
		for _, s := range []string{
			addr.String(), addr.StringExpanded(), netip.AddrPortFrom(addr, 443).String(),
			netip.AddrFrom4([4]byte(bytes[:4])).String(), netip.AddrPortFrom(netip.AddrFrom4([4]byte(bytes[:4])), 0).String(),
		} {
			sameAsNetip(t, s)
		}
	})
}

func FuzzParseAddr(f *testing.F) {
	for _, s := range []string{"192.0.2.1", "192.0.2.1:80", "[2001:db8::1]:443", "::ffff:1.2.3.4", "fe80::1%eth0", "1::2::3", "1:2:3:4:5:6:7::", "::1.2.3.4", "[2001:db8::1]:013443"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		sameAsNetip(t, s)
		got, ok := parseAddr([]byte(s))
		if ok != got.IsValid() || got.Is4In6() || got.Zone() != "" {
			t.Fatalf("parseAddr(%q) = %v", s, got)
		}
		// Without brackets and a port, nothing is accepted that netip refuses.
		if _, err := netip.ParseAddr(s); ok && err != nil && s[0] != '[' && !isPort([]byte(s[indexOr(s, ':'):])) {
			t.Fatalf("parseAddr(%q) = %v; netip says %v", s, got, err)
		}
	})
}

func indexOr(s string, c byte) int {
	for i := range len(s) {
		if s[i] == c {
			return i
		}
	}
	return len(s)
}

func BenchmarkParseAddr(b *testing.B) {
	for _, s := range []string{"198.51.100.23", "2001:db8:85a3::8a2e:370:7334"} {
		b.Run(s, func(b *testing.B) {
			raw := []byte(s)
			b.ReportAllocs()
			for b.Loop() {
				parseAddr(raw)
			}
		})
	}
}
