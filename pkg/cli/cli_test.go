package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/config"
)

// update tells whether golden files are to be written anew. Beam's Dataflow runner, which this program holds, has already defined the flag -update.
func update() bool { return flag.Lookup("update").Value.String() == "true" }

// run runs a command line and returns what it prints.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Setenv("COLUMNS", "100")
	var out, errs bytes.Buffer
	code = Run(context.Background(), args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func TestHelp(t *testing.T) {
	for file, args := range map[string][]string{
		"help": {"--help"}, "help-up": {"up", "--help"}, "help-report": {"report", "--help"}, "help-check-config": {"check-config", "-h"}, "help-loggen": {"help", "loggen"},
		"help-completion": {"completion", "--help"}, "help-version": {"version", "--help"}, "help-replay": {"replay", "--help"},
		"help-forget": {"forget", "--help"}, "help-attacks": {"attacks", "--help"}, "help-alerts": {"alerts", "--help"}, "help-alerts-test": {"alerts", "test", "--help"}, "help-rules-lint": {"rules", "lint", "--help"}, "help-rules-export": {"rules", "export", "--help"}, "help-rules-list": {"rules", "list", "--help"},
		"help-rules": {"rules", "--help"}, "help-rules-test": {"rules", "test", "--help"},
		"help-audit": {"audit", "--help"}, "help-query": {"query", "--help"}, "help-tokens": {"tokens", "--help"},
		"help-tokens-add": {"tokens", "add", "--help"}, "help-tokens-list": {"tokens", "list", "--help"}, "help-tokens-revoke": {"help", "tokens", "revoke"},
		"help-deadletters": {"deadletters", "--help"}, "help-deadletters-list": {"deadletters", "list", "--help"},
		"help-deadletters-retry": {"deadletters", "retry", "--help"},
	} {
		code, stdout, stderr := run(t, args...)
		if code != 0 || stderr != "" {
			t.Errorf("%v: exit code %d, stderr %q", args, code, stderr)
		}
		checkGolden(t, file+".golden", stdout)
		for line := range strings.Lines(stdout) {
			if len([]rune(line)) > 140 {
				t.Errorf("%v: a line too long to read: %s", args, line)
			}
		}
	}
}

func TestNoCommandShowsTheHelp(t *testing.T) {
	code, stdout, stderr := run(t)
	if code != 2 || stdout != "" || !strings.Contains(stderr, "First steps") {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

func TestWrongCommandLinesAreOneSentence(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "access.log")
	if err := os.WriteFile(log, []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, want string }{
		{"reprot x", `there is no command "reprot"; did you mean "report"?`},
		{"help me", `there is no command "me"; the commands are up, report, replay, audit, attacks, alerts, query, deadletters, forget, tokens, rules, check-config, loggen, completion, version`},
		{log, `"` + log + `" is no command; to report on what is in it, write "floodgauge report ` + log + `"`},
		{"--k 5 report x", `the flag --k comes after a command, as in "floodgauge report --k"`},
		{"report --fromat json x", `there is no flag --fromat; did you mean "--format"?`},
		{"report --colour x", `there is no flag --colour; "floodgauge report --help" lists the flags`},
		{"report -x x", `there is no flag -x; "floodgauge report --help" lists the flags`},
		{"report x --format", `--format needs a value; "floodgauge report --help" shows which`},
		{"report --by --format=csv x", `--by needs a value; "floodgauge report --help" shows which`},
		{"report --no-progress=maybe x", `--no-progress takes no value; leave out what follows it`},
		{"report --format xml x", `--format cannot be "xml"; it is one of table, csv, json, parquet`},
		{"report --format jsn x", `--format cannot be "jsn"; did you mean "json"?`},
		{"report --by days x", `--by cannot be "days"; did you mean "day"?`},
		{"report --k 0 x", `--k: write a whole number from 1 to 1000, such as 10`},
		{"report --k -3 x", `--k: write a whole number from 1 to 1000, such as 10`},
		{"loggen --lines -4", `--lines: write a whole number of at least 1, such as 10`},
		{"loggen --duration -4s", `--duration: write a length of time with its unit, such as 90s, 10m or 24h`},
		{"report --k ten x", `--k: write a whole number from 1 to 1000, such as 10`},
		{"report --sample-rate 10 x", `--sample-rate: the share of requests that is logged is above 0 and at most 1, such as 0.1 for one in ten`},
		{"report --sample-rate NaN x", `--sample-rate: the share of requests that is logged is above 0 and at most 1, such as 0.1 for one in ten`},
		{"replay x", "replay needs --mode: late adds lines that never arrived, rebuild computes whole hours anew"},
		{"replay --mode lat x", `--mode cannot be "lat"; did you mean "late"?`},
		{"replay --mode late", `replay needs to know what to read; name log files or directories, as in "floodgauge replay access.log"`},
		{"replay --mode late -", "replay reads its files more than once, which - cannot be; write the lines into a file"},
		{"replay --mode rebuild --from 2026-05-05 --to 2026-05-03 x", "--from 2026-05-05 is not before --to 2026-05-03; exchange the two"},
		{"query", `query needs a SELECT, as in "floodgauge query 'SELECT * FROM sources'"`},
		{"query --limit 0 x", "--limit: write a whole number of at least 1, such as 10"},
		{"alerts", `alerts needs to know what to do: test; "floodgauge alerts --help" shows how`},
		{"alerts test", `alerts test needs the configuration, as in "floodgauge alerts test --config floodgauge.yaml"`},
		{"tokens", `tokens needs to know what to do: add, list or revoke; "floodgauge tokens --help" shows how`},
		{"tokens ad", `tokens takes one of add, list, revoke; "floodgauge tokens --help" shows how`},
		{"tokens add", "tokens add needs the sites that the token is for: either --site www.example.org, which can be repeated, or --all"},
		{"tokens add --sites x", `there is no flag --sites; did you mean "--site"?`},
		{"tokens revoke", `tokens revoke needs the name of a token, as "floodgauge tokens list" shows it`},
		{"deadletters retry", `deadletters retry needs numbers, as "floodgauge deadletters list" shows them, or all`},
		{"deadletters retry 1x", `"1x" is no number of a dead letter; "floodgauge deadletters list" shows them, and "all" means every one`},
		{"rules", `rules needs to know what to do: list, lint, export or test; "floodgauge rules --help" shows how`},
		{"rules export", `rules export needs a site, as in "floodgauge rules export --host www.example.org --to nginx", or the policy, as in "floodgauge rules export policy.yaml"`},
		{"rules export --to nginx", `rules export needs a site, as in "floodgauge rules export --host www.example.org --to nginx", or the policy, as in "floodgauge rules export policy.yaml"`},
		{"rules export x --host a.example", "rules export writes either the rules of a policy or, with --host, those that are recommended: leave one out; --rule, --enforce, --priority and --to nginx, cloudflare or cel are for the latter"},
		{"rules export x --to cel", "rules export writes either the rules of a policy or, with --host, those that are recommended: leave one out; --rule, --enforce, --priority and --to nginx, cloudflare or cel are for the latter"},
		{"rules export --host a.example --to gcloud --enforce", "--enforce is for nginx: for others take the rule out of preview where it is"},
		{"rules export --host a.example --to nginx --priority 5", "--priority is for Cloud Armor: nginx has none"},
		{"rules export x --to ngin", `--to cannot be "ngin"; did you mean "nginx"?`},
		{"rules test", `rules test needs a rule and the logs to test it on, as in "floodgauge rules test policy.yaml:1000 access.log"`},
		{"rules test true", `rules test needs a rule and the logs to test it on, as in "floodgauge rules test policy.yaml:1000 access.log"`},
		{"version x", `version takes no further argument; "floodgauge version --help" shows what it takes`},
		{"check-config", `check-config needs the file to check, as in "floodgauge check-config floodgauge.yaml"`},
		{"completion", `completion needs the name of a shell, as in "floodgauge completion bash"`},
		{"completion bsh", `there is no completion for "bsh"; did you mean "bash"?`},
	} {
		code, stdout, stderr := run(t, strings.Fields(c.args)...)
		if code != 2 || stdout != "" || stderr != "floodgauge: "+c.want+"\n" {
			t.Errorf("%s: exit code %d, stdout %q\n got %s\nwant floodgauge: %s", c.args, code, stdout, stderr, c.want)
		}
	}
}

func TestFailuresAndTheirExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
		want string
	}{
		{nil, 0, ""},
		{usagef("no"), 2, "floodgauge: no\n"},
		{errors.New("the disk is full"), 1, "floodgauge: the disk is full\n"},
		{errors.Join(errors.New("a.log is gone"), errors.New("b.log is gone")), 1, "floodgauge: a.log is gone\nfloodgauge: b.log is gone\n"},
		{context.Canceled, 1, "floodgauge: stopped before the end\n"},
	} {
		var stderr bytes.Buffer
		if code := fail(&stderr, c.err); code != c.code || stderr.String() != c.want {
			t.Errorf("%v: exit code %d, stderr %q", c.err, code, stderr.String())
		}
	}
}

