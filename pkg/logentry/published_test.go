package logentry

import (
	"bytes"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// logFiles are logs of proxies as others published them, and lines made by hand for what is documented and not among those.
var logFiles = []struct {
	file, golden, format string
	entries              int
	others               map[string]int
}{
	{"text/crowdsec-hub/aws-alb-logs.log", "text/aws-alb-logs", "alb", 14, nil},
	{"text/crowdsec-hub/aws-cloudfront-logs.log", "text/aws-cloudfront-logs", "cloudfront", 2, nil},
	{"text/crowdsec-hub/haproxy-logs.log", "text/haproxy-logs", "haproxy", 2, map[string]int{"not_a_request": 3}}, // failed handshakes
	{"text/crowdsec-hub/envoy.log", "text/envoy", "envoy", 10, nil},
	{"text/crowdsec-hub/caddy-logs.log", "text/caddy-logs", "caddy", 10, map[string]int{"not_a_request": 1}}, // the proxy's own log
	{"text/crowdsec-hub/traefik_clf.log", "text/traefik_clf", "traefik", 7, nil},
	{"text/crowdsec-hub/traefik_json.log", "text/traefik_json", "traefik-json", 6, map[string]int{"not_json": 1}}, // a plugin's own log
	{"variants/alb.log", "variants/alb", "alb", 18, nil},
	{"variants/cloudfront.log", "variants/cloudfront", "cloudfront", 21, map[string]int{"no_match": 1, "bad_time": 1}},
	{"variants/cloudfront-columns.log", "variants/cloudfront-columns", "#Fields: timestamp(ms) c-ip c-country asn cs-method cs-uri-stem cs-uri-query " +
		"sc-status sc-bytes time-taken x-host-header cs(User-Agent) x-edge-result-type", 1, nil},
	{"variants/haproxy.log", "variants/haproxy", "haproxy", 29, map[string]int{"no_match": 1, "not_a_request": 3}}, // TCP; a handshake, a server, a start
	{"variants/envoy.log", "variants/envoy", "envoy", 18, map[string]int{"not_json": 1}},                           // another format
	{"variants/traefik.log", "variants/traefik", "traefik", 6, map[string]int{"no_match": 1}},                      // combined
	{"json/caddy.jsonl", "json/caddy", "caddy", 4, map[string]int{"not_a_request": 2}},
	{"json/traefik-json.jsonl", "json/traefik-json", "traefik-json", 4, map[string]int{"not_a_request": 1}},
	{"json/istio-json.jsonl", "json/istio-json", "istio-json", 3, nil},
}

// Each log is recognised by itself, and its lines are entries as they were looked at by people, or dead letters for a reason. Lines that
// say what follows, and empty ones, are no lines.
func TestLogFiles(t *testing.T) {
	for _, c := range logFiles {
		t.Run(c.golden, func(t *testing.T) {
			data, err := os.ReadFile("testdata/" + c.file)
			if err != nil {
				t.Fatal(err)
			}
			found, err := Detect(data)
			if err != nil || found.Format != c.format || found.Matched != c.entries {
				t.Fatalf("detected %+v, %v; want %s", found, err, c.format)
			}
			p := mustParser(t, Source{Format: found.Format, TrustedProxies: []string{"198.51.100.0/24"}})
			entries, others := 0, map[string]int{}
			for line := range bytes.Lines(data) {
				var e Entry
				switch line = bytes.TrimSpace(line); {
				case len(line) == 0, p.Header(line):
				case p.Parse(line, &e) == OK:
					entries++
				default:
					others[p.Parse(line, &e).String()]++
				}
			}
			if c.others == nil {
				c.others = map[string]int{}
			}
			if diff := cmp.Diff(c.others, others); entries != c.entries || diff != "" {
				t.Errorf("%d entries, want %d; dead letters:\n%s", entries, c.entries, diff)
			}
			checkGolden(t, "testdata/"+c.golden+".golden", goldenText(t, p, "testdata/"+c.file))
		})
	}
}

func checkGolden(t *testing.T, name, got string) {
	t.Helper()
	if *updateGolden {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("entries differ (-want +got), go test -update writes them anew:\n%s", diff)
	}
}
