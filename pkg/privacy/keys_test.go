package privacy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/bits"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func testSpec(days ...int64) KeySpec {
	s := KeySpec{Line: bytes.Repeat([]byte{1}, SeedSize), Seed: bytes.Repeat([]byte{2}, SeedSize)}
	for _, d := range days {
		s.Days = append(s.Days, DaySeed{Day: d, Seed: bytes.Repeat([]byte{byte(d)}, SeedSize)})
	}
	return s
}

func testKeys(t testing.TB, days ...int64) *Keys {
	t.Helper()
	k, err := NewKeys(testSpec(days...))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func genAddr(t *rapid.T) netip.Addr {
	if rapid.Bool().Draw(t, "v4") {
		return netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "addr")))
	}
	return netip.AddrFrom16([16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "addr")))
}

// The token stands for the address or its /64 and for nothing else, and gives it back.
func TestTokenIsReversible(t *testing.T) {
	day := testKeys(t).Day(20000)
	rapid.Check(t, func(t *rapid.T) {
		addr := genAddr(t)
		token, group := day.Client(addr)
		width := 64
		if addr.Unmap().Is4() {
			width = 32
		}
		want, err := addr.Unmap().Prefix(width)
		if err != nil {
			t.Fatal(err)
		}
		if got := day.Address(token); got != want {
			t.Fatalf("Address(Client(%v)) = %v, want %v", addr, got, want)
		}
		if group == 0 {
			t.Fatal("group is 0")
		}
	})
}

func TestOneClientOneToken(t *testing.T) {
	day := testKeys(t).Day(1)
	client := func(s string) ([16]byte, uint32) { return day.Client(netip.MustParseAddr(s)) }
	t1, g1 := client("2001:db8:1:2::1")
	t2, g2 := client("2001:db8:1:2:ffff::9")
	t3, g3 := client("2001:db8:1:3::1")
	t4, g4 := client("2001:db8:2:3::1")
	if t1 != t2 || g1 != g2 {
		t.Error("addresses of one /64 differ")
	}
	if t1 == t3 || g1 != g3 {
		t.Error("two /64 of one /48 must have two tokens and one group")
	}
	if t3 == t4 || g3 == g4 {
		t.Error("two /48 must differ")
	}
	m1, mg1 := client("192.0.2.7")
	m2, mg2 := client("::ffff:192.0.2.7")
	if m1 != m2 || mg1 != mg2 {
		t.Error("a mapped IPv4 address must count as the IPv4 address")
	}
	if token, group := day.Client(netip.Addr{}); token != [16]byte{} || group != 0 {
		t.Error("no address must have no token")
	}
}

func TestDaysHaveDifferentKeys(t *testing.T) {
	k := testKeys(t, 7)
	addr := netip.MustParseAddr("192.0.2.7")
	seen := map[[16]byte]int64{}
	for day := int64(0); day < 2*maxDays; day++ {
		token, _ := k.Day(day).Client(addr)
		if other, ok := seen[token]; ok {
			t.Fatalf("days %d and %d give the same token", other, day)
		}
		seen[token] = day
	}
	if len(k.days) > maxDays {
		t.Errorf("%d day keys held, want at most %d", len(k.days), maxDays)
	}
	if got := k.Day(8).Address(func() [16]byte { tok, _ := k.Day(9).Client(addr); return tok }()); got.IsValid() {
		t.Errorf("another day's key gave %v for the token", got)
	}
}

// Who comes back on another day is no further client, and the key that tells so is that of no day.
func TestGroupIsTheSameEveryDay(t *testing.T) {
	k, other := testKeys(t, 7), testKeys(t, 8)
	rapid.Check(t, func(t *rapid.T) {
		addr := genAddr(t)
		group := k.Group(addr)
		if group == 0 || group != other.Group(addr) {
			t.Fatalf("group %d with one day's key, %d with another's", group, other.Group(addr))
		}
		for day := range int64(10) {
			if _, daily := k.Day(day).Client(addr); daily == group {
				t.Fatalf("the group is that of day %d", day)
			}
		}
		if wide, err := addr.Unmap().Prefix(48); err == nil && addr.Unmap().Is6() && k.Group(wide.Addr()) != group {
			t.Fatal("addresses of one /48 are two clients")
		}
	})
}

