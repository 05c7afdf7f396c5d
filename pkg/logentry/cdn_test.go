package logentry

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestShippedRangesAreWellFormed(t *testing.T) {
	seen := map[netip.Prefix]string{}
	for _, n := range cdns().list {
		date, err := time.Parse(time.DateOnly, n.date)
		if err != nil || date.Year() < 2024 {
			t.Errorf("%s: date %q", n.name, n.date)
		}
		if !strings.HasPrefix(n.source, "https://") || clientHeaders[n.key] == "" || len(n.prefixes) == 0 {
			t.Errorf("%s: source %q, header %q, %d prefixes", n.name, n.source, clientHeaders[n.key], len(n.prefixes))
		}
		for _, p := range n.prefixes {
			if other, twice := seen[p]; twice || p != p.Masked() || p.Addr().IsPrivate() || p.Bits() < 8 {
				t.Errorf("%s: prefix %s (%s)", n.name, p, other)
			}
			seen[p] = n.name
		}
	}
	if got := CDNRangesDate(); got != "2025-04-05" {
		t.Errorf("oldest list: %s", got)
	}
}

func TestCDNOf(t *testing.T) {
	for addr, want := range map[string]string{
		"172.64.1.1": "Cloudflare", "2606:4700::6810:84e5": "Cloudflare", "::ffff:104.16.1.1": "Cloudflare",
		"13.32.0.5": "Amazon CloudFront", "2600:9000:2000::1": "Amazon CloudFront",
		"151.101.1.6": "Fastly", "130.211.1.2": "Google Cloud Load Balancing", "35.191.2.3": "Google Cloud Load Balancing",
		"23.32.0.1": "Akamai", "45.60.1.1": "Imperva",
		"198.51.100.23": "", "10.0.0.1": "", "2001:db8::1": "",
	} {
		if got, ok := CDNOf(netip.MustParseAddr(addr)); got != want || ok != (want != "") {
			t.Errorf("%s: %q, want %q", addr, got, want)
		}
	}
	if _, ok := CDNOf(netip.Addr{}); ok {
		t.Error("no address is a CDN's")
	}
}

func TestRealIPHelp(t *testing.T) {
	for name, lines := range map[string][]string{
		"Cloudflare": {"    set_real_ip_from 173.245.48.0/20;", "    real_ip_header CF-Connecting-IP;", "    RemoteIPHeader CF-Connecting-IP",
			"    RemoteIPTrustedProxy 2606:4700::/32", "as of 2026-09-30", "--trusted-proxy cloudflare"},
		"Amazon CloudFront":           {"    real_ip_header X-Forwarded-For;", "    real_ip_recursive on;", "list-cloudfront-ips", "    set_real_ip_from PREFIX;"},
		"Google Cloud Load Balancing": {"    set_real_ip_from 35.191.0.0/16;", "    set_real_ip_from ADDRESS-OF-YOUR-LOAD-BALANCER;"},
		"fastly":                      {"    real_ip_header Fastly-Client-IP;"},
		"somebody else":               {"    set_real_ip_from PREFIX-OF-THE-PROXY;"},
	} {
		help := RealIPHelp(name, "combined")
		for _, line := range lines {
			if !strings.Contains(help, line) {
				t.Errorf("%s: no %q in\n%s", name, line, help)
			}
		}
		if n := strings.Count(help, "\n"); n > 70 {
			t.Errorf("%s: %d lines", name, n)
		}
	}
}

// Google's load balancer cannot be told to log a header, so the lines are for what stands behind it.
func TestRealIPHelpForLoadBalancers(t *testing.T) {
	help := RealIPHelp("Cloudflare", "gcp")
	for _, want := range []string{"logs only who connects to it", "Logpush", "servers behind", "    real_ip_header CF-Connecting-IP;"} {
		if !strings.Contains(help, want) {
			t.Errorf("no %q in\n%s", want, help)
		}
	}
	if strings.Contains(help, "--trusted-proxy") {
		t.Errorf("there is no header to trust:\n%s", help)
	}
}

func TestCDNKey(t *testing.T) {
	for _, key := range CDNKeys() {
		if got, ok := CDNKey(strings.ToUpper(key)); !ok || got != key {
			t.Errorf("%s: %q, %v", key, got, ok)
		}
	}
	if key, ok := CDNKey("example.org"); ok {
		t.Errorf("example.org is %q", key)
	}
}

func BenchmarkCDNOf(b *testing.B) {
	addr := netip.MustParseAddr("172.64.1.1")
	b.ReportAllocs()
	for b.Loop() {
		CDNOf(addr)
	}
}
