package loggen

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// newEnvoyEncoder writes Envoy's default format. Envoy escapes nothing in it.
func newEnvoyEncoder() encoder {
	at := timeField("2006-01-02T", 3, "Z")
	return func(dst []byte, r *Request) []byte {
		dst = append(at(append(dst, '['), r), `] "`...)
		dst = appendTarget(append(methodField(dst, r), ' '), r)
		dst = append(append(append(dst, ' '), r.Protocol.String()...), `" `...)
		dst = appendUint(dst, uint64(r.Status)) // 0 where the client left before any response
		dst = append(append(append(dst, ' '), responseFlags(r)...), ' ')
		dst = append(appendUint(dst, r.RequestBytes), ' ')
		dst = append(appendUint(dst, r.ResponseBytes), ' ')
		dst = append(millisecondsField(dst, r), ` - "`...)
		dst = r.Client.AppendTo(dst)
		dst = appendOrDash(append(dst, `" "`...), r.Agent)
		dst = requestIDField(append(dst, `" "`...), r)
		dst = append(append(dst, `" "`...), r.Host...)
		return append(dst, `" "10.128.0.9:8080"`...)
	}
}

// newIstioEncoder writes Istio's default format in JSON.
func newIstioEncoder() encoder {
	at := timeField("2006-01-02T", 3, "Z")
	return func(dst []byte, r *Request) []byte {
		dst = appendText(dst, `{"authority":"`, r.Host)
		dst = appendUint(append(dst, `","bytes_received":`...), r.RequestBytes)
		dst = appendUint(append(dst, `,"bytes_sent":`...), r.ResponseBytes)
		dst = appendPeer(append(dst, `,"connection_termination_details":null,"downstream_remote_address":"`...), r)
		dst = millisecondsField(append(dst, `","duration":`...), r)
		dst = appendText(dst, `,"method":"`, r.Method.String())
		dst = append(dst, `","path":"`...)
		dst = appendJSON(appendTarget(dst, r), len(dst))
		dst = appendText(dst, `","protocol":"`, r.Protocol.String())
		dst = requestIDField(append(dst, `","request_id":"`...), r)
		dst = appendUint(append(dst, `","response_code":`...), uint64(r.Status))
		dst = append(append(dst, `,"response_flags":"`...), responseFlags(r)...)
		dst = at(append(dst, `","start_time":"`...), r)
		if r.Agent == "" {
			dst = append(dst, `","user_agent":null`...)
		} else {
			dst = append(appendText(dst, `","user_agent":"`, r.Agent), '"')
		}
		return append(r.Client.AppendTo(append(dst, `,"x_forwarded_for":"`...)), `"}`...)
	}
}

func millisecondsField(dst []byte, r *Request) []byte {
	return appendUint(dst, uint64(r.Latency/millisecond))
}

var envoyFlags = [vocabulary.OriginErrorCount]string{
	vocabulary.OriginErrorTimeout: "UT", vocabulary.OriginErrorConnect: "UF,URX", vocabulary.OriginErrorNoBackend: "UH", vocabulary.OriginErrorClosed: "UC",
	vocabulary.OriginErrorClientGone: "DC", vocabulary.OriginErrorClientPartly: "DC",
}

// responseFlags are "RL" for what a rate limit refused, "UAEX" for what an external service refused, and what went wrong otherwise.
func responseFlags(r *Request) string {
	switch {
	case r.refused() && r.Status == 429:
		return "RL"
	case r.refused():
		return "UAEX"
	case envoyFlags[r.OriginError] != "":
		return envoyFlags[r.OriginError]
	}
	return "-"
}
