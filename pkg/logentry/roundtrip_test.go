package logentry

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// request is a request as a server sees it, from which log lines are written as nginx and Apache write them.
type request struct {
	at                               time.Time
	zone                             *time.Location
	host, peer, forwarded            string
	method, path, query, proto       string // query without '?'; path not empty
	referrer, agent, id, user        string
	status                           int
	sent, body, received             uint64
	micros                           int64
	cache, upstreamStatus, upstreams string
}

func drawRequest(t *rapid.T) request {
	text := rapid.StringOfN(rapid.RuneFrom([]rune(`aZ09 /?&=%"\'.;:,-_<>[]{}$`+"\t\x01\x7fé☃")), 0, 20, -1)
	plain := rapid.StringMatching(`[a-z0-9]{1,8}`)
	second := rapid.Int64Range(time.Date(1996, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC).Unix())
	r := request{
		at:        time.Unix(second.Draw(t, "second"), rapid.Int64Range(0, 999_999).Draw(t, "µs")*1000),
		zone:      time.FixedZone("", rapid.IntRange(-12*4, 14*4).Draw(t, "zone")*900),
		host:      rapid.StringMatching(`[a-z]{1,8}(\.[a-z0-9]{1,5}){0,2}\.[a-z]{2,3}`).Draw(t, "host"),
		peer:      rapid.SampledFrom([]string{"198.51.100.23", "2001:db8::1", "10.0.0.1"}).Draw(t, "peer"),
		forwarded: rapid.SampledFrom([]string{"", "203.0.113.9", "203.0.113.9, 10.0.0.2", "2001:db8::7, 10.0.0.3, 10.0.0.4"}).Draw(t, "forwarded"),
		method:    rapid.SampledFrom([]string{"GET", "POST", "HEAD", "DELETE"}).Draw(t, "method"),
		path:      "/" + strings.NewReplacer(" ", "", "?", "", "#", "").Replace(text.Draw(t, "path")) + plain.Draw(t, "path end"),
		query:     strings.ReplaceAll(rapid.SampledFrom([]string{"", "a=b&c", text.Draw(t, "query")}).Draw(t, "has query"), " ", ""),
		proto:     rapid.SampledFrom([]string{"HTTP/1.0", "HTTP/1.1", "HTTP/2.0", "HTTP/3.0"}).Draw(t, "protocol"),
		referrer:  rapid.SampledFrom([]string{"", "https://example.org/", text.Draw(t, "referrer")}).Draw(t, "has referrer"),
		agent:     text.Draw(t, "agent"),
		id:        plain.Draw(t, "id"),
		user:      rapid.SampledFrom([]string{"", "john", "john doe"}).Draw(t, "user"),
		status:    rapid.IntRange(100, 599).Draw(t, "status"),
		sent:      rapid.Uint64Range(0, 1<<40).Draw(t, "sent"),
		received:  rapid.Uint64Range(0, 1<<40).Draw(t, "received"),
		micros:    rapid.Int64Range(0, 1e10).Draw(t, "latency"),
		cache:     rapid.SampledFrom([]string{"", "HIT", "MISS", "REVALIDATED", "BYPASS"}).Draw(t, "cache"),
	}
	r.body = r.sent / 2
	if r.agent == "-" {
		r.agent = ""
	}
	if r.referrer == "-" {
		r.referrer = ""
	}
	return r
}

func (r *request) target() string {
	if r.query == "" {
		return r.path
	}
	return r.path + "?" + r.query
}

// nginx gives the value of a variable; ok is false where it is absent.
func (r *request) nginx(name string) string {
	at := r.at.In(r.zone)
	switch name {
	case "remote_addr":
		return r.peer
	case "remote_user":
		return r.user
	case "host", "http_host", "server_name":
		return r.host
	case "http_x_forwarded_for":
		return r.forwarded
	case "time_local":
		return at.Format("02/Jan/2006:15:04:05 -0700")
	case "time_iso8601":
		return at.Format("2006-01-02T15:04:05-07:00")
	case "msec":
		return fmt.Sprintf("%d.%03d", r.at.Unix(), r.at.Nanosecond()/1e6)
	case "request":
		return r.method + " " + r.target() + " " + r.proto
	case "request_method":
		return r.method
	case "request_uri":
		return r.target()
	case "uri":
		return r.path
	case "args":
		return r.query
	case "server_protocol":
		return r.proto
	case "status":
		return strconv.Itoa(r.status)
	case "bytes_sent":
		return fmt.Sprint(r.sent)
	case "body_bytes_sent":
		return fmt.Sprint(r.body)
	case "request_length":
		return fmt.Sprint(r.received)
	case "request_time":
		return fmt.Sprintf("%d.%03d", r.micros/1e6, r.micros/1e3%1e3)
	case "upstream_cache_status":
		return r.cache
	case "http_referer":
		return r.referrer
	case "http_user_agent":
		return r.agent
	case "request_id":
		return r.id
	}
	return ""
}

var nginxVariable = regexp.MustCompile(`\$\{?(\w+)\}?`)

