package logentry

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestDeadLettersHaveAReason(t *testing.T) {
	ok := `198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 15734 "-" "-"`
	for _, c := range []struct {
		format, line string
		want         Reason
	}{
		{"combined", ok, OK},
		{"combined", ok + "\r", OK},
		{"combined", "", ReasonNotRequest},
		{"combined", "   ", ReasonNotRequest},
		{"combined", "#Fields: date time", ReasonNotRequest},
		{"combined", "garbage", ReasonNoMatch},
		{"combined", ok[:60], ReasonNoMatch},
		{"combined", strings.Replace(ok, "200", "2x0", 1), ReasonNoMatch},
		{"combined", strings.Replace(ok, "15734", "many", 1), ReasonNoMatch},
		{"combined", "\x16\x03\x01\x00\x01", ReasonBinary},
		{"combined", "\x1f\x8b\x08\x00\x00", ReasonBinary},
		{"combined", strings.Replace(ok, "May", "Mai", 1), ReasonBadTime},
		{"combined", strings.Replace(ok, "04/May", "31/Feb", 1), ReasonBadTime},
		{"combined", strings.Replace(ok, "12:00:07", "24:00:07", 1), ReasonBadTime},
		{"combined", strings.Replace(ok, "+0000", "GMT", 1), ReasonBadTime},
		{"combined", strings.Replace(ok, "04/May/2026:12:00:07 +0000", "-", 1), ReasonNoTime},
		{"combined", strings.Replace(ok, "2026", "1970", 1), ReasonPast},
		{"combined", strings.Replace(ok, "2026", "1994", 1), ReasonPast},
		{"combined", ok + strings.Repeat("x", MaxLine), ReasonTooLong},
		{"gcp", ok, ReasonNotJSON},
		{"gcp", "", ReasonNotRequest},
		{"gcp", `{"timestamp":`, ReasonBrokenJSON},
		{"gcp", "{\x00\x01", ReasonBinary},
	} {
		var e Entry
		reason := mustParser(t, Source{Format: c.format}).Parse([]byte(c.line), &e)
		if reason != c.want {
			t.Errorf("%s %.90q: %s, want %s", c.format, c.line, reason, c.want)
		}
		if reason != OK && !reflect.DeepEqual(e, Entry{}) {
			t.Errorf("%.90q: a dead letter left %+v", c.line, read(&e))
		}
	}
}

// Syslog cuts long lines. The request is all there, so it counts.
func TestLineThatIsCutInItsLastText(t *testing.T) {
	p := mustParser(t, Source{Format: "combined"})
	e := parse(t, p, `198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 15734 "-" "Mozilla/5.0 (compat`)
	if got := read(e); got.UserAgent != "Mozilla/5.0 (compat" || got.Status != 200 {
		t.Errorf("%+v", got)
	}
}

// A list of forwarded addresses where the address should be is neither a host nor a client.
func TestListInPlaceOfAddress(t *testing.T) {
	line := `203.0.113.9, 10.0.0.1 - - [04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 15734 "-" "-"`
	if got := read(parse(t, mustParser(t, Source{Format: "combined"}), line)); got.Client != "" || got.Host != "" || got.HostInvalid || got.Path != "/" {
		t.Errorf("%+v", got)
	}
}

// Where the server looked up the client's name, there is no address.
func TestNameInPlaceOfAddress(t *testing.T) {
	line := `client.example.net - john [04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 15734`
	if got := read(parse(t, mustParser(t, Source{Format: "common"}), line)); got.Client != "" || got.Host != "" || got.Path != "/" {
		t.Errorf("%+v", got)
	}
}

// What a line does not log is not logged, also where its neighbours do.
func TestLogged(t *testing.T) {
	const always = "client status response_bytes method protocol "
	for _, c := range []struct{ format, line, want string }{
		{"combined", `198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 15734 "-" "-"`, always + "agent referrer path"},
		{"combined", `198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 15734`, always + "path"},
		{"combined", `a.example 198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 15734 "-" "-"`, always + "agent referrer path host"},
		{"vhost-common", `a.example 198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 15734`, always + "path host"},
		{`$time_iso8601 $status $request_time`, `2026-05-04T12:00:07Z 200 0.1`, "status latency"},
		{`$time_iso8601 $status $request_time`, `2026-05-04T12:00:07Z 200 -`, "status"},
		{`$time_iso8601 $uri $upstream_cache_status $upstream_status $request_length $geoip_country_code`, `2026-05-04T12:00:07Z / - - 10 -`,
			"request_bytes cache origin_errors path country"},
	} {
		if got := logged(parse(t, mustParser(t, Source{Format: c.format}), c.line)); got != c.want {
			t.Errorf("%s\n%s\n got %s\nwant %s", c.format, c.line, got, c.want)
		}
	}
}

