package logentry

// cloudflareKeys are the fields of Cloudflare Logpush's http_requests data set. Times come as RFC 3339 or as Unix seconds, milliseconds or
// nanoseconds, as the job is set up. The latency is the time to the first byte, as the log has no other that is exact: with times in
// whole seconds, end minus start would be off by up to one.
var cloudflareKeys = map[string]string{
	"time":           "EdgeStartTimestamp",
	"id":             "RayID",
	"client":         "ClientIP",
	"network":        "ClientASN",
	"country":        "ClientCountry",
	"host":           "ClientRequestHost",
	"method":         "ClientRequestMethod",
	"url":            "ClientRequestURI",
	"protocol":       "ClientRequestProtocol",
	"referrer":       "ClientRequestReferer",
	"agent":          "ClientRequestUserAgent",
	"request_bytes":  "ClientRequestBytes",
	"status":         "EdgeResponseStatus",
	"response_bytes": "EdgeResponseBytes",
	"latency":        "EdgeTimeToFirstByteMs",
	"cache":          "CacheCacheStatus",
	"origin_status":  "OriginResponseStatus",
	"enforced":       "SecurityAction",
}
