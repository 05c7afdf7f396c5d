package logentry

import (
	"strings"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

var isoTime = &timePattern{style: styleISO, gives: givesAll}

// clfPattern is the time of the common log format without its brackets.
var clfPattern = &timePattern{style: styleCLF, gives: givesAll}

// nginxVariables are the variables that fill a field of ours. Ranks: where a format has both, the host that was asked for is better than
// the name of the server block, all bytes better than those of the body, the whole time better than the upstream's.
var nginxVariables = map[string]piece{
	"remote_addr":            {field: fieldPeer},
	"realip_remote_addr":     {field: fieldPeer, rank: 1},
	"host":                   {field: fieldHost, rank: 3},
	"server_name":            {field: fieldHost, rank: 1},
	"time_local":             {field: notRead, time: clfPattern},
	"time_iso8601":           {field: notRead, time: isoTime},
	"msec":                   {field: notRead, time: verbPattern(verbSecondsFraction)},
	"request":                {field: fieldRequest},
	"request_method":         {field: fieldMethod},
	"request_uri":            {field: fieldURL, opens: '/'},
	"uri":                    {field: fieldPath, rank: 1, opens: '/'},
	"document_uri":           {field: fieldPath, opens: '/'},
	"args":                   {field: fieldQuery, rank: 1, opens: '?', dash: true},
	"query_string":           {field: fieldQuery, opens: '?', dash: true},
	"server_protocol":        {field: fieldProtocol},
	"status":                 {field: fieldStatus},
	"bytes_sent":             {field: fieldResponseBytes, rank: 1},
	"body_bytes_sent":        {field: fieldResponseBytes},
	"request_length":         {field: fieldRequestBytes},
	"request_time":           {field: fieldLatency, power: 9, rank: 1},
	"upstream_response_time": {field: fieldLatency, power: 9, many: true, set: sumOfSeconds},
	"upstream_status":        {field: fieldOriginStatus, many: true},
	"upstream_cache_status":  {field: fieldCache, rank: 2},
	"request_id":             {field: fieldID},
	"is_args":                {field: notRead, opens: '?'},
	"geoip_country_code":     {field: fieldCountry, rank: 1},
}

// requestHeaders are the headers of a request that fill a field of ours, in nginx's spelling. Those that give an address are claims until a
// trusted proxy made them; X-Forwarded-For comes first as a chain of proxies can be followed in it.
var requestHeaders = map[string]piece{
	"host":             {field: fieldHost, rank: 2},
	"referer":          {field: fieldReferrer},
	"user_agent":       {field: fieldAgent},
	"x_forwarded_for":  {field: fieldForwarded, many: true, rank: 6},
	"cf_connecting_ip": {field: fieldForwarded, rank: 5},
	"true_client_ip":   {field: fieldForwarded, rank: 4},
	"fastly_client_ip": {field: fieldForwarded, rank: 3},
	"incap_client_ip":  {field: fieldForwarded, rank: 2},
	"x_real_ip":        {field: fieldForwarded, rank: 1},
}

// responseHeaders are the headers of an answer that tell what a cache did, in one word.
var responseHeaders = map[string]piece{
	"x_cache_status":  {field: fieldCache, rank: 1},
	"x_proxy_cache":   {field: fieldCache},
	"cf_cache_status": {field: fieldCache},
}

// nginxValue says what a variable fills; an unknown one fills nothing.
func nginxValue(name string) piece {
	p, ok := nginxVariables[name]
	if !ok {
		p = nginxFamily(name)
	}
	p.name = "$" + name
	return p
}

// nginxFamily knows the variables whose names are made of a prefix and a header, and those that operators name themselves in geoip2
// blocks.
func nginxFamily(name string) piece {
	if header, ok := strings.CutPrefix(name, "http_"); ok {
		return headerPiece(requestHeaders, header)
	}
	if header, ok := strings.CutPrefix(name, "sent_http_"); ok {
		return headerPiece(responseHeaders, header)
	}
	switch {
	case strings.HasPrefix(name, "upstream_"):
		return piece{field: notRead, many: true}
	case strings.HasPrefix(name, "geoip") && strings.Contains(name, "country") && !strings.Contains(name, "name"):
		return piece{field: fieldCountry}
	case strings.HasPrefix(name, "geoip") && (strings.HasSuffix(name, "asn") || strings.HasSuffix(name, "as_number")):
		return piece{field: fieldNetwork}
	}
	return piece{field: notRead}
}

func headerPiece(headers map[string]piece, name string) piece {
	if p, ok := headers[name]; ok {
		return p
	}
	return piece{field: notRead}
}

// sumOfSeconds adds up the times of all servers that were asked: "0.010, 0.020 : 0.300". Where none was, there is no time.
func sumOfSeconds(c *conversion, text []byte) {
	var sum int64
	found := false
	for len(text) > 0 {
		end := 0
		for end < len(text) && text[end] != ' ' && text[end] != ',' {
			end++
		}
		if ns, ok := parseLatency(text[:end], 9); ok {
			sum, found = sum+ns, true
		}
		text = text[min(end+1, len(text)):]
	}
	if found {
		c.entry.Latency = sum
		c.entry.Logged |= 1 << vocabulary.FieldLatency
	}
}
