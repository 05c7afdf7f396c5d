package logentry

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// apacheNames says which variable of nginx, for request.expect, a directive of Apache is.
var apacheNames = map[string]string{
	"%h": "remote_addr", "%a": "remote_addr", "%u": "remote_user", "%V": "host", "%v": "host", "%{Host}i": "host", "%t": "time_local", "%r": "request",
	"%m": "request_method", "%U": "uri", "%q": "args", "%H": "server_protocol", "%>s": "status", "%s": "status", "%b": "body_bytes_sent",
	"%B": "body_bytes_sent", "%O": "bytes_sent", "%I": "request_length", "%{Referer}i": "http_referer", "%{User-agent}i": "http_user_agent",
	"%400,501{User-agent}i": "http_user_agent", "%{UNIQUE_ID}e": "request_id", "%{X-Forwarded-For}i": "http_x_forwarded_for",
}

var apacheDirectiveText = regexp.MustCompile(`%%|%[!0-9,<>]*(\{[^}]*\})?[a-zA-Z]`)

// apacheLine writes a line as Apache does: quotes and backslashes get a backslash, \n and \t their letter, other bytes that do not print
// are \xhh. format is as in httpd.conf between the outer quotes.
func (r *request) apacheLine(format string) string {
	return apacheDirectiveText.ReplaceAllStringFunc(strings.ReplaceAll(format, `\"`, `"`), func(d string) string {
		at := r.at.In(r.zone)
		switch d {
		case "%%":
			return "%"
		case "%t":
			return "[" + at.Format("02/Jan/2006:15:04:05 -0700") + "]"
		case "%{%d/%b/%Y:%T}t":
			return at.Format("02/Jan/2006:15:04:05")
		case "%{msec_frac}t":
			return fmt.Sprintf("%03d", at.Nanosecond()/1e6)
		case "%{usec_frac}t":
			return fmt.Sprintf("%06d", at.Nanosecond()/1e3)
		case "%{%z}t":
			return at.Format("-0700")
		case "%{%s}t", "%{sec}t":
			return strconv.FormatInt(at.Unix(), 10)
		case "%{usec}t":
			return strconv.FormatInt(at.UnixMicro(), 10)
		case "%D", "%{us}T":
			return strconv.FormatInt(r.micros, 10)
		case "%{ms}T":
			return strconv.FormatInt(r.micros/1e3, 10)
		case "%T":
			return strconv.FormatInt(r.micros/1e6, 10)
		case "%l":
			return "-"
		case "%p":
			return "443"
		case "%q":
			if r.query == "" {
				return ""
			}
			return apacheEscape("?" + r.query)
		}
		if value := r.nginx(apacheNames[d]); value != "" {
			return apacheEscape(value)
		}
		return "-"
	})
}

