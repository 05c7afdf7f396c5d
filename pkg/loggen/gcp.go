package loggen

import (
	"net/netip"
	"strconv"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// gcpSite holds what every line of a site has in common.
type gcpSite struct {
	resource []byte // its load balancer, for answers of the backend
	cached   []byte // the same for answers of the cache, which name no backend
	policy   []byte // "name":"…"
	cacheID  []string
}

const gcpProject = "shield-prod"

func newGCPSite(s *site, d *dice) gcpSite {
	name := "s" + strconv.Itoa(s.index)
	if s.regional {
		return gcpSite{policy: []byte(`"name":"ca-` + name + `"`), resource: []byte(`"resource":{"type":"http_external_regional_lb_rule","labels":{` +
			`"backend_name":"","backend_scope":"UNKNOWN","backend_scope_type":"UNKNOWN","backend_target_name":"bs-` + name +
			`","backend_target_type":"BACKEND_SERVICE","backend_type":"UNKNOWN","forwarding_rule_name":"fr-` + name +
			`","matched_url_path_rule":"UNMATCHED","network_name":"default","project_id":"` + gcpProject +
			`","region":"europe-west9","target_proxy_name":"tp-` + name + `","url_map_name":"um-` + name + `"}},`)}
	}
	g := gcpSite{policy: []byte(`"name":"ca-` + name + `"`), resource: gcpGlobal("bs-"+name+"-origin", name), cached: gcpGlobal("", name)}
	for _, city := range []string{"FRA", "SIN", "IAD", "LHR", "GRU", "NRT", "BOM", "AMS"} {
		g.cacheID = append(g.cacheID, city+"-"+hexDigits(d, 8))
	}
	return g
}

func gcpGlobal(backend, name string) []byte {
	return []byte(`"resource":{"type":"http_load_balancer","labels":{"backend_service_name":"` + backend + `","forwarding_rule_name":"fr-` + name +
		`-https","project_id":"` + gcpProject + `","target_proxy_name":"tp-` + name + `-https","url_map_name":"um-` + name + `","zone":"global"}},`)
}

// gcpEncoder writes Cloud Logging's LogEntry as the external Application Load Balancers of Google make it.
type gcpEncoder struct{ day, received *calendar }

func newGCPEncoder() encoder {
	e := &gcpEncoder{day: newCalendar("2006-01-02T"), received: newCalendar("2006-01-02T")}
	return e.line
}

const gcpType = `"@type":"type.googleapis.com/google.cloud.loadbalancing.type.LoadBalancerLogEntry","backendTargetProjectNumber":"projects/123456789012",`

func (e *gcpEncoder) line(dst []byte, r *Request) []byte {
	dst = append(dst, `{"insertId":"`...)
	dst = appendInsertID(dst, r)
	dst = append(dst, `","jsonPayload":{`+gcpType...)
	if r.site.regional {
		dst = e.regionalPayload(dst, r)
	} else {
		dst = e.payload(dst, r)
	}
	dst = append(dst, `},"httpRequest":{`...)
	dst = appendGCPRequest(dst, r)
	dst = append(dst, `"latency":"`...)
	dst = append(appendDecimal(dst, r.Latency, 6), `s"},`...)
	dst = append(dst, r.gcpResource()...)
	return e.envelope(dst, r)
}

func appendInsertID(dst []byte, r *Request) []byte {
	return appendBase36(dst, mix(r.ID^0x5bd1e995), 13)
}

func (r *Request) gcpResource() []byte {
	if r.Cache == vocabulary.CacheHit && r.site.gcp.cached != nil {
		return r.site.gcp.cached
	}
	return r.site.gcp.resource
}

// payload writes jsonPayload without its braces.
func (e *gcpEncoder) payload(dst []byte, r *Request) []byte {
	dst = append(dst, cacheDecisions[r.Cache]...)
	if r.site.cdn {
		dst = append(dst, `"cacheId":"`...)
		dst = append(dst, r.site.gcp.cacheID[r.ASN%8]...)
		dst = append(dst, `",`...)
	}
	dst = appendGCPPolicies(dst, r)
	dst = append(dst, `"remoteIp":"`...)
	dst = append(r.Client.AppendTo(dst), `",`...)
	dst = appendGCPRequestData(dst, r)
	dst = append(dst, `"statusDetails":"`...)
	dst = append(dst, statusDetails(r)...)
	return append(dst, '"')
}

// cacheDecisions says by cache result how Cloud CDN came to it.
var cacheDecisions = [vocabulary.CacheCount]string{
	vocabulary.CacheHit: `"cacheDecision":["RESPONSE_HAS_CACHE_CONTROL","RESPONSE_CACHE_CONTROL_PUBLIC","RESPONSE_HAS_ETAG","RESPONSE_HAS_LAST_MODIFIED",` +
		`"RESPONSE_HAS_CONTENT_TYPE","CACHE_MODE_CACHE_ALL_STATIC"],`,
	vocabulary.CacheValidated: `"cacheDecision":["RESPONSE_HAS_CACHE_CONTROL","RESPONSE_CACHE_CONTROL_PUBLIC","RESPONSE_HAS_ETAG",` +
		`"RESPONSE_HAS_CONTENT_TYPE","CACHE_MODE_CACHE_ALL_STATIC"],`,
	vocabulary.CacheMiss: `"cacheDecision":["RESPONSE_HAS_CACHE_CONTROL","RESPONSE_CACHE_CONTROL_PUBLIC","RESPONSE_HAS_EXPIRES",` +
		`"RESPONSE_HAS_CONTENT_TYPE","CACHE_MODE_CACHE_ALL_STATIC"],`,
	vocabulary.CacheUncached: `"cacheDecision":["RESPONSE_HAS_CONTENT_TYPE","CACHE_MODE_USE_ORIGIN_HEADERS"],`,
}

// appendGCPRequestData writes what Cloud Armor knows of the client.
func appendGCPRequestData(dst []byte, r *Request) []byte {
	dst = append(dst, `"securityPolicyRequestData":{"remoteIpInfo":{"regionCode":"`...)
	dst = append(dst, r.Country...)
	dst = append(dst, `","asn":`...)
	dst = appendUint(dst, uint64(r.ASN))
	print := mix(uint64(r.tls) + 77)
	dst = append(dst, `},`...)
	if r.Cache != vocabulary.CacheHit {
		dst = append(dst, `"tlsJa3Fingerprint":"`...)
		dst = append(appendHex(appendHex(dst, print, 16), mix(print), 16), `",`...)
	}
	dst = append(dst, `"tlsJa4Fingerprint":"t13d1516h2_`...)
	dst = append(appendHex(dst, print>>9, 12), '_')
	dst = appendHex(dst, print>>3, 12)
	return append(dst, `"},`...)
}

func (e *gcpEncoder) regionalPayload(dst []byte, r *Request) []byte {
	dst = appendGCPPolicies(dst, r)
	dst = appendGCPRequestData(dst, r)
	if details := proxyStatuses[r.OriginError]; details != "" {
		dst = append(dst, `"proxyStatus":"error=\"`...)
		dst = append(dst, details...)
		return append(dst, `\""`...)
	}
	return dst[:len(dst)-1] // without the comma
}

var proxyStatuses = [vocabulary.OriginErrorCount]string{
	vocabulary.OriginErrorTimeout:      `http_response_timeout\"; details=\"backend_timeout`,
	vocabulary.OriginErrorConnect:      `connection_refused\"; details=\"failed_to_connect_to_backend`,
	vocabulary.OriginErrorNoBackend:    `destination_unavailable\"; details=\"failed_to_pick_backend`,
	vocabulary.OriginErrorClosed:       `connection_terminated\"; details=\"backend_connection_closed_before_data_sent_to_client`,
	vocabulary.OriginErrorClientGone:   `http_request_error\"; details=\"client_disconnected_before_any_response`,
	vocabulary.OriginErrorClientPartly: `http_request_error\"; details=\"client_disconnected_after_partial_response`,
}

// appendGCPRequest writes httpRequest up to its latency.
func appendGCPRequest(dst []byte, r *Request) []byte {
	dst = append(dst, `"requestMethod":"`...)
	dst = append(dst, r.Method.String()...)
	dst = append(dst, `","requestUrl":"https://`...)
	dst = append(dst, r.Host...)
	dst = appendJSON(appendTarget(dst, r), len(dst))
	dst = append(dst, `","requestSize":"`...)
	dst = appendUint(dst, r.RequestBytes)
	if r.Status != 0 {
		dst = append(dst, `","status":`...)
		dst = appendUint(dst, uint64(r.Status))
		dst = append(dst, `,"responseSize":"`...)
		dst = appendUint(dst, r.ResponseBytes)
	}
	dst = append(dst, '"', ',')
	dst = appendGCPText(dst, `"userAgent":"`, r.Agent)
	dst = appendGCPClient(append(dst, `"remoteIp":"`...), r)
	dst = append(dst, '"', ',')
	dst = appendGCPText(dst, `"referer":"`, r.Referrer)
	return appendGCPCache(dst, r)
}

// appendGCPText writes a field unless it is empty; Google leaves out what a client did not send.
func appendGCPText(dst []byte, key, value string) []byte {
	if value == "" {
		return dst
	}
	dst = append(dst, key...)
	at := len(dst)
	return append(appendJSON(append(dst, value...), at), '"', ',')
}

// appendGCPClient writes the client's address, with its port where the load balancer is regional.
func appendGCPClient(dst []byte, r *Request) []byte {
	if !r.site.regional {
		return r.Client.AppendTo(dst)
	}
	port := 1024 + uint16(mix(r.Session)%60_000)
	return netip.AddrPortFrom(r.Client, port).AppendTo(dst)
}

func appendGCPCache(dst []byte, r *Request) []byte {
	switch r.Cache {
	case vocabulary.CacheHit:
		dst = append(dst, `"cacheLookup":true,"cacheHit":true,`...)
	case vocabulary.CacheValidated:
		dst = append(dst, `"cacheLookup":true,"cacheHit":true,"cacheValidatedWithOriginServer":true,`...)
	case vocabulary.CacheMiss:
		dst = append(dst, `"cacheLookup":true,`...)
	}
	if r.CacheFillBytes > 0 {
		dst = append(dst, `"cacheFillBytes":"`...)
		dst = append(appendUint(dst, r.CacheFillBytes), '"', ',')
	}
	if r.site.regional {
		dst = append(dst, `"protocol":"`...)
		dst = append(append(dst, r.Protocol.String()...), '"', ',')
	}
	if r.reachedOrigin() {
		dst = append(dst, `"serverIp":"10.128.`...)
		dst = append(appendUint(dst, uint64(r.site.index>>8)), '.')
		dst = append(appendUint(dst, uint64(r.site.index&255)), '"', ',')
	}
	return dst
}

// reachedOrigin tells whether the backend was asked.
func (r *Request) reachedOrigin() bool {
	return r.Cache != vocabulary.CacheHit && r.OriginError != vocabulary.OriginErrorNoBackend && !r.refused()
}

// refused tells whether a security policy answered.
func (r *Request) refused() bool { return r.Enforced > vocabulary.ActionAllowed }

const gcpLogName = `projects/` + gcpProject + `/logs/`

// envelope writes what follows the resource, and the closing brace.
func (e *gcpEncoder) envelope(dst []byte, r *Request) []byte {
	dst = append(dst, `"timestamp":"`...)
	dst = append(e.day.appendTime(dst, r.Time), '.')
	dst = appendPadded(dst, uint64(r.Time%second/microsecond), 6)
	dst = append(dst, `Z","severity":"`...)
	dst = append(dst, severity(r)...)
	trace := mix(r.ID)
	if r.site.regional {
		dst = append(dst, `","logName":"`+gcpLogName+`loadbalancing.googleapis.com%2Fexternal_regional_requests`...)
	} else {
		dst = append(dst, `","logName":"`+gcpLogName+`requests","trace":"projects/`+gcpProject+`/traces/`...)
		dst = appendHex(appendHex(dst, trace, 16), mix(trace), 16)
		dst = append(dst, `","spanId":"`...)
		dst = appendHex(dst, mix(trace+1), 16)
	}
	dst = append(dst, `","receiveTimestamp":"`...)
	received := r.Time + r.Latency + 200*millisecond + int64(trace>>34) // up to 1.07 s for the log to get there
	dst = append(e.received.appendTime(dst, received), '.')
	return append(appendPadded(dst, uint64(received%second), 9), `Z"}`...)
}

// severity is WARNING where the load balancer made the answer because something was wrong.
func severity(r *Request) string {
	if r.refused() || r.OriginError > vocabulary.OriginErrorNone && r.OriginError != vocabulary.OriginErrorStatus {
		return "WARNING"
	}
	return "INFO"
}
