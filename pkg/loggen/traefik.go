package loggen

// newTraefikEncoder writes Traefik's access log in JSON, with the headers of the request that a configuration can keep.
func newTraefikEncoder() encoder {
	at := timeField("2006-01-02T", 6, "Z")
	return func(dst []byte, r *Request) []byte {
		dst = appendPeer(append(dst, `{"ClientAddr":"`...), r)
		dst = r.Client.AppendTo(append(dst, `","ClientHost":"`...))
		dst = appendUint(append(dst, `","ClientUsername":"-","DownstreamContentSize":`...), r.ResponseBytes)
		dst = statusField(append(dst, `,"DownstreamStatus":`...), r)
		dst = appendUint(append(dst, `,"Duration":`...), uint64(r.Latency))
		dst = append(dst, `,"OriginStatus":`...)
		if !r.reachedOrigin() {
			dst = append(dst, '0')
		}
		dst = originStatusField(dst, r)
		dst = appendText(dst, `,"RequestAddr":"`, r.Host)
		dst = appendUint(append(dst, `","RequestContentSize":`...), r.RequestBytes)
		dst = appendUint(append(dst, `,"RequestCount":`...), r.ID)
		dst = appendText(dst, `,"RequestHost":"`, r.Host)
		dst = appendText(dst, `","RequestMethod":"`, r.Method.String())
		dst = append(dst, `","RequestPath":"`...)
		dst = appendJSON(appendTarget(dst, r), len(dst))
		dst = protocolField(append(dst, `","RequestPort":"-","RequestProtocol":"`...), r)
		dst = append(dst, `","RequestScheme":"https","RetryAttempts":0,"RouterName":"web@docker","ServiceURL":{"Scheme":"http","User":null,"Host":"172.17.0.3:80"}`...)
		dst = at(append(dst, `,"StartLocal":"`...), r)
		dst = at(append(dst, `","StartUTC":"`...), r)
		dst = append(dst, `","entryPointName":"websecure","level":"info","msg":"`...)
		if r.Referrer != "" {
			dst = appendText(dst, `","request_Referer":"`, r.Referrer)
		}
		dst = appendText(dst, `","request_User-Agent":"`, r.Agent)
		return append(at(append(dst, `","time":"`...), r), `"}`...)
	}
}
