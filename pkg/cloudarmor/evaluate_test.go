package cloudarmor

import "testing"

func TestEvaluate(t *testing.T) {
	r := &Request{
		Attributes: map[string]any{"origin.ip": "198.51.100.7", "origin.asn": int64(64500), "request.path": "/Search/%41", "request.method": "POST"},
		Headers:    map[string]string{"user-agent": "curl/8.5", "host": "news.example.org"},
		Absent:     []string{"referer"},
	}
	for expression, want := range map[string]Answer{
		`inIpRange(origin.ip, '198.51.100.0/24')`:                                Matches,
		`inIpRange(origin.ip, '198.51.101.0/24')`:                                NoMatch,
		`inIpRange(origin.ip, '2001:db8::/32')`:                                  NoMatch,
		`origin.asn == 64500 && request.method != 'GET'`:                         Matches,
		`request.path.lower().startsWith('/search')`:                             Matches,
		`request.path.urlDecode().endsWith('A')`:                                 Matches,
		`request.headers['user-agent'].matches('(?i:CURL)')`:                     Matches,
		`request.headers['user-agent'].matches('wget')`:                          NoMatch,
		`request.headers['cookie'].matches('a')`:                                 Unknown,
		`request.headers['referer'].matches('a')`:                                NoMatch,
		`request.path.matches(request.query)`:                                    Unknown,
		`size(request.headers['user-agent']) == 8`:                               Matches,
		`!has(request.headers['referer'])`:                                       Matches,
		`request.headers['referer'] == 'x'`:                                      NoMatch, // absent
		`request.headers['referer'] == 'x' || request.method == 'POST'`:          Matches,
		`request.headers['cookie'] == 'x'`:                                       Unknown, // not logged
		`has(request.headers['cookie'])`:                                         Unknown,
		`request.headers['cookie'] == 'x' || request.method == 'POST'`:           Matches,
		`request.headers['cookie'] == 'x' && request.method == 'GET'`:            NoMatch,
		`request.headers['cookie'] == 'x' && request.method == 'POST'`:           Unknown,
		`origin.region_code == 'AU'`:                                             Unknown,
		`origin.region_code == 'AU' && origin.asn == 1`:                          NoMatch,
		`evaluateAddressGroup('g', origin.ip)`:                                   Unknown,
		`evaluatePreconfiguredWaf('xss-v33-stable') && request.method == 'GET'`:  NoMatch,
		`evaluateThreatIntelligence('iplist-tor-exit-nodes') || origin.asn == 1`: Unknown,
		`'%u0041'.urlDecodeUni() == 'A' && 'QQ=='.base64Decode() == 'A'`:         Matches,
		`'%4'.urlDecode() == '%4' && '%zz'.urlDecode() == '%zz'`:                 Matches,
		`'!'.base64Decode() == 'A'`:                                              NoMatch,
		`inIpRange('nonsense', '10.0.0.0/8')`:                                    NoMatch,
	} {
		if got := evaluate(t, expression, r); got != want {
			t.Errorf("%s: %v, want %v", expression, got, want)
		}
	}
}

func TestUnknowns(t *testing.T) {
	e, err := Compile(`has(request.headers['cookie']) && request.headers['host'] == 'a' && origin.asn == 1`)
	if err != nil {
		t.Fatal(err)
	}
	got := e.Unknowns(map[string]bool{"origin.asn": true, "request.headers['host']": true})
	if len(got) != 1 || got[0] != "request.headers['cookie']" {
		t.Errorf("unknown: %q", got)
	}
}

func FuzzQuote(f *testing.F) {
	for _, s := range []string{"", "'", `\`, "a\nb", `' || true || '`, "é", "\x00\x7f", `\'`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if s != latin1(s) {
			return // values of rules are ASCII
		}
		if got := evaluate(t, "request.path == "+Quote(s), path(s)); got != Matches {
			t.Errorf("%q is quoted as %s: %v", s, Quote(s), got)
		}
	})
}

// A list of addresses is an expression, too.
func TestConditionOfAddresses(t *testing.T) {
	for _, c := range []struct {
		ranges []string
		met    bool
	}{
		{[]string{"*"}, true}, {[]string{"192.0.2.1", "198.51.100.0/24"}, true}, {[]string{"198.51.100.7"}, true}, {[]string{"2001:db8::/32", "198.51.100.8"}, false},
	} {
		m := &Match{VersionedExpr: "SRC_IPS_V1", Config: &MatchConfig{SrcIPRanges: c.ranges}}
		e, err := Compile(m.Condition())
		if err != nil {
			t.Fatal(err)
		}
		answer, err := e.Evaluate(&Request{Attributes: map[string]any{"origin.ip": "198.51.100.7"}})
		if err != nil || (answer == Matches) != c.met {
			t.Errorf("%v: %v, %v", c.ranges, answer, err)
		}
	}
	if got := (&Match{Expr: &Expr{Expression: "false"}}).Condition(); got != "false" {
		t.Error(got)
	}
}
