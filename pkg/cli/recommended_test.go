package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pkg/cloudarmor"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// advisedFinding is of the minute so long ago.
func advisedFinding(host string, ago time.Duration, rules *schemas.Rules) *schemas.Finding {
	minute := testsBegan.Add(-ago).Truncate(time.Minute)
	return &schemas.Finding{
		Host: host, Minute: timestamppb.New(minute), Started: timestamppb.New(minute), Verdict: schemas.Verdict_VERDICT_ATTACK, Kind: "brute_force", Points: 12, Confidence: 0.91,
		Requests: 1300, NormalRequests: 100, AccusedRequests: proto.Int64(1100), AccusedClients: proto.Float64(0.25), Rules: rules,
		Evidence: []*schemas.Evidence{{Signal: "volume", Points: 5, Words: "13 times the usual 100 requests a minute"}},
	}
}

func generated(rules ...*schemas.Recommendation) *schemas.Rules {
	return &schemas.Rules{Status: "RULE_GENERATED", Words: "preview a rule before it is put in force", Recommendations: rules}
}

// testsBegan is one instant for a whole test, so that no minute ends within it.
var testsBegan = time.Now()

// recommendation expires in so long.
func recommendation(name, action string, in time.Duration, conditions ...*schemas.Condition) *schemas.Recommendation {
	r := &schemas.Recommendation{
		Name: name, Conditions: conditions, Action: action, Coverage: 0.987, CollateralBound: 0.0091, CollateralSample: 400, Confidence: 0.9,
		Expires: timestamppb.New(testsBegan.Add(in)), Words: "it would stop about 98.7 % of the attack's requests",
	}
	switch action {
	case "throttle":
		r.Count, r.Seconds = 20, 60
	case "rate_based_ban":
		r.Count, r.Seconds, r.BanSeconds = 10, 60, 600
	}
	return r
}

func when(field, value string) *schemas.Condition {
	return &schemas.Condition{Field: field, Value: value}
}

// secretPath is what few clients share.
const secretPath = "/only-anna-asks-for-this"

// storeOfRules has an open case of a site with rules for all, for few and of yesterday, one that nginx cannot be told, and a case without rules.
func storeOfRules(t *testing.T) string {
	t.Helper()
	post, search := recommendation("fg-post-login-1", "deny", time.Hour, when("path", "/login"), when("method", "POST")),
		recommendation("fg-search-2", "throttle", time.Hour, when("path", "/search"))
	images := recommendation("fg-images-4", "throttle", time.Hour, when("path", "/images"))
	few := recommendation("fg-3", "deny", time.Hour, when("path", secretPath), when("method", "GET"))
	literal, err := proto.Marshal(few)
	if err != nil {
		t.Fatal(err)
	}
	few.Conditions[0].Value, few.Conditions[0].Restricted = "", true
	return storeWith(t, &reportstore.Commit{
		Rows: rowsAgo("a.example", 180),
		Findings: []*schemas.Finding{
			advisedFinding("a.example", 5*time.Minute, generated(recommendation("fg-earlier-1", "deny", time.Hour, when("path", "/earlier")))),
			advisedFinding("a.example", 4*time.Minute, generated(post, search, few, images)),
			advisedFinding("a.example", 3*time.Minute, nil),
			{Host: "a.example", Minute: timestamppb.New(testsBegan.Add(-2 * time.Minute).Truncate(time.Minute)), Verdict: schemas.Verdict_VERDICT_NORMAL, Revision: 1, Requests: 9000},
			advisedFinding("a.example", 90*time.Minute, generated(recommendation("fg-expired-1", "deny", -time.Second, when("path", "/expired")))),
			advisedFinding("b.example", 9*time.Minute, generated(recommendation("fg-ban-1", "rate_based_ban", time.Hour, when("path", "/login"), when("country", "NL")))),
			advisedFinding("c.example", 9*time.Minute, &schemas.Rules{Status: "NO_USABLE_RULE_FOUND", Words: "no rule would stop a good part of the attack"}),
			advisedFinding("old.example", 200*time.Minute, generated(recommendation("fg-old-1", "deny", time.Hour, when("path", "/old")))),
		},
		States:   []reportstore.DetectionState{{Host: "a.example", Minute: testsBegan.Add(-time.Minute).Truncate(time.Minute), Data: []byte{}}},
		Literals: []reportstore.Literal{{Host: "a.example", Name: "fg-3", Expires: few.Expires.AsTime(), Data: literal}},
	})
}

