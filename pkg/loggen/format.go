package loggen

import (
	"fmt"
	"strings"
)

// Formats by name. Any nginx log_format or Apache LogFormat string is a format too.
const (
	FormatGCP           = "gcp"
	FormatGCPBigQuery   = "gcp-bigquery"
	FormatNginxJSON     = "nginx-json"
	FormatCloudflare    = "cloudflare"
	FormatCombined      = "combined"
	FormatCommon        = "common"
	FormatVhostCombined = "vhost-combined"
	FormatVhostCommon   = "vhost-common"
	FormatALB           = "alb"
	FormatCloudfront    = "cloudfront"
	FormatHAProxy       = "haproxy"
	FormatEnvoy         = "envoy"
	FormatIstioJSON     = "istio-json"
	FormatCaddy         = "caddy"
	FormatTraefik       = "traefik"
	FormatTraefikJSON   = "traefik-json"
)

// encoder appends the log line of a request, without its '\n'. It may keep state, so it is not safe for concurrent use.
type encoder func(dst []byte, r *Request) []byte

const (
	commonLayout   = `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent`
	combinedLayout = commonLayout + ` "$http_referer" "$http_user_agent"`

	// traefikLayout is Traefik's "common". What has no name in nginx is made for it.
	traefikLayout = `$remote_addr - $remote_user [$time_local] "$request" $origin_status $body_bytes_sent "$http_referer" "$http_user_agent" ` +
		`$connection "web@docker" "http://172.17.0.3:80" ${request_time_ms}ms`

	// nginxJSONLayout is the JSON format that is recommended for nginx; $time_iso8601_ms is made by a map of $time_iso8601 and $msec.
	nginxJSONLayout = `{"time":"$time_iso8601_ms","host":"$host","remote_addr":"$remote_addr","method":"$request_method","uri":"$uri","args":"$args",` +
		`"status":$status,"body_bytes_sent":$body_bytes_sent,"request_length":$request_length,"request_time":$request_time,` +
		`"upstream_response_time":"$upstream_response_time","upstream_status":"$upstream_status","upstream_cache_status":"$upstream_cache_status",` +
		`"http_referer":"$http_referer","http_user_agent":"$http_user_agent","http_x_forwarded_for":"$http_x_forwarded_for","protocol":"$server_protocol",` +
		`"ssl_protocol":"$ssl_protocol","request_id":"$request_id"}`
)

func newEncoder(format string) (encoder, error) {
	switch format {
	case FormatGCP:
		return newGCPEncoder(), nil
	case FormatGCPBigQuery:
		return newBigQueryEncoder(), nil
	case FormatCloudflare:
		return cloudflareLine, nil
	case FormatNginxJSON:
		return newNginxLayout(nginxJSONLayout)
	case FormatCommon:
		return newNginxLayout(commonLayout)
	case FormatCombined:
		return newNginxLayout(combinedLayout)
	case FormatVhostCommon:
		return newNginxLayout(`$host:$server_port ` + commonLayout)
	case FormatVhostCombined:
		return newNginxLayout(`$host:$server_port ` + combinedLayout)
	case FormatALB:
		return newALBEncoder(), nil
	case FormatCloudfront:
		return newCloudfrontEncoder(), nil
	case FormatHAProxy:
		return newHAProxyEncoder(), nil
	case FormatEnvoy:
		return newEnvoyEncoder(), nil
	case FormatIstioJSON:
		return newIstioEncoder(), nil
	case FormatTraefik:
		return newNginxLayout(traefikLayout)
	case FormatCaddy:
		return caddyLine, nil
	case FormatTraefikJSON:
		return newTraefikEncoder(), nil
	}
	switch {
	case strings.ContainsRune(format, '$'):
		return newNginxLayout(format)
	case strings.ContainsRune(format, '%'):
		return newApacheLayout(format)
	}
	return nil, fmt.Errorf("format: %q is unknown; take %s, or an nginx log_format (with $) or an Apache LogFormat (with %%)", format,
		strings.Join(Formats(), ", "))
}

// Formats are the names of the formats.
func Formats() []string {
	return []string{FormatGCP, FormatGCPBigQuery, FormatNginxJSON, FormatCloudflare, FormatCombined, FormatCommon, FormatVhostCombined, FormatVhostCommon,
		FormatALB, FormatCloudfront, FormatHAProxy, FormatEnvoy, FormatIstioJSON, FormatCaddy, FormatTraefik, FormatTraefikJSON}
}

// layout is a text format: literals and fields in turn.
type layout struct {
	parts  []part
	tail   string
	escape func(dst []byte, at int) []byte
}

type part struct {
	literal string // before the field
	field   field
	empty   string // what stands for no value
}

// field appends one value. Escaping and the sign for "no value" are the layout's.
type field func(dst []byte, r *Request) []byte

func (l *layout) line(dst []byte, r *Request) []byte {
	for i := range l.parts {
		p := &l.parts[i]
		dst = append(dst, p.literal...)
		at := len(dst)
		dst = p.field(dst, r)
		if len(dst) == at {
			dst = append(dst, p.empty...)
			continue
		}
		dst = l.escape(dst, at)
	}
	return append(dst, l.tail...)
}
