package logentry

import (
	"bytes"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// haproxyTime is the accept date, which has no zone.
var haproxyTime = func() *timePattern {
	p, err := strftimePattern("%d/%b/%Y:%H:%M:%S.")
	if err != nil {
		panic(err) // a test reads it
	}
	p.steps = append(p.steps, timeStep{verb: verbMilliFraction})
	return p
}()

// haproxyLayout is the log of "option httplog", and of "option httpslog", which is the same with more behind it. Captured headers stand
// before the request where there are any; nobody can tell which they are.
func haproxyLayout() *layout {
	l := mustLayout(valueOf("client:port", piece{field: fieldPeer, set: setPeerWithPort}), fixed(" ["),
		valueOf("accept_date", piece{field: notRead, time: haproxyTime}), fixed("] "), unread("frontend"), fixed(" "), unread("backend"), fixed("/"),
		valueOf("server", piece{field: fieldStatusDetails}), fixed(" "), unread("TR"), fixed("/"), unread("Tw"), fixed("/"), unread("Tc"), fixed("/"),
		unread("Tr"), fixed("/"), valueOf("Ta", piece{field: fieldLatency, power: 6}), fixed(" "), valueOf("status_code", piece{field: fieldStatus}), fixed(" "),
		valueOf("bytes_read", piece{field: fieldResponseBytes}), fixed(" "), unread("request cookie"), fixed(" "), unread("response cookie"), fixed(" "),
		valueOf("termination_state", piece{field: fieldEnforced, set: func(c *conversion, b []byte) { c.flags = b }}), fixed(" "),
		unread("connections"), fixed(" "), unread("queues and captured headers"), fixed(` "`),
		valueOf("http_request", piece{field: fieldRequest, decode: decodeHAProxy}), fixed(`"`))
	l.settle, l.other = settleHAProxy, isHAProxyMessage
	return l
}

// decodeHAProxy undoes "#22", as HAProxy writes quotes, control characters and '#' itself.
func decodeHAProxy(dst, b []byte) []byte { return decodeHex(dst, b, '#') }

// settleHAProxy reads the termination state: what ended the session, and in which phase it was then: R waiting for the request, Q in the
// queue, C connecting to the server, H waiting for its headers, D and L sending data, T in the tarpit.
func settleHAProxy(c *conversion) {
	e := c.entry
	if len(c.flags) < 2 {
		return
	}
	cause, phase := c.flags[0], c.flags[1]
	sending := phase == 'D' || phase == 'L'
	switch cause {
	case '-':
		if e.Status >= 500 && !noServer(c) {
			e.OriginError = vocabulary.OriginErrorStatus
		}
	case 'C':
		e.OriginError = vocabulary.OriginErrorClientGone
		if sending {
			e.OriginError = vocabulary.OriginErrorClientPartly
		}
	case 'c': // the client was too slow; before any response it got a 408
		if sending {
			e.OriginError = vocabulary.OriginErrorClientPartly
		}
	case 'S', 's':
		e.OriginError = haproxyServerError(cause, phase, noServer(c))
	case 'D':
		e.OriginError = vocabulary.OriginErrorClosed
	case 'P':
		e.Enforced, e.OriginError = haproxyRefusal(phase, e.Status)
	case 'R', 'I', 'U', 'K':
		e.OriginError = vocabulary.OriginErrorOther
	}
}

func noServer(c *conversion) bool { return string(c.details) == "<NOSRV>" }

// haproxyServerError tells what a server did by the phase in which it failed: by a timeout (s) or otherwise (S).
func haproxyServerError(cause, phase byte, noServer bool) vocabulary.OriginError {
	switch {
	case phase == 'Q' || noServer:
		return vocabulary.OriginErrorNoBackend
	case phase == 'C':
		return vocabulary.OriginErrorConnect
	case cause == 's':
		return vocabulary.OriginErrorTimeout
	}
	return vocabulary.OriginErrorClosed
}

// haproxyRefusal tells what the proxy refused: a request by a rule, a request that is no HTTP (400), or a server's response.
func haproxyRefusal(phase byte, status uint16) (vocabulary.Action, vocabulary.OriginError) {
	switch {
	case phase == 'T':
		return vocabulary.ActionDenied, vocabulary.OriginErrorNone
	case phase != 'R':
		return vocabulary.ActionNone, vocabulary.OriginErrorOther
	case status == 429:
		return vocabulary.ActionThrottled, vocabulary.OriginErrorNone
	case status == 400:
		return vocabulary.ActionNone, vocabulary.OriginErrorNone
	}
	return vocabulary.ActionDenied, vocabulary.OriginErrorNone
}

// isHAProxyMessage recognises what else stands in such a log: what became of servers, and connections that ended before a request,
// "address [time] frontend/1: SSL handshake failure".
func isHAProxyMessage(line []byte) bool {
	switch string(word1(line)) {
	case "Server", "Backup", "Health", "Proxy", "Stopping", "Pausing", "Resuming", "backend", "New", "Loading":
		return true
	}
	_, rest, ok := bytes.Cut(line, []byte("] "))
	word := word1(rest)
	return ok && len(word) > 1 && word[len(word)-1] == ':' && bytes.IndexByte(word, '/') > 0
}