// rowsAgo are the closed minutes of a site since so many minutes ago.
func rowsAgo(host string, from int) (rows []reportstore.Row) {
	for ago := from; ago > 0; ago-- {
		minute := testsBegan.Add(-time.Duration(ago) * time.Minute).Truncate(time.Minute)
		rows = append(rows, reportstore.Row{Kind: reportstore.Closed, Report: &schemas.TrafficReport{Host: host, Minute: timestamppb.New(minute), Level: "minute", Requests: 9, Lines: 9}})
	}
	return rows
}

func TestRulesList(t *testing.T) {
	data := storeOfRules(t)
	all := succeeds(t, "rules", "list", "--data", data)
	for _, want := range []string{
		"fg-post-login-1  deny                           path /login, method POST", "98.7 %", "1.0 % (n 400)", "public", "restricted", "path (few clients share it), method GET",
		"fg-search-2", "throttle 20/60 s", "fg-ban-1", "rate_based_ban 10/60 s, 600 s", "path /login, country NL", testsBegan.Add(time.Hour).UTC().Format("2006-01-02 15:04"),
		"c.example, since ", "NO_USABLE_RULE_FOUND: no rule would stop a good part of the attack\n",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in\n%s", want, all)
		}
	}
	for _, unwanted := range []string{"earlier", "expired", "old.example", secretPath} {
		if strings.Contains(all, unwanted) {
			t.Errorf("%q is in\n%s", unwanted, all)
		}
	}
	if one := succeeds(t, "rules", "list", "--data", data, "--host", "B.example"); !strings.Contains(one, "fg-ban-1") || strings.Contains(one, "a.example") || strings.Contains(one, "c.example") {
		t.Errorf("of one site:\n%s", one)
	}
	if none := succeeds(t, "rules", "list", "--data", data, "--host", "old.example"); none != "No rule is recommended at present.\n" {
		t.Errorf("without rules: %q", none)
	}
	lines := strings.Split(strings.TrimSuffix(succeeds(t, "rules", "list", "--data", data, "--format", "json"), "\n"), "\n")
	var first struct {
		Host, Status string
		Rule         struct{ Name string }
	}
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil || len(lines) != 6 || first.Host != "a.example" || first.Status != "RULE_GENERATED" || first.Rule.Name != "fg-post-login-1" {
		t.Errorf("%v: %d lines, of which the first is %s", err, len(lines), lines[0])
	}
}