// Times without zone are in the source's, summer time included.
func TestTimeZoneOfSource(t *testing.T) {
	for _, c := range []struct{ zone, at, want string }{
		{"", "04/May/2026:14:00:07", "2026-05-04T14:00:07Z"},
		{"Europe/Brussels", "04/May/2026:14:00:07", "2026-05-04T12:00:07Z"},
		{"Europe/Brussels", "04/Jan/2026:14:00:07", "2026-01-04T13:00:07Z"},
		{"Asia/Kolkata", "04/May/2026:00:00:07", "2026-05-03T18:30:07Z"},
	} {
		p := mustParser(t, Source{Format: `%{%d/%b/%Y:%T}t %h "%r"`, TimeZone: c.zone})
		if got := read(parse(t, p, c.at+` 198.51.100.23 "GET / HTTP/1.1"`)).Time; got != c.want {
			t.Errorf("%s in %q: %s, want %s", c.at, c.zone, got, c.want)
		}
	}
	p := mustParser(t, Source{Format: "combined", TimeZone: "Asia/Kolkata"})
	if got := read(parse(t, p, `::1 - - [04/May/2026:14:00:07 +0200] "GET /" 200 1`)).Time; got != "2026-05-04T12:00:07Z" {
		t.Errorf("a zone in the line must count: %s", got)
	}
	for _, zone := range []string{"Europe/Brusels", "Local", "../etc"} {
		if _, err := NewParser(&Source{Format: "combined", TimeZone: zone}); err == nil || !strings.Contains(err.Error(), zone) {
			t.Errorf("zone %q: %v", zone, err)
		}
	}
}

func TestSourceErrors(t *testing.T) {
	for _, c := range []struct {
		src  Source
		want string
	}{
		{Source{}, "no log format; it is one of gcp,"},
		{Source{Format: "combinde"}, `"combinde" is not known; it is one of gcp,`},
		{Source{Format: "combined", Host: "not a host"}, `"not a host" is no host name`},
		{Source{Format: "mine", Mapping: &Mapping{Name: "mine", Fields: map[string]string{"staus": "s"}}}, `unknown field "staus"`},
	} {
		if _, err := NewParser(&c.src); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.src, err)
		}
	}
}

// Of the formats without zone, HAProxy writes its host's time and CloudFront UTC.
func TestTimeZoneOfReadyFormats(t *testing.T) {
	for format, want := range map[string]string{"haproxy": "2026-05-04T10:00:07.655Z", "cloudfront": "2026-05-04T12:00:07Z", "envoy": "2026-05-04T12:00:07.078Z"} {
		p := mustParser(t, Source{Format: format, TimeZone: "Europe/Brussels"})
		if got := read(parse(t, p, fmt.Sprintf(samples[format], 1))).Time; got != want {
			t.Errorf("%s: %s, want %s", format, got, want)
		}
	}
}

// Only a log with columns has lines that are none.
func TestHeader(t *testing.T) {
	for format, want := range map[string]bool{"cloudfront": true, "#Fields: date time cs-method": true, "combined": false, "caddy": false} {
		p := mustParser(t, Source{Format: format})
		if got := p.Header([]byte("#Version: 1.0")); got != want || p.Header(nil) || p.Header([]byte("2026-05-04\t12:00:07\tGET")) {
			t.Errorf("%s: %v", format, got)
		}
	}
}

// fuzzFormats are the formats that the fuzzers try every line on.
var fuzzFormats = []string{"combined", "vhost-common", "gcp", "gcp-bigquery", "nginx-json", "cloudflare", jsonTemplate,
	`$remote_addr "$http_x_forwarded_for" $scheme://$host$uri$is_args$args $request [$time_local] $upstream_response_time $status "$http_user_agent"`,
	`%{%d/%b/%Y:%T}t.%{msec_frac}t %{%z}t %v:%p %a "%m %U%q %H" %>s %D`, `$msec$request_uri $status`,
	"alb", "cloudfront", "haproxy", "envoy", "istio-json", "caddy", "traefik", "traefik-json", "#Fields: sc-status x-edge-detailed-result-type timestamp cs(User-Agent)",
}

