package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/config"
	"github.com/floodgauge/floodgauge/pkg/logentry"
)

// optionsOf parses the command line of a report.
func optionsOf(t *testing.T, args ...string) (reportOptions, error) {
	t.Helper()
	var g grammar
	var out bytes.Buffer
	parser, err := newParser(&g, &out, &out, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(append([]string{"report"}, args...)); err != nil {
		t.Fatal(err)
	}
	return g.Report.options(&environment{ctx: context.Background(), stdin: strings.NewReader(""), stdout: &out, stderr: &out})
}

func writeConfig(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "floodgauge.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestDefaultsOfAReport(t *testing.T) {
	o, err := optionsOf(t, "access.log", "-")
	if err != nil {
		t.Fatal(err)
	}
	want := reportOptions{Inputs: []string{"access.log", "-"}, Format: "table", By: "all", K: 10, Config: config.Default()}
	if diff := cmp.Diff(want, o, cmp.AllowUnexported(reportOptions{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff(logentry.Source{Name: "access.log"}, o.source("access.log")); diff != "" {
		t.Errorf("source: -want +got\n%s", diff)
	}
	for _, format := range []string{"json", "csv", "parquet"} {
		if o, err := optionsOf(t, "--format", format, "x"); err != nil || o.By != "minute" {
			t.Errorf("%s: by %q, %v", format, o.By, err)
		}
	}
}

func TestFlagsWinOverTheConfiguration(t *testing.T) {
	file := writeConfig(t, `
k: 25
sites: [{name: example.org, aliases: [www.example.org]}]
formats: {edge: {fields: {time: t, status: s}}}
sources:
  - files: a.log
    format: combined
    host: a.example.org
    time_zone: Europe/Berlin
    trusted_proxies: 10.0.0.1
    sample_rate: 0.5
`)
	o, err := optionsOf(t, "--config", file, "a.log")
	if err != nil {
		t.Fatal(err)
	}
	want := logentry.Source{
		Name: "a.log", Format: "combined", Host: "a.example.org", HostFrom: "configuration", TimeZone: "Europe/Berlin",
		TrustedProxies: []string{"10.0.0.1/32"}, SampleRates: []logentry.SampleRate{{Rate: 0.5}},
	}
	if diff := cmp.Diff(want, o.source("a.log")); diff != "" || o.K != 25 {
		t.Errorf("configuration: k %d, -want +got\n%s", o.K, diff)
	}

	o, err = optionsOf(t, "--config", file, "--k", "1", "--log-format", "edge", "--time-zone", "UTC", "--trusted-proxy", "192.0.2.0/24",
		"--trusted-proxy", "2001:db8::1", "--sample-rate", "0.1", "--host", "WWW.example.org", "a.log")
	if err != nil {
		t.Fatal(err)
	}
	want = logentry.Source{
		Name: "a.log", Format: "edge", Mapping: o.Config.Formats["edge"], Host: "a.example.org", HostFrom: "configuration", TimeZone: "UTC",
		TrustedProxies: []string{"192.0.2.0/24", "2001:db8::1/128"}, SampleRates: []logentry.SampleRate{{Rate: 0.1}},
	}
	if diff := cmp.Diff(want, o.source("a.log")); diff != "" || o.K != 1 {
		t.Errorf("flags: k %d, -want +got\n%s", o.K, diff)
	}
	if diff := cmp.Diff([]string{"example.org"}, o.Hosts); diff != "" {
		t.Errorf("an alias is its site: -want +got\n%s", diff)
	}
	if s := o.source("b.log"); s.Host != "example.org" || s.HostFrom != "option" {
		t.Errorf("a file that the configuration does not know: %+v", s)
	}
}

func TestSeveralHostsOnlyChoose(t *testing.T) {
	o, err := optionsOf(t, "--host", "a.example.org", "--host", "b.example.org,a.example.org", "x")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a.example.org", "b.example.org"}, o.Hosts); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if s := o.source("x"); s.Host != "" {
		t.Errorf("lines without a host become %q", s.Host)
	}
}

func TestTimesOfAReport(t *testing.T) {
	for _, c := range []struct {
		args     string
		from, to string
	}{
		{"--from 2026-05-04 --to 2026-05-04", "2026-05-04T00:00:00Z", "2026-05-05T00:00:00Z"},
		{"--from 2026-05-04T12:30:00+02:00", "2026-05-04T10:30:00Z", ""},
		{"--to 2026-05-04T12:30", "", "2026-05-04T12:30:00Z"},
		{"--from 2026-05-04_12:30 --to 2026-05-04_12:30:30", "2026-05-04T12:30:00Z", "2026-05-04T12:30:30Z"},
		{"--from 2026-05-04_12:30 --time-zone Europe/Berlin", "2026-05-04T10:30:00Z", ""},
		// The clocks go forward that night, so the day has 23 hours.
		{"--from 2026-03-29 --to 2026-03-29 --time-zone Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
	} {
		args := strings.Fields(c.args + " x")
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "_", " ")
		}
		o, err := optionsOf(t, args...)
		if err != nil {
			t.Errorf("%s: %v", c.args, err)
			continue
		}
		if got := [2]string{text(o.From), text(o.To)}; got != [2]string{c.from, c.to} {
			t.Errorf("%s: got %v", c.args, got)
		}
	}
}

func text(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func TestWrongReportOptions(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "access.log")
	if err := os.WriteFile(log, []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, `report needs to know what to read; name a log file, a directory, or - for standard input, as in "floodgauge report access.log"`},
		{[]string{""}, `the name of a file to read is empty; check the variable or the quotes it comes from`},
		{[]string{"-", "-"}, `standard input can be read only once; give - only once`},
		{[]string{"--host", "192.0.2.1", "x"}, `--host cannot be "192.0.2.1": an address is no host name; write the DNS name that visitors use`},
		{[]string{"--trusted-proxy", "10.0.0.5/8", "x"}, `--trusted-proxy cannot be "10.0.0.5/8": the range starts at another address; write 10.0.0.0/8, or the address alone`},
		{[]string{"--time-zone", "CEST", "x"}, `--time-zone cannot be "CEST": write a name of the IANA time zone database, such as Europe/Berlin or UTC`},
		{[]string{"--from", "yesterday", "x"}, `--from cannot be "yesterday"; write a date such as 2026-05-04, a time such as '2026-05-04 12:30', or 2026-05-04T12:30:00Z`},
		{[]string{"--from", "2026-05-05", "--to", "2026-05-04", "x"}, `--from 2026-05-05 is not before --to 2026-05-04; exchange the two`},
		{[]string{"--log-format", "combind", "x"}, `--log-format: there is no format "combind"; did you mean "combined"?`},
		{[]string{"--out", log, log}, `--out ` + log + ` is also a log to read and would be overwritten; choose another name`},
		{[]string{"--out", dir, log}, `--out ` + dir + ` is a directory; name a file in it`},
	} {
		_, err := optionsOf(t, c.args...)
		var usage usageError
		if !errors.As(err, &usage) || usage.message != c.want {
			t.Errorf("%v:\n got %v\nwant %s", c.args, err, c.want)
		}
	}
	_, err := optionsOf(t, "--config", "none.yaml", "x")
	var mistakes config.Mistakes
	if !errors.As(err, &mistakes) {
		t.Errorf("a configuration that is not there: got %v", err)
	}
}
