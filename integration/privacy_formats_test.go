package integration

import (
	"encoding/json"
	"fmt"
	"strings"
)

// logFormat writes visits as one of the formats.
type logFormat struct {
	name   string
	format string // for the configuration; empty where the lines tell
	noHost bool   // lines do not name their site
	head   string // what a file begins with
	line   func(v visit) string
}

const (
	nginxFormat = `$remote_addr ($realip_remote_addr) [$http_x_forwarded_for] $remote_user [$time_iso8601] $host "$request" $status $bytes_sent ` +
		`"$http_referer" "$http_user_agent" "$http_cookie" $request_id $ssl_client_fingerprint $upstream_cache_status $request_time`
	apacheFormat = `%V %{c}a %a %l %u [%{%d/%b/%Y:%T %z}t] "%r" %>s %O "%{Referer}i" "%{User-Agent}i" "%{Cookie}i" "%{X-Forwarded-For}i" "%{session}C" ` +
		`%{UNIQUE_ID}e %D`
)

// logFormats are all formats.
var logFormats = append(firstWave, moreFormats...)

var firstWave = []logFormat{
	{name: "gcp", line: gcpLine}, {name: "gcp-bigquery", line: bigQueryLine}, {name: "nginx-json", line: nginxJSONLine}, {name: "cloudflare", line: cloudflareLine},
	{name: "combined", noHost: true, line: func(v visit) string { return commonLine(v) + browserPart(v) }}, {name: "common", noHost: true, line: commonLine},
	{name: "vhost-combined", line: func(v visit) string { return v.host + ":443 " + commonLine(v) + browserPart(v) }},
	{name: "vhost-common", line: func(v visit) string { return v.host + " " + commonLine(v) }},
	{name: "nginx-format", format: nginxFormat, line: nginxLine}, {name: "apache-format", format: apacheFormat, line: apacheLine},
}

// site is the host that a format's lines are about.
func (f logFormat) site() string { return f.name + ".example.org" }

func (v visit) time(layout string) string {
	if v.atText != "" {
		return v.atText
	}
	return v.at.Format(layout)
}

type object = map[string]any