// The configuration that the help shows is one.
func TestSampleConfig(t *testing.T) {
	c, err := config.Parse("sample.yaml", []byte(sampleConfig))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Sites) != 2 || len(c.Sources) != 2 || len(c.Formats) != 1 || len(c.PathTemplates) != 1 {
		t.Errorf("got %+v", c)
	}
}

func TestCheckConfig(t *testing.T) {
	code, stdout, stderr := run(t, "check-config", "../../deploy/floodgauge.example.yaml")
	want := "ok: ../../deploy/floodgauge.example.yaml: k 10, 2 sites, 2 sources, 1 format, 2 path templates\n"
	if code != 0 || stdout != want || stderr != "" {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	code, stdout, stderr = run(t, "check-config", "../config/testdata/mistakes/five.yaml")
	if code != 1 || stdout != "" || strings.Count(stderr, "\n") != 5 || strings.Count(stderr, "five.yaml:") != 5 {
		t.Errorf("five mistakes: exit code %d, stdout %q, stderr\n%s", code, stdout, stderr)
	}
	code, _, stderr = run(t, "check-config", "none.yaml")
	if code != 1 || stderr != "none.yaml: there is no such file; check the path\n" {
		t.Errorf("no file: exit code %d, stderr %q", code, stderr)
	}
}

func checkGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if update() {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: -want +got\n%s", file, diff)
	}
}
