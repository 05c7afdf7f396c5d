package logentry

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// traefikLayout is Traefik's "common" format: combined, with more behind it. Status and bytes are the origin's; '-' stands for them
// where Traefik answered itself.
func traefikLayout() *layout {
	return mustLayout(value("address", piece{field: fieldPeer}), text(" "), unread("user"), text(" ["),
		value("time", piece{field: notRead, time: clfPattern}), text(`] "`), value("request", piece{field: fieldRequest}), text(`" `),
		value("status", piece{field: fieldStatus, set: setOriginAnswer}), text(" "), value("bytes", piece{field: fieldResponseBytes}), text(` "`),
		value("referrer", piece{field: fieldReferrer}), text(`" "`), value("agent", piece{field: fieldAgent}), text(`" `), unread("count"), text(` "`),
		unread("router"), text(`" "`), unread("server"), text(`" `), value("duration", piece{field: fieldLatency, power: 6}), text("ms"))
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
