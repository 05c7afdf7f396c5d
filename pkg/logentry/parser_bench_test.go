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
	{"ALB", "alb", `https 2026-05-04T12:00:07.078651Z app/my-lb/50dc6c495c0c9188 198.51.100.23:2817 10.0.0.1:80 0.000 0.001 0.002 200 200 34 366 ` +
		`"GET https://news.example.org:443/a?b=c HTTP/2.0" "` + agentChrome + `" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:us-east-2:` +
		`123456789012:targetgroup/t/73e2d6bc24d8a067 "Root=1-58337262-36d228ad5d99923122bbe354" "news.example.org" "arn:aws:acm:us-east-2:123456789012:` +
		`certificate/1" 0 2026-05-04T12:00:07.064000Z "waf,forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1234`},
	{"CloudFront", "cloudfront", "2026-05-04\t12:00:07\tCDG50-P2\t703\t198.51.100.23\tGET\td111111abcdef8.cloudfront.net\t/a\t200\thttps://news.example.org/\t" +
		"Mozilla/5.0%2520(Windows%2520NT%252010.0;%2520Win64;%2520x64)\tb=c\t-\tHit\t375WZmnR4hhhnlZKNn0D_LvkWhAqvWvBsUqySq8f==\tnews.example.org\thttps\t62\t" +
		"0.113\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t51754\t0.113\tHit\ttext/plain\t20\t-\t-"},
	{"short CloudFront", "cloudfront", "2026-05-04\t12:00:07\tCDG50-P2\t703\t198.51.100.23\tGET\td111111abcdef8.cloudfront.net\t/a\t200\t-\t-\t-\t-\tHit\tid="},
	{"HAProxy", "haproxy", `Feb  6 12:14:14 lb haproxy[14389]: 198.51.100.23:33317 [06/Feb/2026:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ` +
		`---- 1/1/1/1/0 0/0 {1wt.eu} {} "GET /index.html?a=#22b HTTP/1.1"`},
	{"HAProxy message", "haproxy", `198.51.100.23:50033 [28/Feb/2026:02:43:10.123] frontend/1: Connection closed during SSL handshake`},
	{"Envoy", "envoy", `[2026-05-04T12:00:07.078Z] "GET /api/ping HTTP/2" 503 UF,URX 0 307 6 5 "203.0.113.9, 10.0.0.1" "curl/8.5.0" "f1d2d2f9-24e9-86ac" ` +
		`"www.example.org" "10.128.0.9:8080"`},
	{"Traefik", "traefik", combinedSample + ` 500 "web@docker" "http://172.17.0.3:80" 6ms`},
	{"Caddy", "caddy", `{"level":"info","ts":1777896007.0786512,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"198.51.100.7",` +
		`"remote_port":"44790","client_ip":"203.0.113.9","proto":"HTTP/2.0","method":"GET","host":"news.example.org","uri":"/a?b=c","headers":{"User-Agent":["` +
		agentChrome + `"],"Accept":["*/*"],"Referer":["https://news.example.org/"]},"tls":{"resumed":false,"version":772}},"bytes_read":12,"user_id":"",` +
		`"duration":0.002701,"size":15734,"status":200,"resp_headers":{"Server":["Caddy"],"Etag":["\"s5bnz3edi\""],"Cache-Status":["Souin; hit; ttl=9"]}}`},
	{"Traefik JSON", "traefik-json", `{"ClientAddr":"203.0.113.9:39496","ClientHost":"203.0.113.9","ClientPort":"39496","ClientUsername":"-","DownstreamContentSize":` +
		`357,"DownstreamStatus":200,"Duration":357313,"OriginStatus":200,"RequestContentSize":12,"RequestHost":"news.example.org","RequestMethod":"GET",` +
		`"RequestPath":"/a?b=c","RequestProtocol":"HTTP/2.0","StartUTC":"2026-05-04T12:00:07.078651Z","request_User-Agent":"` + agentChrome + `"}`},
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
