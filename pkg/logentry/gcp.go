package logentry

import (
	"bytes"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// What is special about Google's external Application Load Balancers: the cache outcome is spread over three booleans, the defence over
// action, outcome and rate limit of up to two policies, and what went wrong is told by a word (global) or by an RFC 9209 proxy status
// (regional). Each piece is a field of a mapping, so that exports under other names (BigQuery) are mappings too.

// gcpKeys are the keys of a LogEntry. Numbers come as strings or numbers, fields that are false or empty are left out.
var gcpKeys = map[string]string{
	"time":                 "timestamp",
	"id":                   "insertId",
	"url":                  "httpRequest.requestUrl",
	"method":               "httpRequest.requestMethod",
	"protocol":             "httpRequest.protocol",
	"status":               "httpRequest.status",
	"request_bytes":        "httpRequest.requestSize",
	"response_bytes":       "httpRequest.responseSize",
	"latency":              "httpRequest.latency",
	"peer":                 "httpRequest.remoteIp",
	"referrer":             "httpRequest.referer",
	"agent":                "httpRequest.userAgent",
	"cache_lookup":         "httpRequest.cacheLookup",
	"cache_hit":            "httpRequest.cacheHit",
	"cache_validated":      "httpRequest.cacheValidatedWithOriginServer",
	"cache_fill_bytes":     "httpRequest.cacheFillBytes",
	"status_details":       "jsonPayload.statusDetails",
	"proxy_status":         "jsonPayload.proxyStatus",
	"country":              "jsonPayload.securityPolicyRequestData.remoteIpInfo.regionCode",
	"network":              "jsonPayload.securityPolicyRequestData.remoteIpInfo.asn",
	"enforced":             "jsonPayload.enforcedSecurityPolicy.configuredAction",
	"enforced_outcome":     "jsonPayload.enforcedSecurityPolicy.outcome",
	"enforced_limit":       "jsonPayload.enforcedSecurityPolicy.rateLimitAction.outcome",
	"edge":                 "jsonPayload.enforcedEdgeSecurityPolicy.configuredAction",
	"edge_outcome":         "jsonPayload.enforcedEdgeSecurityPolicy.outcome",
	"preview":              "jsonPayload.previewSecurityPolicy.configuredAction",
	"preview_outcome":      "jsonPayload.previewSecurityPolicy.outcome",
	"preview_limit":        "jsonPayload.previewSecurityPolicy.rateLimitAction.outcome",
	"preview_edge":         "jsonPayload.previewEdgeSecurityPolicy.configuredAction",
	"preview_edge_outcome": "jsonPayload.previewEdgeSecurityPolicy.outcome",
}

// gcpAlways are the fields that these load balancers log of every request: where a line lacks one, it is zero, false or empty. Cloud
// Armor's fields are not among them: they are only there where a policy is attached, so a host without one reads "not logged".
var gcpAlways = vocabulary.Of(vocabulary.FieldHost, vocabulary.FieldPath, vocabulary.FieldMethod, vocabulary.FieldStatus,
	vocabulary.FieldClient, vocabulary.FieldAgent, vocabulary.FieldReferrer, vocabulary.FieldRequestBytes, vocabulary.FieldResponseBytes,
	vocabulary.FieldCache, vocabulary.FieldOriginError)

// gcpBigQueryKeys are the keys of the same entry as BigQuery stores and exports it: the payload under a name made of its type.
func gcpBigQueryKeys() map[string]string {
	keys := make(map[string]string, len(gcpKeys))
	for name, key := range gcpKeys {
		if rest, ok := bytes.CutPrefix([]byte(key), []byte("jsonPayload.")); ok {
			key = "jsonpayload_type_loadbalancerlogentry." + string(rest)
		}
		keys[name] = key
	}
	return keys
}

// policy is what one security policy of Cloud Armor says of a request.
type policy struct {
	spoke      bool // the line has the policy
	configured vocabulary.Action
	outcome    []byte // ACCEPT, DENY, REDIRECT; empty in logs that have no such field
	limit      []byte // RATE_LIMIT_THRESHOLD_CONFORM, RATE_LIMIT_THRESHOLD_EXCEED, BAN_THRESHOLD_EXCEED
}

// action combines what was configured with what came of it. A request that a rate limit refused counts as throttled, and as banned
// only where the ban's own threshold was crossed.
func (p *policy) action() vocabulary.Action {
	configured := p.configured
	if configured == vocabulary.ActionBanned && len(p.limit) > 0 && !bytes.HasPrefix(p.limit, []byte("BAN_")) {
		configured = vocabulary.ActionThrottled
	}
	switch string(p.outcome) {
	case "":
		if bytes.HasSuffix(p.limit, []byte("_CONFORM")) {
			return vocabulary.ActionAllowed
		}
		return configured
	case "ACCEPT":
		return vocabulary.ActionAllowed
	case "DENY":
		if configured == vocabulary.ActionThrottled || configured == vocabulary.ActionBanned {
			return configured
		}
		return vocabulary.ActionDenied
	case "REDIRECT":
		if configured == vocabulary.ActionChallenged {
			return configured
		}
		return vocabulary.ActionRedirected
	}
	return vocabulary.ActionOther
}

// decide gives what happened where an edge policy (before the cache) and a backend policy (behind it) may both have spoken: whatever the
// edge refused never came to the backend.
func decide(edge, backend *policy) vocabulary.Action {
	if edge.spoke {
		if a := edge.action(); !backend.spoke || (a != vocabulary.ActionAllowed && a != vocabulary.ActionNone) {
			return a
		}
	}
	if backend.spoke {
		return backend.action()
	}
	return vocabulary.ActionNone
}

// cacheOutcome gives the outcome of Cloud CDN's three booleans; "validated" means something only with a hit.
func cacheOutcome(lookup, hit, validated bool) vocabulary.Cache {
	switch {
	case hit && validated:
		return vocabulary.CacheValidated
	case hit:
		return vocabulary.CacheHit
	case lookup:
		return vocabulary.CacheMiss
	}
	return vocabulary.CacheUncached
}

// detail is what one value of statusDetails means.
type detail struct {
	known  bool
	origin vocabulary.OriginError
	action vocabulary.Action // counts where no policy in the line says more
	sent   bool              // the backend's own answer went to the client
}

// readDetail knows the values of statusDetails; those that concern neither origin nor defence are known and mean nothing.
func readDetail(b []byte) detail {
	switch string(b) {
	case "response_sent_by_backend", "byte_range_caching_forwarded_backend_response", "aborted_request_due_to_backend_early_response":
		return detail{known: true, sent: true}
	case "response_from_cache", "response_from_cache_validated", "byte_range_caching":
		return detail{known: true}
	case "denied_by_security_policy", "body_denied_by_security_policy", "denied_by_authz_policy":
		return detail{known: true, action: vocabulary.ActionDenied}
	case "banned_by_security_policy":
		return detail{known: true, action: vocabulary.ActionBanned}
	case "redirected_by_security_policy":
		return detail{known: true, action: vocabulary.ActionRedirected}
	case "client_disconnected_before_any_response":
		return detail{known: true, origin: vocabulary.OriginErrorClientGone}
	case "client_disconnected_after_partial_response", "byte_range_caching_retrieval_abandoned":
		return detail{known: true, origin: vocabulary.OriginErrorClientPartly}
	case "backend_timeout":
		return detail{known: true, origin: vocabulary.OriginErrorTimeout}
	case "failed_to_pick_backend":
		return detail{known: true, origin: vocabulary.OriginErrorNoBackend}
	case "failed_to_connect_to_backend", "failed_to_negotiate_alpn":
		return detail{known: true, origin: vocabulary.OriginErrorConnect}
	}
	return readDetailFamily(b)
}

// readDetailFamily knows the values that come in families.
func readDetailFamily(b []byte) detail {
	switch {
	case bytes.HasPrefix(b, []byte("backend_connection_closed")):
		return detail{known: true, origin: vocabulary.OriginErrorClosed}
	case bytes.HasPrefix(b, []byte("backend_")), bytes.HasPrefix(b, []byte("byte_range_caching_")), bytes.HasPrefix(b, []byte("server_cert_")),
		string(b) == "error_uncompressing_gzipped_body":
		return detail{known: true, origin: vocabulary.OriginErrorOther}
	}
	return detail{}
}

// readProxyStatus reads an RFC 9209 status: `error="destination_unavailable"; details="failed_to_pick_backend"`. The details are the
// words of statusDetails and say more than the error.
func readProxyStatus(b []byte) detail {
	if d := readDetail(parameter(b, `details="`)); d.known {
		return d
	}
	origin := vocabulary.OriginErrorOther
	switch string(parameter(b, `error="`)) {
	case "":
		return detail{}
	case "http_response_timeout", "connection_read_timeout", "connection_write_timeout":
		origin = vocabulary.OriginErrorTimeout
	case "destination_unavailable", "destination_not_found":
		origin = vocabulary.OriginErrorNoBackend
	case "connection_refused", "connection_timeout", "connection_limit_reached", "dns_timeout", "dns_error", "destination_ip_unroutable",
		"tls_protocol_error", "tls_certificate_error", "tls_alert_received":
		origin = vocabulary.OriginErrorConnect
	case "connection_terminated", "http_response_incomplete":
		origin = vocabulary.OriginErrorClosed
	case "http_request_denied":
		return detail{known: true, action: vocabulary.ActionDenied}
	case "http_request_error":
		return detail{known: true}
	}
	return detail{known: true, origin: origin}
}

// parameter gives the quoted value that follows name in b, or nothing.
func parameter(b []byte, name string) []byte {
	from := bytes.Index(b, []byte(name))
	if from < 0 {
		return nil
	}
	b = b[from+len(name):]
	to := bytes.IndexByte(b, '"')
	if to < 0 {
		return nil
	}
	return b[:to]
}

// originError gives the origin's part in the outcome. A word that nobody knows counts as a failure of its own kind only where the client
// got a server error or nothing at all.
func (d detail) originError(status uint16) vocabulary.OriginError {
	failed := status >= 500
	switch {
	case d.sent && failed:
		return vocabulary.OriginErrorStatus
	case d.known:
		return d.origin
	case failed || status == 0:
		return vocabulary.OriginErrorOther
	}
	return vocabulary.OriginErrorNone
}
