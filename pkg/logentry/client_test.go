package logentry

import (
	"strings"
	"testing"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

func TestForwardedHeaderCountsFromTrustedProxiesOnly(t *testing.T) {
	for _, c := range []struct {
		name, trusted, peer, forwarded string
		client                         string // "" for unknown
		believed                       bool
	}{
		{"nobody is trusted", "", "10.0.0.1", "203.0.113.9", "10.0.0.1", false},
		{"the peer is not trusted", "10.0.0.0/8", "192.0.2.1", "203.0.113.9", "192.0.2.1", false},
		{"the peer is trusted", "10.0.0.0/8", "10.0.0.1", "203.0.113.9", "203.0.113.9", true},
		{"a single address is trusted", "10.0.0.1", "10.0.0.1", "203.0.113.9", "203.0.113.9", true},
		{"its neighbour is not", "10.0.0.1", "10.0.0.2", "203.0.113.9", "10.0.0.2", false},
		{"the client invented an entry", "10.0.0.0/8", "10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9", true},
		{"the client invented a trusted one", "10.0.0.0/8", "10.0.0.1", "10.9.9.9, 203.0.113.9", "203.0.113.9", true},
		{"a chain of proxies", "10.0.0.0/8,192.0.2.0/24", "10.0.0.1", "1.1.1.1,203.0.113.9 , 192.0.2.7,10.0.0.2", "203.0.113.9", true},
		{"all are trusted", "10.0.0.0/8", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3", true},
		{"with port", "10.0.0.0/8", "10.0.0.1:443", "203.0.113.9:5000", "203.0.113.9", true},
		{"IPv6", "2001:db8::/32", "[2001:db8::1]:443", "2001:db9::7", "2001:db9::7", true},
		{"mapped addresses", "10.0.0.0/8", "::ffff:10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9", true},
		{"the proxy did not know", "10.0.0.0/8", "10.0.0.1", "203.0.113.9, unknown", "", false},
		{"no header", "10.0.0.0/8", "10.0.0.1", "-", "10.0.0.1", false},
		{"a socket of this machine", "10.0.0.0/8", "unix:", "203.0.113.9", "203.0.113.9", true},
		{"a socket, nobody trusted", "", "unix:", "203.0.113.9", "", false},
		{"a network by its name", "Cloudflare", "172.64.1.1", "203.0.113.9", "203.0.113.9", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := Source{Format: `$remote_addr "$http_x_forwarded_for" $time_iso8601 $status`}
			if c.trusted != "" {
				src.TrustedProxies = strings.Split(c.trusted, ",")
			}
			e := parse(t, mustParser(t, src), c.peer+` "`+c.forwarded+`" 2026-05-04T12:00:07Z 200`)
			got := read(e)
			if got.Client != c.client || got.ClientTrusted != c.believed {
				t.Errorf("client %q, believed %v; want %q, %v", got.Client, got.ClientTrusted, c.client, c.believed)
			}
			if e.Logged.Has(vocabulary.FieldClient) != (c.client != "") {
				t.Errorf("client %q, logged: %s", c.client, logged(e))
			}
		})
	}
}

// What a field vouches for that only repeats the peer is no news: the header of a trusted peer says more.
func TestVouchedClient(t *testing.T) {
	for _, c := range []struct {
		client, peer, forwarded, want string
		believed                      bool
	}{
		{"203.0.113.9", "192.0.2.1", "198.51.100.1", "203.0.113.9", true},
		{"192.0.2.1", "192.0.2.1", "198.51.100.1", "192.0.2.1", false},
		{"10.0.0.1", "10.0.0.1", "198.51.100.1", "198.51.100.1", true},
		{"-", "10.0.0.1", "198.51.100.1", "198.51.100.1", true},
	} {
		p := mustParser(t, Source{Format: `$remote_addr $realip_remote_addr "$http_x_forwarded_for" $time_iso8601 $status`, TrustedProxies: []string{"10.0.0.0/8"}})
		got := read(parse(t, p, c.client+" "+c.peer+` "`+c.forwarded+`" 2026-05-04T12:00:07Z 200`))
		if got.Client != c.want || got.ClientTrusted != c.believed {
			t.Errorf("%+v: client %q, believed %v", c, got.Client, got.ClientTrusted)
		}
	}
}

// A log that has the header but not the peer: without trusted proxies the header is a claim, and clients are not logged.
func TestForwardedHeaderWithoutPeer(t *testing.T) {
	for _, c := range []struct {
		trusted []string
		client  string
	}{{nil, ""}, {[]string{"10.0.0.0/8"}, "203.0.113.9"}} {
		p := mustParser(t, Source{Format: `"$http_x_forwarded_for" $time_iso8601 $status`, TrustedProxies: c.trusted})
		e := parse(t, p, `"203.0.113.9" 2026-05-04T12:00:07Z 200`)
		if got := read(e); got.Client != c.client || got.ClientTrusted != (c.client != "") || e.Logged.Has(vocabulary.FieldClient) != (c.client != "") {
			t.Errorf("trusted %v: %q, logged: %s", c.trusted, got.Client, logged(e))
		}
	}
}

// TestClientsThatAreNoAddresses: what stands in the place of an address and is none does not count as a logged client.
func TestClientsThatAreNoAddresses(t *testing.T) {
	for _, client := range []string{"client0.isp.example", "-", "unix:", "unknown"} {
		e := parse(t, mustParser(t, Source{Format: "combined"}), client+` - - [04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8.5"`)
		if e.Client.IsValid() || e.Logged.Has(vocabulary.FieldClient) || !e.Logged.Has(vocabulary.FieldAgent) {
			t.Errorf("%s: logged: %s", client, logged(e))
		}
	}
	e := parse(t, mustParser(t, Source{Format: "gcp"}), `{"httpRequest":{"requestMethod":"GET","requestUrl":"https://news.example.org/","status":200},"timestamp":"2026-05-04T12:00:07Z"}`)
	if e.Logged.Has(vocabulary.FieldClient) {
		t.Errorf("an entry without remoteIp logs its client: %s", logged(e))
	}
}

// TestListsInTheClientField: the address that the trusted proxies did not add themselves; without such proxies, none.
func TestListsInTheClientField(t *testing.T) {
	m := &Mapping{Name: "mine", Fields: map[string]string{"time": "t", "client": "c", "status": "s"}}
	for trusted, want := range map[string]string{"": "", "10.0.0.0/8": "192.168.1.100"} {
		src := Source{Format: "mine", Mapping: m}
		if trusted != "" {
			src.TrustedProxies = []string{trusted}
		}
		e := parse(t, mustParser(t, src), `{"t":"2026-05-04T12:00:07Z","c":"192.168.1.100,10.0.0.50","s":200}`)
		if got := read(e); got.Client != want || e.Logged.Has(vocabulary.FieldClient) != (want != "") {
			t.Errorf("trusted %q: client %q, want %q; logged: %s", trusted, got.Client, want, logged(e))
		}
	}
}

// The header of one's own network is as good as the list, which comes first where both are logged.
func TestHeadersOfNetworks(t *testing.T) {
	for format, line := range map[string]string{
		`$remote_addr $http_cf_connecting_ip $time_iso8601 $status`:                         `172.64.1.1 203.0.113.9 2026-05-04T12:00:07Z 200`,
		`%h %{True-Client-IP}i %{%FT%T}t %>s`:                                               `172.64.1.1 203.0.113.9 2026-05-04T12:00:07 200`,
		`$remote_addr $http_x_real_ip "$http_x_forwarded_for" $time_iso8601 $status`:        `172.64.1.1 1.1.1.1 "1.1.1.1, 203.0.113.9" 2026-05-04T12:00:07Z 200`,
		`$remote_addr "$http_x_forwarded_for" $http_fastly_client_ip $time_iso8601 $status`: `172.64.1.1 "203.0.113.9" 1.1.1.1 2026-05-04T12:00:07Z 200`,
	} {
		p := mustParser(t, Source{Format: format, TrustedProxies: []string{"cloudflare"}})
		if got := read(parse(t, p, line)); got.Client != "203.0.113.9" || !got.ClientTrusted || got.Peer != "172.64.1.1" {
			t.Errorf("%s: %+v", format, got)
		}
	}
}

func TestTrustedProxyErrors(t *testing.T) {
	_, err := NewParser(&Source{Format: "combined", TrustedProxies: []string{"10.0.0.0/8", "10.0.0.300"}})
	if err == nil || !strings.Contains(err.Error(), `"10.0.0.300" is no address`) || !strings.Contains(err.Error(), "cloudflare") {
		t.Errorf("%v", err)
	}
}
