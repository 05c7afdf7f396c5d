package integration

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/floodgauge/floodgauge/pkg/loggen"
)

// TestGeneratedLogsIntoReports: "floodgauge loggen | floodgauge report -" in each format: the format is found, every line is a request, and the sites
// that the lines name are the report's.
func TestGeneratedLogsIntoReports(t *testing.T) {
	custom := []string{`$remote_addr $host [$time_local] "$request" $status $body_bytes_sent $request_time`, `%v %h %t "%r" %>s %B %D "%{User-Agent}i"`}
	for _, format := range append(loggen.Formats(), custom...) {
		b := newBox(t)
		log := finish(t, b.command(t, "loggen", "--lines", "2000", "--host", "news.example.org", "--log-format", format))
		log.expect(t, format, 0)
		args := []string{"report", "--format", "csv", "--by", "all", "-"}
		if strings.ContainsAny(format, "$%") {
			args = append(args, "--log-format", format)
		}
		cmd := b.command(t, args...)
		cmd.Stdin = strings.NewReader(log.stdout)
		r := finish(t, cmd)
		r.expect(t, format, 0, "Read 2,000 lines", "2,000 requests", "0 not readable")
		site := "\nnews.example.org,"
		if slices.Contains([]string{"combined", "common", "haproxy", "traefik"}, format) {
			site = "\n(other hosts),"
		}
		if !strings.Contains(r.stdout, site) || strings.Count(r.stdout, "\n") != 2 {
			t.Errorf("%s: want the site %s in\n%s", format, site, r.stdout)
		}
	}
}

// TestConfigurationOfSources: formats, sites, time zones and sample rates of a configuration, by file.
func TestConfigurationOfSources(t *testing.T) {
	folder := t.TempDir()
	writeFile(t, folder+"/app.jsonl", []byte(`{"ts":1777896001,"site":"www.shop.example","ip":"198.51.100.1","uri":"/a?b=c","code":200,"ms":12.5}`+"\n"+
		`{"ts":1777896002,"site":"unknown.example","ip":"198.51.100.1","uri":"/b","code":503,"ms":900}`+"\n"))
	writeFile(t, folder+"/local.log", []byte(`198.51.100.7 2026-05-04 14:00:03 "GET / HTTP/1.1" 200`+"\n"))
	config := folder + "/floodgauge.yaml"
	writeFile(t, config, []byte(`
k: 1
sites: [{name: shop.example, aliases: [www.shop.example]}]
formats: {app: {fields: {time: ts, host: site, client: ip, url: uri, status: code, latency: ms}, units: {latency: ms}}}
sources:
  - {files: "*.jsonl", format: app, sample_rate: [{to: 2026-05-04T12:00:02Z, rate: 0.25}]}
  - {files: "local.log", format: '%h %{%Y-%m-%d %H:%M:%S}t "%r" %>s', time_zone: Europe/Berlin, host: shop.example}
`))
	shell(t, "check-config", config).expect(t, "check", 0)
	r := shell(t, "report", "--config", config, "--format", "csv", folder)
	r.expect(t, "report", 0, "3 requests", "1 counted as (other hosts): not in the list of sites")
	for _, want := range []string{"\nshop.example,2026-05-04T12:00:00Z,minute,5,", "\n(other hosts),2026-05-04T12:00:00Z,minute,1,"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("no row %q in\n%s", want, r.stdout)
		}
	}
}

// TestManyPages: of many sites the overview shows the busiest, pages come for ten, and what is left out is said.
func TestManyPages(t *testing.T) {
	var log strings.Builder
	for site := range 60 {
		for visitor := range 12 {
			fmt.Fprintf(&log, "site-%02d.example.org 198.51.100.%d - - [04/May/2026:12:00:00 +0000] \"GET / HTTP/1.1\" 200 1\n", site, visitor)
		}
	}
	r := shell(t, "report", fileOf(t, "access.log", []byte(log.String())))
	text := strings.Join(strings.Fields(r.stdout), " ")
	for _, want := range []string{"60 sites, 720 requests", "and 20 more sites with 240 requests. All of them: --by all --format csv", "The 10 busiest sites follow"} {
		if !strings.Contains(text, want) {
			t.Errorf("the report lacks %q:\n%.3000s", want, r.stdout)
		}
	}
	if n := strings.Count(r.stdout, "How requests ended"); n != 10 {
		t.Errorf("%d pages, want 10", n)
	}
}

// TestUnreadableDatabase of countries: one sentence, and no report with wrong countries.
func TestUnreadableDatabase(t *testing.T) {
	database := fileOf(t, "country.mmdb", []byte("no database"))
	config := fileOf(t, "floodgauge.yaml", fmt.Appendf(nil, "geo: {country: %s}\n", database))
	r := shell(t, "report", "--config", config, fileOf(t, "access.log", logOf(t, "combined", 20)))
	r.expect(t, "database", 1, database)
	if r.stdout != "" || strings.Count(r.stderr, "\n") != 1 {
		t.Errorf("not one sentence:\n%s%s", r.stdout, r.stderr)
	}
}
