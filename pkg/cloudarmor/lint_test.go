package cloudarmor

import (
	"strings"
	"testing"
)

func TestLintExpressions(t *testing.T) {
	for expression, want := range map[string]string{
		`inIpRange(origin.ip, '198.51.100.0/24')`:                            "",
		`origin.region_code == 'AU' && inIpRange(origin.ip, '192.0.2.0/24')`: "",
		`origin.asn == 64500`: "",
		`origin.tls_ja4_fingerprint == 't13d1516h2_8daaf6152771_b186095e22b6'`:                                "",
		`has(request.headers['user-agent']) && request.headers['user-agent'].matches('(?i:wordpress)')`:       "",
		`request.headers['host'].lower().endsWith('.example.org') && size(request.path) > 512`:                "",
		`evaluateAddressGroup('ag-rec-7f3a', origin.ip)`:                                                      "",
		`evaluatePreconfiguredWaf('sqli-v33-stable', {'sensitivity': 1})`:                                     "",
		`'[AU,BE]'.contains(origin.region_code)`:                                                              "",
		`token.recaptcha_session.score <= 0.5`:                                                                "",
		`int(request.headers['content-length']) > 1024 && request.path.urlDecode().upper().contains('ADMIN')`: "",
		`origin.region_code in ['US','CA']`:                                                                   "not in Cloud Armor's language",
		`['a'].exists(x, x == origin.region_code)`:                                                            "not in Cloud Armor's language",
		`origin.ip == '192.0.2.1' ? true : false`:                                                             "not in Cloud Armor's language",
		`request.body == 'x'`:                  "not in Cloud Armor's language",
		`request.path`:                         "must be true or false",
		`request.path ==`:                      "not in Cloud Armor's language",
		`request.path.matches('(')`:            "missing closing )",
		`has('a')`:                             "has() takes",
		"origin.asn == 1 ||\n origin.asn == 2": "line break",
		`origin.asn == 1 || origin.asn == 2 || origin.asn == 3 || origin.asn == 4 || (origin.asn == 5 && origin.asn == 6)`: "6 conditions",
		`request.path == '` + strings.Repeat("a", 1100) + `'`:                                                              "condition of 11",
		`request.path == '` + strings.Repeat("a", 2100) + `'`:                                                              "expression of 21",
		`request.headers['Host'] == 'x'`:                                                                                   "lower case",
	} {
		var texts []string
		for _, p := range LintRule(&Rule{Priority: 1, Action: "deny(403)", Match: Match{Expr: &Expr{expression}}}) {
			texts = append(texts, p.String())
		}
		got := strings.Join(texts, "\n")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", expression, got, want)
		}
	}
}

// good is a rule that the service takes.
func good(change func(r *Rule)) *Rule {
	r := &Rule{Priority: 1130, Description: "ban repeat offenders on /search", Action: "rate_based_ban", Preview: true,
		Match: Match{Expr: &Expr{"request.path.startsWith('/search')"}},
		RateLimitOptions: &RateLimitOptions{RateLimitThreshold: Threshold{60, 60}, ConformAction: "allow", ExceedAction: "deny(429)", EnforceOnKey: "IP",
			BanThreshold: &Threshold{600, 300}, BanDurationSec: 600}}
	if change != nil {
		change(r)
	}
	return r
}

