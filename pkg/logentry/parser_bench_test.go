package logentry

import "testing"

const combinedSample = `198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET /static/logo.png?v=3 HTTP/2.0" 200 15734 "https://news.example.org/" ` +
	`"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"`

// hotLines are lines of text formats as they come all the time; reading them must not allocate.
var hotLines = []struct{ name, format, line string }{
	{"combined", "combined", combinedSample},
	{"vhost-combined", "vhost-combined", "News.example.org:443 " + combinedSample},
	{"vhost as combined", "combined", "news.example.org " + combinedSample},
	{"syslog", "combined", "Sep 15 16:13:46 web nginx[2869]: " + combinedSample},
	{"escapes", "combined", `198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET /\xD0\xBF?\x22 HTTP/1.1" 200 15734 "a\"b" "c\\d"`},
	{"TLS greeting", "combined", `198.51.100.23 - - [04/May/2026:12:00:07 +0000] "\x16\x03\x01\x02\x00\x01\x00" 400 157 "-" "-"`},
	{"garbage", "combined", "[Thu Oct 13 12:24:49.880562 2022] [auth_basic:error] [pid 10:tid 140120579262208] user not found"},
	{"nginx", `$time_iso8601 $remote_addr "$http_x_forwarded_for" $host "$request" $status $bytes_sent $request_time "$upstream_response_time" $upstream_cache_status`,
		`2026-05-04T12:00:07+00:00 10.0.0.1 "1.1.1.1, 203.0.113.9, 10.0.0.2" news.example.org "GET /a?b HTTP/2.0" 200 15734 0.123 "0.100, 0.020" HIT`},
	{"epoch", `$msec $remote_addr $request_method $scheme://$host$request_uri $status`, `1777896007.123 2001:db8::1 GET https://news.example.org/a?b 200`},
	{"Apache", `%{%d/%b/%Y:%T}t.%{msec_frac}t %{%z}t %v:%p %a "%m %U%q %H" %>s %D`,
		`04/May/2026:12:00:07.123 +0000 news.example.org:443 198.51.100.23 "GET /a?b HTTP/1.1" 200 1500`},
	{"JSON template", jsonTemplate, `{"time":"2026-05-04T12:00:07+00:00","http":{"host":"news.example.org","agent.name":"curl \"8\""},"client":"198.51.100.23",` +
		`"request":"GET /a?b HTTP/2.0","uri":"/index.php","status":404,"took":0.012,"upstream":}`},
}

func TestTextLinesDoNotAllocate(t *testing.T) {
	for _, c := range hotLines {
		p := mustParser(t, Source{Format: c.format, TrustedProxies: []string{"10.0.0.0/8"}, TimeZone: "Europe/Brussels"})
		line, e := []byte(c.line), new(Entry)
		if n := testing.AllocsPerRun(100, func() { p.Parse(line, e) }); n != 0 {
			t.Errorf("%s: %v allocations per line", c.name, n)
		}
	}
}

func BenchmarkParseText(b *testing.B) {
	for _, c := range hotLines {
		b.Run(c.name, func(b *testing.B) {
			p := mustParser(b, Source{Format: c.format, TrustedProxies: []string{"10.0.0.0/8"}})
			line, e := []byte(c.line), new(Entry)
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			for b.Loop() {
				p.Parse(line, e)
			}
		})
	}
}

func BenchmarkDetect(b *testing.B) {
	data := sample(samples["combined"], 256<<10/85, 0)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Detect(data); err != nil {
			b.Fatal(err)
		}
	}
}
