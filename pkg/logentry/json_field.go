package logentry

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// field is one of the things that a mapping can read from a line.
type field uint8

// fieldSet is a set of field.
type fieldSet uint64

const (
	fieldTime field = iota
	fieldHost
	fieldURL
	fieldPath
	fieldQuery
	fieldRequest
	fieldMethod
	fieldProtocol
	fieldStatus
	fieldRequestBytes
	fieldResponseBytes
	fieldLatency
	fieldClient
	fieldPeer
	fieldForwarded
	fieldReferrer
	fieldAgent
	fieldID
	fieldCountry
	fieldNetwork
	fieldCache
	fieldCacheLookup
	fieldCacheHit
	fieldCacheValidated
	fieldCacheFillBytes
	fieldOriginStatus
	fieldStatusDetails
	fieldProxyStatus
	fieldResponseFlags
	fieldEnforced
	fieldEnforcedOutcome
	fieldEnforcedLimit
	fieldEdge
	fieldEdgeOutcome
	fieldPreview
	fieldPreviewOutcome
	fieldPreviewLimit
	fieldPreviewEdge
	fieldPreviewEdgeOutcome
	fieldCount
)

// requestFields are those of which a request has at least one; a line without any is another log's.
const requestFields fieldSet = 1<<fieldURL | 1<<fieldPath | 1<<fieldRequest | 1<<fieldMethod | 1<<fieldStatus

// fieldInfo says what a field is called, what it tells people, which of the report's fields a line logs that has it, and what becomes
// of its text. Texts are unescaped; a JSON number or boolean is given as its text.
type fieldInfo struct {
	name, description string
	logs              vocabulary.Fields
	set               func(c *conversion, text []byte)
}

