package integration

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInputThatCannotBeRead: one sentence each that says what, where and what to do; exit code 1 for bad input, 2 for a wrong command line.
func TestInputThatCannotBeRead(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	writeFile(t, at("empty.log"), nil)
	writeFile(t, at("blank.log"), []byte("\n \n"))
	writeFile(t, at("good.log"), logOf(t, "combined", 20))
	writeFile(t, at("archive.zip"), []byte("PK\x03\x04 and so on"))
	if err := os.Symlink("nowhere", at("gone.log")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		code int
		want string
		args []string
	}{
		{1, at("missing.log") + " does not exist: check the name", []string{at("missing.log")}},
		{1, at("empty.log") + " is left out: it is empty", []string{at("empty.log")}},
		{1, at("blank.log") + " is empty: there is nothing to report", []string{at("blank.log")}},
		{1, at("gone.log") + " is a link to a file that does not exist: name the file itself", []string{at("gone.log")}},
		{1, at("archive.zip") + " is a zip archive: unpack it and name the folder", []string{at("archive.zip")}},
		{1, at("no*.log") + " matches no file: check the folder and the pattern", []string{at("no*.log")}},
		{1, "standard input is empty: there is nothing to report", []string{"-"}},
		{1, "/dev/zero is a pipe or a device, which can be read only once: use - and send it to standard input", []string{"/dev/zero"}},
		{1, at("none.yaml") + ": there is no such file; check the path", []string{"--config", at("none.yaml"), at("good.log")}},
		{1, "--out " + at("none/report.csv") + ": there is no directory " + at("none") + "; create it first", []string{"--out", at("none/report.csv"), at("good.log")}},
		{2, "report needs to know what to read", nil},
		{2, `there is no flag --fromat; did you mean "--format"?`, []string{"--fromat", "json", at("good.log")}},
		{2, `--format cannot be "xml"; it is one of table, csv, json, parquet`, []string{"--format", "xml", at("good.log")}},
		{2, `--log-format: there is no format "combind"; did you mean "combined"?`, []string{"--log-format", "combind", at("good.log")}},
		{2, `--log-format: nginx log_format "$status": there is no time in it`, []string{"--log-format", "$status", at("good.log")}},
		{2, "--out " + at("good.log") + " is also a log to read and would be overwritten", []string{"--out", at("good.log"), at("good.log")}},
	} {
		r := shell(t, append([]string{"report"}, c.args...)...)
		r.expect(t, strings.Join(c.args, " "), c.code, c.want)
		if r.stdout != "" || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("%v: not one sentence:\n%s%s", c.args, r.stdout, r.stderr)
		}
	}
}

// TestSeveralMissingFiles: every one is named.
func TestSeveralMissingFiles(t *testing.T) {
	r := shell(t, "report", "one.log", "two.log", "three.log")
	r.expect(t, "missing", 1)
	if want := "floodgauge: one.log does not exist: check the name\nfloodgauge: two.log does not exist: check the name\n"; !strings.HasPrefix(r.stderr, want) {
		t.Errorf("got\n%s", r.stderr)
	}
}

const fiveMistakes = `k: 0
sites:
  - https://www.example.org/
sources:
  - files: "*.log"
    time_zone: Mars/Base
    format: combind
colour: blue
`

// TestConfigurationWithFiveMistakes: each has a sentence with its line, in check-config and wherever the file is used.
func TestConfigurationWithFiveMistakes(t *testing.T) {
	config, log := fileOf(t, "floodgauge.yaml", []byte(fiveMistakes)), fileOf(t, "access.log", logOf(t, "combined", 20))
	for _, args := range [][]string{{"check-config", config}, {"report", "--config", config, log}} {
		r := shell(t, args...)
		r.expect(t, args[0], 1, config+":1:4: k cannot be", config+":3:5: ", "without \"https://\"", config+":6:16: ", "Europe/Berlin",
			config+":7:13: ", `did you mean "combined"?`, config+":8:1: ", `has no key "colour"`)
		if r.stdout != "" || strings.Count(r.stderr, "\n") != 5 {
			t.Errorf("%s: not five sentences:\n%s%s", args[0], r.stdout, r.stderr)
		}
	}
}
