package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func policyFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const goodPolicy = `name: ca-news
rules:
- priority: 1000
  action: deny(403)
  preview: true
  match: {expr: {expression: 'request.path == "/it''s"'}}
- priority: 2147483647
  action: allow
  match: {versionedExpr: SRC_IPS_V1, config: {srcIpRanges: ["*"]}}
`

func TestRules(t *testing.T) {
	good := policyFile(t, goodPolicy)
	bad := policyFile(t, strings.NewReplacer("deny(403)", "deny(451)", "request.path ==", "request.path in").Replace(goodPolicy))
	hidden := policyFile(t, strings.Replace(goodPolicy, "- priority: 1000", "- {priority: 5, action: allow, match: {config: {srcIpRanges: ['*']}}}\n- priority: 1000", 1))
	for _, c := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{[]string{"lint", good}, 0, "ok: " + good + ": 2 rules\n", ""},
		{[]string{"lint", bad}, 1, bad + `:3: error: rule 1000 has action "deny(451)"`, "would refuse the policy for 2 reasons"},
		{[]string{"lint", bad}, 1, bad + ":3: error: rule 1000 has a wrong expression: ", ""},
		{[]string{"lint", hidden}, 0, ":4: warning: rule 1000 never gets a request", ""},
		{[]string{"lint"}, 2, "", "rules lint needs the policy"},
		{[]string{"lint", "nowhere.yaml"}, 1, "", "no such file"},
		{[]string{"export", good}, 0, `"expression": "request.path == \"/it's\""`, ""},
		{[]string{"export", good, "--to", "gcloud"}, 0, `--expression='request.path == "/it'\''s"'`, ""},
		{[]string{"export", good, "--to", "terraform", "--policy", "news"}, 0, "google_compute_security_policy.news.name", ""},
		{[]string{"export", good, "--to", "terraform", "--policy", "a b"}, 1, "", "no name of a Terraform resource"},
		{[]string{"export", bad, "--to", "gcloud"}, 1, "", "for 2 reasons"},
		{[]string{"export", good, "--to", "iptables"}, 2, "", "iptables"},
	} {
		code, stdout, stderr := run(t, append([]string{"rules"}, c.args...)...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) || strings.Count(stderr, "\n") > 1 {
			t.Errorf("%v: exit code %d, stdout %q, stderr %q", c.args, code, stdout, stderr)
		}
	}
}
