package loggen

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// bigQueryEncoder writes a row of the table that a log sink makes in BigQuery, as an export of the table to JSON has it: the payload's
// names in lower case, whole numbers as strings, times with a blank, empty columns left out.
type bigQueryEncoder struct{ day, received *calendar }

func newBigQueryEncoder() encoder {
	e := &bigQueryEncoder{day: newCalendar("2006-01-02 "), received: newCalendar("2006-01-02 ")}
	return e.line
}

func (e *bigQueryEncoder) line(dst []byte, r *Request) []byte {
	dst = append(dst, `{"logName":"`+gcpLogName...)
	if r.site.regional {
		dst = append(dst, `loadbalancing.googleapis.com%2Fexternal_regional_requests",`...)
	} else {
		dst = append(dst, `requests",`...)
	}
	dst = append(dst, r.gcpResource()...)
	dst = append(dst, `"jsonpayload_type_loadbalancerlogentry":{"_type":"type.googleapis.com/google.cloud.loadbalancing.type.LoadBalancerLogEntry",`...)
	dst = appendBigQueryPayload(dst, r)
	dst = append(dst, `},"httpRequest":{`...)
	dst = appendBigQueryRequest(dst, r)
	dst = append(dst, `"latency":`...)
	dst = append(appendDecimal(dst, r.Latency, 6), `},"timestamp":"`...)
	dst = appendBigQueryTime(dst, e.day, r.Time)
	received := r.Time + r.Latency + int64(mix(r.ID)>>34)
	dst = append(dst, `","receiveTimestamp":"`...)
	dst = appendBigQueryTime(dst, e.received, received)
	dst = append(dst, `","severity":"`...)
	dst = append(dst, severity(r)...)
	dst = append(dst, `","insertId":"`...)
	return append(appendInsertID(dst, r), `"}`...)
}

func appendBigQueryTime(dst []byte, day *calendar, t int64) []byte {
	dst = append(day.appendTime(dst, t), '.')
	return append(appendPadded(dst, uint64(t%second/microsecond), 6), " UTC"...)
}

func appendBigQueryPayload(dst []byte, r *Request) []byte {
	dst = appendBigQueryPolicies(dst, r)
	dst = append(dst, `"securitypolicyrequestdata":{"remoteipinfo":{"regioncode":"`...)
	dst = append(dst, r.Country...)
	dst = append(dst, `","asn":`...)
	dst = appendUint(dst, uint64(r.ASN))
	dst = append(dst, `}},`...)
	if r.site.regional {
		dst = append(dst, `"proxystatus":"`...)
		if details := proxyStatuses[r.OriginError]; details != "" {
			dst = append(append(append(dst, `error=\"`...), details...), `\"`...)
		}
		return append(dst, '"')
	}
	dst = append(dst, `"remoteip":"`...)
	dst = r.Client.AppendTo(dst)
	dst = append(dst, `","statusdetails":"`...)
	return append(append(dst, statusDetails(r)...), '"')
}

func appendBigQueryPolicies(dst []byte, r *Request) []byte {
	if r.Enforced == vocabulary.ActionDenied && r.atEdge() {
		dst = append(append(dst, `"enforcededgesecuritypolicy":{`...), r.site.gcp.policy...)
		return append(dst, `,"priority":100,"configuredaction":"DENY","outcome":"DENY"},`...)
	}
	dst = appendBigQueryPolicy(dst, `"enforcedsecuritypolicy":{"configuredaction":"`, r, r.Enforced)
	return appendBigQueryPolicy(dst, `"previewsecuritypolicy":{"configuredaction":"`, r, r.Preview)
}

func appendBigQueryPolicy(dst []byte, key string, r *Request, action vocabulary.Action) []byte {
	if action == vocabulary.ActionNone {
		return dst
	}
	dst = append(append(append(dst, key...), configuredActions[action]...), `",`...)
	dst = append(append(dst, r.site.gcp.policy...), `,"priority":`...)
	dst = append(append(dst, priorities[action]...), `,"outcome":"`...)
	dst = append(append(dst, outcomes[action]...), '"')
	if limit := rateOutcomes[action]; limit != "" {
		dst = append(append(dst, `,"ratelimitaction":{"outcome":"`...), limit...)
		dst = append(dst, `"}`...)
	}
	return append(dst, `},`...)
}

// appendBigQueryRequest writes httpRequest up to its latency.
func appendBigQueryRequest(dst []byte, r *Request) []byte {
	dst = append(append(dst, `"requestMethod":"`...), r.Method.String()...)
	dst = append(append(dst, `","requestUrl":"https://`...), r.Host...)
	dst = appendJSON(appendTarget(dst, r), len(dst))
	dst = append(dst, `","requestSize":"`...)
	dst = appendUint(dst, r.RequestBytes)
	if r.Status != 0 {
		dst = append(dst, `","status":"`...)
		dst = appendUint(dst, uint64(r.Status))
		dst = append(dst, `","responseSize":"`...)
		dst = appendUint(dst, r.ResponseBytes)
	}
	dst = append(dst, '"', ',')
	dst = appendGCPText(dst, `"userAgent":"`, r.Agent)
	dst = appendGCPClient(append(dst, `"remoteIp":"`...), r)
	dst = append(dst, '"', ',')
	dst = appendGCPText(dst, `"referer":"`, r.Referrer)
	return appendGCPCache(dst, r)
}
