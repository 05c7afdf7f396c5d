package agent

import (
	"net/netip"
	"slices"
	"testing"
)

func TestVerified(t *testing.T) {
	cases := []struct {
		addr, family string
		want         bool
	}{
		{"66.249.66.1", "Googlebot", true},
		{"66.249.90.77", "AdsBot-Google", true},
		{"::ffff:66.249.66.1", "Googlebot", true},
		{"2001:4860:4801:10::5", "Googlebot-Image", true},
		{"34.100.182.97", "Googlebot", true},
		{"34.100.182.113", "Googlebot", false}, // a customer of Google Cloud
		{"192.0.2.1", "Googlebot", false},
		{"66.249.66.1", "bingbot", false},
		{"157.55.39.1", "bingbot", true},
		{"17.58.100.1", "Applebot", true},
		{"2a03:2880:f0ff::1", "facebookexternalhit", true},
		{"20.171.207.5", "GPTBot", true},
		{"149.154.161.1", "TelegramBot", true},
		{"66.249.66.1", "SemrushBot", false},
		{"66.249.66.1", "Chrome", false},
		{"66.249.66.1", "", false},
	}
	for _, c := range cases {
		if got := Verified(netip.MustParseAddr(c.addr), c.family); got != c.want {
			t.Errorf("Verified(%s, %s) = %v", c.addr, c.family, got)
		}
	}
	if Verified(netip.Addr{}, "Googlebot") {
		t.Error("no address is verified")
	}
}

// A family with ranges that no agent can have would never be verified.
func TestVerifiableFamiliesExist(t *testing.T) {
	families := New().Families()
	for family, ranges := range builtinRanges() {
		if _, ok := slices.BinarySearch(families, family); !ok {
			t.Errorf("ranges for %q, which is no family", family)
		}
		if ranges.Size() == 0 {
			t.Errorf("no ranges for %q", family)
		}
	}
}

func TestRangeMistakesAreExplained(t *testing.T) {
	for _, list := range []string{"192.0.2.0/24", "bot A\n192.0.2.1/24", "bot A\nx"} {
		if _, err := parseRanges(list); err == nil {
			t.Errorf("no error for %q", list)
		}
	}
}

func BenchmarkVerified(b *testing.B) {
	addr := netip.MustParseAddr("66.249.66.1")
	b.ReportAllocs()
	for b.Loop() {
		if !Verified(addr, "Googlebot") {
			b.Fatal("not verified")
		}
	}
}
