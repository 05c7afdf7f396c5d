package siterule

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// shellWords are those that a shell makes of a command.
func shellWords(t testing.TB, script string) []string {
	t.Helper()
	file, err := syntax.NewParser().Parse(strings.NewReader(script), "")
	if err != nil || len(file.Stmts) != 1 {
		t.Fatalf("no single command: %q (%v)", script, err)
	}
	call, ok := file.Stmts[0].Cmd.(*syntax.CallExpr)
	if !ok {
		t.Fatalf("no simple command: %q", script)
	}
	fields, err := expand.Fields(&expand.Config{Env: expand.ListEnviron()}, call.Args...)
	if err != nil {
		t.Fatalf("%v in %q", err, script)
	}
	return fields
}

var update = flag.Bool("update", false, "write the golden files anew")

// The whole text of an export of each kind, to be read.
func TestGoldens(t *testing.T) {
	expires := time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)
	deny := &Rule{Name: "login-bots", Host: "news.example.org", Action: Deny, Expires: expires,
		Conditions: []Condition{{Path, "/wp-login.php"}, {Agent, "Googlebot"}, {Method, "POST"}}}
	throttle := &Rule{Name: "search", Host: "news.example.org", Action: Throttle, Count: 30, Seconds: 60, Expires: expires, Conditions: []Condition{{Path, "/user/{name}/photos"}, {Referrer, NoReferrer}}}
	clients := &Rule{Name: "fg-3-addresses-1", Host: "news.example.org", Action: Deny, Expires: expires, Conditions: []Condition{{Client, "198.51.100.7/32 203.0.113.9/32 2001:db8:1:2::/64"}}}
	for name, r := range map[string]*Rule{"deny": deny, "throttle": throttle, "clients": clients} {
		for kind, export := range map[string]func() (string, error){
			"cel": r.CEL, "nginx": func() (string, error) { return r.Nginx(false) }, "preview.nginx": func() (string, error) { return r.Nginx(true) },
			"cloudflare": r.Cloudflare, "cloudflare.txt": r.CloudflareSteps,
		} {
			text, err := export()
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+"."+kind, strings.TrimSuffix(text, "\n")+"\n")
		}
	}
}

// The words have the query after the path, whatever the order of the conditions.
func TestQueriesInWords(t *testing.T) {
	for value, want := range map[string]string{QueryPresent: "with path /, a query, method GET.", QueryNone: "with path /, no query, method GET."} {
		if got := denial(Condition{Query, value}, Condition{Method, "GET"}, Condition{Path, "/"}); !strings.HasSuffix(got.inWords(), want) {
			t.Errorf("%s, want %s", got.inWords(), want)
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestWhatNginxCannotSay(t *testing.T) {
	path := []Condition{{Path, "/search"}}
	for want, r := range map[string]*Rule{
		"geoip2 /path/to/country.mmdb": denial(Condition{Country, "NL"}),
		"geoip2 /path/to/asn.mmdb":     denial(Condition{Network, "AS64500"}),
		"carry each other's names":     denial(Condition{Agent, "Chrome"}),
		"below one request a minute":   {Name: "a", Host: "a.example", Conditions: path, Action: Throttle, Count: 1, Seconds: 3600},
	} {
		text, err := r.Nginx(true)
		var cannot *CannotError
		if text != "" || !errors.As(err, &cannot) || cannot.Target != nginxTarget || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v", want, text, err)
		}
	}
}

// A ban becomes a limit, and the snippet says so.
func TestNginxLimitsWhereItCannotBan(t *testing.T) {
	r := &Rule{Name: "a", Host: "a.example", Conditions: []Condition{{Path, "/login"}}, Action: Ban, Count: 10, Seconds: 60, BanSeconds: 600}
	if snippet := nginxOf(t, r, false); !strings.Contains(snippet, "rate=10r/m;") || !strings.Contains(snippet, "nginx bans nobody") || r.Action != Ban {
		t.Errorf("the snippet is\n%s", snippet)
	}
}

// A limit is never stricter than the rule says.
func TestNginxRates(t *testing.T) {
	for rate, limit := range map[string][2]int{"2r/s": {120, 60}, "30r/m": {30, 60}, "2r/m": {31, 1800}, "1r/m": {60, 3600}, "5r/s": {50, 10}} {
		r := &Rule{Name: "a", Host: "a.example", Conditions: []Condition{{Path, "/search"}}, Action: Throttle, Count: limit[0], Seconds: limit[1]}
		if snippet := nginxOf(t, r, false); !strings.Contains(snippet, "rate="+rate+";") {
			t.Errorf("%v: want %s in\n%s", limit, rate, snippet)
		}
	}
}

// TestNginxTakesSeveralRules: what they share is there once, so that the real nginx takes them, and each does its work.
func TestNginxTakesSeveralRules(t *testing.T) {
	rule := func(name, path string, action Action) *Rule {
		r := &Rule{Name: name, Host: "news.example.org", Conditions: []Condition{{Path, path}}, Action: action}
		if action == Throttle {
			r.Count, r.Seconds = 1, 60
		}
		return r
	}
	rules := []*Rule{rule("fg-a", "/a", Deny), rule("fg-b", "/b", Throttle), rule("fg-c", "/c", Throttle)}
	for _, preview := range []bool{true, false} {
		text, err := NginxOf(rules, preview)
		if err != nil {
			t.Fatal(err)
		}
		s := serve(t, text, everything)
		want := map[string][2]int{"/a": {403, 403}, "/b": {200, 429}, "/c": {200, 429}, "/d": {200, 200}}
		for path, statuses := range want {
			for n, status := range statuses {
				if preview {
					status = 200
				}
				if got := s.status(t, request{path: path}); got != status {
					t.Errorf("preview %v: request %d for %s is answered by %d, want %d", preview, n, path, got, status)
				}
			}
		}
	}
	for _, odd := range []*Rule{rule("fg-a", "/b", Deny), {Name: "fg-d", Host: "b.example", Conditions: []Condition{{Path, "/"}}, Action: Deny}, rule("fg-d", "/...", Deny)} {
		if text, err := NginxOf([]*Rule{rules[0], odd}, true); err == nil || text != "" {
			t.Errorf("%+v was written beside another: %s", odd, text)
		}
	}
}
