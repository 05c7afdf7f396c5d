package integration

import (
	"fmt"
	"net/netip"
	"strings"
)

// moreFormats are those of the second wave.
var moreFormats = []logFormat{
	{name: "alb", line: albLine}, {name: "cloudfront", head: cloudfrontHead, line: cloudfrontLine}, {name: "haproxy", noHost: true, line: haproxyLine},
	{name: "envoy", line: envoyLine}, {name: "istio-json", line: istioLine}, {name: "caddy", line: caddyLine}, {name: "traefik", noHost: true, line: traefikLine},
	{name: "traefik-json", line: traefikJSONLine},
}

// withPort writes an address as proxies do that log the port.
func withPort(address string) string {
	if addr, err := netip.ParseAddr(address); err == nil {
		return netip.AddrPortFrom(addr, 2817).String()
	}
	return address + ":2817"
}

func albLine(v visit) string {
	p := v.personal
	return fmt.Sprintf(`https %s app/%s/50dc6c495c0c9188 %s 10.0.0.1:80 0.000 0.001 0.002 200 200 34 15734 "%s https://%s:443%s %s" "%s" ECDHE-RSA TLSv1.2 arn:aws:%s `+
		`"Root=%s" "%s" "arn:aws:acm:%s" 1 2024-05-04T12:00:07.064000Z "waf,forward" "%s" "%s" "10.0.0.1:80" "200" "-" "%s" TID_%s`, v.time("2006-01-02T15:04:05.999999Z"),
		p("label"), withPort(v.client), v.method, v.host, v.target, v.protocol, v.agent, p("label"), p("trace"), v.host, p("key"), p("nested"), p("detail"), p("action"), p("id"))
}

const cloudfrontHead = "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query " +
	"cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type " +
	"cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end\n"

func cloudfrontLine(v visit) string {
	p := v.personal
	path, query, _ := strings.Cut(v.target, "?")
	column := strings.NewReplacer(" ", "%20", "\t", "%09").Replace
	return strings.Join([]string{v.time("2006-01-02"), v.time("15:04:05"), "CDG50-" + p("cache"), "15734", v.client, v.method, p("label") + ".cloudfront.net", column(path), "200",
		column(v.referrer), column(v.agent), column(query), column(p("cookie")), "Hit", p("id"), v.host, "https", "62", "0.113", column(v.forwarded), "TLSv1.3", p("key"),
		"Hit", v.protocol, p("matched"), p("nested"), "51754", "0.112", p("detail"), column(p("type")), "20", "-", "-"}, "\t")
}

func haproxyLine(v visit) string {
	p := v.personal
	return fmt.Sprintf(`%s [%s] http-in~ %s/srv1 10/0/30/69/109 200 15734 %s %s ---- 1/1/1/1/0 0/0 {%s|%s|%s} {%s} "%s %s %s" %s`, withPort(v.client),
		v.time("02/Jan/2006:15:04:05.000"), p("label"), p("cookie"), p("session"), v.agent, v.forwarded, v.referrer, p("detail"), v.method, v.target, v.protocol, p("extra"))
}

func envoyLine(v visit) string {
	p := v.personal
	return fmt.Sprintf(`[%s] "%s %s %s" 200 - 0 15734 6 5 "%s" "%s" "%s" "%s" "10.128.0.9:8080" %s`, v.time("2006-01-02T15:04:05.000Z"), v.method, v.target, v.protocol,
		v.forwarded, v.agent, p("id"), v.host, p("extra"))
}

func istioLine(v visit) string {
	p := v.personal
	return jsonLine(object{
		"authority": v.host, "bytes_received": 12, "bytes_sent": 15734, "connection_termination_details": p("detail"), "downstream_local_address": "10.0.0.1:8080",
		"downstream_remote_address": withPort(v.client), "duration": 6, "method": v.method, "path": v.target, "protocol": v.protocol, "request_id": p("id"),
		"requested_server_name": p("label"), "response_code": 200, "response_code_details": p("proxystatus"), "response_flags": "-", "route_name": p("matched"),
		"start_time": v.time("2006-01-02T15:04:05.000Z"), "upstream_cluster": p("key"), "upstream_service_time": "5", "user_agent": v.agent, "x_forwarded_for": v.forwarded,
		"referer": v.referrer, p("extra"): object{p("nested"): p("nested")},
	})
}

func caddyLine(v visit) string {
	p := v.personal
	return jsonLine(object{
		"level": "info", "ts": v.time("2006-01-02T15:04:05.000Z0700"), "logger": "http.log.access", "msg": "handled request",
		"request": object{"remote_ip": v.client, "remote_port": "44790", "client_ip": v.client, "proto": v.protocol, "method": v.method, "host": v.host, "uri": v.target,
			"headers": object{"User-Agent": []string{v.agent}, "Referer": []string{v.referrer}, "X-Forwarded-For": []string{v.forwarded}, "Cookie": []string{p("cookie")},
				p("extra"): []string{p("extra")}}, "tls": object{"server_name": p("label")}},
		"bytes_read": 12, "user_id": p("user"), "duration": 0.0027, "size": 15734, "status": 200, "resp_headers": object{"Cache-Status": []string{p("cache")}, "Location": []string{p("nested")}},
	})
}

func traefikLine(v visit) string {
	p := v.personal
	return fmt.Sprintf(`%s - %s [%s] "%s %s %s" 200 15734 "%s" "%s" 500 "%s@docker" "http://%s:80" 6ms`, v.client, p("user"), v.time(clfLayout), v.method, v.target, v.protocol,
		v.referrer, v.agent, p("label"), p("detail"))
}

func traefikJSONLine(v visit) string {
	p := v.personal
	return jsonLine(object{
		"ClientAddr": withPort(v.client), "ClientHost": v.client, "ClientUsername": p("user"), "DownstreamContentSize": 15734, "DownstreamStatus": 200, "Duration": 357313,
		"OriginStatus": 200, "RequestAddr": v.host, "RequestContentSize": 12, "RequestHost": v.host, "RequestMethod": v.method, "RequestPath": v.target,
		"RequestProtocol": v.protocol, "RouterName": p("label"), "ServiceURL": object{"Host": p("detail")}, "StartUTC": v.time("2006-01-02T15:04:05.999Z"),
		"downstream_Cache-Status": p("cache"), "request_Referer": v.referrer, "request_User-Agent": v.agent, "request_Cookie": p("cookie"),
		"request_X-Forwarded-For": v.forwarded, p("extra"): p("extra"), "level": "info", "msg": "", "time": v.time("2006-01-02T15:04:05Z"),
	})
}