// TestRulesExport: each target gets what it can be told, with the values that few share, and hears why of the others.
func TestRulesExport(t *testing.T) {
	data := storeOfRules(t)
	until := testsBegan.Add(time.Hour).UTC()
	for _, c := range []struct {
		args           string
		code           int
		stdout, stderr []string
	}{
		{"--host a.example --to nginx", 0, []string{"login", "only-anna", "# Preview", "limit_req_dry_run on;", "# Expiry: " + until.Format("2006-01-02 15:04")}, []string{"rule fg-3 has a value that few clients share"}},
		{"--host a.example --rule fg-post-login-1 --to nginx --enforce", 0, []string{"{ return 403; }"}, nil},
		{"--host a.example --to cel", 0, []string{"// fg-search-2, until " + until.Format("2006-01-02 15:04"), "\nrequest.headers['host']", "only-anna"}, []string{"fg-3"}},
		{"--host b.example --to cloudflare", 0, []string{"# Kind: a rate limiting rule", "# Expiry: ", `ip.src.country eq "NL"`}, nil},
		{"--host a.example --to gcloud --policy news --priority 7", 0, []string{"create 7 ", "create 8 ", "create 9 ", "create 10 ", "--security-policy=news", "--preview", "until " + until.Format("2006-01-02T15:04Z")}, []string{"fg-3"}},
		{"--host a.example --to terraform --policy My_News", 0, []string{"rule_1000", "rule_1003", "preview = true", "google_compute_security_policy.My_News.name"}, []string{"fg-3"}},
		{"--host b.example", 0, []string{`"priority": 1000`, `"preview": true`, `"name": "policy"`, `"banDurationSec": 600`}, nil},
		{"--host b.example --to nginx", 1, nil, []string{"rule fg-ban-1 is not written: Cannot say this in nginx, because "}},
		{"--host b.example --to gcloud --policy My_News", 1, nil, []string{"nothing is written, because the service would refuse it: the policy has the name"}},
		{"--host b.example --priority 2147483648", 1, nil, []string{"Cannot say this in Cloud Armor"}},
		{"--host b.example --priority 2147483647", 1, nil, []string{"is there twice"}},
		{"--host c.example", 1, nil, []string{"no rule is recommended for c.example at present: no rule would stop a good part of the attack"}},
		{"--host old.example --to nginx", 1, nil, []string{"no rule is recommended for old.example at present"}},
		{"--host a.example --rule fg-expired-1", 1, nil, []string{"no rule fg-expired-1 is recommended for a.example at present"}},
		{"--host b.example --rule fg-search-2", 1, nil, []string{"no rule fg-search-2 is recommended for b.example"}},
	} {
		code, stdout, stderr := run(t, append([]string{"rules", "export", "--data", data}, strings.Fields(c.args)...)...)
		if code != c.code || (stdout == "") != (c.stdout == nil) || (stderr == "") != (c.stderr == nil) {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q", c.args, code, stdout, stderr)
		}
		for _, want := range c.stdout {
			if !strings.Contains(stdout, want) {
				t.Errorf("%s: %q is not in\n%s", c.args, want, stdout)
			}
		}
		for _, want := range c.stderr {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: %q is not in %q", c.args, want, stderr)
			}
		}
	}
}

// TestRulesWithoutTheirLiteral: a rule whose values are gone, or are those of another rule, is not written; others are.
func TestRulesWithoutTheirLiteral(t *testing.T) {
	few := func() *schemas.Recommendation {
		return recommendation("fg-1", "deny", time.Hour, &schemas.Condition{Field: "path", Restricted: true}, when("method", "GET"))
	}
	public := recommendation("fg-search-2", "deny", time.Hour, when("path", "/search"))
	for what, literal := range map[string]*schemas.Recommendation{
		"gone":                nil,
		"of other fields":     recommendation("fg-1", "deny", time.Hour, when("agent", "curl"), when("method", "GET")),
		"of other values":     recommendation("fg-1", "deny", time.Hour, when("path", secretPath), when("method", "POST")),
		"of fewer conditions": recommendation("fg-1", "deny", time.Hour, when("path", secretPath)),
	} {
		c := &reportstore.Commit{Findings: []*schemas.Finding{advisedFinding("a.example", 4*time.Minute, generated(few(), public))}}
		if literal != nil {
			data, err := proto.Marshal(literal)
			if err != nil {
				t.Fatal(err)
			}
			c.Literals = []reportstore.Literal{{Host: "a.example", Name: "fg-1", Expires: time.Now().Add(time.Hour), Data: data}}
		}
		code, stdout, stderr := run(t, "rules", "export", "--host", "a.example", "--data", storeWith(t, c), "--to", "gcloud")
		if code != 0 || strings.Contains(stdout, "anna") || !strings.Contains(stdout, "search") || !strings.Contains(stderr, "rule fg-1 is not written: it has a value that few clients share, and that value is no longer kept") {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q", what, code, stdout, stderr)
		}
	}
}

