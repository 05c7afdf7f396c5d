package integration

import (
	"fmt"
	"math"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/floodgauge/floodgauge/pkg/agent"
	"github.com/floodgauge/floodgauge/pkg/geo"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/loggen"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/schemas"
)

// renaming gives every client another address and every agent another version: one to one, and so that nothing changes that a report may tell
// of an address (country, network of a content delivery network or a bot's owner, which addresses share a /64 or a /48) or of an agent (family).
type renaming struct {
	t       *testing.T
	geo     *geo.DB
	keep    map[netip.Prefix]bool // /48 with an address whose class would change
	clients map[netip.Addr]netip.Addr
	agents  map[string]string
}

func newRenaming(t *testing.T, requests []loggen.Request) *renaming {
	t.Helper()
	db, err := geo.Open("", "")
	if err != nil {
		t.Fatal(err)
	}
	r := &renaming{t: t, geo: db, keep: map[netip.Prefix]bool{}, clients: map[netip.Addr]netip.Addr{}, agents: map[string]string{}}
	for i := range requests {
		r.compare(requests[i].Client)
	}
	renamed := 0
	for i := range requests {
		renamed += r.learn(requests[i].Client, requests[i].Agent)
	}
	if renamed < len(requests)*8/10 {
		t.Fatalf("only %d of %d requests get other clients", renamed, len(requests))
	}
	checkOneToOne(t, r.clients)
	checkOneToOne(t, r.agents)
	return r
}

// compare notes whether an address must stay what it is.
func (r *renaming) compare(client netip.Addr) {
	if _, known := r.clients[client]; known {
		return
	}
	r.clients[client] = client
	if other := otherAddress(client); r.class(client) != r.class(other) {
		r.keep[household(client)], r.keep[household(other)] = true, true
	}
}

// learn decides what an address and an agent become.
func (r *renaming) learn(client netip.Addr, ua string) (renamed int) {
	r.agents[ua] = ua
	if !r.keep[household(client)] {
		r.clients[client] = otherAddress(client)
		renamed = 1
	}
	if other := otherVersion(ua); agent.New().Classify([]byte(other)) == agent.New().Classify([]byte(ua)) {
		r.agents[ua] = other
	}
	return renamed
}

// class is all that may show of an address.
func (r *renaming) class(a netip.Addr) string {
	country, network := r.geo.Lookup(a)
	cdn, _ := logentry.CDNOf(a)
	class := fmt.Sprint(string(country[:]), network, cdn)
	for _, family := range agent.New().Families() {
		if agent.Verified(a, family) {
			class += family
		}
	}
	return class
}

// household is what counts as one client for the k rule.
func household(a netip.Addr) netip.Prefix {
	bits := 48
	if a.Is4() {
		bits = 32
	}
	return netip.PrefixFrom(a, bits).Masked()
}

// otherAddress changes some bits of the /48, of the /64 and of the rest: it is its own inverse, and keeps what addresses share.
func otherAddress(a netip.Addr) netip.Addr {
	if a.Is4() {
		b := a.As4()
		b[2], b[3] = b[2]^0x01, b[3]^0x5a
		return netip.AddrFrom4(b)
	}
	b := a.As16()
	b[5], b[7], b[8], b[15] = b[5]^0x03, b[7]^0x5a, b[8]^0x11, b[15]^0xa5
	return netip.AddrFrom16(b)
}

// otherVersion turns every digit into another.
func otherVersion(ua string) string {
	return strings.Map(func(c rune) rune {
		if '0' <= c && c <= '9' {
			return '0' + (c-'0'+3)%10
		}
		return c
	}, ua)
}

func checkOneToOne[T comparable](t *testing.T, m map[T]T) {
	t.Helper()
	seen := map[T]bool{}
	for _, to := range m {
		if seen[to] {
			t.Fatalf("two become %v", to)
		}
		seen[to] = true
	}
}

// pages is how many pages of a site the logs have: fewer than a list has room for, so that how a run splits its input makes no difference.
const pages = 100

