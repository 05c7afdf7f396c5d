package integration

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// errorLog is what nginx writes beside its access log.
var errorLog = []byte(strings.Repeat("2026/05/04 12:00:00 [error] 7#7: *1 open() \"/x\" failed (2: No such file or directory), client: 198.51.100.1\n", 20))

// TestFolderOfAllSorts: what is no access log is left out in one note for each reason, and the rest is read.
func TestFolderOfAllSorts(t *testing.T) {
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "older"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"access.log": logOf(t, "vhost-combined", 100), "older/access.log.1.gz": gzipOf(t, logOf(t, "gcp", 100)), "error.log": errorLog, "error.log.1": errorLog,
		"older/error.log.2.gz": gzipOf(t, errorLog), "README.md": []byte("# Logs\n"), "settings.json": []byte(`{"a":1}`), "empty.log": nil, "empty2.log": nil,
		"wtmp": {1, 2, 3, 0, 0, 7, 7}, "access.log.3.xz": []byte("\xfd7zXZ\x00\x00\x04"),
	} {
		writeFile(t, filepath.Join(folder, name), data)
	}
	r := shell(t, "report", folder)
	r.expect(t, "folder", 0, "Read 200 lines", "200 requests",
		"note: 5 files are left out: they are no access logs in a format that is known", "2 files are left out, because they are empty",
		"wtmp is left out: it is no text", "access.log.3.xz is left out: it is an archive, or compressed otherwise than with gz, zst or bz2")
	if n := strings.Count(r.stderr, "note:"); n != 4 {
		t.Errorf("%d notes, want one for each reason:\n%s", n, r.stderr)
	}
}

// TestFolderWithoutLogs: nothing to report is an error that says why.
func TestFolderWithoutLogs(t *testing.T) {
	for name, files := range map[string]map[string][]byte{
		"nothing at all": {}, "only error logs": {"error.log": errorLog, "error.log.1": errorLog}, "only empty files": {"a.log": nil}, "only blank lines": {"a.log": []byte("\n\n\n")},
	} {
		folder := t.TempDir()
		for file, data := range files {
			writeFile(t, filepath.Join(folder, file), data)
		}
		r := shell(t, "report", folder)
		r.expect(t, name, 1, folder)
		if r.stdout != "" {
			t.Errorf("%s: a report:\n%s", name, r.stdout)
		}
	}
}

// TestNamedFileThatIsNoAccessLog, as a shell's pattern gives it: the others are reported, and the exit code says that one is missing.
func TestNamedFileThatIsNoAccessLog(t *testing.T) {
	good, bad := fileOf(t, "access.log", logOf(t, "vhost-combined", 100)), fileOf(t, "error.log", errorLog)
	r := shell(t, "report", "--format", "csv", good, bad)
	r.expect(t, "shell pattern", 1, bad+": 0 of the first 20 lines fit a known log format", "100 requests", "the report is not complete")
	if !strings.Contains(r.stdout, "news.example.org") {
		t.Errorf("no report:\n%s", r.stdout)
	}
	r = shell(t, "report", "--format", "csv", good, filepath.Dir(bad)+"/*.log")
	r.expect(t, "quoted pattern", 0, bad+" is left out: it is no access log", "100 requests")
}

// TestCopies: a log and its packed copy count twice, and that is said.
func TestCopies(t *testing.T) {
	folder, log := t.TempDir(), logOf(t, "vhost-combined", 100)
	writeFile(t, filepath.Join(folder, "access.log"), log)
	writeFile(t, filepath.Join(folder, "access.log.gz"), gzipOf(t, log))
	shell(t, "report", folder).expect(t, "copy", 0, "access.log.gz begins like", "its requests count twice", "200 requests")
}
