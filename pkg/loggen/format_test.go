package loggen

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// aRequest is one with everything that needs care: quotes in what the client sent, a query, no round times.
func aRequest() *Request {
	s := newSite(1, 0, "news.example.org")
	return &Request{
		ID: 42, Time: time.Date(2026, 5, 4, 12, 0, 7, 78_651_000, time.UTC).UnixNano(), Host: s.host, Client: netip.MustParseAddr("198.51.100.23"),
		Session: 7, Method: vocabulary.MethodGet, Path: "/a/b", Query: `q="x"`, Protocol: vocabulary.ProtocolHTTP2, Status: 200, RequestBytes: 577,
		ResponseBytes: 15734, Latency: 1_002_113_000, Cache: vocabulary.CacheHit, Referrer: "https://news.example.org/", Agent: "A \\ \x01 é",
		Country: "BE", ASN: 5432, site: s,
	}
}

func TestTextLayouts(t *testing.T) {
	for _, c := range []struct{ format, want string }{
		{FormatCommon, `198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET /a/b?q=\x22x\x22 HTTP/2.0" 200 15734`},
		{FormatVhostCombined, `news.example.org:443 198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET /a/b?q=\x22x\x22 HTTP/2.0" 200 15734 ` +
			`"https://news.example.org/" "A \x5C \x01 \xC3\xA9"`},
		{`$msec|${host}|$request_time|$upstream_cache_status|$upstream_status|$unheard_of|$uri$is_args$args;`,
			`1777896007.078|news.example.org|1.002|HIT|-|-|/a/b?q=\x22x\x22;`},
		{`escape=json {"a":"$args","t":"$time_iso8601","u":"$upstream_status"}`, `{"a":"q=\"x\"","t":"2026-05-04T12:00:07+00:00","u":""}`},
		{`%v:%p %h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"`,
			`news.example.org:443 198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET /a/b?q=\"x\" HTTP/2.0" 200 15734 "https://news.example.org/" ` +
				`"A \\ \x01 \xc3\xa9"`},
		{`%{%Y-%m-%dT%T%z}t %D %T %{ms}T %m %U%q %H %400,501{X-None}i %{usec_frac}t %% \"%I\" %^FB`,
			`2026-05-04T12:00:07+0000 1002113 1 1002 GET /a/b?q=\"x\" HTTP/2.0 - 078651 % "577" -`},
	} {
		g := generator(t, Config{Format: c.format})
		if got := string(g.Write(nil, aRequest())); got != c.want+"\n" {
			t.Errorf("%s\n got %s want %s", c.format, got, c.want)
		}
	}
}

func TestLayoutsThatAreNone(t *testing.T) {
	for _, format := range []string{`%h %`, `%{Referer`, `%h %y`, `%{%Q}t`, `nothing`} {
		if _, err := New(Config{Format: format}); err == nil || !strings.Contains(err.Error(), "format: ") {
			t.Errorf("%q: %v", format, err)
		}
	}
}

func TestEveryJSONLineIsValid(t *testing.T) {
	for _, format := range []string{FormatGCP, FormatGCPBigQuery, FormatNginxJSON, FormatCloudflare, FormatIstioJSON, FormatCaddy, FormatTraefikJSON} {
		g := generator(t, Config{Seed: 4, HostCount: 60, Lines: 20_000, Format: format})
		var r Request
		for line := []byte(nil); g.Next(&r); line = line[:0] {
			if line = g.Write(line, &r); !json.Valid(line) || bytes.Count(line, []byte{'\n'}) != 1 {
				t.Fatalf("%s: no valid line: %s", format, line)
			}
		}
		if line := g.Write(nil, aRequest()); !json.Valid(line) {
			t.Errorf("%s: quotes break the line: %s", format, line)
		}
	}
}

// truthLine is what a reader of the truth file sees.
type truthLine struct {
	ID            uint64
	Time          time.Time
	Host, Client  string
	Kind          string
	Method        string
	Path, Query   string
	Protocol      string
	Status        int
	RequestBytes  uint64 `json:"request_bytes"`
	ResponseBytes uint64 `json:"response_bytes"`
	FillBytes     uint64 `json:"cache_fill_bytes"`
	Latency       json.Number
	Cache         string
	Enforced      string
	Referrer      string
	Agent         string
	Country       string
	ASN           uint32
}

// pairs gives each log line with its truth, as Generate writes them.
func pairs(t *testing.T, c Config, check func(line []byte, truth *truthLine)) {
	t.Helper()
	var log, facts bytes.Buffer
	stats, err := Generate(t.Context(), c, &log, &facts)
	if err != nil || stats.Bytes != int64(log.Len()) || stats.TruthBytes != int64(facts.Len()) {
		t.Fatalf("%v, %+v", err, stats)
	}
	lines := bytes.Split(bytes.TrimSuffix(log.Bytes(), []byte{'\n'}), []byte{'\n'})
	truths := bytes.Split(bytes.TrimSuffix(facts.Bytes(), []byte{'\n'}), []byte{'\n'})
	if len(lines) != len(truths) || int64(len(lines)) != stats.Lines {
		t.Fatalf("%d lines, %d truths, %d counted", len(lines), len(truths), stats.Lines)
	}
	for i := range lines {
		var truth truthLine
		if err := json.Unmarshal(truths[i], &truth); err != nil {
			t.Fatalf("truth %d: %v", i, err)
		}
		check(lines[i], &truth)
	}
}

var combinedRegexp = regexp.MustCompile(`^(\S+):443 (\S+) - - \[([^\]]+)\] "(\S+) (\S+) (\S+)" (\d+) (\d+) "([^"]*)" "([^"]*)"$`)

func TestCombinedLinesSayTheTruth(t *testing.T) {
	pairs(t, Config{Seed: 6, Lines: 10_000, HostCount: 50, Format: FormatVhostCombined}, func(line []byte, truth *truthLine) {
		m := combinedRegexp.FindStringSubmatch(string(line))
		if m == nil {
			t.Fatalf("no match: %s", line)
		}
		target := truth.Path
		if truth.Query != "" {
			target += "?" + truth.Query
		}
		status := truth.Status
		if status == 0 {
			status = clientClosedRequest
		}
		version := truth.Protocol
		if !strings.Contains(version, ".") {
			version += ".0"
		}
		want := []string{string(line), truth.Host, truth.Client, truth.Time.Format("02/Jan/2006:15:04:05 -0700"), truth.Method, target, version,
			strconv.Itoa(status), strconv.FormatUint(truth.ResponseBytes, 10), orDash(truth.Referrer), orDash(truth.Agent)}
		for i := range want {
			if m[i] != want[i] {
				t.Fatalf("part %d: got %s, want %s", i, m[i], want[i])
			}
		}
	})
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// Whatever is given as a format, there is a layout that writes lines or an error, and never a panic.
func FuzzLayouts(f *testing.F) {
	for _, seed := range []string{combinedLayout, "${host", "$", "%", "%{a}", "%>s %{%F %T}t", "escape=json {\"a\":\"$args\"}", "%^FB", "%^", `\`, "%400,!5{X}i"} {
		f.Add(seed)
	}
	r := aRequest()
	f.Fuzz(func(_ *testing.T, format string) {
		for _, compile := range []func(string) (encoder, error){newNginxLayout, newApacheLayout} {
			if write, err := compile(format); err == nil {
				write(nil, r)
			}
		}
	})
}
