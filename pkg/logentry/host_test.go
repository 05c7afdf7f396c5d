package logentry

import (
	"bytes"
	"strings"
	"testing"
)

func TestNormalizeHost(t *testing.T) {
	long := strings.Repeat("a.", 126) + "a"
	for _, c := range []struct {
		in, want string
		valid    bool
	}{
		{"news.example.org", "news.example.org", true},
		{"NEWS.Example.org:443", "news.example.org", true},
		{"news.example.org.", "news.example.org", true},
		{"news.example.org.:8080", "news.example.org", true},
		{"user:secret@news.example.org", "news.example.org", true},
		{"news.example.org:", "news.example.org", true},
		{"localhost", "localhost", true},
		{"my_site.example.org", "my_site.example.org", true},
		{"xn--bcher-kva.example", "xn--bcher-kva.example", true},
		{"3com.example", "3com.example", true},
		{long, long, true},
		{"", "", true},
		{"-", "", true},
		{"_", "", true},
		{":443", "", true},
		{"192.0.2.1", "", false},
		{"192.0.2.1:80", "", false},
		{"[2001:db8::1]:443", "", false},
		{"2001:db8::1", "", false},
		{"127.1", "", false},
		{"2130706433", "", false},
		{"0x7f000001", "", false},
		{"0x7f.1", "", false},
		{"a.0xff", "", false},
		{"a..b", "", false},
		{".a", "", false},
		{".", "", false},
		{"a..", "", false},
		{"-a.example", "", false},
		{"a-.example", "", false},
		{"a.example-", "", false},
		{"=cmd|' /C calc'!A0", "", false},
		{"<script>.example", "", false},
		{"a\x1b[31m.example", "", false},
		{"a\x00.example", "", false},
		{"bücher.example", "", false},
		{"a b.example", "", false},
		{"a.example:port", "", false},
		{"*.example.org", "", false},
		{strings.Repeat("a", 64) + ".example", "", false},
		{"example." + strings.Repeat("a", 64), "", false},
		{"b" + long, "", false},
	} {
		got, valid := normalizeHost(make([]byte, 0, maxHost), []byte(c.in))
		if string(got) != c.want || valid != c.valid {
			t.Errorf("normalizeHost(%q) = %q, %v; want %q, %v", c.in, got, valid, c.want, c.valid)
		}
	}
}

// Whatever a client sends as Host, what comes out is a short name of harmless characters, and stays the same when normalised again.
func FuzzNormalizeHost(f *testing.F) {
	for _, s := range []string{"News.Example.org:443", "a@b:c@d", "192.0.2.1", "[::1]:80", "a..b", "=1+1", "\x1b[2J", "xn--.example."} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		host, valid := normalizeHost(nil, raw)
		if !bytes.Equal(before, raw) {
			t.Fatal("the line was changed")
		}
		if !valid && len(host) > 0 || len(host) > maxHost {
			t.Fatalf("normalizeHost(%q) = %q, %v", raw, host, valid)
		}
		if i := bytes.IndexFunc(host, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
		}); i >= 0 {
			t.Fatalf("normalizeHost(%q) = %q", raw, host)
		}
		if again, valid := normalizeHost(nil, host); !valid || !bytes.Equal(again, host) {
			t.Fatalf("%q becomes %q when normalised again", host, again)
		}
	})
}

func BenchmarkNormalizeHost(b *testing.B) {
	dst := make([]byte, 0, maxHost)
	for _, s := range []string{"news.example.org", "NEWS.example.org:443"} {
		b.Run(s, func(b *testing.B) {
			raw := []byte(s)
			b.ReportAllocs()
			for b.Loop() {
				normalizeHost(dst, raw)
			}
		})
	}
}
