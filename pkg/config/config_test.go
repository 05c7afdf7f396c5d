package config

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMistakesAreSaidAllAtOnceWithLines(t *testing.T) {
	files, err := filepath.Glob("testdata/mistakes/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			_, err := Load(file)
			var mistakes Mistakes
			if !errors.As(err, &mistakes) {
				t.Fatalf("got %v, want mistakes", err)
			}
			checkGolden(t, strings.TrimSuffix(file, ".yaml")+".golden", mistakes.Error()+"\n")
		})
	}
}

func TestFiveMistakesAreFiveLines(t *testing.T) {
	_, err := Load("testdata/mistakes/five.yaml")
	if n := strings.Count(err.Error(), "\n") + 1; n != 5 {
		t.Errorf("got %d lines:\n%v", n, err)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	large := filepath.Join(t.TempDir(), "large.yaml")
	if err := os.WriteFile(large, make([]byte, maxSize+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"testdata/none.yaml": "testdata/none.yaml: there is no such file; check the path",
		"testdata":           "testdata: this is a directory; name the configuration file in it",
		large:                large + ": the file is larger than 4 MiB, so it is no configuration; check the path",
	} {
		_, err := Load(path)
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if got := fileMessage(&fs.PathError{Op: "open", Path: "x", Err: fs.ErrPermission}); !strings.Contains(got, "right to read") {
		t.Errorf("no permission: got %q", got)
	}
}

func TestEmptyFilesAreTheDefaults(t *testing.T) {
	for _, data := range []string{"", "\n", "# nothing\n", "---\n", "{}", "sites:\nsources:\ngeo:\nk:\n", "\xef\xbb\xbf"} {
		c, err := Parse("empty.yaml", []byte(data))
		if err != nil {
			t.Errorf("%q: %v", data, err)
			continue
		}
		want := Default()
		want.File = "empty.yaml"
		if diff := cmp.Diff(want, c); diff != "" {
			t.Errorf("%q: -want +got\n%s", data, diff)
		}
	}
}

func TestExampleFile(t *testing.T) {
	c, err := Load("../../deploy/floodgauge.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v.UTC()
	}
	edge := &logentry.Mapping{
		Name: "edge",
		Fields: map[string]string{
			"time": "timestamp", "host": "request.host", "path": "request.path", "status": "response.status", "latency": "response.duration",
		},
		Units: map[string]string{"latency": "ms"},
	}
	want := &Config{
		File:          "../../deploy/floodgauge.example.yaml",
		K:             10,
		Sites:         []Site{{Name: "api.example.org"}, {Name: "example.org", Aliases: []string{"www.example.org", "example.com"}}},
		PathTemplates: []string{"/orders/{id}", "/shops/{shop}/items"}, Allow: []string{"203.0.113.7/32", "198.51.100.0/24"},
		Sources: []Source{{
			Files: []string{"/var/log/nginx/shop*.log*"},
			Format: `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" ` +
				`"$http_user_agent" $request_time`,
			Host:           "shop.example.org",
			TrustedProxies: []string{"10.0.0.0/8", "2001:db8::/32"},
		}, {
			Files:    []string{"edge-*.json", "edge-*.json.gz"},
			Format:   "edge",
			TimeZone: "Europe/Berlin",
			SampleRates: []logentry.SampleRate{
				{To: at("2026-03-01T00:00:00Z"), Rate: 0.1},
				{From: at("2026-03-01T00:00:00Z"), To: at("2026-03-02T10:00:00Z"), Rate: 0.01},
			},
		}},
		Retention: reportstore.DefaultRetention,
		Retries:   []time.Duration{time.Minute, 4 * time.Minute, 15 * time.Minute, time.Hour},
		Formats:   map[string]*logentry.Mapping{"edge": edge},
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	names := map[string]string{
		"api.example.org": "api.example.org", "example.org": "example.org", "www.example.org": "example.org", "example.com": "example.org",
	}
	if diff := cmp.Diff(names, c.SiteNames()); diff != "" {
		t.Errorf("site names: -want +got\n%s", diff)
	}
}

func TestTimesThatAreKept(t *testing.T) {
	c, err := Parse("x.yaml", []byte("retention: {minutes: 60h, hours: forever, days: forever}\nretries: 90s\n"))
	if err != nil {
		t.Fatal(err)
	}
	if keep := c.Retention; keep.Minutes != 60*time.Hour || keep.Hours < 50*365*oneDay || keep.Days < keep.Hours || len(c.Retries) != 1 || c.Retries[0] != 90*time.Second {
		t.Errorf("it is read as %+v", c)
	}
}

func TestAnchorsStandForSingleValuesAndLists(t *testing.T) {
	c, err := Parse("anchors.yaml", []byte(`
sources:
  - files: a.log
    time_zone: &zone Europe/Berlin
    trusted_proxies: &proxies [10.0.0.1]
    sample_rate: 0.5
  - files: b.log
    time_zone: *zone
    trusted_proxies: *proxies
`))
	if err != nil {
		t.Fatal(err)
	}
	if b := c.Sources[1]; b.TimeZone != "Europe/Berlin" || len(b.TrustedProxies) != 1 || b.TrustedProxies[0] != "10.0.0.1/32" {
		t.Errorf("got %+v", b)
	}
	if diff := cmp.Diff([]logentry.SampleRate{{Rate: 0.5}}, c.Sources[0].SampleRates); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestSourcesOfOtherTransports(t *testing.T) {
	c, err := Parse("live.yaml", []byte(`
sites: [{name: example.org, aliases: www.example.org}, example.net]
sources:
  - {http: shop, sites: [www.example.org], format: combined, host: example.org}
  - {pubsub: projects/p-1/subscriptions/logs, time_zone: Europe/Berlin}
  - {files: "*.log", sites: example.net}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []Source{
		{HTTP: "shop", Sites: []string{"example.org"}, Format: "combined", Host: "example.org"},
		{PubSub: "projects/p-1/subscriptions/logs", TimeZone: "Europe/Berlin"},
		{Files: []string{"*.log"}, Sites: []string{"example.net"}},
	}
	if diff := cmp.Diff(want, c.Sources); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	reading := logentry.Source{Name: "shop", Sites: []string{"example.org"}, Format: "combined", Host: "example.org", HostFrom: "configuration"}
	if diff := cmp.Diff(reading, c.Reading(&c.Sources[0], "shop")); diff != "" {
		t.Errorf("how HTTP lines are read: -want +got\n%s", diff)
	}
	if got := c.SourceFor("/var/log/a.log"); len(got.Sites) != 1 || got.Sites[0] != "example.net" {
		t.Errorf("sites of a file = %q", got.Sites)
	}
}

// FuzzParse holds that whatever the file holds, the answer is a configuration or mistakes with the file's name, and never a panic.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/mistakes/*.yaml")
	for _, file := range append(files, "../../deploy/floodgauge.example.yaml") {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("fuzz.yaml", data)
		if err == nil {
			if c.K < 1 || c.K > 1000 {
				t.Errorf("k is %d", c.K)
			}
			c.SourceFor("access.log")
			return
		}
		for line := range strings.SplitSeq(err.Error(), "\n") {
			if !strings.HasPrefix(line, "fuzz.yaml:") {
				t.Errorf("a line that does not say where: %q", line)
			}
		}
	})
}

func checkGolden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
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
