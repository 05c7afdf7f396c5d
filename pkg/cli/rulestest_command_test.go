package cli

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testLog is a log with a request of a browser, two of a tool, one of a bot from anywhere, one of a verified bot, and a line that is none.
const testLog = `www.example.org 198.51.100.1 - - [04/May/2026:12:00:00 +0000] "GET /secret?token=1 HTTP/1.1" 200 100 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
www.example.org 198.51.100.2 - - [04/May/2026:12:00:01 +0000] "GET /secret HTTP/1.1" 200 100 "-" "curl/8.5"
www.example.org 198.51.100.2 - - [04/May/2026:12:00:02 +0000] "GET /other HTTP/1.1" 200 100 "-" "curl/8.5"
www.example.org 198.51.100.3 - - [04/May/2026:12:00:03 +0000] "GET /secret HTTP/1.1" 200 100 "-" "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
www.example.org 66.249.66.1 - - [04/May/2026:12:00:04 +0000] "GET /secret HTTP/1.1" 200 100 "-" "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
no request
`

func logFile(t *testing.T, name string) string {
	t.Helper()
	file, text := filepath.Join(t.TempDir(), name), testLog
	if strings.HasSuffix(name, ".gz") {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		text = b.String()
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestRulesTestSaysWhatItMet(t *testing.T) {
	want := `CLIENTS                 REQUESTS  MET  SHARE   ADDRESSES MET
browsers                1         1    100 %   1
bots, not verified      1         1    100 %   1
bots, address verified  1         1    100 %   1
tools and scripts       2         1    50.0 %  1
gave no name            0         0    -       0
other                   0         0    -       0
all                     5         4    80.0 %  4

4 of 5 requests would have met it; 100 % of browsers' requests.
`
	policy := policyFile(t, strings.Replace(goodPolicy, `"/it''s"`, `"/secret"`, 1))
	for _, file := range []string{logFile(t, "access.log"), logFile(t, "access.log.2.gz")} {
		for _, rule := range []string{"request.path == '/secret'", policy + ":1000"} {
			code, stdout, stderr := run(t, "rules", "test", rule, file)
			if diff := cmp.Diff(want, stdout); code != 0 || diff != "" || !strings.Contains(stderr, "Read 6 lines") || !strings.Contains(stderr, "1  not readable") ||
				!strings.Contains(stderr, "do not fit the format") {
				t.Errorf("%s in %s: exit code %d, stderr %s, -want +got\n%s", rule, file, code, stderr, diff)
			}
		}
	}
}

func TestRulesTestSaysWhatIsUndecided(t *testing.T) {
	file := logFile(t, "access.log")
	_, stdout, _ := run(t, "rules", "test", "request.path == '/other' || origin.asn == 64500 && request.headers['accept'] == ''", file)
	want := "\n1 of 5 requests would have met it; 0 % of browsers' requests.\n4 requests undecided, as the log does not have what the rule asks for: origin.asn (4), request.headers['accept'] (4).\n"
	if !strings.HasSuffix(stdout, want) {
		t.Errorf("%s", stdout)
	}
	_, stdout, _ = run(t, "rules", "test", "evaluateThreatIntelligence('iplist-tor-exit-nodes')", file)
	if !strings.Contains(stdout, "5 requests undecided; 5 by functions whose answer only the service has.") {
		t.Errorf("%s", stdout)
	}
}

func TestRulesTestForPrograms(t *testing.T) {
	file := logFile(t, "access.log")
	_, stdout, _ := run(t, "rules", "test", "--format", "json", "--from", "2026-05-04T12:00:01", "request.path == '/secret' && origin.asn == 64500", file)
	var got testJSON
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatal(err)
	}
	want := testJSON{classJSON: classJSON{"all", 4, 0, 3, 0}, Missing: []missingJSON{{"origin.asn", 3}}, Lines: 6, Unreadable: map[string]int64{"no_match": 1}, OutsideRange: 1,
		Classes: []classJSON{{Class: "browser"}, {"declared_bot", 1, 0, 1, 0}, {"verified_bot", 1, 0, 1, 0}, {"tool", 2, 0, 1, 0}, {Class: "empty"}, {Class: "other"}, {Class: "none"}}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(testJSON{}, classJSON{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestRulesTestRefuses(t *testing.T) {
	log := logFile(t, "access.log")
	good := policyFile(t, goodPolicy)
	bad := policyFile(t, strings.Replace(goodPolicy, "request.path ==", "request.path in", 1))
	ranges := policyFile(t, strings.Replace(goodPolicy, `match: {expr: {expression: 'request.path == "/it''s"'}}`, "match: {config: {srcIpRanges: [198.51.100.2, 66.249.66.0/24]}}", 1))
	for _, c := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{[]string{"request.path = '/'", log}, 1, "", "the service would refuse the rule: it has a wrong expression: the expression is not in Cloud Armor's language: character 14: "},
		{[]string{"request.host == 'a'", log}, 1, "", "undeclared reference"},
		{[]string{"true" + strings.Repeat(" && request.path == '/'", 6), log}, 1, "", "it has 7 conditions in its expression: the service takes 5"},
		{[]string{good + ":1001", log}, 1, "", good + " has no rule of priority 1001: it has 1000, 2147483647"},
		{[]string{good, log}, 2, "", good + " is a policy, and rules test takes one rule of it: write " + good + ":PRIORITY; it has 1000, 2147483647"},
		{[]string{bad + ":1000", log}, 1, "", bad + ": the service would refuse the rule: it has a wrong expression"},
		{[]string{"nowhere.yaml:1", log}, 1, "", "nowhere.yaml: reading the policy"},
		{[]string{good + ":2147483647", log}, 0, "\n5 of 5 requests would have met it", ""},
		{[]string{ranges + ":1000", log}, 0, "\n3 of 5 requests would have met it", ""},
		{[]string{"true", "nowhere.log"}, 1, "", "nowhere.log"},
		{[]string{"true", log, "--host", "other.example.org"}, 0, "\n0 of 0 requests would have met it.", "not of the hosts that --host names"},
		{[]string{"true", log, "--log-format", "combind"}, 2, "", `did you mean "combined"?`},
		{[]string{"true", log, "--format", "csv"}, 2, "", `--format cannot be "csv"`},
	} {
		code, stdout, stderr := run(t, append([]string{"rules", "test"}, c.args...)...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) || code != 0 && strings.Count(stderr, "\n") > 1 {
			t.Errorf("%v: exit code %d, stdout %q, stderr %q", c.args, code, stdout, stderr)
		}
	}
}

// A visitor is named neither where the rule meets it nor where it does not.
func TestRulesTestNamesNobody(t *testing.T) {
	file := logFile(t, "access.log")
	for _, args := range [][]string{{"request.query != ''", file}, {"--format", "json", "request.path.contains('e')", file}, {"origin.asn == 1", file}} {
		_, stdout, stderr := run(t, append([]string{"rules", "test"}, args...)...)
		for _, word := range []string{"198.51", "66.249", "secret", "token", "Firefox", "Googlebot", "curl"} {
			if strings.Contains(stdout+stderr, word) {
				t.Errorf("%v: %q in %s%s", args, word, stdout, stderr)
			}
		}
	}
}