func apacheEscape(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '\t':
			b.WriteString(`\t`)
		case c < 32 || c > 126:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func TestApacheFormatsRoundTrip(t *testing.T) {
	for _, c := range []struct {
		format          string
		precision, unit time.Duration // of time and latency; unit 0: no latency
	}{
		{`%h %l %u %t \"%r\" %>s %b`, time.Second, 0},
		{`%h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-agent}i\"`, time.Second, 0},
		{`%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-agent}i\"`, time.Second, 0},
		{`%V %a %t \"%m %U%q %H\" %s %B %I %D`, time.Second, time.Microsecond},
		{`%t %r %>s %{ms}T %T`, time.Second, time.Millisecond},
		{`%{%d/%b/%Y:%T}t.%{msec_frac}t %{%z}t %m %U%q %>s %T`, time.Millisecond, time.Second},
		{`[%{%d/%b/%Y:%T}t.%{usec_frac}t %{%z}t] \"%{Host}i\" \"%r\" %s %{us}T \"%{UNIQUE_ID}e\"`, time.Microsecond, time.Microsecond},
		{`%{usec}t %h %m \"%U%q\" %>s \"%400,501{User-agent}i\"`, time.Microsecond, 0},
		{`%{%s}t.%{msec_frac}t %h %m \"%U%q\" %>s`, time.Millisecond, 0},
		{`%t %h \"%r\" 100%% %>s`, time.Second, 0},
	} {
		has := map[string]bool{}
		for _, d := range apacheDirectiveText.FindAllString(c.format, -1) {
			has[apacheNames[d]] = true
		}
		rapid.Check(t, func(t *rapid.T) { checkApache(t, c.format, has, c.precision, c.unit) })
	}
}

func checkApache(t *rapid.T, format string, has map[string]bool, precision, unit time.Duration) {
	p, err := NewParser(&Source{Format: format})
	if err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	r := drawRequest(t)
	line := r.apacheLine(format)
	var e Entry
	if reason := p.Parse([]byte(line), &e); reason != OK {
		t.Fatalf("%s\n%s\n%s", reason, format, line)
	}
	want := r.expect(has)
	want.Time = r.at.Truncate(precision).UTC().Format(time.RFC3339Nano)
	if unit > 0 {
		want.Latency = (time.Duration(r.micros) * time.Microsecond).Truncate(unit)
	}
	if diff := cmp.Diff(want, read(&e)); diff != "" {
		t.Fatalf("%s\n%s\n%s", format, line, diff)
	}
}

// A format is taken as it stands in httpd.conf, in quotes, or bare.
func TestApacheFormatSpellings(t *testing.T) {
	line := `198.51.100.23 - - [04/May/2026:14:00:07 +0200] "GET /a?b HTTP/1.1" 404 15734 "https://example.org/" "curl/8"`
	want := read(parse(t, mustParser(t, Source{Format: "combined"}), line))
	for _, format := range []string{
		`%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"`,
		`%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"`,
		`"%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\""`,
		`LogFormat "%h %l %u %t \"%r\" %>s %b \"%{referer}i\" \"%{user-agent}i\"" combined`,
		`  LogFormat "%a %l %u %t \"%r\" %s %B \"%!200{Referer}i\" \"%{User-Agent}i\"" mine`,
	} {
		if diff := cmp.Diff(want, read(parse(t, mustParser(t, Source{Format: format}), line))); diff != "" {
			t.Errorf("%s\n%s", format, diff)
		}
	}
}

func TestApacheMeanings(t *testing.T) {
	for _, c := range []struct {
		name, format, line string
		want               readable
	}{
		{"mod_remoteip tells peer and client", `%a %{c}a %t "%r" %>s`, `203.0.113.9 10.0.0.1 [04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200`,
			readable{Client: "203.0.113.9", Peer: "10.0.0.1", ClientTrusted: true, Path: "/", Method: "GET", Protocol: "HTTP/1.1", Status: 200}},
		{"a name in place of the address", `%h %t "%r" %>s`, `client.example.net [04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200`,
			readable{Path: "/", Method: "GET", Protocol: "HTTP/1.1", Status: 200}},
		{"mod_cache", `%t "%r" %>s "%{cache-status}e"`, `[04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 "conditional cache hit: entity refreshed"`,
			readable{Cache: "validated", Path: "/", Method: "GET", Protocol: "HTTP/1.1", Status: 200}},
		{"mod_cache, miss", `%t "%r" %>s "%{cache-status}e"`, `[04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 "cache miss: attempting entity save"`,
			readable{Cache: "miss", Path: "/", Method: "GET", Protocol: "HTTP/1.1", Status: 200}},
		{"mod_cache, hit", `%t "%r" %>s "%{cache-status}e"`, `[04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 "cache hit"`,
			readable{Cache: "hit", Path: "/", Method: "GET", Protocol: "HTTP/1.1", Status: 200}},
		{"mod_cache was not asked", `%t "%r" %>s "%{cache-status}e"`, `[04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 "-"`,
			readable{Cache: "uncached", Path: "/", Method: "GET", Protocol: "HTTP/1.1", Status: 200}},
		{"a cache's header", `%t "%r" %>s %{X-Cache-Status}o %{Set-Cookie}o`, `[04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 HIT -`,
			readable{Cache: "hit", Path: "/", Method: "GET", Protocol: "HTTP/1.1", Status: 200}},
		{"times right beside each other", `%t%{%z}t%t "%r"`, `[04/May/2026:12:00:07 +0000]+0000[04/May/2026:12:00:07 +0000] "GET /"`,
			readable{Path: "/", Method: "GET", Protocol: "HTTP/0.9"}},
		{"the last status counts", `%t "%r" %s %>s`, `[04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 301 200`,
			readable{Path: "/", Method: "GET", Protocol: "HTTP/1.1", Status: 200}},
		{"seconds with milliseconds right behind", `%{%s}t%{msec_frac}t "%r"`, `1777896007000 "GET /"`, readable{Path: "/", Method: "GET", Protocol: "HTTP/0.9"}},
		{"twelve hours", `%{%F %I:%M:%S %p}t "%r"`, `2026-05-04 12:00:07 PM "GET /"`, readable{Path: "/", Method: "GET", Protocol: "HTTP/0.9"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.want.Time = "2026-05-04T12:00:07Z"
			if diff := cmp.Diff(c.want, read(parse(t, mustParser(t, Source{Format: c.format}), c.line))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestApacheFormatErrors(t *testing.T) {
	for format, want := range map[string]string{
		`%h "%r" %>s`:                 "there is no time",
		`%{%H:%M:%S}t "%r" %>s`:       "there is no time",
		`%h %t`:                       "there is no request",
		`%h %t "%r" %Y`:               "%Y is no directive",
		`%h %t "%r" %{X-Forwarded-Fo`: "the brace has no end",
		`%h %t "%r" %>`:               "no directive",
		`%h %t "%r" %{%Q}t`:           "the conversion %Q is not understood",
		`%t "%m%b"`:                   "nothing stands between %m and %b",
	} {
		_, err := NewParser(&Source{Format: format})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", format, err, want)
		}
	}
	_, err := NewParser(&Source{Format: `%h "%r" %>s`})
	if err == nil || !strings.HasSuffix(err.Error(), "; add %t") {
		t.Errorf("the error does not say what to add: %v", err)
	}
}
