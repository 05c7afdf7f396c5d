package logentry

// caddyKeys are the keys of Caddy's access log (2.5 and later). Headers are lists. client_ip is what trusted_proxies, the operator's
// word, made of remote_ip; versions that have none log remote_ip alone.
var caddyKeys = map[string]string{
	"time":           "ts",
	"host":           "request.host",
	"client":         "request.client_ip",
	"peer":           "request.remote_ip",
	"forwarded":      "request.headers.X-Forwarded-For",
	"method":         "request.method",
	"url":            "request.uri",
	"protocol":       "request.proto",
	"referrer":       "request.headers.Referer",
	"agent":          "request.headers.User-Agent",
	"status":         "status",
	"request_bytes":  "bytes_read",
	"response_bytes": "size",
	"latency":        "duration",
	"cache":          "resp_headers.Cache-Status",
}

// caddyRequires are the fields that only an access log's line has all: Caddy writes other lines with a request to the same file, which
// are no requests of their own (errors of handlers, round trips to upstreams).
const caddyRequires fieldSet = 1<<fieldMethod | 1<<fieldResponseBytes
