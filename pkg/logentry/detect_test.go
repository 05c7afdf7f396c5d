package logentry

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// samples has a line of each format that has a name.
var samples = map[string]string{
	"combined":       `198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET /a?%d HTTP/1.1" 404 15734 "-" "curl/8"`,
	"common":         `198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET /a?%d HTTP/1.1" 404 15734`,
	"vhost-combined": `news.example.org:443 198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET /a?%d HTTP/1.1" 404 15734 "-" "curl/8"`,
	"vhost-common":   `news.example.org 198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET /a?%d HTTP/1.1" 404 15734`,
	"nginx-json":     `{"time":"2026-05-04T12:00:07+00:00","host":"news.example.org","remote_addr":"198.51.100.23","method":"GET","uri":"/a","args":"%d","status":404}`,
	"alb": `https 2026-05-04T12:00:07.078651Z app/lb/50 198.51.100.23:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 ` +
		`"GET https://news.example.org:443/a?%d HTTP/1.1" "curl/8" - - arn "Root=1" "-" "-" 0 2026-05-04T12:00:07.064000Z "forward" "-" "-" "-" "-" "-" "-"`,
	"cloudfront": "2026-05-04\t12:00:07\tCDG50-P2\t703\t198.51.100.23\tGET\td1.cloudfront.net\t/a\t200\t-\tcurl/8\t%d\t-\tHit\tid=\t" +
		"news.example.org\thttps\t62\t0.113\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t51754\t0.113\tHit\t-\t-\t-\t-",
	"haproxy":    `198.51.100.23:33317 [04/May/2026:12:00:07.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 "GET /a?%d HTTP/1.1"`,
	"envoy":      `[2026-05-04T12:00:07.078Z] "GET /a?%d HTTP/2" 200 - 0 307 6 5 "198.51.100.23" "curl/8" "-" "news.example.org" "10.128.0.9:8080"`,
	"istio-json": `{"authority":"a.example","bytes_sent":3,"method":"GET","path":"/a?%d","response_code":200,"response_flags":"-","start_time":"2026-05-04T12:00:07Z"}`,
	"caddy": `{"ts":1777896007.078,"logger":"http.log.access","request":{"remote_ip":"198.51.100.23","method":"GET","host":"a.example","uri":"/a?%d",` +
		`"headers":{"User-Agent":["curl/8"]}},"duration":0.1,"size":3,"status":200}`,
	"traefik":      `198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET /a?%d HTTP/1.1" 404 15734 "-" "curl/8" 5 "web@docker" "http://172.17.0.3:80" 6ms`,
	"traefik-json": `{"ClientAddr":"198.51.100.23:1","DownstreamStatus":200,"RequestHost":"a.example","RequestPath":"/a?%d","StartUTC":"2026-05-04T12:00:07Z"}`,
	"cloudflare":   `{"ClientIP":"198.51.100.23","ClientRequestHost":"a.example","ClientRequestURI":"/a?%d","EdgeStartTimestamp":"2026-05-04T12:00:07Z","EdgeResponseStatus":200}`,
}

