package logentry

import (
	"bytes"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// combinedLine is a second, slow reading of the combined format with its variations.
var combinedLine = regexp.MustCompile(`^(?:.*\]: )?(?:([a-z][\w.-]*)(?::\d+)? )?(\S+) -(?: \S+)? \[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}|-) (\d+|-)` +
	`(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)(?:"|$).*)?$`)

// slowly reads a line by the regular expression and the standard library.
func slowly(t *testing.T, line string) (readable, bool) {
	t.Helper()
	m := combinedLine.FindStringSubmatch(line)
	if m == nil {
		return readable{}, false
	}
	at, err := time.Parse("02/Jan/2006:15:04:05 -0700", m[3])
	if err != nil {
		t.Fatal(err)
	}
	addr := netip.MustParseAddr(m[2]).String()
	r := readable{Time: at.UTC().Format(time.RFC3339Nano), Host: m[1], Client: addr, Peer: addr, Referrer: absent(m[7]), UserAgent: absent(m[8])}
	status, _ := strconv.ParseUint(m[5], 10, 16)
	r.Status = uint16(status)
	r.ResponseBytes, _ = strconv.ParseUint(m[6], 10, 64)
	method, rest, _ := strings.Cut(unquote(m[4]), " ")
	target, protocol, _ := strings.Cut(rest, " HTTP/")
	if r.Method = method; protocol != "" {
		r.Protocol = "HTTP/" + protocol
	}
	target, _, _ = strings.Cut(target, "#")
	r.Path, r.Query, _ = strings.Cut(target, "?")
	return r, true
}

func absent(s string) string {
	if s == "-" {
		return ""
	}
	return unquote(s)
}

var escaped = regexp.MustCompile(`\\x[0-9a-f]{2}|\\.`)

func unquote(s string) string {
	return escaped.ReplaceAllStringFunc(s, func(e string) string {
		if e[1] != 'x' {
			return e[1:]
		}
		c, _ := strconv.ParseUint(e[2:], 16, 8)
		return string([]byte{byte(c)})
	})
}

// Every line of the published logs is an entry with the very fields that a second reading finds, or a line that is no request.
func TestPublishedLogs(t *testing.T) {
	for _, c := range []struct {
		file, format string
		entries      int
		others       map[string]int
	}{
		{"elastic/apache_logs.gz", "combined", 10000, nil},
		{"crowdsec-hub/apache-http-probing.log", "common", 77, nil},
		{"crowdsec-hub/apache2-logs.log", "combined", 7, map[string]int{"no_match": 2}},    // two lines of an error log
		{"crowdsec-hub/nginx_http-logs.log", "combined", 8, map[string]int{"no_match": 1}}, // one line of an error log
		{"crowdsec-hub/nginx-http-path-traversal.log", "combined", 9, nil},
		{"crowdsec-hub/nginx-http-sqli-probing.log", "combined", 16, nil},
		{"crowdsec-hub/http-bf-wordpress-bf.log", "combined", 9, map[string]int{"not_a_request": 1}}, // an empty line
		{"crowdsec-hub/http-cve-probing.log", "combined", 3, nil},
		{"crowdsec-hub/http_dos_random_uri.log", "combined", 66, nil},
	} {
		t.Run(filepath.Base(c.file), func(t *testing.T) {
			lines := textFile(t, c.file)
			found, err := Detect(bytes.Join(lines, []byte("\n")))
			if err != nil || found.Format != c.format {
				t.Fatalf("detected %+v, %v; want %s", found, err, c.format)
			}
			p := mustParser(t, Source{Format: found.Format})
			entries, others := 0, map[string]int{}
			var e Entry
			for _, line := range lines {
				want, isRequest := slowly(t, string(line))
				reason := p.Parse(line, &e)
				if (reason == OK) != isRequest {
					t.Errorf("%s: %q", reason, line)
				}
				if reason != OK {
					others[reason.String()]++
					continue
				}
				entries++
				if diff := cmp.Diff(want, read(&e)); diff != "" {
					t.Errorf("%q:\n%s", line, diff)
				}
			}
			if c.others == nil {
				c.others = map[string]int{}
			}
			if diff := cmp.Diff(c.others, others); entries != c.entries || diff != "" {
				t.Errorf("%d entries, want %d; dead letters:\n%s", entries, c.entries, diff)
			}
		})
	}
}

// Logs of formats that are not read must not be taken for one that is.
func TestForeignLogsAreNotDetected(t *testing.T) {
	for name, line := range map[string]string{
		"HAProxy, TCP": `198.51.100.23:33312 [06/Feb/2026:12:12:51.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0`,
		"Istio, text":  `[2026-05-04T12:00:07.078Z] "GET / HTTP/1.1" 200 - via_upstream - "-" 0 11 7 6 "-" "curl/8" "f1d2" "a.example" "10.0.0.1:80"`,
		"ALB, connections": "2026-05-04T12:00:07.078Z 198.51.100.23 41084 443 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 4.036 " +
			`"CN=a.example" NotBefore=2026-01-01T00:00:00Z;NotAfter=2027-01-01T00:00:00Z 51 Success TID_1234`,
		"IIS": "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port c-ip sc-status time-taken\n" +
			"2026-05-04 12:00:07 10.0.0.1 GET / - 443 198.51.100.23 200 5",
		"Caddy, its own":   `{"level":"info","ts":1777896007.078,"logger":"tls","msg":"finished cleaning storage units"}`,
		"Traefik, its own": `{"level":"debug","middlewareName":"traefik-internal-recovery","msg":"Adding middleware","time":"2026-05-04T12:00:07Z"}`,
	} {
		if found, err := Detect([]byte(line)); err == nil {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

// Paths come out as they were sent, so that percent-decoding them is the next step's choice.
func TestPathsStayEncoded(t *testing.T) {
	p := mustParser(t, Source{Format: "combined"})
	e := parse(t, p, `127.0.0.1 - - [29/Sep/2021:17:30:12 +0200] "GET /%252E%252E%252Ffoo1 HTTP/1.1" 404 162 "-" "curl/7.68.0"`)
	if got, err := url.PathUnescape(string(e.Path)); string(e.Path) != "/%252E%252E%252Ffoo1" || err != nil || got != "/%2E%2E%2Ffoo1" {
		t.Errorf("path %q", []byte(e.Path))
	}
}
