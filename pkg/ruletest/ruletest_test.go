package ruletest

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/agent"
	"github.com/floodgauge/floodgauge/pkg/cloudarmor"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/loggen"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

const site = "www.example.org"

// jobOf is a test of a rule on a log.
func jobOf(t *testing.T, rule, format, log string) *Job {
	t.Helper()
	e, err := cloudarmor.Compile(rule)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "access.log")
	if err := os.WriteFile(file, []byte(log), 0o644); err != nil {
		t.Fatal(err)
	}
	files, _, err := logsource.Expand([]string{file})
	if err != nil {
		t.Fatal(err)
	}
	return &Job{Rule: e, Sources: []logentry.Source{{Name: "test", Format: format}}, Branches: logsource.Split(files, 3), Now: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)}
}

func test(t *testing.T, j *Job) *Result {
	t.Helper()
	r, err := Run(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// classOf is the class of a made-up request.
func classOf(r *loggen.Request) vocabulary.ClientClass {
	a := agent.New().Classify([]byte(r.Agent))
	if a.Class == vocabulary.ClientDeclaredBot && agent.Verified(r.Client, a.Family) {
		return vocabulary.ClientVerifiedBot
	}
	return a.Class
}

// TestTruth compares what rules are said to meet with what is true of the requests: among the rules is one for an attack and nothing else.
func TestTruth(t *testing.T) {
	page, ok := cloudarmor.PathCondition("/")
	if !ok {
		t.Fatal("no condition")
	}
	flood := func(r *loggen.Request) bool { return r.Kind == loggen.KindAttacker }
	for rule, met := range map[string]func(*loggen.Request) bool{
		cloudarmor.HostCondition(site) + " && " + page + " && request.headers['user-agent'].contains('MSIE')": flood,
		"request.query != '' && request.method == 'GET'": func(r *loggen.Request) bool {
			return r.Query != "" && r.Method == vocabulary.MethodGet
		},
		"!has(request.headers['referer']) || request.headers['referer'] == ''": func(r *loggen.Request) bool { return r.Referrer == "" },
		"request.path.matches('/[0-9]+') && !(request.headers['host'] == '" + site + "')": func(r *loggen.Request) bool {
			return matchesNumber(r.Path) && r.Host != site
		},
		"inIpRange(origin.ip, '0.0.0.0/1')": func(r *loggen.Request) bool { return r.Client.Is4() && r.Client.As4()[0] < 128 },
		"true":                              func(*loggen.Request) bool { return true },
	} {
		for _, format := range []string{"gcp", "vhost-combined", "cloudflare", "cloudfront", "nginx-json"} {
			checkTruth(t, rule, format, met)
		}
	}
}

func matchesNumber(path string) bool {
	for i := 0; i+1 < len(path); i++ {
		if path[i] == '/' && path[i+1] >= '0' && path[i+1] <= '9' {
			return true
		}
	}
	return false
}

func checkTruth(t *testing.T, rule, format string, met func(*loggen.Request) bool) {
	t.Helper()
	attack, err := loggen.ParseAttack("flood,clients=30,for=1m,host=" + site)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	var want Result
	clients := map[netip.Addr]int{}
	_, err = loggen.Each(loggen.Config{Lines: 4000, Hosts: []string{"news.example.net", site}, Attacks: []loggen.Attack{attack}, Format: format, Duration: time.Minute},
		func(line []byte, r *loggen.Request) error {
			log.Write(append(line, '\n'))
			class := classOf(r)
			for _, c := range []*Class{&want.Classes[class], &want.All} {
				c.Requests++
				if met(r) {
					c.Met++
				}
			}
			if met(r) {
				clients[r.Client] |= 1 << class
			}
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	want.All.Addresses = int64(len(clients))
	for _, classes := range clients {
		for i := range want.Classes {
			want.Classes[i].Addresses += int64(classes >> i & 1)
		}
	}
	got := test(t, jobOf(t, rule, format, log.String()))
	if diff := cmp.Diff(want.Classes, got.Classes); diff != "" || want.All != got.All || got.All.Requests == 0 || got.All.Met == 0 || got.Counts.Lines != got.All.Requests {
		t.Errorf("%s in %s: want %+v, got %+v; classes -want +got\n%s", rule, format, want.All, got.All, diff)
	}
}

// logLine is a request in the combined format with the virtual host in front.
func logLine(host, client, request, agent string) string {
	return fmt.Sprintf("%s %s - - [04/May/2026:12:00:00 +0000] \"%s HTTP/1.1\" 200 100 \"-\" %q\n", host, client, request, agent)
}

// What a line does not tell is undecided, unless the rest of the rule decides.
func TestUndecided(t *testing.T) {
	full := logLine(site, "198.51.100.1", "GET /a?x=1", "curl/8")
	combined := strings.TrimPrefix(full, site+" ")
	for _, c := range []struct {
		format, log, rule            string
		met, undecided, without, els int64
		missing                      string
	}{
		{"vhost-combined", full, "request.path == '/a'", 1, 0, 0, 0, ""},
		{"vhost-combined", full, "request.path == '/b'", 0, 0, 0, 0, ""},
		{"vhost-combined", full, "origin.asn == 64500", 0, 1, 0, 0, "origin.asn"},
		{"vhost-combined", full, "origin.asn == 64500 && request.path == '/b'", 0, 0, 0, 0, ""},
		{"vhost-combined", full, "origin.asn == 64500 || request.path == '/a'", 1, 0, 0, 0, ""},
		{"vhost-combined", full, "request.headers['cookie'] == 'a' && has(request.headers['accept'])", 0, 1, 0, 0, "request.headers['accept'] request.headers['cookie']"},
		{"vhost-combined", full, "!has(request.headers['referer'])", 1, 0, 0, 0, ""},
		{"vhost-combined", full, "request.headers['referer'].contains('a')", 0, 0, 0, 0, ""},
		{"vhost-combined", full, "request.scheme == 'https'", 0, 1, 0, 0, "request.scheme"},
		{"vhost-combined", strings.Replace(full, "198.51.100.1", "10.0.0.1", 1), "origin.region_code == 'NL'", 0, 1, 0, 0, "origin.region_code"},
		{"vhost-combined", full, "evaluatePreconfiguredWaf('sqli-v33-stable')", 0, 1, 0, 1, ""},
		{"vhost-combined", full, "evaluatePreconfiguredWaf('sqli-v33-stable') && request.method == 'POST'", 0, 0, 0, 0, ""},
		{"vhost-combined", logLine(site, "198.51.100.1", "PROPFIND /a", "x"), "request.method == 'GET'", 0, 1, 0, 0, "request.method"},
		{"vhost-combined", logLine("192.0.2.1", "198.51.100.1", "GET /a", "x"), "request.headers['host'] == 'a'", 0, 1, 0, 0, "request.headers['host']"},
		{"vhost-combined", logLine(site, "198.51.100.1", "GET /\xe9", "x"), `request.path == '/\xe9'`, 1, 0, 0, 0, ""},
		{"combined", combined, "request.headers['host'] == 'a'", 0, 1, 0, 0, "request.headers['host']"},
		{"combined", combined, "request.query == 'x=1'", 1, 0, 0, 0, ""},
		{"combined", strings.Replace(combined, "198.51.100.1", "-", 1), "request.query == 'x=1'", 1, 0, 1, 0, ""},
		{"combined", strings.Replace(combined, "198.51.100.1", "-", 1), "origin.ip == '1'", 0, 1, 0, 0, "origin.ip"},
		{"$remote_addr [$time_iso8601] $uri $status", "198.51.100.1 [2026-05-04T12:00:00+00:00] /a 200\n", "request.query == ''", 0, 1, 0, 0, "request.query"},
		{"$remote_addr [$time_iso8601] $uri $status", "198.51.100.1 [2026-05-04T12:00:00+00:00] /a 200\n", "request.headers['user-agent'] == ''", 0, 1, 0, 0, "request.headers['user-agent']"},
		{"$remote_addr [$time_iso8601] $request_uri $status", "198.51.100.1 [2026-05-04T12:00:00+00:00] /a 200\n", "request.query == ''", 1, 0, 0, 0, ""},
	} {
		r := test(t, jobOf(t, c.rule, c.format, c.log))
		var missing []string
		for _, m := range r.Missing {
			missing = append(missing, m.Name)
		}
		if got := [4]int64{r.All.Met, r.All.Undecided, r.NoAddress, r.Elsewhere}; got != [4]int64{c.met, c.undecided, c.without, c.els} || strings.Join(missing, " ") != c.missing {
			t.Errorf("%s on %q: met, undecided, without address, elsewhere %v; missing %v", c.rule, c.log, got, missing)
		}
	}
}

// A visitor behind a content delivery network is not told apart from others.
func TestDeliveryNetworks(t *testing.T) {
	log := logLine(site, "173.245.48.5", "GET /a", "curl/8")
	if r := test(t, jobOf(t, "inIpRange(origin.ip, '173.245.48.0/20')", "vhost-combined", log)); r.All.Met != 1 || r.Networks != 1 {
		t.Errorf("%+v", r)
	}
	if r := test(t, jobOf(t, "origin.user_ip == '173.245.48.5' || origin.region_code == 'US'", "vhost-combined", log)); r.All.Undecided != 1 || len(r.Missing) != 2 {
		t.Errorf("%+v", r)
	}
}

// Every line is counted once, as a request or with the reason why not.
func TestLinesAndLimits(t *testing.T) {
	at := func(clock string) string {
		return strings.Replace(logLine(site, "198.51.100.1", "GET /a", "x"), "12:00:00", clock, 1)
	}
	other := logLine("alias.example.org", "198.51.100.2", "GET /a", "x") + logLine("other.example.net", "198.51.100.2", "GET /a", "x")
	j := jobOf(t, "true", "vhost-combined", at("11:59:59")+at("12:00:00")+at("12:00:59")+at("12:01:00")+other+"no log\n\n \n"+
		strings.Replace(at("12:00:00"), "2026", "2030", 1)+strings.Repeat("x", logentry.MaxLine+1)+"\n"+strings.TrimSuffix(at("12:00:01"), "\n"))
	j.From, j.To = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC), time.Date(2026, 5, 4, 12, 1, 0, 0, time.UTC)
	j.Hosts, j.Sites = []string{site}, map[string]string{site: site, "alias.example.org": site}
	r := test(t, j)
	c := &r.Counts
	if c.Lines != 10 || c.Entries != 7 || c.OutsideRange != 2 || c.OtherHost != 1 || c.Dead[logentry.ReasonNoMatch] != 1 || c.Dead[logentry.ReasonFuture] != 1 || c.Dead[logentry.ReasonTooLong] != 1 {
		t.Errorf("%+v", c)
	}
	if r.All != (Class{Requests: 4, Met: 4, Addresses: 2}) {
		t.Errorf("%+v", r.All)
	}
}

// More addresses than are told apart are a lower bound, and said.
func TestAddressesAreBounded(t *testing.T) {
	a := newAddresses(2)
	for _, text := range []string{"198.51.100.1", "198.51.100.2", "198.51.100.1"} {
		a.add(netip.MustParseAddr(text), vocabulary.ClientTool)
	}
	if len(a.met) != 2 || a.cut {
		t.Errorf("%d, %v", len(a.met), a.cut)
	}
	a.add(netip.MustParseAddr("198.51.100.3"), vocabulary.ClientTool)
	a.add(netip.MustParseAddr("198.51.100.1"), vocabulary.ClientBrowser)
	r := &Result{}
	r.finish(a)
	if !r.AddressesCut || r.All.Addresses != 2 || r.Classes[vocabulary.ClientTool].Addresses != 2 || r.Classes[vocabulary.ClientBrowser].Addresses != 1 {
		t.Errorf("%+v", r)
	}
}

func TestTrouble(t *testing.T) {
	j := jobOf(t, "true", "combined", logLine(site, "198.51.100.1", "GET /a", "x"))
	if err := os.Remove(slices.Concat(j.Branches...)[0].Path); err != nil {
		t.Fatal(err)
	}
	if r := test(t, j); len(r.Problems) != 1 || !strings.Contains(r.Problems[0], "does not exist") {
		t.Errorf("%+v", r)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, j); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	j.CountryDB = "nowhere.mmdb"
	if _, err := Run(t.Context(), j); err == nil {
		t.Error(err)
	}
}

// A tester holds parts of the last line.
func TestNothingIsPrinted(t *testing.T) {
	j := jobOf(t, "true", "combined", "x\n")
	tester, err := newTester(j, nil, newAddresses(1))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%v %+v %s", tester, tester, tester); got != "[redacted] [redacted] [redacted]" {
		t.Error(got)
	}
}
