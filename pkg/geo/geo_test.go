package geo

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func open(t testing.TB, country, network string) *DB {
	t.Helper()
	db, err := Open(country, network)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func countryOf(db *DB, addr string) string {
	c, _ := db.Lookup(netip.MustParseAddr(addr))
	return strings.TrimRight(string(c[:]), "\x00")
}

func TestBuiltinDatabase(t *testing.T) {
	db := open(t, "", "")
	for addr, want := range map[string]string{
		"8.8.8.8": "US", "::ffff:8.8.8.8": "US", "193.0.6.139": "NL", "130.149.1.1": "DE", "133.11.0.1": "JP", "168.95.1.1": "TW", "200.7.84.1": "UY",
		"2001:4860:4860::8888": "US", "2a02:6b8::1": "RU",
	} {
		if got := countryOf(db, addr); got != want {
			t.Errorf("%s is in %q, want %q", addr, got, want)
		}
	}
	if db.HasNetworks() || !db.NetworkBuilt().IsZero() {
		t.Error("the built-in database has no networks")
	}
	if built := db.Built(); built.Before(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("built %v", built)
	}
}

func TestAddressesThatAreNotOnTheInternet(t *testing.T) {
	everywhere := map[string]any{"country_code": "NL", "asn": uint32(64496)}
	db := open(t, writeMMDB(t, "all", map[string]map[string]any{"0.0.0.0/1": everywhere, "128.0.0.0/1": everywhere, "8000::/1": everywhere, "2000::/3": everywhere}), "")
	for _, addr := range []string{"10.0.0.1", "192.168.1.1", "172.16.0.1", "127.0.0.1", "::1", "fe80::1", "fc00::1", "0.0.0.0", "224.0.0.1", "2001:db8::1"} {
		if country, asn := db.Lookup(netip.MustParseAddr(addr)); country != [2]byte{} || asn != 0 {
			t.Errorf("%s is in %s, network %d", addr, country, asn)
		}
	}
	if country, asn := db.Lookup(netip.Addr{}); country != [2]byte{} || asn != 0 {
		t.Errorf("no address is in %s, network %d", country, asn)
	}
	if got := countryOf(db, "9.9.9.9"); got != "NL" {
		t.Errorf("9.9.9.9 is in %q", got)
	}
}

func TestOperatorsDatabases(t *testing.T) {
	cases := map[string]map[string]any{
		"GeoLite2-Country": {"country": map[string]any{"iso_code": "FR"}, "registered_country": map[string]any{"iso_code": "US"}},
		"ipinfo":           {"country": "FR", "asn": "AS64500"},
		"ip-location-db":   {"country_code": "fr"},
	}
	asn := writeMMDB(t, "GeoLite2-ASN", map[string]map[string]any{"1.2.3.0/24": {"autonomous_system_number": uint32(64501)}, "2400::/12": {"autonomous_system_number": uint32(64502)}})
	for kind, record := range cases {
		path := writeMMDB(t, kind, map[string]map[string]any{"1.2.3.0/24": record})
		db := open(t, path, asn)
		for range 2 { // the second time from memory
			country, network := db.Lookup(netip.MustParseAddr("1.2.3.4"))
			if string(country[:]) != "FR" || network != 64501 {
				t.Errorf("%s: 1.2.3.4 is in %q, network %d", kind, country, network)
			}
		}
		if country, network := db.Lookup(netip.MustParseAddr("2400::1")); country != [2]byte{} || network != 64502 {
			t.Errorf("%s: 2400::1 is in %q, network %d", kind, country, network)
		}
		if want := time.Unix(1_700_000_000, 0).UTC(); !db.Built().Equal(want) || !db.NetworkBuilt().Equal(want) {
			t.Errorf("%s: built %v and %v, want %v", kind, db.Built(), db.NetworkBuilt(), want)
		}
		alone := open(t, path, "")
		if _, network := alone.Lookup(netip.MustParseAddr("1.2.3.4")); (network == 64500) != (kind == "ipinfo") {
			t.Errorf("%s alone: network %d", kind, network)
		}
	}
}

func TestBadDatabasesAreExplained(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.mmdb")
	if err := os.WriteFile(text, []byte("country,code\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	country := writeMMDB(t, "GeoLite2-Country", map[string]map[string]any{"1.2.3.0/24": {"country_code": "FR"}})
	asn := writeMMDB(t, "GeoLite2-ASN", map[string]map[string]any{"1.2.3.0/24": {"asn": uint32(1)}})
	cases := []struct{ country, network, want string }{
		{filepath.Join(dir, "none.mmdb"), "", "no such file"},
		{text, "", "no MaxMind database"},
		{dir, "", "no MaxMind database"},
		{asn, "", `no countries (its type is "GeoLite2-ASN"); give a database such as GeoLite2-Country.mmdb`},
		{country, country, `no networks (its type is "GeoLite2-Country"); give a database such as GeoLite2-ASN.mmdb`},
		{"", text, "network database " + text},
	}
	for _, c := range cases {
		if _, err := Open(c.country, c.network); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Open(%q, %q) error = %v, want one with %q", c.country, c.network, err, c.want)
		}
	}
}

// A country is two capital letters or nothing, for every address and from several goroutines.
func TestLookupIsClosedAndConcurrent(t *testing.T) {
	db := open(t, "", "")
	rapid.Check(t, func(rt *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 16, 160).Draw(rt, "addresses")
		var wait sync.WaitGroup
		for range 2 {
			wait.Go(func() {
				for i := range len(b) - 15 {
					for _, addr := range []netip.Addr{netip.AddrFrom16([16]byte(b[i : i+16])), netip.AddrFrom4([4]byte(b[i : i+4]))} {
						c, _ := db.Lookup(addr)
						if c != [2]byte{} && (c[0] < 'A' || c[0] > 'Z' || c[1] < 'A' || c[1] > 'Z') {
							t.Errorf("%v is in %q", addr, c)
						}
					}
				}
			})
		}
		wait.Wait()
	})
}

func BenchmarkLookup(b *testing.B) {
	db := open(b, "", "")
	for _, s := range []string{"193.0.6.139", "2a02:6b8::1"} {
		addr := netip.MustParseAddr(s)
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				db.Lookup(addr)
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		db, err := Open("", "")
		if err != nil {
			b.Fatal(err)
		}
		_ = db.Close()
	}
}
