package logentry

import (
	"errors"
	"fmt"
	"strings"
)

// FormatInfo describes a format for help texts.
type FormatInfo struct {
	Name        string
	Description string // one line
	Example     string // a line, shortened
}

var formats = []FormatInfo{
	{"gcp", "Cloud Logging entries of Google's load balancers, Cloud Armor fields included",
		`{"httpRequest":{"requestMethod":"GET","requestUrl":"https://news.example.org/",…},"jsonPayload":{…},"timestamp":"2026-05-04T12:00:07Z"}`},
	{"gcp-bigquery", "the same, exported from BigQuery, with names in lower case",
		`{"httprequest":{"requestmethod":"GET",…},"jsonpayload_type_loadbalancerlogentry":{…},"timestamp":"2026-05-04 12:00:07 UTC"}`},
	{"nginx-json", "nginx with the JSON log_format that the documentation recommends",
		`{"time":"2026-05-04T12:00:07+00:00","host":"news.example.org","remote_addr":"198.51.100.23","method":"GET","uri":"/",…}`},
	{"cloudflare", "Cloudflare Logpush, data set http_requests",
		`{"ClientIP":"198.51.100.23","ClientRequestHost":"news.example.org","EdgeStartTimestamp":"2026-05-04T12:00:07Z",…}`},
	{"combined", "nginx's default and Apache's \"combined\"; also reads \"common\", and text behind it",
		`198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET / HTTP/2.0" 200 15734 "https://example.org/" "Mozilla/5.0 …"`},
	{"common", "the common log format, as combined without referrer and agent",
		`198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 15734`},
	{"vhost-combined", "combined with the virtual host in front, with or without port (Apache's \"vhost_combined\")",
		`news.example.org:443 198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 15734 "-" "Mozilla/5.0 …"`},
	{"vhost-common", "common with the virtual host in front",
		`news.example.org:443 198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 15734`},
	{"alb", "access log of AWS Application Load Balancers",
		`https 2026-05-04T12:00:07.078651Z app/my-lb/50dc6c 198.51.100.23:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 "GET https://news.example.org:443/ HTTP/1.1" …`},
	{"cloudfront", "standard log of Amazon CloudFront, with tabs between its columns",
		`2026-05-04	12:00:07	CDG50-P2	703	198.51.100.23	GET	d111111abcdef8.cloudfront.net	/	200	-	Mozilla/5.0%20…`},
	{"haproxy", `HAProxy with "option httplog"; times are in the source's time zone`,
		`198.51.100.23:14853 [04/May/2026:12:00:07.127] https-in~ web/node1 0/0/0/3/173 200 739 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`},
	{"envoy", "Envoy's default text format, and Envoy Gateway's in JSON",
		`[2026-05-04T12:00:07.078Z] "GET / HTTP/2" 200 - 0 307 6 5 "198.51.100.23" "Mozilla/5.0 …" "f1d2d2f9" "news.example.org" "10.128.0.9:8080"`},
	{"istio-json", "Istio's default format in JSON",
		`{"authority":"news.example.org","bytes_sent":307,"method":"GET","path":"/","response_code":200,"start_time":"2026-05-04T12:00:07.078Z",…}`},
	{"caddy", "Caddy's access log",
		`{"ts":1777896007.078,"logger":"http.log.access","request":{"remote_ip":"198.51.100.23","method":"GET","host":"news.example.org",…},"status":200,…}`},
	{"traefik", `Traefik's format "common"`,
		`198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 414 "-" "-" 500 "web@docker" "http://172.17.0.3:80" 6ms`},
	{"traefik-json", "Traefik's format in JSON",
		`{"ClientAddr":"198.51.100.23:39496","DownstreamStatus":200,"RequestHost":"news.example.org","RequestPath":"/","StartUTC":"2026-05-04T12:00:07Z",…}`},
}

// Formats lists the formats that have a name. Besides these, a format may be an nginx log_format or an Apache LogFormat string,
// or the #Fields line of a log of CloudFront.
func Formats() []FormatInfo { return append([]FormatInfo(nil), formats...) }