// TestNginxTakesTheExport holds both variants of a site's rules to the real nginx.
func TestNginxTakesTheExport(t *testing.T) {
	data := storeOfRules(t)
	for _, flags := range [][]string{nil, {"--enforce"}} {
		snippet := succeeds(t, append([]string{"rules", "export", "--host", "a.example", "--to", "nginx", "--data", data}, flags...)...)
		before, rest, ok := strings.Cut(snippet, "# 2. In the server")
		server, _, ok2 := strings.Cut("#"+rest, "# 3. What to do")
		if !ok || !ok2 {
			t.Fatalf("the snippet lacks a part:\n%s", snippet)
		}
		dir := t.TempDir()
		file := filepath.Join(dir, "nginx.conf")
		text := fmt.Sprintf("pid %s/pid;\nevents {}\nhttp {\n%s\nserver {\nlisten 127.0.0.1:1;\nserver_name a.example;\n%s\n}\n}\n", dir, before, server)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		nginx, err := exec.LookPath("nginx")
		if err != nil {
			nginx = "/usr/sbin/nginx"
		}
		if out, err := exec.CommandContext(t.Context(), nginx, "-t", "-p", dir, "-c", file, "-e", filepath.Join(dir, "error.log")).CombinedOutput(); err != nil {
			t.Errorf("nginx -t: %v\n%s\n%s", err, out, text)
		}
	}
}

// TestExportedPolicyIsLinted: what is exported for the API passes "rules lint", and "cel" gives the same expressions.
func TestExportedPolicyIsLinted(t *testing.T) {
	data := storeOfRules(t)
	policy := succeeds(t, "rules", "export", "--host", "a.example", "--data", data)
	file := policyFile(t, policy)
	if got := succeeds(t, "rules", "lint", file); got != "ok: "+file+": 5 rules\n" {
		t.Errorf("lint says %s", got)
	}
	p, err := cloudarmor.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	cel := succeeds(t, "rules", "export", "--host", "a.example", "--data", data, "--to", "cel")
	for _, r := range p.Rules[:4] {
		if !strings.Contains(cel, "\n"+r.Match.Expr.Expression+"\n") {
			t.Errorf("%s is not in\n%s", r.Match.Expr.Expression, cel)
		}
	}
}

// TestAttacks: what is kept is shown with its rules and their words, and restricted values are not.
func TestAttacks(t *testing.T) {
	data := storeOfRules(t)
	all := succeeds(t, "attacks", "--data", data)
	for _, want := range []string{
		"a.example: attack, brute force, confidence 91.0 %\n", "3 minutes with findings; 3,900 requests where 300 are usual: 3,600 more\n",
		"25.0 % of the worst minute's clients behave as programs do, in 1,100 requests\n", "   +5  13 times the usual", "Rules: RULE_GENERATED: preview a rule",
		"- fg-post-login-1: refuse requests with path /login, method POST\n    it would stop about 98.7 %", "- fg-3: refuse requests with path (few clients share it), method GET",
		"- fg-search-2: limit an address to 20 in 60 seconds of requests with path /search", "floodgauge rules export --host a.example --rule fg-search-2 --to nginx\n",
		"It has expired, at ", "Rules: NO_USABLE_RULE_FOUND: no rule would", "The verdicts are those of \"up\", made when the minutes closed.\n",
		"refuse for 600 seconds, from an address that had more than 10 in 60 seconds, requests with path /login, country NL",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in\n%s", want, all)
		}
	}
	for _, unwanted := range []string{secretPath, "--rule fg-expired-1", "hour of history"} {
		if strings.Contains(all, unwanted) {
			t.Errorf("%q is in\n%s", unwanted, all)
		}
	}
	code, stdout, stderr := run(t, "attacks", "--data", data, "--host", "a.example", "--format", "json")
	if code != 0 || strings.Count(stdout, "\n") != 5 || !strings.Contains(stdout, `"accused_clients":0.25`) || !strings.Contains(stdout, `"collateral_sample":"400"`) || !strings.Contains(stderr, "those of \"up\"") {
		t.Errorf("exit code %d, stderr %q, stdout\n%s", code, stderr, stdout)
	}
	nothing := succeeds(t, "attacks", "--data", data, "--host", "none.example")
	if !strings.HasPrefix(nothing, "Nothing stands out") || !strings.HasSuffix(nothing, "There is no minute of that time.\n") {
		t.Errorf("of nobody: %s", nothing)
	}
}

