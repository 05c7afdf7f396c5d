package cli

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// accusedAddresses are attackers: two addresses of one IPv6 /64 are one client.
var accusedAddresses = []string{"198.51.100.7", "2001:db8:1:2::1"}

// storeOfClients has a rule that names clients by the tokens that the folder's key of the day makes of addresses, and one that names none.
func storeOfClients(t *testing.T, named ...string) (data string) {
	t.Helper()
	r := recommendation("fg-clients-1", "deny", time.Hour, &schemas.Condition{Field: "client", Value: fmt.Sprintf("%d addresses", len(named)), Restricted: true})
	data = t.TempDir()
	ring, err := privacy.OpenRing(filepath.Join(data, "day-keys.json"), testsBegan)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ring.Keys(testsBegan)
	if err != nil {
		t.Fatal(err)
	}
	day := testsBegan.Unix() / 86400
	literal := proto.CloneOf(r)
	literal.Conditions[0].Value, literal.Conditions[0].Restricted = fmt.Sprint(day), false
	for _, addr := range named {
		token, _ := keys.Day(day).Client(netip.MustParseAddr(addr))
		literal.Conditions[0].Value += fmt.Sprintf(" %08x", binary.BigEndian.Uint32(token[:]))
	}
	bytes, err := proto.Marshal(literal)
	if err != nil {
		t.Fatal(err)
	}
	public := recommendation("fg-search-2", "deny", time.Hour, when("path", "/search"))
	commitTo(t, data, &reportstore.Commit{Findings: []*schemas.Finding{advisedFinding("a.example", 4*time.Minute, generated(r, public))}, Literals: []reportstore.Literal{{Host: "a.example", Name: r.Name, Expires: r.Expires.AsTime(), Data: bytes}}})
	return data
}

