package ruletest

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/cloudarmor"
	"github.com/floodgauge/floodgauge/pkg/geo"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// known says what a line tells.
type known uint8

const (
	unknown known = iota // nothing
	absent               // that the request did not have it
	present              // its value
)

// question is something that a rule asks of a request.
type question struct {
	name   string // in the language
	header string // its name where it is a header
	// answer appends the value to dst.
	answer func(l *line, dst []byte) ([]byte, known)
}

// questionsOf are those of an expression.
func questionsOf(e *cloudarmor.Expression) (all []question) {
	for _, name := range e.Unknowns(nil) {
		q := question{name: name, answer: answers[name]}
		if header, ok := strings.CutPrefix(name, "request.headers['"); ok {
			q.header = strings.TrimSuffix(header, "']")
		}
		if q.answer == nil {
			q.answer = func(_ *line, dst []byte) ([]byte, known) { return dst, unknown }
		}
		all = append(all, q)
	}
	return all
}

// line is a request with what is looked up for it.
type line struct {
	*logentry.Entry
	logsQuery bool
	geo       *geo.DB
}

// answers are what access logs tell, by the language's names. What is not here no log has. A host has lost its capitals, its port and what else
// logentry takes off it.
var answers = map[string]func(*line, []byte) ([]byte, known){
	"origin.ip":      func(l *line, dst []byte) ([]byte, known) { return appendAddr(dst, l.connected()) },
	"origin.user_ip": func(l *line, dst []byte) ([]byte, known) { return appendAddr(dst, l.visitor()) },
	"origin.region_code": func(l *line, dst []byte) ([]byte, known) {
		code := l.Country
		if code == ([2]byte{}) {
			code, _ = l.geo.Lookup(l.visitor())
		}
		if code == ([2]byte{}) {
			return dst, unknown
		}
		return append(dst, code[:]...), present
	},
	asn: func(l *line, dst []byte) ([]byte, known) {
		number := l.ASN
		if number == 0 {
			_, number = l.geo.Lookup(l.visitor())
		}
		if number == 0 {
			return dst, unknown
		}
		return strconv.AppendUint(dst, uint64(number), 10), present
	},
	"request.method": func(l *line, dst []byte) ([]byte, known) {
		if l.Method == vocabulary.MethodNone || l.Method == vocabulary.MethodOther { // which other is not kept
			return dst, unknown
		}
		return append(dst, l.Method.String()...), present
	},
	"request.path": func(l *line, dst []byte) ([]byte, known) {
		if len(l.Path) == 0 {
			return dst, unknown
		}
		return append(dst, l.Path...), present
	},
	"request.query": func(l *line, dst []byte) ([]byte, known) {
		if len(l.Query) == 0 && (len(l.Path) == 0 || !l.logsQuery) {
			return dst, unknown
		}
		return append(dst, l.Query...), present
	},
	"request.headers['host']": func(l *line, dst []byte) ([]byte, known) {
		if len(l.Host) == 0 {
			return dst, unknown
		}
		return append(dst, l.Host...), present
	},
	"request.headers['user-agent']": func(l *line, dst []byte) ([]byte, known) {
		return appendHeader(dst, l.UserAgent, l.Logged.Has(vocabulary.FieldAgent))
	},
	"request.headers['referer']": func(l *line, dst []byte) ([]byte, known) {
		return appendHeader(dst, l.Referrer, l.Logged.Has(vocabulary.FieldReferrer))
	},
}

// asn is the one attribute that is a number.
const asn = "origin.asn"

// connected is who connected to the edge: the client, or the content delivery network before it.
func (l *line) connected() netip.Addr {
	if l.ClientTrusted && l.Peer.IsValid() {
		if _, network := logentry.CDNOf(l.Peer); network {
			return l.Peer
		}
	}
	return l.Client
}

// visitor is the client, where it is not a content delivery network in its place.
func (l *line) visitor() netip.Addr {
	if l.network() {
		return netip.Addr{}
	}
	return l.Client
}

// network tells whether the client's address is that of a content delivery network.
func (l *line) network() bool {
	if l.ClientTrusted || !l.Client.IsValid() {
		return false
	}
	_, network := logentry.CDNOf(l.Client)
	return network
}

func appendAddr(dst []byte, addr netip.Addr) ([]byte, known) {
	if !addr.IsValid() {
		return dst, unknown
	}
	return addr.AppendTo(dst), present
}

func appendHeader(dst, value []byte, logged bool) ([]byte, known) {
	switch {
	case !logged:
		return dst, unknown
	case len(value) == 0:
		return dst, absent
	}
	return append(dst, value...), present
}