func jsonLine(o object) string {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func gcpLine(v visit) string { return jsonLine(gcpObject(v)) }

func gcpObject(v visit) object {
	p := v.personal
	policy := object{
		"name": "ca-example-org", "priority": 1000, "configuredAction": p("action"), "outcome": "ACCEPT",
		"rateLimitAction":  object{"key": p("key"), "outcome": "RATE_LIMIT_THRESHOLD_CONFORM"},
		"matchedFieldType": "ARG_VALUES", "matchedFieldName": p("nested"), "matchedFieldValue": p("matched"), "matchedLength": 7,
	}
	return object{
		"insertId": p("id") + v.client + v.target, "timestamp": v.time("2006-01-02T15:04:05.999Z07:00"), "severity": "INFO", "logName": "projects/p/logs/requests",
		"trace": "projects/p/traces/" + p("trace"), "spanId": p("span"), p("extra"): p("extra"), "labels": object{p("label"): p("label")},
		"resource": object{"type": "http_load_balancer", "labels": object{"project_id": p("label"), "zone": "global"}},
		"httpRequest": object{
			"requestMethod": v.method, "requestUrl": "https://" + v.login + v.host + v.target, "requestSize": "577", "status": 200, "responseSize": "15734",
			"userAgent": v.agent, "remoteIp": v.client, "serverIp": proxyAddress, "referer": v.referrer, "latency": "0.058927s", "protocol": v.protocol,
			p("extra"): p("extra"),
		},
		"jsonPayload": object{
			"@type": p("type"), "remoteIp": v.client, "cacheId": p("cache"), "cacheDecision": []string{p("cache")}, "statusDetails": p("detail"),
			"proxyStatus":            `error="` + p("proxystatus") + `"; details="` + p("detail") + `"`,
			"enforcedSecurityPolicy": policy, "previewSecurityPolicy": policy, "authzPolicyInfo": object{"principal": p("mail") + "@example.com"},
			"securityPolicyRequestData": object{
				"remoteIpInfo": object{"regionCode": v.country, "asn": v.network}, "userIpInfo": object{"ipAddress": v.client},
				"recaptchaSessionToken": object{"score": 0.1, p("nested"): p("nested")}, "tlsJa3Fingerprint": p("ja3"), "tlsJa4Fingerprint": p("ja4"),
			},
		},
	}
}

// bigQueryLine is the same entry as BigQuery exports it: names in lower case, and the payload under the name of its type.
func bigQueryLine(v visit) string {
	o := gcpObject(v)
	o["jsonpayload_type_loadbalancerlogentry"] = o["jsonPayload"]
	delete(o, "jsonPayload")
	o["timestamp"] = v.time("2006-01-02 15:04:05.999 UTC")
	return jsonLine(lowerKeys(o))
}

func lowerKeys(o object) object {
	lower := object{}
	for key, value := range o {
		if inner, ok := value.(object); ok {
			value = lowerKeys(inner)
		}
		lower[strings.ToLower(key)] = value
	}
	return lower
}

func nginxJSONLine(v visit) string {
	p := v.personal
	path, query, _ := strings.Cut(v.target, "?")
	return jsonLine(object{
		"time": v.time("2006-01-02T15:04:05-07:00"), "host": v.host, "remote_addr": proxyAddress, "http_x_forwarded_for": v.forwarded, "method": v.method,
		"uri": path, "args": query, "protocol": v.protocol, "status": 200, "request_length": 577, "body_bytes_sent": 15734, "request_time": 0.058,
		"upstream_cache_status": p("cache"), "upstream_status": p("detail"), "http_referer": v.referrer, "http_user_agent": v.agent, "request_id": p("id"),
		"remote_user": p("user"), "http_cookie": p("cookie"), p("extra"): p("extra"), "nested": object{p("nested"): []string{p("nested")}},
	})
}

func cloudflareLine(v visit) string {
	p := v.personal
	return jsonLine(object{
		"ClientIP": v.client, "ClientASN": v.network, "ClientCountry": v.country, "ClientRequestHost": v.host, "ClientRequestMethod": v.method,
		"ClientRequestURI": v.target, "ClientRequestPath": v.target, "ClientRequestProtocol": v.protocol, "ClientRequestReferer": v.referrer,
		"ClientRequestUserAgent": v.agent, "ClientRequestBytes": 577, "EdgeStartTimestamp": v.time("2006-01-02T15:04:05Z"), "EdgeResponseStatus": 200,
		"EdgeResponseBytes": 15734, "EdgeTimeToFirstByteMs": 2, "CacheCacheStatus": p("cache"), "OriginResponseStatus": 0, "SecurityAction": p("action"),
		"SecurityRuleIDs": []string{p("matched")}, "JA3Hash": p("ja3"), "JA4": p("ja4"), "RayID": p("id") + v.client, "Cookies": object{"session": p("cookie")},
		"RequestHeaders": object{"x-forwarded-for": v.forwarded, p("extra"): p("extra")}, "ParentRayID": p("trace"), "WorkerSubrequest": p("nested"),
	})
}

func commonLine(v visit) string {
	return fmt.Sprintf(`%s - %s [%s] "%s %s %s" 200 15734`, v.client, v.personal("user"), v.time(clfLayout), v.method, v.target, v.protocol)
}

const clfLayout = "02/Jan/2006:15:04:05 -0700"

// browserPart is what combined has behind common, and what operators append to it.
func browserPart(v visit) string {
	return fmt.Sprintf(` "%s" "%s" "%s" "%s" rt=0.058`, v.referrer, v.agent, v.personal("cookie"), v.forwarded)
}

func nginxLine(v visit) string {
	p := v.personal
	return fmt.Sprintf(`%s (%s) [%s] %s [%s] %s "%s %s %s" 200 15734 "%s" "%s" "%s" %s %s %s 0.058`, v.client, proxyAddress, v.forwarded, p("user"),
		v.time("2006-01-02T15:04:05-07:00"), v.host, v.method, v.target, v.protocol, v.referrer, v.agent, p("cookie"), p("id"), p("key"), p("cache"))
}

func apacheLine(v visit) string {
	p := v.personal
	return fmt.Sprintf(`%s %s %s %s %s [%s] "%s %s %s" 200 15734 "%s" "%s" "%s" "%s" "%s" %s 58000`, v.host, proxyAddress, v.client, p("label"), p("user"),
		v.time(clfLayout), v.method, v.target, v.protocol, v.referrer, v.agent, p("cookie"), v.forwarded, p("session"), p("id"))
}