// nginxLine writes a line as nginx does: absent values are '-', and control characters, quotes, backslashes and bytes above 126 are \xHH.
func (r *request) nginxLine(format string) string {
	return nginxVariable.ReplaceAllStringFunc(format, func(v string) string {
		name := strings.Trim(v, "${}")
		if name == "is_args" {
			return map[bool]string{true: "", false: "?"}[r.query == ""]
		}
		value := r.nginx(name)
		if value == "" {
			return "-"
		}
		var b strings.Builder
		for _, c := range []byte(value) {
			if c < 32 || c > 126 || c == '"' || c == '\\' {
				fmt.Fprintf(&b, `\x%02X`, c)
			} else {
				b.WriteByte(c)
			}
		}
		return b.String()
	})
}

// expect gives what a line must be read as that has these variables.
func (r *request) expect(names map[string]bool) readable {
	want := readable{Time: r.at.Truncate(time.Second).UTC().Format(time.RFC3339Nano)}
	if names["msec"] {
		want.Time = r.at.Truncate(time.Millisecond).UTC().Format(time.RFC3339Nano)
	}
	set := func(name string, to *string, value string) {
		if names[name] {
			*to = value
		}
	}
	set("remote_addr", &want.Peer, r.peer)
	set("remote_addr", &want.Client, r.peer)
	set("host", &want.Host, r.host)
	for _, name := range []string{"request", "request_uri", "uri"} {
		set(name, &want.Path, r.path)
	}
	query, _, _ := strings.Cut(r.query, "#")
	for _, name := range []string{"request", "request_uri", "args"} {
		set(name, &want.Query, query)
	}
	set("request", &want.Method, r.method)
	set("request_method", &want.Method, r.method)
	proto := strings.TrimSuffix(strings.TrimSuffix(r.proto, "2.0"), "3.0")
	if proto != r.proto {
		proto += r.proto[5:6]
	}
	set("request", &want.Protocol, proto)
	set("server_protocol", &want.Protocol, proto)
	set("http_referer", &want.Referrer, r.referrer)
	set("http_user_agent", &want.UserAgent, r.agent)
	set("request_id", &want.Insert, r.id)
	set("upstream_cache_status", &want.Cache, map[string]string{"HIT": "hit", "MISS": "miss", "REVALIDATED": "validated"}[r.cache])
	if names["upstream_cache_status"] && want.Cache == "" {
		want.Cache = "uncached"
	}
	if names["status"] {
		want.Status = uint16(r.status)
	}
	if names["request_length"] {
		want.RequestBytes = r.received
	}
	if names["body_bytes_sent"] {
		want.ResponseBytes = r.body
	}
	if names["bytes_sent"] {
		want.ResponseBytes = r.sent
	}
	if names["request_time"] {
		want.Latency = time.Duration(r.micros/1e3) * time.Millisecond
	}
	return want
}

// A request that nginx writes in any format made of its variables is read back with every field that the format has.
func TestNginxFormatsRoundTrip(t *testing.T) {
	all := []string{"remote_addr", "remote_user", "host", "request", "request_method", "request_uri", "uri", "server_protocol", "status", "bytes_sent",
		"body_bytes_sent", "request_length", "request_time", "upstream_cache_status", "http_referer", "http_user_agent", "request_id", "pipe", "http_cookie"}
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.SampledFrom(all), 0, len(all), rapid.ID).Draw(t, "variables")
		names = append(names, "status", rapid.SampledFrom([]string{"time_local", "time_iso8601", "msec"}).Draw(t, "time"))
		has, format := map[string]bool{}, ""
		for _, name := range rapid.Permutation(names).Draw(t, "order") {
			if has[name] {
				continue
			}
			has[name] = true
			before := rapid.SampledFrom([]string{`"`, `["`, `k="`}).Draw(t, "before")
			format += before + "$" + name + map[string]string{`["`: `"]`}[before]
			if before != `["` {
				format += `"`
			}
			format += rapid.SampledFrom([]string{" ", "|", " - "}).Draw(t, "between")
		}
		checkNginx(t, format, has)
	})
}

// Formats as people write them, with values that are not in quotes and values that touch.
func TestCommonNginxFormatsRoundTrip(t *testing.T) {
	for _, format := range []string{
		`$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`,
		`$host $remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_time`,
		`$time_iso8601 ${host} $request_method "$request_uri" $status $bytes_sent ${request_time}s`,
		`$msec|$remote_addr|$request_method|$scheme://$host$request_uri|$status`,
		`$remote_addr [$time_local] $request_method $uri$is_args$args $status`,
		`$time_iso8601 $status "$request_method $uri$is_args$args $server_protocol" $upstream_cache_status $request_id`,
		`[$time_local]$status $request`,
		`$remote_addr	$time_iso8601	$request_method	$request_uri	$status	"$http_user_agent"`,
	} {
		has := map[string]bool{}
		for _, m := range nginxVariable.FindAllStringSubmatch(format, -1) {
			has[m[1]] = true
		}
		rapid.Check(t, func(t *rapid.T) { checkNginx(t, format, has) })
	}
}

func checkNginx(t *rapid.T, format string, has map[string]bool) {
	p, err := NewParser(&Source{Format: format})
	if err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	for range 2 { // a parser must not remember the line before
		r := drawRequest(t)
		line := r.nginxLine(format)
		var e Entry
		if reason := p.Parse([]byte(line), &e); reason != OK {
			t.Fatalf("%s\n%s\n%s", reason, format, line)
		}
		if diff := cmp.Diff(r.expect(has), read(&e)); diff != "" {
			t.Fatalf("%s\n%s\n%s", format, line, diff)
		}
	}
}
