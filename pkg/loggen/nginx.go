package loggen

import (
	"strings"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// newNginxLayout reads an nginx log_format, with or without its escape parameter. Variables that loggen has no value for are logged as
// nginx logs those that are not set.
func newNginxLayout(format string) (encoder, error) {
	l := &layout{escape: func(dst []byte, at int) []byte { return appendQuoted(dst, at, nginxEscape) }}
	unset := "-"
	if rest, ok := strings.CutPrefix(format, "escape=json "); ok || strings.HasPrefix(format, "{") {
		format, l.escape, unset = rest, appendJSON, ""
	}
	format = strings.TrimPrefix(format, "escape=default ")
	for {
		at := strings.IndexByte(format, '$')
		if at < 0 {
			l.tail = format
			return l.line, nil
		}
		name, rest := cutVariable(format[at+1:])
		p := part{format[:at], nginxField(name), unset}
		if name == "is_args" { // it is never unset
			p.empty = ""
		}
		l.parts = append(l.parts, p)
		format = rest
	}
}

// cutVariable takes a variable's name, plain or in braces, from what follows the '$'.
func cutVariable(s string) (name, rest string) {
	if inner, ok := strings.CutPrefix(s, "{"); ok {
		if name, rest, ok = strings.Cut(inner, "}"); ok {
			return name, rest
		}
	}
	end := 0
	for end < len(s) && (s[end] == '_' || s[end] >= 'a' && s[end] <= 'z' || s[end] >= '0' && s[end] <= '9') {
		end++
	}
	return s[:end], s[end:]
}

func nginxField(name string) field {
	switch name {
	case "time_local":
		return timeField("02/Jan/2006:", 0, " +0000")
	case "time_iso8601":
		return timeField("2006-01-02T", 0, "+00:00")
	case "time_iso8601_ms":
		return timeField("2006-01-02T", 3, "+00:00")
	}
	if f := nginxFields[name]; f != nil {
		return f
	}
	return nothing
}

func nothing(dst []byte, _ *Request) []byte { return dst }

// timeField writes the time by a layout of package time for the date, with decimal places of the second.
func timeField(date string, places int, zone string) field {
	day := newCalendar(date)
	return func(dst []byte, r *Request) []byte {
		dst = day.appendTime(dst, r.Time)
		if places > 0 {
			dst = appendPadded(append(dst, '.'), uint64(r.Time%second)/powersOfTen[9-places], places)
		}
		return append(dst, zone...)
	}
}

func constant(text string) field {
	return func(dst []byte, _ *Request) []byte { return append(dst, text...) }
}

var nginxFields = map[string]field{
	"remote_addr":            clientField,
	"realip_remote_addr":     clientField,
	"http_x_forwarded_for":   clientField,
	"proxy_protocol_addr":    clientField,
	"http_cf_connecting_ip":  clientField,
	"host":                   hostField,
	"http_host":              hostField,
	"server_name":            hostField,
	"ssl_server_name":        hostField,
	"server_port":            constant("443"),
	"scheme":                 constant("https"),
	"https":                  constant("on"),
	"ssl_protocol":           constant("TLSv1.3"),
	"ssl_cipher":             constant("TLS_AES_128_GCM_SHA256"),
	"pipe":                   constant("."),
	"msec":                   func(dst []byte, r *Request) []byte { return appendDecimal(dst, r.Time, 3) },
	"request":                requestField,
	"request_method":         methodField,
	"request_uri":            appendTarget,
	"uri":                    pathField,
	"document_uri":           pathField,
	"args":                   queryField,
	"query_string":           queryField,
	"is_args":                isArgsField,
	"server_protocol":        protocolField,
	"status":                 statusField,
	"upstream_status":        upstreamStatusField,
	"body_bytes_sent":        bytesField,
	"bytes_sent":             bytesField,
	"request_length":         func(dst []byte, r *Request) []byte { return appendUint(dst, r.RequestBytes) },
	"request_time_ms":        millisecondsField,
	"origin_status":          originStatusField,
	"request_time":           func(dst []byte, r *Request) []byte { return appendDecimal(dst, r.Latency, 3) },
	"upstream_response_time": upstreamTimeField,
	"upstream_header_time":   upstreamTimeField,
	"upstream_cache_status":  cacheField,
	"http_referer":           func(dst []byte, r *Request) []byte { return append(dst, r.Referrer...) },
	"http_user_agent":        func(dst []byte, r *Request) []byte { return append(dst, r.Agent...) },
	"request_id":             requestIDField,
	"connection":             func(dst []byte, r *Request) []byte { return appendUint(dst, r.Session>>40) },
	"geoip_country_code":     countryField,
	"geoip2_country_code":    countryField,
	"geoip2_asn":             func(dst []byte, r *Request) []byte { return appendUint(dst, uint64(r.ASN)) },
}

func clientField(dst []byte, r *Request) []byte  { return r.Client.AppendTo(dst) }
func hostField(dst []byte, r *Request) []byte    { return append(dst, r.Host...) }
func methodField(dst []byte, r *Request) []byte  { return append(dst, r.Method.String()...) }
func pathField(dst []byte, r *Request) []byte    { return append(dst, r.Path...) }
func queryField(dst []byte, r *Request) []byte   { return append(dst, r.Query...) }
func bytesField(dst []byte, r *Request) []byte   { return appendUint(dst, r.ResponseBytes) }
func countryField(dst []byte, r *Request) []byte { return append(dst, r.Country...) }

func isArgsField(dst []byte, r *Request) []byte {
	if r.Query != "" {
		return append(dst, '?')
	}
	return dst
}

func requestField(dst []byte, r *Request) []byte {
	dst = append(methodField(dst, r), ' ')
	return protocolField(append(appendTarget(dst, r), ' '), r)
}

// protocolField writes versions as nginx and Apache do: always with a second digit.
func protocolField(dst []byte, r *Request) []byte {
	dst = append(dst, r.Protocol.String()...)
	if r.Protocol >= vocabulary.ProtocolHTTP2 {
		dst = append(dst, ".0"...)
	}
	return dst
}

// clientClosedRequest is what nginx logs where the client left before any response.
const clientClosedRequest = 499

func statusField(dst []byte, r *Request) []byte {
	if r.Status == 0 {
		return appendUint(dst, clientClosedRequest)
	}
	return appendUint(dst, uint64(r.Status))
}

func upstreamStatusField(dst []byte, r *Request) []byte {
	if !r.reachedOrigin() || r.Status == 0 {
		return dst
	}
	return appendUint(dst, uint64(r.Status))
}

// originStatusField is the status where the origin was asked, 499 where the client did not wait for it.
func originStatusField(dst []byte, r *Request) []byte {
	if !r.reachedOrigin() {
		return dst
	}
	return statusField(dst, r)
}

func upstreamTimeField(dst []byte, r *Request) []byte {
	if !r.reachedOrigin() {
		return dst
	}
	return appendDecimal(dst, r.Latency, 3)
}

var nginxCache = [vocabulary.CacheCount]string{
	vocabulary.CacheHit: "HIT", vocabulary.CacheValidated: "REVALIDATED", vocabulary.CacheMiss: "MISS", vocabulary.CacheUncached: "BYPASS",
}

func cacheField(dst []byte, r *Request) []byte { return append(dst, nginxCache[r.Cache]...) }

func requestIDField(dst []byte, r *Request) []byte {
	id := mix(r.ID)
	return appendHex(appendHex(dst, id, 16), mix(id), 16)
}
