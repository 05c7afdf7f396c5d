package logentry

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// readyMapping is a mapping that ships with the product, and what no configuration can say.
type readyMapping struct {
	Mapping
	// always are the fields that this format logs of every request even where a line leaves the key out. Other fields count as logged
	// in those lines that have their key.
	always vocabulary.Fields
	// anyCase: keys match in any case (ASCII letters).
	anyCase bool
	// lists: texts may be lists of texts, of which the last counts.
	lists bool
	// requires are fields without which a line is another log's.
	requires fieldSet
}

// readyMappings differ in their keys for the time or the request, so that a line fits one of them only; but BigQuery's rows of load balancer
// entries fit "gcp" as well, with less found in them.
var readyMappings = []readyMapping{
	{Mapping: Mapping{Name: "gcp", Fields: gcpKeys}, always: gcpAlways},
	{Mapping: Mapping{Name: "gcp-bigquery", Fields: gcpBigQueryKeys()}, always: gcpAlways, anyCase: true},
	{Mapping: Mapping{Name: "cloudflare", Fields: cloudflareKeys, Units: map[string]string{"latency": "ms"}}},
	{Mapping: Mapping{Name: "nginx-json", Fields: nginxJSONKeys}},
	{Mapping: Mapping{Name: "envoy", Fields: envoyJSONKeys, Units: map[string]string{"latency": "ms"}}},
	{Mapping: Mapping{Name: "istio-json", Fields: istioJSONKeys, Units: map[string]string{"latency": "ms"}}},
	{Mapping: Mapping{Name: "caddy", Fields: caddyKeys}, lists: true, requires: caddyRequires},
	{Mapping: Mapping{Name: "traefik-json", Fields: traefikKeys, Units: map[string]string{"latency": "ns"}}},
}

// readyMappingByName returns nil where there is none.
func readyMappingByName(name string) *readyMapping {
	for i := range readyMappings {
		if readyMappings[i].Name == name {
			return &readyMappings[i]
		}
	}
	return nil
}

// nginxJSONKeys are the keys of the log_format with escape=json that the documentation recommends for nginx.
var nginxJSONKeys = map[string]string{
	"time":           "time",
	"host":           "host",
	"peer":           "remote_addr",
	"forwarded":      "http_x_forwarded_for",
	"method":         "method",
	"path":           "uri",
	"query":          "args",
	"protocol":       "protocol",
	"status":         "status",
	"request_bytes":  "request_length",
	"response_bytes": "body_bytes_sent",
	"latency":        "request_time",
	"cache":          "upstream_cache_status",
	"origin_status":  "upstream_status",
	"referrer":       "http_referer",
	"agent":          "http_user_agent",
	"id":             "request_id",
}
