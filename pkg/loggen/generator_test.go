package loggen

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func generator(t testing.TB, c Config) *Generator {
	t.Helper()
	g, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func collect(g *Generator) []Request {
	var list []Request
	var r Request
	for g.Next(&r) {
		list = append(list, r)
	}
	return list
}

func TestSameSeedGivesSameBytes(t *testing.T) {
	digest := func(format string, seed uint64) string {
		h := sha256.New()
		_, err := Generate(t.Context(), Config{Seed: seed, Lines: 3000, Format: format, Shape: ShapeWorldCup98}, h, h)
		if err != nil {
			t.Fatal(err)
		}
		return hex.EncodeToString(h.Sum(nil))
	}
	for _, format := range Formats() {
		first := digest(format, 7)
		if again := digest(format, 7); again != first {
			t.Errorf("%s: the same seed gave other bytes", format)
		}
		if digest(format, 8) == first {
			t.Errorf("%s: another seed gave the same bytes", format)
		}
	}
}

// The digest is one of every machine: a change here changes everybody's reference data and needs a line in the change log.
func TestBytesAreTheSameOnEveryMachine(t *testing.T) {
	h := sha256.New()
	c := Config{Seed: 1, Lines: 5000, HostCount: 60, Duration: 3 * time.Minute, Shape: ShapeWorldCup98}
	if _, err := Generate(t.Context(), c, h, h); err != nil {
		t.Fatal(err)
	}
	const want = "4cc41b08a185cbd55f3871a885c052aef498c97523a72307dd9a76a0afee9bed"
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("digest of log and truth: got %s, want %s", got, want)
	}
}

func TestTimesNeverDecrease(t *testing.T) {
	list := collect(generator(t, Config{Seed: 3, Lines: 50_000, Rate: 500}))
	for i := 1; i < len(list); i++ {
		if list[i].Time < list[i-1].Time || list[i].ID != list[i-1].ID+1 {
			t.Fatalf("request %d: time %d after %d, id %d after %d", i, list[i].Time, list[i-1].Time, list[i].ID, list[i-1].ID)
		}
	}
	if list[0].Time < defaultStart.UnixNano() {
		t.Errorf("the first request is before the start")
	}
}

func TestLinesAreExactAndInTime(t *testing.T) {
	start := time.Date(2026, 5, 4, 3, 0, 0, 0, time.UTC)
	for _, shape := range []string{ShapeFlat, ShapeWorldCup98} {
		list := collect(generator(t, Config{Seed: 5, Lines: 100_000, Duration: 10 * time.Minute, Start: start, Shape: shape}))
		if len(list) != 100_000 {
			t.Fatalf("%s: %d requests", shape, len(list))
		}
		took := time.Unix(0, list[len(list)-1].Time).Sub(start)
		if took < 9*time.Minute+20*time.Second || took > 10*time.Minute+20*time.Second {
			t.Errorf("%s: the lines took %v instead of about 10 minutes", shape, took)
		}
	}
}

func TestRateIsAsAsked(t *testing.T) {
	for _, rate := range []float64{5, 80, 1500} {
		duration := time.Duration(100_000/rate) * time.Second
		list := collect(generator(t, Config{Seed: 11, Rate: rate, Duration: duration}))
		got := float64(len(list)) / duration.Seconds()
		if got < rate*0.96 || got > rate*1.04 {
			t.Errorf("rate %g: got %g requests a second", rate, got)
		}
		if last := list[len(list)-1].Time; last >= defaultStart.Add(duration).UnixNano() {
			t.Errorf("rate %g: a request after the end", rate)
		}
	}
}

func TestFirstMinuteIsAsBusyAsOthers(t *testing.T) {
	list := collect(generator(t, Config{Seed: 2, Rate: 300, Duration: 10 * time.Minute}))
	var perMinute [10]int
	for i := range list {
		perMinute[(list[i].Time-defaultStart.UnixNano())/minute]++
	}
	for m, n := range perMinute {
		if n < 16_000 || n > 20_000 {
			t.Errorf("minute %d has %d requests, want about 18,000", m, n)
		}
	}
}

func TestMadeUpHostsAreDistinctAndReserved(t *testing.T) {
	seen := map[string]bool{}
	for i := range 20_000 {
		h := hostName(i)
		if seen[h] || !isHostName(h) {
			t.Fatalf("host %d: %q is not new or no host name", i, h)
		}
		seen[h] = true
		if !strings.HasSuffix(h, ".example.org") && !strings.HasSuffix(h, ".example.net") && !strings.HasSuffix(h, ".example.com") {
			t.Fatalf("host %q is under no reserved domain", h)
		}
	}
}

func TestGivenHostsAreUsed(t *testing.T) {
	for _, r := range collect(generator(t, Config{Hosts: []string{"a.example.org", "b.example.org"}, Lines: 2000})) {
		if r.Host != "a.example.org" && r.Host != "b.example.org" {
			t.Fatalf("host %q was not asked for", r.Host)
		}
	}
}

func TestAllMistakesAreReported(t *testing.T) {
	_, err := New(Config{HostCount: -1, Rate: -2, Lines: -3, Duration: -4, Format: "combind", Shape: "round", Start: time.Unix(0, 0),
		Hosts: []string{}})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"hosts: -1", "rate: -2", "lines: -3", "duration: -4ns", `"combind" is unknown`, `"round" is unknown`, "year 1970"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
	if _, err := New(Config{Hosts: []string{"ok.example.org", "Not A Host"}}); err == nil || !strings.Contains(err.Error(), "name 2") {
		t.Errorf("a bad host name: %v", err)
	}
}

func TestAddressesStayInTheirPrefix(t *testing.T) {
	d := newDice(1, 1, 1)
	for _, list := range [][]network{accessNetworks, hostingNetworks} {
		for _, n := range list {
			for _, p := range []netip.Prefix{n.v4, n.v6} {
				for range 20 {
					if p.IsValid() && !p.Contains(addressIn(d, p, 128)) {
						t.Errorf("an address outside of %v", p)
					}
				}
			}
		}
	}
}

func TestRarestTrafficEnds(t *testing.T) {
	for _, shape := range []string{ShapeFlat, ShapeWorldCup98} {
		c := Config{Seed: 1, Rate: lowestRate, Lines: 5, Shape: shape}
		if n := len(collect(generator(t, c))); n != 5 {
			t.Errorf("%s: %d requests", shape, n)
		}
	}
}
