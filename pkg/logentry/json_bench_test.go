package logentry

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// BenchmarkJSONLogEntry reads lines as a load balancer writes them: 300 sites in turn, hits, misses, refused requests, with and without referrer.
func BenchmarkJSONLogEntry(b *testing.B) { benchmarkJSON(b, "gcp", logEntryLines(2000)) }

// BenchmarkJSONFixtures reads the documented examples, every line another shape than the one before.
func BenchmarkJSONFixtures(b *testing.B) {
	data, err := os.ReadFile("testdata/json/gcp.jsonl")
	if err != nil {
		b.Fatal(err)
	}
	benchmarkJSON(b, "gcp", bytes.Split(bytes.TrimSpace(data), []byte("\n")))
}

// BenchmarkJSONScanner reads the same lines as BenchmarkJSONLogEntry without what was learned of their shapes.
func BenchmarkJSONScanner(b *testing.B) {
	p, lines := newReadyJSONParser("gcp"), logEntryLines(2000)
	p.shapes.bytes = maxShapeBytes
	runJSON(b, p, lines)
}

func benchmarkJSON(b *testing.B, format string, lines [][]byte) {
	b.Helper()
	runJSON(b, newReadyJSONParser(format), lines)
}

func runJSON(b *testing.B, p *jsonParser, lines [][]byte) {
	b.Helper()
	var e Entry
	var r raw
	for _, line := range lines {
		e, r = Entry{}, raw{}
		if reason := p.parse(line, &e, &r); reason != OK {
			b.Fatal(reason)
		}
	}
	b.SetBytes(int64(len(bytes.Join(lines, nil)) / len(lines)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		e, r = Entry{}, raw{}
		p.parse(lines[i], &e, &r)
		if i++; i == len(lines) {
			i = 0
		}
	}
}

// logEntryLines makes n lines of about 1.5 kB.
func logEntryLines(n int) [][]byte {
	rng := rand.New(rand.NewPCG(1, 2))
	lines := make([][]byte, n)
	for i := range lines {
		lines[i] = logEntryLine(rng)
	}
	return lines
}

const agentChrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"

func logEntryLine(rng *rand.Rand) []byte {
	site, ip := rng.IntN(300), fmt.Sprintf("203.0.%d.%d", rng.IntN(256), rng.IntN(256))
	var b strings.Builder
	fmt.Fprintf(&b, `{"insertId":"%013x","jsonPayload":{"@type":"type.googleapis.com/google.cloud.loadbalancing.type.LoadBalancerLogEntry",`+
		`"backendTargetProjectNumber":"projects/123456789012",`, rng.Uint64()>>12)
	kind := rng.IntN(10) // 0-3 hit, 4-5 miss, 6-8 origin, 9 refused
	decision := `"RESPONSE_HAS_CACHE_CONTROL","RESPONSE_CACHE_CONTROL_PUBLIC","RESPONSE_HAS_ETAG","RESPONSE_HAS_CONTENT_TYPE","CACHE_MODE_CACHE_ALL_STATIC"`
	details, cache, status := "response_from_cache", `"cacheLookup":true,"cacheHit":true,`, 200
	action, outcome := "ALLOW", "ACCEPT"
	switch {
	case kind >= 9:
		decision, details, cache, status, action, outcome = "", "denied_by_security_policy", "", 403, "DENY", "DENY"
	case kind >= 6:
		decision, details, cache = `"RESPONSE_HAS_CONTENT_TYPE","CACHE_MODE_USE_ORIGIN_HEADERS"`, "response_sent_by_backend", `"serverIp":"10.128.0.9",`
	case kind >= 4:
		details, cache = "response_sent_by_backend", `"cacheLookup":true,"cacheFillBytes":"15734","serverIp":"10.128.0.9",`
	}
	if decision != "" {
		fmt.Fprintf(&b, `"cacheDecision":[%s],"cacheId":"FRA-%08x",`, decision, rng.IntN(8))
	}
	fmt.Fprintf(&b, `"enforcedSecurityPolicy":{"configuredAction":"%s","name":"ca-s%d","outcome":"%s","priority":2147483647},"remoteIp":"%s",`+
		`"securityPolicyRequestData":{"remoteIpInfo":{"regionCode":"BE","asn":%d},"tlsJa3Fingerprint":"%032x","tlsJa4Fingerprint":"t13d1516h2_8daaf6152771_b186095e22b6"},`+
		`"statusDetails":"%s"},`, action, site, outcome, ip, 64500+rng.IntN(500), rng.Uint64(), details)
	fmt.Fprintf(&b, `"httpRequest":{"requestMethod":"GET","requestUrl":"https://www.site%d.example.org/articles/%d/view?session=%x","requestSize":"%d","status":%d,`+
		`"responseSize":"%d","userAgent":"%s","remoteIp":"%s",`, site, rng.IntN(10000), rng.Uint32(), rng.IntN(2000), status, rng.IntN(1000000), agentChrome, ip)
	if rng.IntN(2) == 0 {
		fmt.Fprintf(&b, `"referer":"https://www.site%d.example.org/articles/",`, site)
	}
	fmt.Fprintf(&b, `%s"latency":"0.%06ds"},"resource":{"type":"http_load_balancer","labels":{"backend_service_name":"bs-s%d-origin","forwarding_rule_name":"fr-s%d-https",`+
		`"project_id":"shield-prod","target_proxy_name":"tp-s%d-https","url_map_name":"um-s%d","zone":"global"}},`, cache, rng.IntN(1000000), site, site, site, site)
	fmt.Fprintf(&b, `"timestamp":"2026-05-04T12:%02d:%02d.%06dZ","severity":"INFO","logName":"projects/shield-prod/logs/requests",`+
		`"trace":"projects/shield-prod/traces/%032x","spanId":"%016x","receiveTimestamp":"2026-05-04T12:10:12.755764847Z"}`,
		rng.IntN(10), rng.IntN(60), rng.IntN(1000000), rng.Uint64(), rng.Uint64())
	return []byte(b.String())
}
