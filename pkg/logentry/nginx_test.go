package logentry

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A format is taken as it stands in nginx.conf, in one piece or several, or bare.
func TestNginxFormatSpellings(t *testing.T) {
	line := `198.51.100.23 - - [04/May/2026:14:00:07 +0200] "GET /a?b HTTP/1.1" 404 15734 "https://example.org/" "curl/8" rt=0.012`
	want := read(parse(t, mustParser(t, Source{Format: "combined"}), line))
	want.Latency = 12 * time.Millisecond
	for _, format := range []string{
		`$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rt=$request_time`,
		`'$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rt=$request_time'`,
		`log_format main '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" rt=$request_time';`,
		`log_format  main  escape=default  "$remote_addr - ${remote_user} [$time_local] \"$request\" $status " "$body_bytes_sent \"$http_referer\" \"$http_user_agent\" rt=$request_time";`,
	} {
		if diff := cmp.Diff(want, read(parse(t, mustParser(t, Source{Format: format}), line))); diff != "" {
			t.Errorf("%s\n%s", format, diff)
		}
	}
}

func TestNginxMeanings(t *testing.T) {
	base := readable{Time: "2026-05-04T12:00:07Z", Status: 200}
	for _, c := range []struct {
		name, format, line string
		change             func(r *readable)
	}{
		{"realip tells peer and client", `$time_iso8601 $status $remote_addr $realip_remote_addr`, `2026-05-04T12:00:07+00:00 200 203.0.113.9 10.0.0.1`,
			func(r *readable) { r.Client, r.Peer, r.ClientTrusted = "203.0.113.9", "10.0.0.1", true }},
		{"the request as sent is better than $uri", `$time_iso8601 $status "$request" $uri $args`, `2026-05-04T12:00:07+00:00 200 "GET /a?b HTTP/2.0" /index.php q=a`,
			func(r *readable) { r.Path, r.Query, r.Method, r.Protocol = "/a", "b", "GET", "HTTP/2" }},
		{"several upstreams, not in quotes", `$time_iso8601 $upstream_addr $upstream_status $upstream_response_time $status`,
			`2026-05-04T12:00:07+00:00 10.0.0.1:80, 10.0.0.2:80 : 10.0.0.3:80 502, 504 : 500 0.010, 0.020 : 0.300 200`,
			func(r *readable) { r.OriginError, r.Latency = "status_5xx", 330*time.Millisecond }},
		{"no upstream was asked", `$time_iso8601 "$upstream_status" "$upstream_response_time" $status`, `2026-05-04T12:00:07+00:00 "-" "-" 200`,
			func(*readable) {}},
		{"the client left", `$time_iso8601 $upstream_status $status`, `2026-05-04T12:00:07+00:00 - 499`,
			func(r *readable) { r.Status, r.OriginError = 499, "client_left" }},
		{"no status", `$time_iso8601 $status`, `2026-05-04T12:00:07+00:00 000`, func(r *readable) { r.Status = 0 }},
		{"country and network", `$time_iso8601 $status $geoip_country_code $geoip2_data_asn`, `2026-05-04T12:00:07+00:00 200 be 5432`,
			func(r *readable) { r.Country, r.ASN = "BE", 5432 }},
		{"a country of geoip2", `$time_iso8601 $status $geoip2_data_country_iso_code`, `2026-05-04T12:00:07+00:00 200 NL`,
			func(r *readable) { r.Country = "NL" }},
		{"the requested host is better than the server's name", `$time_iso8601 $status $server_name $host`, `2026-05-04T12:00:07+00:00 200 _ news.example.org`,
			func(r *readable) { r.Host = "news.example.org" }},
		{"the catch-all server has no name", `$time_iso8601 $status $server_name`, `2026-05-04T12:00:07+00:00 200 _`, func(*readable) {}},
		{"a list of forwarded addresses not in quotes", `$http_x_forwarded_for $time_iso8601 $status`, `203.0.113.9, 10.0.0.1 2026-05-04T12:00:07+00:00 200`,
			func(*readable) {}},
		{"a path without arguments", `$time_iso8601 $uri$is_args$args $status`, `2026-05-04T12:00:07+00:00 /a/- 200`, func(r *readable) { r.Path = "/a/" }},
		{"a path with a dash and arguments", `$time_iso8601 $uri$is_args$args $status`, `2026-05-04T12:00:07+00:00 /a-?b=- 200`,
			func(r *readable) { r.Path, r.Query = "/a-", "b=-" }},
		{"an unknown variable is skipped", `$time_iso8601 "$my_own_variable" $status`, `2026-05-04T12:00:07+00:00 "some text" 200`, func(*readable) {}},
		{"text behind the last value", `$time_iso8601 $status`, `2026-05-04T12:00:07+00:00 200 cs=HIT`, func(*readable) {}},
		{"quotes that nginx did not escape", `$time_iso8601 "$http_user_agent" $status`, `2026-05-04T12:00:07+00:00 "a ("quoted") word" 200`,
			func(r *readable) { r.UserAgent = `a ("quoted") word` }},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := base
			c.change(&want)
			if diff := cmp.Diff(want, read(parse(t, mustParser(t, Source{Format: c.format}), c.line))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNginxFormatErrors(t *testing.T) {
	for format, want := range map[string]string{
		`$remote_addr "$request" $status`:              "no time in it (or only a part of one), and a line without a time cannot be counted; add [$time_local]",
		`$remote_addr [$time_local]`:                   "there is no request",
		`$time_iso8601 $status$body_bytes_sent`:        "nothing stands between $status and $body_bytes_sent",
		`log_format main '$time_iso8601 $status`:       "a quoted piece has no end",
		`log_format main '$time_iso8601' x '$status';`: "something stands between the pieces",
	} {
		if _, err := NewParser(&Source{Format: format}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", format, err, want)
		}
	}
}

const jsonTemplate = `log_format json escape=json '{"time":"$time_iso8601","http":{"host":"$host","agent.name":"$http_user_agent"},'
  '"client":"$remote_addr","request":"$request","uri":"$uri","status":$status,"took":$request_time,"upstream":$upstream_status}';`

// A format that writes JSON is read as nginx writes it, even where a value without quotes is empty, and as a log shipper may have
// written it anew.
func TestNginxJSONFormat(t *testing.T) {
	p := mustParser(t, Source{Format: jsonTemplate})
	want := readable{Time: "2026-05-04T12:00:07Z", Host: "news.example.org", UserAgent: `curl "8"`, Client: "198.51.100.23", Peer: "198.51.100.23",
		Method: "GET", Path: "/é", Query: "b", Protocol: "HTTP/2", Status: 404, Latency: 12 * time.Millisecond}
	for name, line := range map[string]string{
		"as nginx writes it": `{"time":"2026-05-04T12:00:07+00:00","http":{"host":"news.example.org","agent.name":"curl \"8\""},"client":"198.51.100.23",` +
			`"request":"GET /\u00e9?b HTTP/2.0","uri":"/index.php","status":404,"took":0.012,"upstream":}`,
		"written anew": `{ "@version": "1", "client": "198.51.100.23", "http": {"agent.name": "curl \"8\"", "host": "news.example.org"},` +
			` "request": "GET /é?b HTTP/2.0", "status": 404, "time": "2026-05-04T12:00:07+00:00", "took": 0.012, "upstream": "-" }`,
	} {
		if diff := cmp.Diff(want, read(parse(t, p, line))); diff != "" {
			t.Errorf("%s\n%s", name, diff)
		}
	}
	var e Entry
	if reason := p.Parse([]byte(`{"level":"info"}`), &e); reason != ReasonNotRequest {
		t.Errorf("a line without a request: %s", reason)
	}
}

func TestApacheJSONFormat(t *testing.T) {
	p := mustParser(t, Source{Format: `LogFormat "{\"time\":\"%t\", \"client\":\"%a\", \"request\":\"%r\", \"status\":%>s, \"us\":%D}" json`})
	e := parse(t, p, `{"time":"[04/May/2026:14:00:07 +0200]", "client":"198.51.100.23", "request":"GET /a\"b HTTP/1.1", "status":200, "us":1500}`)
	want := readable{Time: "2026-05-04T12:00:07Z", Client: "198.51.100.23", Peer: "198.51.100.23", Method: "GET", Path: `/a"b`, Protocol: "HTTP/1.1",
		Status: 200, Latency: 1500 * time.Microsecond}
	if diff := cmp.Diff(want, read(e)); diff != "" {
		t.Error(diff)
	}
}