// sample writes n lines of a format, of which every garbage-th is none.
func sample(format string, n, garbage int) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for i := range n {
		if garbage > 0 && i%garbage != 0 {
			b.WriteString([]string{"", "# comment", "{", "\x00\x01\x02", "2021/12/01 13:53:33 [error] 31#31: *46 open() failed",
				strings.Repeat("x", 1000)}[rng.IntN(6)])
		} else {
			fmt.Fprintf(&b, format, i)
		}
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

func TestDetectNamedFormats(t *testing.T) {
	for format, line := range samples {
		got, err := Detect(sample(line, 50, 0))
		if want := (Detection{Format: format, Matched: 50, Lines: 50}); err != nil || got != want {
			t.Errorf("%s: %+v, %v", format, got, err)
		}
		if got, err = Detect(sample(line, 400, 8)); err != nil || got.Format != format || got.Matched != 50 {
			t.Errorf("%s among garbage: %+v, %v", format, got, err)
		}
		if got, err = Detect([]byte(strings.TrimSuffix(fmt.Sprintf(line, 1), "\n"))); err != nil || got.Format != format {
			t.Errorf("one line of %s: %+v, %v", format, got, err)
		}
	}
}

// Each format reads its own lines and those of no other, but for the family of combined, of which Traefik's is one with more behind it, and
// for Envoy's keys, of which Istio has most. Detection takes the format that finds more.
func TestFormatsReadTheirOwnLinesOnly(t *testing.T) {
	family := func(name string) string {
		if textFormats[name] {
			return "combined"
		}
		return name
	}
	for reader := range samples {
		p := mustParser(t, Source{Format: reader})
		for format, line := range samples {
			var e Entry
			reads := p.Parse(fmt.Appendf(nil, line, 1), &e) == OK
			want := family(format) == family(reader) || format == "traefik" && family(reader) == "combined" || format == "istio-json" && reader == "envoy"
			if reads != want {
				t.Errorf("%s reads a line of %s: %v, want %v", reader, format, reads, want)
			}
		}
	}
}

// A log whose header names other columns is read by them, and a header alone tells as much. Header lines are no lines.
func TestDetectColumns(t *testing.T) {
	columns := "#Fields: timestamp(ms) sc-status cs-uri-stem c-ip"
	for sample, want := range map[string]Detection{
		"#Version: 1.0\n" + columns + "\n1777896007078\t200\t/a\t198.51.100.23\n":                           {Format: columns, Matched: 1, Lines: 1},
		"#Fields: DistributionId sc-status zanzibar cs-uri-stem timestamp\na\t200\tx\t/a\t1777896007.078\n": {Format: "#Fields: - sc-status - cs-uri-stem timestamp", Matched: 1, Lines: 1},
		"#Version: 1.0\r\n" + columns + "\r\n":                                                              {Format: columns},
		"#Version: 1.0\n#Fields: " + cloudfrontColumns + "\n":                                               {Format: "cloudfront"},
		"#Fields: " + cloudfrontColumns + " a-new-one\n" + fmt.Sprintf(samples["cloudfront"], 1) + "\tnew":  {Format: "cloudfront", Matched: 1, Lines: 1},
		"#Fields: date time x-edge-location\n":                                                              {Format: "cloudfront"},
	} {
		if got, err := Detect([]byte(sample)); err != nil || got != want {
			t.Errorf("%q: %+v, %v", sample, got, err)
		}
	}
	for _, sample := range []string{"#Version: 1.0\n", "#Fields:\n", "#Fields: x-edge-location c-ip\n"} {
		if got, err := Detect([]byte(sample)); err == nil {
			t.Errorf("%q: %+v", sample, got)
		}
	}
}

func TestDetectLogEntries(t *testing.T) {
	for file, format := range map[string]string{"gcp.jsonl": "gcp", "gcp-bigquery.jsonl": "gcp-bigquery", "cloudflare.jsonl": "cloudflare", "nginx-json.jsonl": "nginx-json"} {
		data, err := os.ReadFile(filepath.Join("testdata", "json", file))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Detect(data); err != nil || got.Format != format {
			t.Errorf("%s: %+v, %v", file, got, err)
		}
	}
}

// A file whose format was changed in the middle is read by the parser of either half.
func TestDetectMixedTextFormats(t *testing.T) {
	mixed := append(sample(samples["combined"], 30, 0), sample(samples["vhost-combined"], 20, 0)...)
	mixed = append(mixed, sample(samples["common"], 10, 0)...)
	got, err := Detect(mixed)
	if want := (Detection{Format: "combined", Matched: 60, Lines: 60}); err != nil || got != want {
		t.Fatalf("%+v, %v", got, err)
	}
	for format := range textFormats {
		p := mustParser(t, Source{Format: format})
		hosts := 0
		for line := range strings.Lines(string(mixed)) {
			e := parse(t, p, strings.TrimSuffix(line, "\n"))
			if read(e).Client != "198.51.100.23" || string(e.Path) != "/a" {
				t.Fatalf("%s: %+v", format, read(e))
			}
			if string(e.Host) == "news.example.org" {
				hosts++
			}
		}
		if hosts != 20 {
			t.Errorf("%s: %d hosts, want 20", format, hosts)
		}
	}
}

// TestDetectByTheWholeShape: host names, sockets and nothing in place of the client's address do not hide a virtual host, nor make one.
func TestDetectByTheWholeShape(t *testing.T) {
	const rest = ` [04/May/2026:12:00:07 +0000] "GET /a?%d HTTP/1.1" 404 15734 "-" "curl/8"`
	for front, host := range map[string]string{
		"blog.example.com:443 client0.isp.example - -":      "blog.example.com",
		"blog.example.com:443 - - -":                        "blog.example.com",
		"blog.example.com unix: - -":                        "blog.example.com",
		"blog.example.com client0.isp.example - john":       "blog.example.com",
		"blog.example.com client0.isp.example - john doe":   "blog.example.com",
		"blog.example.com - - john doe":                     "blog.example.com",
		"client0.isp.example - -":                           "",
		"client0.isp.example - john doe":                    "",
		"client0.isp.example - john van der doe":            "",
		"unix: - -":                                         "",
		"- - -":                                             "",
		"198.51.100.23 - -":                                 "",
		"198.51.100.23, 198.51.100.24 - -":                  "",
		"news.example.org:443 198.51.100.23 ident John Doe": "news.example.org",
	} {
		want := "combined"
		if host != "" {
			want = "vhost-combined"
		}
		got, err := Detect(sample(front+rest, 20, 0))
		if err != nil || got.Format != want || got.Matched != 20 {
			t.Errorf("%s: %+v, %v", front, got, err)
		}
		for format := range textFormats {
			e := parse(t, mustParser(t, Source{Format: format}), fmt.Sprintf(front+rest, 1))
			if string(e.Host) != host {
				t.Errorf("%s: read as %s, the host is %q", front, format, string(e.Host))
			}
		}
	}
}

func TestDetectErrors(t *testing.T) {
	for name, c := range map[string]struct {
		data string
		want []string
	}{
		"nothing":    {"", []string{"no whole line"}},
		"text":       {"hello world\nit is me\n", []string{"0 of the first 2 lines", "gcp, gcp-bigquery, nginx-json, cloudflare, combined, common, vhost-combined, vhost-common, alb, cloudfront", "--log-format '$remote_addr", "--log-format '%h %l"}},
		"other JSON": {`{"a":1}` + "\n" + `{"b":2}`, []string{"0 of the first 2", "name their keys", "formats: {mine: {fields:", "--log-format mine"}},
		"one line":   {"hello", []string{"its only line does not fit"}},
		"binary":     {"\x00\x01\xff\n\x02", []string{"0 of the first 2"}},
		"too few":    {string(sample(samples["combined"], 1, 0)) + strings.Repeat("garbage\n", 10), []string{"1 of the first 11 lines"}},
	} {
		_, err := Detect([]byte(c.data))
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v; want %q", name, err, want)
			}
		}
		if err != nil && (strings.Contains(err.Error(), "hello") || strings.Contains(err.Error(), "garbage")) {
			t.Errorf("%s: the error quotes the log: %v", name, err)
		}
	}
}

func TestFormatsAreDescribed(t *testing.T) {
	for _, f := range Formats() {
		if _, err := NewParser(&Source{Format: f.Name}); err != nil || f.Description == "" || f.Example == "" || strings.Contains(f.Description, "\n") {
			t.Errorf("%+v: %v", f, err)
		}
	}
}
