package privacy

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestReferrer(t *testing.T) {
	cases := []struct{ raw, want string }{
		{"", ""},
		{"-", ""},
		{"https://www.google.com/search?q=jane+doe", "google.com"},
		{"https://news.bbc.co.uk/a/b", "bbc.co.uk"},
		{"HTTPS://News.BBC.co.uk:443", "bbc.co.uk"},
		{"https://jane.github.io/", "jane.github.io"},
		{"http://user:secret@evil.example.org/", "example.org"},
		{"http://a.b.example.org./x", "example.org"},
		{"http://m\u00fcnchen.de/", "xn--mnchen-3ya.de"},
		{"https://shop.mysite.com/x", ReferrerOwn},
		{"https://www.mysite.com", ReferrerOwn},
		{"https://192.0.2.1/x", ReferrerAddress},
		{"https://[2001:db8::1]:8080/x", ReferrerAddress},
		{"android-app://com.google.android.gm/", "google.com (app)"},
		{"android-app://org.telegram.messenger", "telegram.org (app)"},
		{"android-app://jane", ReferrerInvalid},
		{"http://localhost:3000/", ReferrerInvalid},
		{"http://wiki.corp-internal/", ReferrerInvalid},
		{"http://com/", ReferrerInvalid},
		{"http:///path", ReferrerInvalid},
		{"http://", ReferrerInvalid},
		{"http://exa mple.com/", ReferrerInvalid},
		{"http://<script>.com/", ReferrerInvalid},
		{"http://a..com/", ReferrerInvalid},
		{"http://" + strings.Repeat("a", 90) + ".com/", ReferrerInvalid},
		{"www.google.com", ReferrerInvalid},
		{"javascript:alert(1)", ReferrerInvalid},
		{"chrome-extension://abcdef/", ReferrerInvalid},
		{"=cmd|' /C calc'!A0", ReferrerInvalid},
		{"() { :; }; /bin/bash", ReferrerInvalid},
	}
	for _, c := range cases {
		if got := Referrer([]byte(c.raw), []byte("www.mysite.com")); got != c.want {
			t.Errorf("Referrer(%q) = %q, want %q", c.raw, got, c.want)
		}
	}
	for _, own := range []string{"localhost", "192.0.2.1", "intranet"} {
		if got := Referrer([]byte("http://"+own+":8080/x"), []byte(own)); got != ReferrerOwn {
			t.Errorf("a site's own referrer with host %s gives %q", own, got)
		}
	}
	if got := Referrer([]byte("http://example.org/"), nil); got != "example.org" {
		t.Errorf("without an own host: %q", got)
	}
}

// Whatever a client sends, the result is a domain or one of the constants.
func TestReferrerIsHarmless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SampledFrom([]string{"", "http://", "https://", "android-app://", "ftp://"}).Draw(t, "scheme") +
			rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z0-9.@:_-]{0,30}\.(com|co\.uk|xyz|test)[/?#:]?[a-z]*`)).Draw(t, "rest")
		checkReferrer(t, Referrer([]byte(raw), []byte("www.mysite.com")))
	})
}

func checkReferrer(t interface{ Fatalf(string, ...any) }, got string) {
	switch got {
	case "", ReferrerOwn, ReferrerAddress, ReferrerInvalid:
		return
	}
	domain := strings.TrimSuffix(got, " (app)")
	if !strings.Contains(domain, ".") || len(domain) > maxDomain || strings.Trim(domain, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" ||
		domain[0] == '-' {
		t.Fatalf("referrer %q is no domain", got)
	}
}

func FuzzReferrer(f *testing.F) {
	for _, s := range []string{"https://www.google.com/?q=x", "http://[::1]/", "http://m\u00fcnchen.de", "android-app://a.b", "http://a@b:c", "://"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) { checkReferrer(t, Referrer(raw, []byte("mysite.com"))) })
}

func BenchmarkReferrer(b *testing.B) {
	raw, own := []byte("https://www.google.com/search?q=something"), []byte("www.example.co.uk")
	b.ReportAllocs()
	for b.Loop() {
		_ = Referrer(raw, own)
	}
}