// logOf is a log of today with a line of each address.
func logOf(t *testing.T, addresses ...string) string {
	t.Helper()
	var text strings.Builder
	for _, addr := range addresses {
		fmt.Fprintf(&text, "%s - - [%s] \"GET /a HTTP/1.1\" 200 10 \"-\" \"curl/8\"\n", addr, testsBegan.UTC().Format("02/Jan/2006:15:04:05 -0700"))
	}
	file := filepath.Join(t.TempDir(), "access.log")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestRulesNameClients: addresses are written where a log has them and the key of the day lives, for every target, and no others.
func TestRulesNameClients(t *testing.T) {
	data := storeOfClients(t, accusedAddresses...)
	log := logOf(t, "203.0.113.1", "198.51.100.7", "2001:db8:1:2::99", "203.0.113.2", "198.51.100.7", "2001:db8:1:3::1")
	for target, want := range map[string][]string{
		"nginx": {"  198.51.100.7/32 1;", "  2001:db8:1:2::/64 1;"}, "cloudflare": {"ip.src in {198.51.100.7 2001:db8:1:2::/64}"},
		"cel": {"(inIpRange(origin.ip, '198.51.100.7/32') || inIpRange(origin.ip, '2001:db8:1:2::/64'))"}, "gcloud": {"198.51.100.7/32"},
		"terraform": {"198.51.100.7/32"}, "rest": {"2001:db8:1:2::/64"},
	} {
		code, stdout, stderr := run(t, "rules", "export", "--host", "a.example", "--to", target, "--data", data, "--log", log)
		if code != 0 || !strings.Contains(stderr, "rule fg-clients-1 has addresses of clients: show it to nobody") || !strings.Contains(stdout, "search") {
			t.Errorf("%s: exit code %d, %s", target, code, stderr)
		}
		for _, text := range want {
			if !strings.Contains(stdout, text) {
				t.Errorf("%s: %q is not in\n%s", target, text, stdout)
			}
		}
		if strings.Contains(stdout, "203.0.113") || strings.Contains(stdout, "2001:db8:1:3") {
			t.Errorf("%s names others:\n%s", target, stdout)
		}
	}
	policy := policyFile(t, succeeds(t, "rules", "export", "--host", "a.example", "--data", data, "--log", log))
	if got := succeeds(t, "rules", "lint", policy); !strings.HasPrefix(got, "ok: ") {
		t.Error(got)
	}
	if got := succeeds(t, "rules", "test", policy+":1000", "--host", "a.example", log); !strings.Contains(got, "3 of 6 requests would have met it") {
		t.Error(got)
	}
}

// TestRulesThatCannotNameClients: the reason is said, and other rules are written.
func TestRulesThatCannotNameClients(t *testing.T) {
	attackers := logOf(t, accusedAddresses...)
	for what, c := range map[string]struct {
		named, flags []string
		gone         bool
		want         string
	}{
		"no log":             {accusedAddresses, nil, false, "it names 2 clients, which are in no store, only in the raw logs: give those of " + testsBegan.UTC().Format(time.DateOnly) + " by --log"},
		"no key":             {accusedAddresses, []string{"--log", attackers}, true, "it has expired"},
		"a log of others":    {accusedAddresses, []string{"--log", logOf(t, "203.0.113.1")}, false, "none of its 2 clients is in these logs"},
		"a delivery network": {[]string{"173.245.48.5"}, []string{"--log", logOf(t, "173.245.48.5")}, false, "one of its clients is a content delivery network"},
	} {
		data := storeOfClients(t, c.named...)
		if c.gone {
			if err := os.Remove(filepath.Join(data, "day-keys.json")); err != nil {
				t.Fatal(err)
			}
		}
		args := append([]string{"rules", "export", "--host", "a.example", "--to", "nginx", "--data", data}, c.flags...)
		code, stdout, stderr := run(t, args...)
		if code != 0 || !strings.Contains(stdout, "search") || strings.Contains(stdout, "geo $") || !strings.Contains(stderr, "rule fg-clients-1 is not written: ") || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit code %d, stderr %s, stdout\n%s", what, code, stderr, stdout)
		}
		if code, stdout, _ := run(t, append(args, "--rule", "fg-clients-1")...); code != 1 || stdout != "" {
			t.Errorf("%s: of the rule alone: exit code %d, %s", what, code, stdout)
		}
	}
	code, stdout, stderr := run(t, "rules", "export", "--host", "a.example", "--to", "nginx", "--data", storeOfClients(t, "198.51.100.7", "198.51.100.9"), "--log", attackers)
	if code != 0 || !strings.Contains(stdout, "198.51.100.7/32 1;") || !strings.Contains(stderr, "1 of its 2 clients is in none of these logs and left out") {
		t.Errorf("of a part: exit code %d, stderr %s, stdout\n%s", code, stderr, stdout)
	}
}

// TestClientsAreNowhere: neither what people see nor the data folder has an address, also after an export, nor do people see tokens.
func TestClientsAreNowhere(t *testing.T) {
	data := storeOfClients(t, accusedAddresses...)
	succeeds(t, "rules", "export", "--host", "a.example", "--to", "nginx", "--data", data, "--log", logOf(t, accusedAddresses...))
	day := fmt.Sprint(testsBegan.Unix()/86400, " ")
	for _, args := range [][]string{{"rules", "list"}, {"rules", "list", "--format", "json"}, {"attacks"}, {"attacks", "--format", "json"}} {
		got := succeeds(t, append(args, "--data", data)...)
		if !strings.Contains(got, "2 addresses") || strings.Contains(got, day) || strings.Contains(got, "198.51") {
			t.Errorf("%v: %s", args, got)
		}
	}
	if got := succeeds(t, "attacks", "--data", data); !strings.Contains(got, "--rule fg-clients-1 --to nginx --log FILE\n") {
		t.Error(got)
	}
	err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		for _, addr := range accusedAddresses {
			b := netip.MustParseAddr(addr)
			if bytes.Contains(content, []byte(addr)) || bytes.Contains(content, b.AsSlice()[:min(8, b.BitLen()/8)]) {
				t.Errorf("%s has %s", path, addr)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