func fuzzSource(which uint8) Source {
	return Source{Format: fuzzFormats[int(which)%len(fuzzFormats)], Host: "default.example", TrustedProxies: []string{"10.0.0.0/8"}}
}

func fuzzLines(tb testing.TB) (lines [][]byte) {
	for _, line := range samples {
		lines = append(lines, []byte(line))
	}
	for _, name := range []string{"text/crowdsec-hub/apache2-logs.log", "text/crowdsec-hub/nginx_http-logs.log"} {
		lines = append(lines, fileLines(tb, name)...)
	}
	for _, c := range logFiles {
		lines = append(lines, fileLines(tb, c.file)...)
	}
	for _, c := range hotLines {
		lines = append(lines, []byte(c.line))
	}
	return append(lines, []byte(`10.0.0.1 "203.0.113.9, 10.0.0.2" https://a.example/b?c GET /b?c HTTP/1.1 [04/May/2026:12:00:07 +0000] 0.1, 0.2 : - 200 "a\"b"`),
		[]byte(`1777896007.123/a 200`))
}

// Every line is an entry or one dead letter, whatever was read before it, and an entry keeps what the rest of the pipeline counts on.
func FuzzParse(f *testing.F) {
	var used []*Parser
	for i := range fuzzFormats {
		src := fuzzSource(uint8(i))
		used = append(used, mustParser(f, src))
		for _, line := range fuzzLines(f) {
			f.Add(uint8(i), line)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, line []byte) {
		before := string(line)
		src := fuzzSource(which)
		var e, again Entry
		reason := used[int(which)%len(used)].Parse(line, &e)
		fresh := mustParser(t, src).Parse(line, &again)
		if reason != fresh || reason >= ReasonCount {
			t.Fatalf("%s: %s after other lines, %s alone", src.Format, reason, fresh)
		}
		if read(&e) != read(&again) || e.Logged != again.Logged {
			t.Fatalf("%s: what was read before changes the entry:\n%+v\n%+v", src.Format, read(&e), read(&again))
		}
		checkEntry(t, reason, &e)
		if string(line) != before {
			t.Fatal("the line was changed")
		}
	})
}

func checkEntry(t *testing.T, reason Reason, e *Entry) {
	t.Helper()
	host, valid := normalizeHost(nil, e.Host)
	switch {
	case reason != OK:
		if !reflect.DeepEqual(*e, Entry{}) {
			t.Fatalf("%s left %+v", reason, read(e))
		}
	case e.Time < earliest, e.Latency < 0, e.Status > 999:
		t.Fatalf("time %d, latency %d, status %d", e.Time, e.Latency, e.Status)
	case !valid || string(host) != string(e.Host) || e.HostInvalid && len(host) > 0:
		t.Fatalf("host %q, invalid %v", []byte(e.Host), e.HostInvalid)
	case e.Client.Is4In6() || e.Client.Zone() != "" || e.ClientTrusted && !e.Client.IsValid():
		t.Fatalf("client %v, trusted %v", e.Client, e.ClientTrusted)
	case strings.ContainsAny(string(e.Path), "?#") || strings.Contains(string(e.Query), "#"):
		t.Fatalf("path %q, query %q", []byte(e.Path), []byte(e.Query))
	}
}

// No format string makes NewParser panic, and no line the parser that it makes.
func FuzzFormat(f *testing.F) {
	for _, format := range fuzzFormats {
		f.Add(format, "2026-05-04T12:00:07Z / 200")
	}
	f.Add(`LogFormat "%{%s}t%{usec_frac}t%400,!501>{Referer}i%^FB" x`, "%")
	f.Add(`log_format x escape=json '{"a":$msec,"b":{"c":"${uri}$is_args$args"}}';`, `{"a":1,"b":{}}`)
	f.Fuzz(func(_ *testing.T, format, line string) {
		p, err := NewParser(&Source{Format: format})
		if err != nil {
			return
		}
		var e Entry
		p.Parse([]byte(line), &e)
	})
}
