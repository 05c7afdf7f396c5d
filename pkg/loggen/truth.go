package loggen

// truthWriter writes requests as JSON lines.
type truthWriter struct{ day *calendar }

func newTruthWriter() *truthWriter { return &truthWriter{newCalendar("2006-01-02T")} }

func (w *truthWriter) line(dst []byte, r *Request) []byte {
	dst = append(dst, `{"id":`...)
	dst = appendUint(dst, r.ID)
	dst = append(dst, `,"time":"`...)
	dst = append(w.day.appendTime(dst, r.Time), '.')
	dst = append(appendPadded(dst, uint64(r.Time%second/microsecond), 6), 'Z')
	dst = appendText(dst, `","host":"`, r.Host)
	dst = append(dst, `","client":"`...)
	dst = r.Client.AppendTo(dst)
	dst = appendText(dst, `","kind":"`, r.Kind.String())
	dst = append(dst, `","session":"`...)
	dst = appendHex(dst, r.Session, 16)
	dst = appendText(dst, `","method":"`, r.Method.String())
	dst = appendText(dst, `","path":"`, r.Path)
	dst = appendText(dst, `","query":"`, r.Query)
	dst = appendText(dst, `","protocol":"`, r.Protocol.String())
	dst = appendUint(append(dst, `","status":`...), uint64(r.Status))
	dst = appendUint(append(dst, `,"request_bytes":`...), r.RequestBytes)
	dst = appendUint(append(dst, `,"response_bytes":`...), r.ResponseBytes)
	dst = appendUint(append(dst, `,"cache_fill_bytes":`...), r.CacheFillBytes)
	dst = appendDecimal(append(dst, `,"latency":`...), r.Latency, 6)
	dst = appendText(dst, `,"cache":"`, r.Cache.String())
	dst = appendText(dst, `","enforced":"`, r.Enforced.String())
	dst = appendText(dst, `","preview":"`, r.Preview.String())
	dst = appendText(dst, `","origin_error":"`, r.OriginError.String())
	dst = appendText(dst, `","referrer":"`, r.Referrer)
	dst = appendText(dst, `","agent":"`, r.Agent)
	dst = appendText(dst, `","country":"`, r.Country)
	dst = appendUint(append(dst, `","asn":`...), uint64(r.ASN))
	return append(dst, "}\n"...)
}