// generated are requests to the frequent pages of two sites, one so busy that its visitors are estimated.
func generated(t *testing.T, format string) (*loggen.Generator, []loggen.Request) {
	t.Helper()
	g, err := loggen.New(loggen.Config{Seed: 9, Hosts: []string{"busy.example.org", "calm.example.net"}, Start: noonOfLogs, Duration: 3 * time.Minute,
		Lines: 40_000, Format: format})
	if err != nil {
		t.Fatal(err)
	}
	templates, err := privacy.NewTemplater(nil)
	if err != nil {
		t.Fatal(err)
	}
	var requests []loggen.Request
	seen := map[string]map[string]bool{"busy.example.org": {}, "calm.example.net": {}}
	for r := (loggen.Request{}); g.Next(&r); {
		if page := templates.Template([]byte(r.Path)); seen[r.Host][page] || len(seen[r.Host]) < pages {
			seen[r.Host][page] = true
			requests = append(requests, r)
		}
	}
	return g, requests
}

// TestRenamingChangesNothing: a report is the same whoever the visitors are.
func TestRenamingChangesNothing(t *testing.T) {
	for _, format := range []string{"gcp", "vhost-combined"} {
		g, requests := generated(t, format)
		names := newRenaming(t, requests)
		var before, after []byte
		for _, r := range requests {
			before = g.Write(before, &r)
			r.Client, r.Agent = names.clients[r.Client], names.agents[r.Agent]
			after = g.Write(after, &r)
		}
		b := newBox(t) // both runs have the same keys
		for _, args := range []string{"--format json --by minute", "--format json --by all", "--format table --host calm.example.net"} {
			one, two := b.reportOn(t, before, args), b.reportOn(t, after, args)
			if strings.Contains(args, "table") {
				if diff := cmp.Diff(one, two); diff != "" || one == "" {
					t.Errorf("%s, %s: (-before +after)\n%s", format, args, diff)
				}
				continue
			}
			checkSameRows(t, format+" "+args, rowsOf(t, []byte(one)), rowsOf(t, []byte(two)), format == "gcp")
		}
	}
}

func (b *box) reportOn(t *testing.T, log []byte, args string) string {
	t.Helper()
	path := filepath.Join(b.dir, "access.log")
	writeFile(t, path, log)
	o := b.run(t, nil, append([]string{"report", path}, strings.Fields(args)...)...)
	if o.code != 0 {
		t.Fatalf("%s: %s", args, o.stderr())
	}
	return string(o.left["standard output"])
}

// exactClients is up to how many clients a row counts without estimating; estimateError is many times the standard error beyond.
const (
	exactClients  = 1024
	estimateError = 0.03
)

func checkSameRows(t *testing.T, what string, one, two []*schemas.TrafficReport, ownIDs bool) {
	t.Helper()
	estimated := 0
	for i := range min(len(one), len(two)) {
		x, y := one[i], two[i]
		if !ownIDs { // line ids hang on the file's first bytes
			x.LineXor, y.LineXor = 0, 0
		}
		if a, b := float64(x.GetVisitors()), float64(y.GetVisitors()); a > exactClients {
			estimated++
			if math.Abs(a-b) > estimateError*a {
				t.Errorf("%s: %v visitors, and %v after renaming", what, a, b)
			}
			x.Visitors, y.Visitors = nil, nil
		}
		if (len(x.GetVisitorsSketch()) == 0) != (len(y.GetVisitorsSketch()) == 0) {
			t.Errorf("%s: only one of the rows has a sketch", what)
		}
		x.VisitorsSketch, y.VisitorsSketch = nil, nil
	}
	if diff := cmp.Diff(one, two, protocmp.Transform()); diff != "" || len(one) == 0 {
		t.Errorf("%s: (-before +after)\n%s", what, diff)
	}
	if estimated == 0 && strings.Contains(what, "all") {
		t.Errorf("%s: no row has enough visitors to be estimated", what)
	}
}