func TestExportedKeysAreEqual(t *testing.T) {
	k := testKeys(t, 3, 4)
	b, err := json.Marshal(k.Export())
	if err != nil {
		t.Fatal(err)
	}
	var spec KeySpec
	if err := json.Unmarshal(b, &spec); err != nil {
		t.Fatal(err)
	}
	other, err := NewKeys(spec)
	if err != nil {
		t.Fatal(err)
	}
	results := func(k *Keys) []any {
		var out []any
		for day := int64(2); day < 6; day++ {
			token, group := k.Day(day).Client(netip.MustParseAddr("2001:db8::1"))
			out = append(out, token, group, k.Day(day).Site("example.com"))
		}
		k0, k1 := k.Line()
		return append(out, k0, k1, k.Hash32([]byte("/a")))
	}
	if diff := cmp.Diff(results(k), results(other)); diff != "" {
		t.Error("keys differ after a trip through JSON (-got +want):\n" + diff)
	}
}

func TestKeysNeverPrint(t *testing.T) {
	k := testKeys(t, 3)
	spec := k.Export()
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("keys", "keys", k, "spec", spec, "day", k.Day(3), "seed", spec.Days[0])
	slog.New(slog.NewTextHandler(&log, nil)).Info("keys", "keys", k, "spec", spec, "day", k.Day(3), "seed", spec.Days[0])
	out := log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b", "%T "} {
		out += fmt.Sprintf(verb, k) + fmt.Sprintf(verb, *k) + fmt.Sprintf(verb, spec) + fmt.Sprintf(verb, &spec) + fmt.Sprintf(verb, k.Day(3)) + fmt.Sprintf(verb, spec.Days)
	}
	b, err := json.Marshal(k)
	if err != nil {
		t.Fatal(err)
	}
	out += string(b)
	for _, leak := range []string{"AQEBAQ", "AgICAg", "AwMDAw", "0202", "0101", "2 2 2 2", "1 1 1", "0x2", "\x02\x02", `\x02`} {
		if strings.Contains(out, leak) {
			t.Errorf("output holds key bytes as %q: %s", leak, out)
		}
	}
}

func TestNewKeysRefusesShortSecrets(t *testing.T) {
	short := testSpec()
	short.Seed = short.Seed[:5]
	day := testSpec(9)
	day.Days[0].Seed = nil
	for _, spec := range []KeySpec{{}, short, day} {
		if _, err := NewKeys(spec); err == nil {
			t.Error("no error for a short secret")
		}
	}
}

// Each bit of the hash changes with about half of the single-bit changes of the input.
func TestVisitorAndHash32Avalanche(t *testing.T) {
	k := testKeys(t)
	const rounds = 400
	var visitor, hash float64
	for i := range rounds {
		token, _ := k.Day(int64(i)).Client(netip.MustParseAddr("192.0.2.1"))
		text := []byte(fmt.Sprintf("/some/path/%032d", i))
		salt := k.Day(int64(i)).Site("a")
		v, h := Visitor(token, salt), k.Hash32(text)
		token[i%16] ^= 1 << (i % 8)
		text[i%len(text)] ^= 1 << (i % 8)
		visitor += float64(bits.OnesCount64(v ^ Visitor(token, salt)))
		hash += float64(bits.OnesCount32(h ^ k.Hash32(text)))
	}
	if mean := visitor / rounds; mean < 30 || mean > 34 {
		t.Errorf("a changed bit changes %.1f of 64 bits of Visitor, want about 32", mean)
	}
	if mean := hash / rounds; mean < 15 || mean > 17 {
		t.Errorf("a changed bit changes %.1f of 32 bits of Hash32, want about 16", mean)
	}
}

func TestHash32SpreadsSimilarStrings(t *testing.T) {
	k := testKeys(t)
	seen := map[uint32]bool{}
	const n = 200_000
	for i := range n {
		seen[k.Hash32([]byte(fmt.Sprintf("/p/%d", i)))] = true
	}
	// n²/2³³ = 4.7 collisions are expected of a perfect hash.
	if collisions := n - len(seen); collisions > 20 {
		t.Errorf("%d collisions among %d paths, want about 5", collisions, n)
	}
	if k.Hash32([]byte("a\x00")) == k.Hash32([]byte("a")) || k.Hash32(nil) == k.Hash32([]byte{0}) {
		t.Error("strings that differ in trailing NULs collide")
	}
}

func BenchmarkClient(b *testing.B) {
	day := testKeys(b).Day(1)
	for _, s := range []string{"192.0.2.7", "2001:db8::1"} {
		addr := netip.MustParseAddr(s)
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				token, group := day.Client(addr)
				sink ^= Visitor(token, 1) ^ uint64(group)
			}
		})
	}
}

var sink uint64

func BenchmarkHash32(b *testing.B) {
	k := testKeys(b)
	agent := []byte("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36")
	b.ReportAllocs()
	for b.Loop() {
		sink ^= uint64(k.Hash32(agent))
	}
}