func TestLintRules(t *testing.T) {
	for _, c := range []struct {
		want   string
		change func(r *Rule)
	}{
		{"", nil},
		{"", func(r *Rule) { r.RateLimitOptions.BanThreshold = nil }},
		{"count 12000: the service takes 1 to 10000", func(r *Rule) { r.RateLimitOptions.RateLimitThreshold.Count = 12000 }},
		{"", func(r *Rule) {
			r.Action, r.RateLimitOptions.BanThreshold, r.RateLimitOptions.BanDurationSec, r.RateLimitOptions.RateLimitThreshold.Count = "throttle", nil, 0, 12000
		}},
		{"is a throttle", func(r *Rule) { r.Action = "throttle" }},
		{"intervalSec 90", func(r *Rule) { r.RateLimitOptions.RateLimitThreshold.IntervalSec = 90 }},
		{"below 60", func(r *Rule) { r.RateLimitOptions.BanThreshold.IntervalSec = 30 }},
		{"banDurationSec 61", func(r *Rule) { r.RateLimitOptions.BanDurationSec = 61 }},
		{`conformAction "deny(403)"`, func(r *Rule) { r.RateLimitOptions.ConformAction = "deny(403)" }},
		{"needs exceedRedirectOptions", func(r *Rule) { r.RateLimitOptions.ExceedAction = "redirect" }},
		{`exceedAction "deny(451)"`, func(r *Rule) { r.RateLimitOptions.ExceedAction = "deny(451)" }},
		{`counts by "PATH"`, func(r *Rule) { r.RateLimitOptions.EnforceOnKey = "PATH" }},
		{"does not say by which", func(r *Rule) { r.RateLimitOptions.EnforceOnKey = "HTTP_COOKIE" }},
		{"takes one of them", func(r *Rule) { r.RateLimitOptions.EnforceOnKeys = []EnforceOnKeyConfig{{"IP", ""}} }},
		{"4 keys", func(r *Rule) {
			r.RateLimitOptions.EnforceOnKey, r.RateLimitOptions.EnforceOnKeys = "", []EnforceOnKeyConfig{{"IP", ""}, {"SNI", ""}, {"ASN", ""}, {"HTTP_PATH", ""}}
		}},
		{"IP twice", func(r *Rule) {
			r.RateLimitOptions.EnforceOnKey, r.RateLimitOptions.EnforceOnKeys = "", []EnforceOnKeyConfig{{"IP", ""}, {"IP", ""}}
		}},
		{"needs rateLimitOptions", func(r *Rule) { r.RateLimitOptions = nil }},
		{"only throttle and rate_based_ban take", func(r *Rule) { r.Action = "deny(403)" }},
		{`action "deny(451)"`, func(r *Rule) { r.Action, r.RateLimitOptions = "deny(451)", nil }},
		{"description of 65", func(r *Rule) { r.Description = strings.Repeat("x", 65) }},
		{"priority that is not", func(r *Rule) { r.Priority = -1 }},
		{"11 srcIpRanges", func(r *Rule) {
			r.Match = Match{Config: &MatchConfig{strings.Split(strings.Repeat("192.0.2.1 ", 10)+"192.0.2.2", " ")}}
		}},
		{"", func(r *Rule) { r.Match = Match{Config: &MatchConfig{[]string{"*", "192.0.2.1", "2001:db8::/32"}}} }},
		{"write 192.0.2.0/24", func(r *Rule) { r.Match = Match{Config: &MatchConfig{[]string{"192.0.2.1/24"}}} }},
		{"no address and no range", func(r *Rule) { r.Match = Match{Config: &MatchConfig{[]string{"example.org"}}} }},
		{"one of them", func(r *Rule) { r.Match.Config = &MatchConfig{[]string{"*"}} }},
		{"matches nothing", func(r *Rule) { r.Match = Match{} }},
		{"needs redirectOptions", func(r *Rule) { r.Action, r.RateLimitOptions = "redirect", nil }},
	} {
		var texts []string
		for _, p := range LintRule(good(c.change)) {
			texts = append(texts, p.String())
		}
		got := strings.Join(texts, "\n")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) || len(texts) > 1 {
			t.Errorf("got %q\nwant %q", got, c.want)
		}
	}
}

func TestLintPolicies(t *testing.T) {
	everybody := Rule{Priority: 1200, Action: "throttle", Match: Match{Config: &MatchConfig{[]string{"*"}}},
		RateLimitOptions: &RateLimitOptions{RateLimitThreshold: Threshold{240, 60}, ConformAction: "allow", ExceedAction: "deny(429)", EnforceOnKey: "IP"}}
	last := Rule{Priority: DefaultPriority, Action: "allow", Match: Match{Config: &MatchConfig{[]string{"*"}}}}
	for _, c := range []struct {
		want   string
		policy Policy
	}{
		{"", Policy{Name: "a", Rules: []Rule{*good(nil), everybody, last}}},
		{"has the name \"a b\"", Policy{Name: "a b", Rules: []Rule{last}}},
		{"not one line of plain text", Policy{Name: "a", Description: "x\x1b[2J", Rules: []Rule{last}}},
		{"rule 1130 is there twice", Policy{Name: "a", Rules: []Rule{*good(nil), *good(nil), last}}},
		{"the policy has no default rule", Policy{Name: "a", Rules: []Rule{everybody}}},
		{"rule 1300 never gets a request: rule 1200", Policy{Name: "a", Rules: []Rule{last, *good(func(r *Rule) { r.Priority = 1300 }), everybody}}},
		{`the policy is of type "CLOUD_ARMOR_NETWORK"`, Policy{Name: "a", Type: "CLOUD_ARMOR_NETWORK", Rules: []Rule{last}}},
		{`an edge policy takes allow`, Policy{Name: "a", Type: TypeEdge, Rules: []Rule{*good(nil), last}}},
		{`asks for origin.tls_ja4_fingerprint, which an edge policy does not have`, Policy{Name: "a", Type: TypeEdge, Rules: []Rule{
			{Priority: 1, Action: "deny(403)", Match: Match{Expr: &Expr{"origin.tls_ja4_fingerprint == 'x'"}}}, last}}},
	} {
		var texts []string
		for _, p := range Lint(&c.policy) {
			texts = append(texts, p.String())
		}
		got := strings.Join(texts, "\n")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("got %q\nwant %q", got, c.want)
		}
	}
}
