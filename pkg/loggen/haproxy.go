package loggen

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// newHAProxyEncoder writes the log of "option httplog", with times in UTC and without what syslog puts before it.
func newHAProxyEncoder() encoder {
	at := timeField("02/Jan/2006:", 3, "] https-in~ web/")
	return func(dst []byte, r *Request) []byte {
		dst = appendBarePeer(dst, r)
		dst = at(append(dst, " ["...), r)
		server, state := haproxyOutcome(r)
		dst = append(append(dst, server...), " 0/0/0/0/"...)
		dst = append(millisecondsField(dst, r), ' ')
		if r.Status == 0 {
			dst = append(dst, "-1"...)
		} else {
			dst = appendUint(dst, uint64(r.Status))
		}
		dst = appendUint(append(dst, ' '), r.ResponseBytes)
		dst = append(append(append(dst, " - - "...), state...), ` 1/1/0/0/0 0/0 "`...)
		from := len(dst)
		return append(appendHashed(requestField(dst, r), from), '"')
	}
}

// appendHashed escapes what dst holds from at on as HAProxy does: "#22".
func appendHashed(dst []byte, at int) []byte {
	tail := append([]byte(nil), dst[at:]...)
	dst = dst[:at]
	for _, c := range tail {
		if inString[c] && c != '#' {
			dst = append(dst, c)
		} else {
			dst = append(dst, '#', upperHex[c>>4], upperHex[c&15])
		}
	}
	return dst
}

var haproxyStates = [vocabulary.OriginErrorCount]string{
	vocabulary.OriginErrorNone: "----", vocabulary.OriginErrorStatus: "----", vocabulary.OriginErrorTimeout: "sH--", vocabulary.OriginErrorConnect: "SC--",
	vocabulary.OriginErrorClosed: "SH--", vocabulary.OriginErrorClientGone: "CH--", vocabulary.OriginErrorClientPartly: "CD--",
}

// haproxyOutcome gives the server and the termination state.
func haproxyOutcome(r *Request) (server, state string) {
	switch {
	case r.refused():
		return "<NOSRV>", "PR--"
	case r.OriginError == vocabulary.OriginErrorNoBackend:
		return "<NOSRV>", "SC--"
	}
	return "node1", haproxyStates[r.OriginError]
}
