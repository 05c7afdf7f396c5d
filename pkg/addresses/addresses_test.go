package addresses

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/privacy"
)

const day = 20577 // 4 May 2026

func dayKey(t *testing.T) *privacy.DayKey {
	t.Helper()
	keys, err := privacy.NewKeys(privacy.KeySpec{Line: make([]byte, 32), Seed: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	return keys.Day(day)
}

func beginning(key *privacy.DayKey, addr string) uint32 {
	token, _ := key.Client(netip.MustParseAddr(addr))
	return binary.BigEndian.Uint32(token[:])
}

// line is a request in nginx's format with X-Forwarded-For behind.
func line(date, client, forwarded string) string {
	return fmt.Sprintf("%s - - [%s:12:00:00 +0000] \"GET /a HTTP/1.1\" 200 10 \"-\" \"curl/8\" %q\n", client, date, forwarded)
}

// find looks for clients by their addresses in lines.
func find(t *testing.T, text string, clients ...string) map[string]Address {
	t.Helper()
	key := dayKey(t)
	file := filepath.Join(t.TempDir(), "access.log")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	files, _, err := logsource.Expand([]string{file})
	if err != nil {
		t.Fatal(err)
	}
	j := &Job{Keys: map[int64]*privacy.DayKey{day: key}, Ranges: logsource.Split(files, 1)[0], Sources: []logentry.Source{{Name: "a",
		Format:         `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for"`,
		TrustedProxies: []string{"192.0.2.0/24"}}}}
	for _, c := range clients {
		j.Clients = append(j.Clients, Client{day, beginning(key, c)})
	}
	found, problems, err := Find(t.Context(), j)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	byAddress := map[string]Address{}
	for _, c := range clients {
		if a, known := found[Client{day, beginning(key, c)}]; known {
			byAddress[c] = a
		}
	}
	return byAddress
}

// Clients are found by the rules by which their tokens were made: IPv6 by its /64, behind a trusted proxy by the field that it fills, and only on their day.
func TestAddressesAreFound(t *testing.T) {
	const today, yesterday = "04/May/2026", "03/May/2026"
	log := line(today, "198.51.100.7", "203.0.113.5") + "no log\n" + line(today, "2001:db8:1:2::1", "-") + line(today, "2001:db8:1:2::2", "-") + line(today, "192.0.2.9", "198.51.100.8") +
		line(yesterday, "198.51.100.9", "-") + line(today, "198.51.100.10", "-") + line(today, "173.245.48.5", "-")
	got := find(t, log, "198.51.100.7", "2001:db8:1:2::9", "198.51.100.8", "198.51.100.9", "203.0.113.5", "192.0.2.9", "173.245.48.5")
	want := map[string]Address{
		"198.51.100.7": {Range: netip.MustParsePrefix("198.51.100.7/32")}, "2001:db8:1:2::9": {Range: netip.MustParsePrefix("2001:db8:1:2::/64")},
		"198.51.100.8": {Range: netip.MustParsePrefix("198.51.100.8/32"), Proxied: true}, "173.245.48.5": {Range: netip.MustParsePrefix("173.245.48.5/32"), Network: true},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
}

// Two addresses whose tokens begin alike are not taken for each other.
func TestAddressesThatLookAlike(t *testing.T) {
	key, seen := dayKey(t), map[uint32]string{}
	for i := range uint32(1 << 20) {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], 0x0a000000+i)
		addr := netip.AddrFrom4(b).String()
		other, alike := seen[beginning(key, addr)]
		if !alike {
			seen[beginning(key, addr)] = addr
			continue
		}
		const date = "04/May/2026"
		if got := find(t, line(date, addr, "-")+line(date, addr, "-"), addr); got[addr].Ambiguous || got[addr].Range.Addr().String() != addr {
			t.Errorf("of one: %+v", got)
		}
		if got := find(t, line(date, addr, "-")+line(date, other, "-"), addr); !got[addr].Ambiguous {
			t.Errorf("of two: %+v", got)
		}
		return
	}
	t.Fatal("no two addresses have tokens that begin alike")
}

func TestWhatIsKeptOfClients(t *testing.T) {
	all, err := Clients("20577 0a1b2c3d ffffffff")
	if diff := cmp.Diff([]Client{{20577, 0x0a1b2c3d}, {20577, 0xffffffff}}, all); diff != "" || err != nil {
		t.Error(err, diff)
	}
	for _, odd := range []string{"", "20577", "x 0a1b2c3d", "20577 198.51.100.7", "20577 0a1b2c3d0a"} {
		if all, err := Clients(odd); err == nil || strings.Contains(err.Error(), "198") {
			t.Errorf("%q: %v, %v", odd, all, err)
		}
	}
	if got := fmt.Sprintf("%v %+v", &finder{}, &finder{}); got != "[redacted] [redacted]" {
		t.Error(got)
	}
}
