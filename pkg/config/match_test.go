package config

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

func TestFirstMatchingSourceCounts(t *testing.T) {
	c := &Config{
		File: "/etc/floodgauge/floodgauge.yaml",
		Sources: []Source{
			{Files: []string{"-"}, Host: "stdin.example.org"},
			{Files: []string{"shop*.log", "/srv/*/access.log"}, Format: "combined"},
			{Files: []string{"logs/*.json"}, Format: "edge", TimeZone: "Europe/Berlin"},
			{Files: []string{"/var/**/deep/*.log"}, Format: "common"},
			{Files: []string{"**/*.zst"}, Format: "gcp"},
		},
		Formats: map[string]*logentry.Mapping{"edge": {Name: "edge"}},
	}
	for path, want := range map[string]string{
		"/anywhere/shop-1.log":                     "combined",
		"shop-2.log":                               "combined",
		"/srv/a/access.log":                        "combined",
		"/srv/a/b/access.log":                      "",
		"/etc/floodgauge/logs/a.json":              "edge",
		"/etc/floodgauge/x/../logs/a.json":         "edge",
		"/elsewhere/logs/a.json":                   "",
		"/var/deep/a.log":                          "common",
		"/var/log/nginx/deep/a.log":                "common",
		"/var/log/nginx/a.log":                     "",
		"/etc/floodgauge/far/away/a.zst":           "gcp",
		"/other/a.zst":                             "",
		"/etc/floodgauge/logs/folder.json/a.jsonl": "",
	} {
		got := c.SourceFor(path)
		if got.Format != want || got.Name != path || (got.Mapping != nil) != (want == "edge") {
			t.Errorf("%s: got %+v, want format %q", path, got, want)
		}
	}
	want := logentry.Source{Name: "-", Host: "stdin.example.org", HostFrom: "configuration"}
	if diff := cmp.Diff(want, c.SourceFor("-")); diff != "" {
		t.Errorf("standard input: -want +got\n%s", diff)
	}
	if diff := cmp.Diff(logentry.Source{Name: "a.log"}, Default().SourceFor("a.log")); diff != "" {
		t.Errorf("defaults: -want +got\n%s", diff)
	}
}

func TestRelativePatternsStartAtTheFolderOfTheFileWhateverItIsCalled(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "a[b]*")
	if err := os.MkdirAll(filepath.Join(folder, "logs"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	c := &Config{File: "floodgauge.yaml", Sources: []Source{{Files: []string{"./logs/*.log"}, Format: "common"}}}
	if got := c.SourceFor("logs/x.log").Format; got != "common" {
		t.Errorf("got format %q", got)
	}
}
