package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestCompletionScripts(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		code, stdout, stderr := run(t, "completion", shell)
		if code != 0 || stderr != "" {
			t.Errorf("%s: exit code %d, stderr %q", shell, code, stderr)
		}
		checkGolden(t, "completion."+shell, stdout)
	}
}

// TestBashCompletes runs the script in the shell that it is for. Words end at '=' as they do on bash's own command line.
func TestBashCompletes(t *testing.T) {
	_, script, _ := run(t, "completion", "bash")
	file := filepath.Join(t.TempDir(), "completion.bash")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"re":                            "report replay",
		"replay --mode ":                "late rebuild",
		"tokens ":                       "add list revoke",
		"tokens add --s":                "--site --source",
		"report --f":                    "--from --format",
		"report --format ":              "table csv json parquet",
		"report --format = j":           "json",
		"report --format =":             "table csv json parquet",
		"report --log-format vhost":     "vhost-combined vhost-common",
		"report access.log --no":        "--no-progress",
		"report --out ":                 "",
		"report acc":                    "",
		"completion ":                   "bash zsh fish",
		"report --by hour x --format c": "csv",
	} {
		words := strings.Split("floodgauge "+line, " ")
		command := `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _floodgauge; echo "${COMPREPLY[*]}"`
		out, err := exec.Command("bash", append([]string{"-c", command, "bash", file}, words...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if got := strings.TrimSpace(string(out)); got != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
}
