package logentry

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// traefikLayout is Traefik's "common" format: combined, with more behind it. Status and bytes are the origin's; '-' stands for them
// where Traefik answered itself.
func traefikLayout() *layout {
	return mustLayout(valueOf("address", piece{field: fieldPeer}), fixed(" "), unread("user"), fixed(" ["),
		valueOf("time", piece{field: notRead, time: clfPattern}), fixed(`] "`), valueOf("request", piece{field: fieldRequest}), fixed(`" `),
		valueOf("status", piece{field: fieldStatus, set: setOriginAnswer}), fixed(" "), valueOf("bytes", piece{field: fieldResponseBytes}), fixed(` "`),
		valueOf("referrer", piece{field: fieldReferrer}), fixed(`" "`), valueOf("agent", piece{field: fieldAgent}), fixed(`" `), unread("count"), fixed(` "`),
		unread("router"), fixed(`" "`), unread("server"), fixed(`" `), valueOf("duration", piece{field: fieldLatency, power: 6}), fixed("ms"))
}

func setOriginAnswer(c *conversion, b []byte) {
	c.entry.Status, c.entry.OriginError = parseStatus(b), originStatusError(b)
	c.entry.Logged |= 1 << vocabulary.FieldOriginError
	if c.entry.Status == 0 {
		c.entry.Logged &^= 1 << vocabulary.FieldStatus // the client got an answer, but not one that the line tells
	}
}

// traefikKeys are the keys of Traefik's format in JSON. ClientHost is X-Forwarded-For where the request had one. Headers are logged where
// the configuration keeps them.
var traefikKeys = map[string]string{
	"time":           "StartUTC",
	"host":           "RequestHost",
	"peer":           "ClientAddr",
	"forwarded":      "ClientHost",
	"method":         "RequestMethod",
	"url":            "RequestPath",
	"protocol":       "RequestProtocol",
	"status":         "DownstreamStatus",
	"request_bytes":  "RequestContentSize",
	"response_bytes": "DownstreamContentSize",
	"latency":        "Duration",
	"origin_status":  "OriginStatus",
	"cache":          "downstream_Cache-Status",
	"referrer":       "request_Referer",
	"agent":          "request_User-Agent",
}
