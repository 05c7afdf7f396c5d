package config

import (
	"strings"
	"testing"
)

func TestParseHost(t *testing.T) {
	for text, want := range map[string]string{
		"example.org": "example.org", "WWW.Example.ORG.": "www.example.org", "localhost": "localhost", "a_b.example.org": "a_b.example.org",
		"xn--bcher-kva.example": "xn--bcher-kva.example", "1.example.org": "1.example.org",
	} {
		if got, err := ParseHost(text); err != nil || got != want {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
	for text, part := range map[string]string{
		"":                                "letters, digits",
		"https://example.org":             "bare name",
		"example.org/path":                "bare name",
		"example.org:443":                 "without a port",
		"192.0.2.1":                       "an address",
		"192.0.2.1:80":                    "an address",
		"[2001:db8::1]":                   "an address",
		"2001:db8::1":                     "an address",
		"127.0.1":                         "an address",
		"0x7f.0x1":                        "an address",
		"*.example.org":                   "wildcards",
		"bücher.example":                  "xn--bcher-kva.example",
		"a..b":                            "letters, digits",
		"-a.org":                          "letters, digits",
		"a b":                             "letters, digits",
		strings.Repeat("a", 64) + ".org":  "letters, digits",
		strings.Repeat("a.", 130) + "org": "253",
	} {
		if _, err := ParseHost(text); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q: got %v, want something of %q", text, err, part)
		}
	}
}

func TestParseProxy(t *testing.T) {
	for text, want := range map[string]string{
		"10.0.0.5": "10.0.0.5/32", "10.0.0.0/8": "10.0.0.0/8", "2001:db8::1": "2001:db8::1/128", "2001:db8::/32": "2001:db8::/32",
		"::ffff:10.0.0.5": "10.0.0.5/32", "cloudflare": "cloudflare", "CloudFlare": "cloudflare", "fastly": "fastly",
	} {
		if got, err := ParseProxy(text); err != nil || got != want {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "ten", "10.0.0.5/8", "10.0.0.0/33", "fe80::1%eth0", "example.org"} {
		if got, err := ParseProxy(text); err == nil {
			t.Errorf("%q: got %q, want an error", text, got)
		}
	}
}

func TestParseZone(t *testing.T) {
	for _, text := range []string{"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"} {
		if _, err := ParseZone(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"", "Local", "CEST", "+02:00", "../etc/passwd", "Mars/Olympus"} {
		if _, err := ParseZone(text); err == nil {
			t.Errorf("%q is taken for a zone", text)
		}
	}
}

func TestParseK(t *testing.T) {
	for _, text := range []string{"1", "10", "1000"} {
		if _, err := ParseK(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"", "0", "-1", "1001", "ten", "1e1", "10.0", "99999999999999999999"} {
		if k, err := ParseK(text); err == nil {
			t.Errorf("%q: got %d", text, k)
		}
	}
}
