package logentry

import (
	"bytes"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// envoyLayout is Envoy's default format. Its request id is no id of the line, as clients can send one and several proxies log the same.
func envoyLayout() *layout {
	l := mustLayout(fixed("["), valueOf("START_TIME", piece{field: notRead, time: isoTime}), fixed(`] "`), valueOf("request", piece{field: fieldRequest}), fixed(`" `),
		valueOf("RESPONSE_CODE", piece{field: fieldStatus}), fixed(" "), valueOf("RESPONSE_FLAGS", piece{field: fieldResponseFlags}), fixed(" "),
		valueOf("BYTES_RECEIVED", piece{field: fieldRequestBytes}), fixed(" "), valueOf("BYTES_SENT", piece{field: fieldResponseBytes}), fixed(" "),
		valueOf("DURATION", piece{field: fieldLatency, power: 6}), fixed(" "), unread("X-ENVOY-UPSTREAM-SERVICE-TIME"), fixed(` "`),
		valueOf("X-FORWARDED-FOR", piece{field: fieldForwarded, set: setAppended}), fixed(`" "`), valueOf("USER-AGENT", piece{field: fieldAgent}), fixed(`" "`),
		unread("X-REQUEST-ID"), fixed(`" "`), valueOf("AUTHORITY", piece{field: fieldHost}), fixed(`" "`), unread("UPSTREAM_HOST"), fixed(`"`))
	l.settle = settleResponseFlags
	return l
}

// setAppended reads X-Forwarded-For of a format that has no address of the connection: Envoy, or the proxy right before it, appended
// that to the list.
func setAppended(c *conversion, b []byte) {
	c.raw.forwarded, c.raw.peer = b, bytes.TrimSpace(b[bytes.LastIndexByte(b, ',')+1:])
}

// envoyJSONKeys are the keys of Envoy Gateway's default format; Envoy itself has none in JSON. downstream_remote_address is what Envoy, by
// its configuration, takes for the client.
var envoyJSONKeys = map[string]string{
	"time":           "start_time",
	"host":           ":authority",
	"method":         "method",
	"url":            "x-envoy-origin-path",
	"protocol":       "protocol",
	"status":         "response_code",
	"response_flags": "response_flags",
	"request_bytes":  "bytes_received",
	"response_bytes": "bytes_sent",
	"latency":        "duration",
	"peer":           "downstream_remote_address",
	"forwarded":      "x-forwarded-for",
	"agent":          "user-agent",
}

// istioJSONKeys are the keys of Istio's default format in JSON.
var istioJSONKeys = map[string]string{
	"time":           "start_time",
	"host":           "authority",
	"method":         "method",
	"url":            "path",
	"protocol":       "protocol",
	"status":         "response_code",
	"response_flags": "response_flags",
	"request_bytes":  "bytes_received",
	"response_bytes": "bytes_sent",
	"latency":        "duration",
	"peer":           "downstream_remote_address",
	"forwarded":      "x_forwarded_for",
	"agent":          "user_agent",
}

// settleResponseFlags reads Envoy's response flags, of which there may be several: "UF,URX". The first that says something of the origin
// counts. Without any, the answer is the origin's. Other filters refuse requests without a flag, so defence counts as logged only where a
// flag tells of it.
func settleResponseFlags(c *conversion) {
	e := c.entry
	flags := given(c.flags)
	if len(flags) == 0 && e.Status >= 500 {
		e.OriginError = vocabulary.OriginErrorStatus
	}
	for len(flags) > 0 {
		var flag []byte
		flag, flags, _ = bytes.Cut(flags, []byte{','})
		switch string(flag) {
		case "RL", "UAEX":
			e.Enforced = vocabulary.ActionThrottled
			if flag[0] == 'U' {
				e.Enforced = vocabulary.ActionDenied
			}
			e.Logged |= 1 << vocabulary.FieldDefence
		case "RFCF":
			e.Cache = vocabulary.CacheHit
			e.Logged |= 1 << vocabulary.FieldCache
		}
		if e.OriginError == vocabulary.OriginErrorNone || e.OriginError == vocabulary.OriginErrorOther {
			e.OriginError = flagError(flag, e)
		}
	}
}

func flagError(flag []byte, e *Entry) vocabulary.OriginError {
	switch string(flag) {
	case "UT", "SI", "DT", "UMSDR":
		return vocabulary.OriginErrorTimeout
	case "UF", "DF":
		return vocabulary.OriginErrorConnect
	case "UH", "NC":
		return vocabulary.OriginErrorNoBackend
	case "UC", "UR", "LR", "UPE":
		return vocabulary.OriginErrorClosed
	case "DC", "DR":
		if e.Status == 0 {
			return vocabulary.OriginErrorClientGone
		}
		return vocabulary.OriginErrorClientPartly
	case "UO", "URX", "LH", "OM", "NFCF":
		return vocabulary.OriginErrorOther
	}
	return e.OriginError
}