// TestAttacksSayWhoJudged: minutes that no "up" has judged are judged now, or said not to be.
func TestAttacksSayWhoJudged(t *testing.T) {
	state := func(host string, ago int) reportstore.DetectionState {
		return reportstore.DetectionState{Host: host, Minute: testsBegan.Add(-time.Duration(ago) * time.Minute).Truncate(time.Minute)}
	}
	for what, c := range map[string]struct {
		commit *reportstore.Commit
		want   []string
	}{
		"never": {&reportstore.Commit{Rows: rowsAgo("a.example", 100)}, []string{"No \"up\" has judged these sites"}},
		"young": {&reportstore.Commit{Rows: rowsAgo("a.example", 30), States: []reportstore.DetectionState{state("a.example", 1)}},
			[]string{"those of \"up\", made", "Of 1 site, 1 have less than an hour of history"}},
		"behind": {&reportstore.Commit{Rows: rowsAgo("a.example", 100), States: []reportstore.DetectionState{state("a.example", 50)}},
			[]string{"Minutes of 1 site are not judged, the earliest after " + utcMinute(state("", 50).Minute)}},
		"some": {&reportstore.Commit{Rows: append(rowsAgo("a.example", 100), rowsAgo("b.example", 100)...), States: []reportstore.DetectionState{state("a.example", 1)}},
			[]string{"but for 1 of 2 sites"}},
	} {
		got := succeeds(t, "attacks", "--data", storeWith(t, c.commit))
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q is not in %s", what, want, got)
			}
		}
	}
}

// TestAttacksNameChangedSampleRates: a factor that all sites change by is named, whatever single sites have.
func TestAttacksNameChangedSampleRates(t *testing.T) {
	var rows []reportstore.Row
	for _, host := range []string{"a.example", "b.example", "c.example"} {
		rows = append(rows, rowsAgo(host, 30)...)
	}
	since := testsBegan.Add(-15 * time.Minute).Truncate(time.Minute)
	for _, r := range rows {
		r.Report.Requests = 5000
		if !r.Report.Minute.AsTime().Before(since) {
			r.Report.Requests = 500
		}
		r.Report.Lines = r.Report.Requests
	}
	data := storeWith(t, &reportstore.Commit{Rows: rows})
	want := utcMinute(since) + " UTC, sample rate changed, worth a look: All 3 sites that have enough requests to tell changed by the same factor, 0.1, in this minute"
	if got := succeeds(t, "attacks", "--data", data); !strings.Contains(got, want) {
		t.Errorf("%q is not in %s", want, got)
	}
	if _, _, stderr := run(t, "attacks", "--data", data, "--format", "json"); !strings.Contains(stderr, want) {
		t.Errorf("%q is not beside the JSON: %s", want, stderr)
	}
}

// TestAttacksNameCampaigns: sites that are attacked alike at the same time are named together.
func TestAttacksNameCampaigns(t *testing.T) {
	at := timestamppb.New(testsBegan.Add(-20 * time.Minute).Truncate(time.Minute))
	of := func(host, agent string) *schemas.Finding {
		return &schemas.Finding{Host: host, Minute: at, Verdict: schemas.Verdict_VERDICT_ATTACK, Kind: "scanner", Points: 9,
			Standouts: []*schemas.Standout{{List: "top_agents", Value: agent, Requests: 90, Share: 0.9}}}
	}
	got := succeeds(t, "attacks", "--data", storeWith(t, &reportstore.Commit{Findings: []*schemas.Finding{of("a.example", "Nikto"), of("b.example", "Nikto"), of("c.example", "curl")}}))
	if !strings.Contains(got, "a.example, b.example were attacked alike and at the same time (agent Nikto)") {
		t.Errorf("the two are not named together: %s", got)
	}
}
