package loggen

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// caddyLine writes Caddy's access log, with a cache before the origin.
func caddyLine(dst []byte, r *Request) []byte {
	dst = appendDecimal(append(dst, `{"level":"info","ts":`...), r.Time, 6)
	dst = append(dst, `,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"`...)
	dst = r.Client.AppendTo(dst)
	dst = appendUint(append(dst, `","remote_port":"`...), 1024+r.Session%60_000)
	dst = r.Client.AppendTo(append(dst, `","client_ip":"`...))
	dst = protocolField(append(dst, `","proto":"`...), r)
	dst = appendText(dst, `","method":"`, r.Method.String())
	dst = appendText(dst, `","host":"`, r.Host)
	dst = append(dst, `","uri":"`...)
	dst = appendJSON(appendTarget(dst, r), len(dst))
	dst = append(dst, `","headers":{"Accept":["*/*"]`...)
	if r.Agent != "" {
		dst = append(appendText(dst, `,"User-Agent":["`, r.Agent), `"]`...)
	}
	if r.Referrer != "" {
		dst = append(appendText(dst, `,"Referer":["`, r.Referrer), `"]`...)
	}
	dst = appendUint(append(dst, `}},"bytes_read":`...), r.RequestBytes)
	dst = appendDecimal(append(dst, `,"user_id":"","duration":`...), r.Latency, 9)
	dst = appendUint(append(dst, `,"size":`...), r.ResponseBytes)
	dst = appendUint(append(dst, `,"status":`...), uint64(r.Status)) // 0 where nothing was written
	dst = append(append(dst, `,"resp_headers":{"Server":["Caddy"],"Cache-Status":["Souin; `...), cacheStatus[r.Cache]...)
	return append(dst, `"]}}`...)
}

// cacheStatus are parameters of the header Cache-Status (RFC 9211).
var cacheStatus = [vocabulary.CacheCount]string{
	vocabulary.CacheHit: "hit; ttl=60", vocabulary.CacheValidated: "fwd=stale; fwd-status=304; stored", vocabulary.CacheMiss: "fwd=uri-miss; stored",
	vocabulary.CacheUncached: "fwd=bypass",
}