// formatNames lists the names for messages.
func formatNames() string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}

// newReader finds out what kind of format a source has.
func newReader(src *Source) (r reader, err error) {
	format := strings.TrimSpace(src.Format)
	lower := strings.ToLower(format)
	switch {
	case src.Mapping != nil:
		r.json, err = newJSONParser(src.Mapping)
	case format == "":
		err = fmt.Errorf("no log format; it is one of %s, or an nginx log_format or Apache LogFormat string", formatNames())
	case textFormats[format]:
		r.layout, r.alternate = builtinLayout(strings.HasPrefix(format, "vhost-")), builtinLayout(!strings.HasPrefix(format, "vhost-"))
	case readyLayouts[format] != nil:
		r.layout, r.json = readyLayouts[format](), newReadyJSONParser(format)
	case strings.HasPrefix(format, fieldsDirective):
		r, err = newColumnsReader(format)
	case readyMappingByName(format) != nil:
		r.json = newReadyJSONParser(format)
	case strings.HasPrefix(lower, "log_format") || strings.Contains(format, "$") && !strings.HasPrefix(lower, "logformat"):
		r, err = newTextReader("nginx log_format", format, nginxTokens)
	case strings.Contains(format, "%"):
		r, err = newTextReader("Apache LogFormat", format, apacheTokens)
	default:
		err = fmt.Errorf("log format %q is not known; it is one of %s, or an nginx log_format or Apache LogFormat string", format, formatNames())
	}
	return r, err
}

// newTextReader compiles a format string. One that is made to look like JSON gets a mapping of its keys besides its layout.
func newTextReader(kind, format string, compile func(string) ([]token, error)) (r reader, err error) {
	tokens, err := compile(format)
	if err != nil {
		return r, fmt.Errorf("%s: %w", kind, err)
	}
	if r.layout, err = compileLayout(tokens); err != nil {
		return r, fmt.Errorf("%s %q: %w%s", kind, format, err, timeHint(kind, err))
	}
	if m := templateMapping(tokens); m != nil {
		r.json, err = newJSONParser(m)
	}
	return r, err
}

func timeHint(kind string, err error) string {
	switch {
	case !errors.Is(err, errNoTime):
		return ""
	case strings.HasPrefix(kind, "nginx"):
		return "; add [$time_local], $time_iso8601 or $msec"
	}
	return "; add %t"
}

// textFormats are the formats of text that have a name. All four are read by the same two layouts, tried in a different order: people
// change formats in the middle of a file, and the lines tell well enough which they are.
var textFormats = map[string]bool{"combined": true, "common": true, "vhost-combined": true, "vhost-common": true}

// builtinLayout is "combined", whose lines may end after the bytes, as those of "common" do; such a line does not log referrer and agent.
// Identity and user are skipped together up to the bracket, as users may have spaces in their names.
func builtinLayout(vhost bool) *layout {
	tokens := []token{
		{piece: &piece{name: "address", field: fieldPeer}}, {text: " "},
		{piece: &piece{name: "user", field: notRead}}, {text: " ["},
		{piece: &piece{name: "time", field: notRead, time: clfPattern}}, {text: `] "`},
		{piece: &piece{name: "request", field: fieldRequest}}, {text: `" `},
		{piece: &piece{name: "status", field: fieldStatus}}, {text: " "},
		{piece: &piece{name: "bytes", field: fieldResponseBytes}}, {text: ` "`},
		{piece: &piece{name: "referrer", field: fieldReferrer}}, {text: `" "`},
		{piece: &piece{name: "agent", field: fieldAgent}}, {text: `"`},
	}
	if vhost {
		tokens = append([]token{{piece: &piece{name: "host", field: fieldHost}}, {text: " "}}, tokens...)
	}
	l, err := compileLayout(tokens)
	if err != nil {
		panic(err) // a test compiles both
	}
	l.shortAt = len(l.pieces) - 3
	l.short = l.loggedBy(l.shortAt + 1)
	return l
}
