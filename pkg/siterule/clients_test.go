package siterule

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/cloudarmor"
)

// A rule meets requests from its addresses and no others, in Cloud Armor's language, or it is refused.
func TestClientRulesMeetTheirAddresses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v4, v6 := rapid.IntRange(0, 10).Draw(t, "IPv4"), rapid.IntRange(0, 10).Draw(t, "IPv6")
		var ranges, inside []string
		for i := range v4 {
			ranges, inside = append(ranges, fmt.Sprintf("198.51.100.%d/32", i)), append(inside, fmt.Sprintf("198.51.100.%d", i))
		}
		for i := range v6 {
			ranges, inside = append(ranges, fmt.Sprintf("2001:db8:0:%x::/64", i)), append(inside, fmt.Sprintf("2001:db8:0:%x::7", i))
		}
		value := strings.Join(ranges, " ")
		if _, err := ClientsOf(value); (err == nil) != (v4+v6 > 0 && v4+v6 <= MaxClients) {
			t.Fatalf("%q: %v", value, err)
		} else if err != nil {
			return
		}
		text, err := denial(Condition{Client, value}).CEL()
		var cannot *CannotError
		if said := v4+v6 <= 4 || v6 <= 3 || v4 == 0 && v6 <= 4; said != (err == nil) || err != nil && !errors.As(err, &cannot) {
			t.Fatalf("%q: %v", value, err)
		} else if err != nil {
			return
		}
		e, err := cloudarmor.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		for addr, want := range map[string]cloudarmor.Answer{
			rapid.SampledFrom(inside).Draw(t, "one of them"): cloudarmor.Matches, "198.51.100.11": cloudarmor.NoMatch, "198.51.10.1": cloudarmor.NoMatch,
			"2001:db8:0:f::7": cloudarmor.NoMatch,
		} {
			r := &cloudarmor.Request{Attributes: map[string]any{"origin.ip": addr}, Headers: map[string]string{"host": "news.example.org"}}
			if got, err := e.Evaluate(r); got != want || err != nil {
				t.Fatalf("%s of %s: %v, %v", text, addr, got, err)
			}
		}
	})
}

func TestWhatIsNoRange(t *testing.T) {
	for _, value := range []string{"", "198.51.100.7", "198.51.100.7/24", "0.0.0.0/0", "2001:db8::1/64", "20577 0a1b2c3d", "198.51.100.7/32; 198.51.100.8/32"} {
		if err := denial(Condition{Client, value}).Check(); err == nil {
			t.Errorf("%q is taken for ranges", value)
		}
	}
}

// The real nginx refuses and limits the addresses that are named and no others.
func TestNginxKnowsClients(t *testing.T) {
	for value, want := range map[string]int{"198.51.100.7/32 127.0.0.1/32 2001:db8::/64": 403, "198.51.100.7/32 2001:db8::/64": 200} {
		s := serve(t, nginxOf(t, denial(Condition{Client, value}, Condition{Path, "/a"}), false), everything)
		for path, status := range map[string]int{"/a": want, "/b": 200} {
			if got := s.status(t, request{path: path}); got != status {
				t.Errorf("%s of %s is answered by %d, want %d", path, value, got, status)
			}
		}
	}
	limit := &Rule{Name: "a", Host: "news.example.org", Conditions: []Condition{{Client, "127.0.0.0/8"}}, Action: Throttle, Count: 1, Seconds: 60}
	s := serve(t, nginxOf(t, limit, false), everything)
	for _, want := range []int{200, 429} {
		if got := s.status(t, request{path: "/"}); got != want {
			t.Errorf("%d, want %d", got, want)
		}
	}
}
