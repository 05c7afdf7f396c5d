package cloudarmor

import (
	"os"
	"strings"
	"testing"
)

// described is what gcloud prints.
const described = `creationTimestamp: '2026-05-04T05:10:00.000-07:00'
description: for the newsroom
fingerprint: abc=
kind: compute#securityPolicy
name: ca-news
adaptiveProtectionConfig:
  layer7DdosDefenseConfig: {enable: true}
rules:
- action: rate_based_ban
  description: too many searches
  kind: compute#securityPolicyRule
  match:
    expr:
      expression: request.path.startsWith('/search')
  preview: true
  priority: 1130
  rateLimitOptions:
    banDurationSec: 61
    conformAction: allow
    enforceOnKey: IP
    exceedAction: deny(429)
    rateLimitThreshold: {count: 60, intervalSec: 60}
- action: allow
  match:
    config: {srcIpRanges: ['*']}
    versionedExpr: SRC_IPS_V1
  priority: 2147483647
`

func TestReadWhatGcloudPrints(t *testing.T) {
	p, err := parse([]byte(described))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Rules) != 2 || p.Name != "ca-news" || p.Rules[0].RateLimitOptions.RateLimitThreshold != (Threshold{60, 60}) || !p.Rules[0].Preview {
		t.Errorf("read %+v", p)
	}
	problems := Lint(p)
	if len(problems) != 1 || problems[0].Line != 9 || !strings.Contains(problems[0].String(), "rule 1130 has banDurationSec 61") {
		t.Errorf("problems: %+v", problems)
	}
}

func TestReadWhatRESTWrote(t *testing.T) {
	text, err := os.ReadFile("testdata/policy.json")
	if err != nil {
		t.Fatal(err)
	}
	p, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	again, err := REST(p)
	if err != nil || string(again) != string(text) {
		t.Errorf("%v\n%s", err, again)
	}
}

func TestReadNoPolicy(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "is empty",
		"{":                         "neither YAML nor JSON",
		"name: x":                   `no "rules"`,
		"name: x\nrules: ":          "line 2",
		"[1, 2]":                    "no security policy",
		"rules:\n- priority: first": "line 2",
	} {
		if _, err := parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(described))
	f.Add([]byte("rules: [{match: {expr: {expression: 'a'}}}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := parse(text)
		if err != nil {
			return
		}
		refused := refusal(p) != nil
		for name, export := range map[string]func() ([]byte, error){"rest": func() ([]byte, error) { return REST(p) }, "gcloud": func() ([]byte, error) { return Gcloud(p) }} {
			if out, err := export(); (err != nil) != refused || (out != nil) == refused {
				t.Errorf("%s: %v, refused: %v", name, err, refused)
			}
		}
	})
}
