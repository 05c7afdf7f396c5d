package integration

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/floodgauge/floodgauge/pkg/config"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/loggen"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// notRun are commands of the documents that this test does not run, each with the reason.
var notRun = map[string]string{
	"make check":                                               "this test is a part of it",
	"go run . up --demo":                                       "it runs until it is stopped: TestUp does",
	"go run . up /var/log/nginx/access.log":                    "the same",
	"CGO_ENABLED=0 go build -trimpath -o floodgauge .":         "TestStaticProgram does",
	"docker build -f deploy/docker/Dockerfile -t floodgauge .": "there need be no container engine: TestStaticProgram",
	"docker run --rm --read-only --tmpfs /tmp --network none -v /var/log/nginx:/logs:ro floodgauge report /logs": "the same",
}

// TestReadmeCommands runs what the documents tell people to type, in the order in which they stand.
func TestReadmeCommands(t *testing.T) {
	dir := readmeFolder(t)
	keep := exec.CommandContext(t.Context(), filepath.Join(dir, "bin", "floodgauge"), "replay", "--mode", "late", "access.log") // in place of "up"
	keep.Dir, keep.Env = dir, append(os.Environ(), "XDG_CACHE_HOME="+dir)
	if out, err := keep.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"README.md", "deploy/README.md"} {
		for _, block := range codeBlocks(readDocument(t, name), "sh") {
			if notRun[strings.TrimSpace(block)] != "" {
				continue
			}
			cmd := exec.CommandContext(t.Context(), "sh", "-euc", withoutSkipped(block))
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"), "XDG_CACHE_HOME="+dir)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s, %s: %v\n%s", name, block, err, out)
			}
		}
	}
}

func withoutSkipped(block string) string {
	lines := strings.Split(block, "\n")
	for i, l := range lines {
		if notRun[l] != "" {
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}

// readmeFolder is a folder in which the commands work: logs, the configuration that the README shows, and the programs that it names. The go
// command is stood in for by one that runs this build instead of making another.
func readmeFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	program := "#!/bin/sh\nexport " + programVariable + "=1\n"
	write("bin/floodgauge", program+"exec '"+os.Args[0]+"' \"$@\"\n", 0o755)
	write("floodgauge", program+"exec '"+os.Args[0]+"' \"$@\"\n", 0o755)
	write("bin/go", program+"test \"$1 $2\" = 'run .'\nshift 2\nexec '"+os.Args[0]+"' \"$@\"\n", 0o755)
	write("bin/duckdb", "#!/bin/sh\ntest \"$1\" = -c\nexec '"+python(t)+"' -c 'import duckdb, sys; duckdb.sql(sys.argv[1]).show()' \"$2\"\n", 0o755)
	write("floodgauge.yaml", codeBlocks(readDocument(t, "README.md"), "yaml")[0], 0o644)
	log := readmeLog(t, loggen.FormatGCP)
	write("access.log", log, 0o644)
	write("logs/one.log", log, 0o644)
	write("logs/two.log", readmeLog(t, loggen.FormatCombined), 0o644)
	return dir
}

// readmeLog is a small log of one site.
func readmeLog(t *testing.T, format string) string {
	t.Helper()
	var log, truth strings.Builder
	c := loggen.Config{Seed: 1, Hosts: []string{"www.example.org"}, Start: midnight, Lines: 2000, Rate: 20, Format: format}
	if _, err := loggen.Generate(t.Context(), c, &log, &truth); err != nil {
		t.Fatal(err)
	}
	return log.String()
}

// TestDocumentedConfiguration: what the documents show of configuration files is valid.
func TestDocumentedConfiguration(t *testing.T) {
	dir := t.TempDir()
	var examples []string
	for _, name := range documents {
		examples = append(examples, codeBlocks(readDocument(t, name), "yaml")...)
	}
	for _, text := range append(examples, readDocument(t, "deploy/floodgauge.example.yaml")) {
		for _, database := range []string{"country", "asn"} { // they must be there
			path := filepath.Join(dir, database+".mmdb")
			if err := os.WriteFile(path, nil, 0o644); err != nil {
				t.Fatal(err)
			}
			text = strings.ReplaceAll(text, "/var/lib/geo/"+database+".mmdb", path)
		}
		if _, err := config.Parse(filepath.Join(dir, "floodgauge.yaml"), []byte(text)); err != nil {
			t.Errorf("%v in\n%s", err, text)
		}
	}
}

// TestDocumentedFormats: the README names every format, and what the proxy should log is recognised with all of its fields.
func TestDocumentedFormats(t *testing.T) {
	readme := readDocument(t, "README.md")
	for _, f := range logentry.Formats() {
		if !strings.Contains(readme, "`"+f.Name+"`") {
			t.Errorf("the README does not name the format %s", f.Name)
		}
	}
	operators := readDocument(t, "deploy/README.md")
	var layout strings.Builder // of the directive, which nginx lets be written in pieces
	for _, piece := range regexp.MustCompile(`'([^'\n]*)'`).FindAllStringSubmatch(codeBlocks(operators, "nginx")[0], -1) {
		layout.WriteString(piece[1])
	}
	nginx := readmeLog(t, layout.String())
	if d, err := logentry.Detect([]byte(nginx)); err != nil || d.Format != "nginx-json" {
		t.Errorf("nginx's recommended format is found to be %q (%v)", d.Format, err)
	}
	checkLogged(t, "nginx-json", nginx, vocabulary.FieldCache)
	directive := codeBlocks(operators, "apache")[0]
	inner := directive[strings.Index(directive, `"`)+1 : strings.LastIndex(directive, `"`)]
	checkLogged(t, directive, readmeLog(t, strings.ReplaceAll(inner, `\"`, `"`)))
}

// checkLogged reads lines in a format and sees that they carry what it is recommended for.
func checkLogged(t *testing.T, format, log string, more ...vocabulary.Field) {
	t.Helper()
	p, err := logentry.NewParser(&logentry.Source{Format: format})
	if err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	var e logentry.Entry
	for line := range strings.Lines(log) {
		if reason := p.Parse([]byte(strings.TrimSuffix(line, "\n")), &e); reason != logentry.OK {
			t.Fatalf("%s: %s", reason, line)
		}
		for _, f := range append(more, vocabulary.FieldClient, vocabulary.FieldHost, vocabulary.FieldLatency, vocabulary.FieldAgent) {
			if !e.Logged.Has(f) {
				t.Fatalf("%s is not logged in %s", f, line)
			}
		}
	}
}
