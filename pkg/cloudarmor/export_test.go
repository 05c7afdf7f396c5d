package cloudarmor

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"golang.org/x/text/unicode/norm"
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

var update = flag.Bool("update", false, "write the golden files anew")

func example() *Policy {
	return &Policy{Name: "ca-news", Type: TypeBackend, Rules: []Rule{
		{Priority: 100, Description: "allow: uptime checks and office", Action: "allow", Match: Match{Config: &MatchConfig{[]string{"198.51.100.0/28", "2001:db8:100::/48"}}, VersionedExpr: "SRC_IPS_V1"}},
		{Priority: 1000, Description: "it's a test", Action: "deny(403)", Preview: true, Match: Match{Expr: &Expr{HostCondition("news.example.org") + " && request.method == 'POST'"}}},
		*good(nil),
		{Priority: 1150, Action: "rate_based_ban", Preview: true, Match: Match{Expr: &Expr{"origin.asn == 64500"}},
			RateLimitOptions: &RateLimitOptions{RateLimitThreshold: Threshold{60, 60}, ConformAction: "allow", ExceedAction: "deny(429)", BanDurationSec: 600,
				EnforceOnKeys: []EnforceOnKeyConfig{{"IP", ""}, {"HTTP_HEADER", "x-api-key"}}}},
		{Priority: 1170, Action: "redirect", Match: Match{Expr: &Expr{"origin.asn == 64501"}}, RedirectOptions: &RedirectOptions{Type: "EXTERNAL_302", Target: "https://example.org/?a=b&c"}},
		{Priority: DefaultPriority, Action: "allow", Match: Match{Config: &MatchConfig{[]string{"*"}}, VersionedExpr: "SRC_IPS_V1"}},
	}}
}

func golden(t *testing.T, name string, got []byte, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestExports(t *testing.T) {
	p := example()
	rest, err := REST(p)
	golden(t, "policy.json", rest, err)
	var back Policy
	if err := json.Unmarshal(rest, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, &back); diff != "" {
		t.Errorf("what REST wrote reads differently (-want +got):\n%s", diff)
	}
	script, err := Gcloud(p)
	golden(t, "policy.sh", script, err)
	resources, err := Terraform(p, "news")
	golden(t, "policy.tf", resources, err)
	if _, diagnostics := hclparse.NewParser().ParseHCL(resources, "policy.tf"); diagnostics.HasErrors() {
		t.Error(diagnostics)
	}
}

func TestNothingIsExportedThatTheServiceRefuses(t *testing.T) {
	p := example()
	p.Rules[1].Match.Expr.Expression = "origin.region_code in ['AU']"
	p.Rules[2].RateLimitOptions.RateLimitThreshold.IntervalSec = 61
	for name, export := range map[string]func() ([]byte, error){
		"rest": func() ([]byte, error) { return REST(p) }, "gcloud": func() ([]byte, error) { return Gcloud(p) }, "terraform": func() ([]byte, error) { return Terraform(p, "x") },
	} {
		out, err := export()
		if out != nil || err == nil || !strings.Contains(err.Error(), "rule 1000 ") || !strings.Contains(err.Error(), "rule 1130 ") {
			t.Errorf("%s: %d bytes, %v", name, len(out), err)
		}
	}
}

// words are those that a shell makes of a command.
func words(t *testing.T, script string) []string {
	t.Helper()
	file, err := syntax.NewParser().Parse(strings.NewReader(script), "")
	if err != nil {
		t.Fatalf("%v in %q", err, script)
	}
	if len(file.Stmts) != 1 {
		t.Fatalf("%d commands in %q", len(file.Stmts), script)
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

func hostile(f *testing.F) {
	for _, s := range []string{"", "'", `"`, "$(id)", "`id`", "${a}", "%{if}", "$${a}", "$$${", `\`, "a b", "; rm -rf /", "é", "\x01", "*", "~", "--flag", "%%{", "a'b\"c"} {
		f.Add(s)
	}
}

func FuzzShell(f *testing.F) {
	hostile(f)
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsFunc(s, unicode.IsControl) || !utf8.ValidString(s) {
			return // nothing that is exported has them
		}
		if got := words(t, "gcloud --expression="+shell(s)); len(got) != 2 || got[1] != "--expression="+s {
			t.Errorf("%q is quoted as %s and read as %q", s, shell(s), got)
		}
	})
}

func FuzzHCL(f *testing.F) {
	hostile(f)
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		expression, diagnostics := hclsyntax.ParseExpression([]byte(quoteHCL(s)), "", hcl.InitialPos)
		if diagnostics.HasErrors() {
			t.Fatalf("%q is quoted as %s: %v", s, quoteHCL(s), diagnostics)
		}
		value, diagnostics := expression.Value(nil)
		if diagnostics.HasErrors() || value.AsString() != norm.NFC.String(s) {
			t.Errorf("%q is quoted as %s and read as %q (%v)", s, quoteHCL(s), value.AsString(), diagnostics)
		}
	})
}