// fields is indexed by field.
var fields = [fieldCount]fieldInfo{
	fieldTime: {"time", "when the request came: RFC 3339, the common log format's time, or a number since 1970 (the unit may be given)", 0,
		func(c *conversion, b []byte) { c.time = b }},
	fieldHost: {"host", "the site's host name, with or without port", 1 << vocabulary.FieldHost,
		func(c *conversion, b []byte) { c.raw.host = b }},
	fieldURL: {"url", "absolute URL, or path and query", 1 << vocabulary.FieldPath,
		func(c *conversion, b []byte) { c.raw.url = b }},
	fieldPath: {"path", "path without query", 1 << vocabulary.FieldPath,
		func(c *conversion, b []byte) { c.raw.path = b }},
	fieldQuery: {"query", "query without '?'", 0,
		func(c *conversion, b []byte) { c.raw.query = b }},
	fieldRequest: {"request", `request line, as "GET /path HTTP/1.1"`, 1<<vocabulary.FieldPath | 1<<vocabulary.FieldMethod | 1<<vocabulary.FieldProtocol,
		func(c *conversion, b []byte) { c.raw.request = b }},
	fieldMethod: {"method", "request method", 1 << vocabulary.FieldMethod,
		func(c *conversion, b []byte) { c.entry.Method = vocabulary.ParseMethod(b) }},
	fieldProtocol: {"protocol", `HTTP version, as "HTTP/1.1" or "h2"`, 1 << vocabulary.FieldProtocol,
		func(c *conversion, b []byte) { c.entry.Protocol = vocabulary.ParseProtocol(b) }},
	fieldStatus: {"status", "status code sent to the client", 1 << vocabulary.FieldStatus,
		func(c *conversion, b []byte) { c.entry.Status = parseStatus(b) }},
	fieldRequestBytes: {"request_bytes", "bytes received from the client", 1 << vocabulary.FieldRequestBytes,
		func(c *conversion, b []byte) { c.setBytes(&c.entry.RequestBytes, vocabulary.FieldRequestBytes, b) }},
	fieldResponseBytes: {"response_bytes", "bytes sent to the client", 1 << vocabulary.FieldResponseBytes,
		func(c *conversion, b []byte) { c.setBytes(&c.entry.ResponseBytes, vocabulary.FieldResponseBytes, b) }},
	fieldLatency: {"latency", "how long the request took: a number (in seconds unless a unit is given), or with its unit as in 0.05s", 0,
		func(c *conversion, b []byte) { c.setLatency(b) }},
	fieldClient: {"client", "the visitor's address as the provider or a trusted proxy states it; always believed", 1 << vocabulary.FieldClient,
		func(c *conversion, b []byte) { c.raw.client = b }},
	fieldPeer: {"peer", "address of who connected to the proxy", 1 << vocabulary.FieldClient,
		func(c *conversion, b []byte) { c.raw.peer = b }},
	fieldForwarded: {"forwarded", "X-Forwarded-For as received; believed only where peer is a trusted proxy", 1 << vocabulary.FieldClient,
		func(c *conversion, b []byte) { c.raw.forwarded = b }},
	fieldReferrer: {"referrer", "Referer header", 1 << vocabulary.FieldReferrer,
		func(c *conversion, b []byte) { c.raw.referrer = b }},
	fieldAgent: {"agent", "User-Agent header", 1 << vocabulary.FieldAgent,
		func(c *conversion, b []byte) { c.raw.agent = b }},
	fieldID: {"id", "the line's own unique id, given by the proxy", 0,
		func(c *conversion, b []byte) { c.raw.insertID = b }},
	fieldCountry: {"country", "the client's country, two letters", 1 << vocabulary.FieldCountry,
		func(c *conversion, b []byte) { c.entry.Country = parseCountry(b) }},
	fieldNetwork: {"network", "number of the client's autonomous system", 1 << vocabulary.FieldNetwork,
		func(c *conversion, b []byte) { c.entry.ASN = parseNetwork(b) }},
	fieldCache: {"cache", "cache outcome in a word: hit, miss, expired, revalidated, bypass, …", 1 << vocabulary.FieldCache,
		func(c *conversion, b []byte) { c.entry.Cache = parseCache(b) }},
	fieldCacheLookup: {"cache_lookup", "boolean, beside cache_hit: the cache was asked", 1 << vocabulary.FieldCache,
		func(c *conversion, b []byte) { c.cacheLookup = parseBool(b) }},
	fieldCacheHit: {"cache_hit", "boolean: the cache had it; false is a miss, or uncached where cache_lookup is false", 1 << vocabulary.FieldCache,
		func(c *conversion, b []byte) { c.cacheHit = parseBool(b) }},
	fieldCacheValidated: {"cache_validated", "boolean, beside cache_hit: the origin confirmed the cached copy", 1 << vocabulary.FieldCache,
		func(c *conversion, b []byte) { c.cacheValidated = parseBool(b) }},
	fieldCacheFillBytes: {"cache_fill_bytes", "bytes written to the cache", 0,
		func(c *conversion, b []byte) { c.entry.CacheFillBytes, _ = parseUint(b) }},
	fieldOriginStatus: {"origin_status", "status code that the origin sent", 1 << vocabulary.FieldOriginError,
		func(c *conversion, b []byte) { c.entry.OriginError = originStatusError(b) }},
	fieldStatusDetails: {"status_details", "statusDetails of Google's load balancers", 1 << vocabulary.FieldOriginError,
		func(c *conversion, b []byte) { c.details = b }},
	fieldProxyStatus: {"proxy_status", "proxy status as in RFC 9209", 1 << vocabulary.FieldOriginError,
		func(c *conversion, b []byte) { c.proxyStatus = b }},
	fieldResponseFlags: {"response_flags", "response flags of Envoy, as UF,URX", 1 << vocabulary.FieldOriginError,
		func(c *conversion, b []byte) { c.flags = b }},
	fieldEnforced: {"enforced", "what a security rule did: allow, deny, throttle, ban, challenge, redirect", 1 << vocabulary.FieldDefence,
		func(c *conversion, b []byte) { c.enforced.configure(b) }},
	fieldEnforcedOutcome: {"enforced_outcome", "ACCEPT, DENY or REDIRECT, where the log tells it apart from the action", 1 << vocabulary.FieldDefence,
		func(c *conversion, b []byte) { c.enforced.spoke, c.enforced.outcome = true, b }},
	fieldEnforcedLimit: {"enforced_limit", "outcome of the rule's rate limit, as in Cloud Armor", 1 << vocabulary.FieldDefence,
		func(c *conversion, b []byte) { c.enforced.spoke, c.enforced.limit = true, b }},
	fieldEdge: {"edge", "like enforced, for a policy before the cache", 1 << vocabulary.FieldDefence,
		func(c *conversion, b []byte) { c.edge.configure(b) }},
	fieldEdgeOutcome: {"edge_outcome", "like enforced_outcome, for a policy before the cache", 1 << vocabulary.FieldDefence,
		func(c *conversion, b []byte) { c.edge.spoke, c.edge.outcome = true, b }},
	fieldPreview: {"preview", "what a security rule in preview would have done", 1 << vocabulary.FieldDefence,
		func(c *conversion, b []byte) { c.preview.configure(b) }},
	fieldPreviewOutcome: {"preview_outcome", "like enforced_outcome, in preview", 1 << vocabulary.FieldDefence,
		func(c *conversion, b []byte) { c.preview.spoke, c.preview.outcome = true, b }},
	fieldPreviewLimit: {"preview_limit", "like enforced_limit, in preview", 1 << vocabulary.FieldDefence,
		func(c *conversion, b []byte) { c.preview.spoke, c.preview.limit = true, b }},
	fieldPreviewEdge: {"preview_edge", "like edge, in preview", 1 << vocabulary.FieldDefence,
		func(c *conversion, b []byte) { c.previewEdge.configure(b) }},
	fieldPreviewEdgeOutcome: {"preview_edge_outcome", "like edge_outcome, in preview", 1 << vocabulary.FieldDefence,
		func(c *conversion, b []byte) { c.previewEdge.spoke, c.previewEdge.outcome = true, b }},
}
