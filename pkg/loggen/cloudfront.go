package loggen

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// newCloudfrontEncoder writes standard logs of CloudFront, without the two header lines that each of its files has.
func newCloudfrontEncoder() encoder {
	at := timeField("2006-01-02\t", 0, "\tBRU50-C1\t")
	return func(dst []byte, r *Request) []byte {
		dst = appendUint(at(dst, r), r.ResponseBytes)
		dst = r.Client.AppendTo(append(dst, '\t'))
		dst = methodField(append(dst, '\t'), r)
		dst = append(append(dst, "\td111111abcdef8.cloudfront.net\t"...), r.Path...)
		dst = appendPadded(append(dst, '\t'), uint64(r.Status), 3)
		dst = appendColumn(dst, r.Referrer)
		dst = appendColumn(dst, r.Agent)
		dst = appendOrDash(append(dst, '\t'), r.Query)
		result := cloudfrontResult(r)
		dst = append(append(append(dst, "\t-\t"...), result...), '\t')
		dst = requestIDField(dst, r)
		dst = append(append(append(dst, "==\t"...), r.Host...), "\thttps\t"...)
		dst = appendDecimal(append(appendUint(dst, r.RequestBytes), '\t'), r.Latency, 3)
		dst = append(append(dst, "\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\t"...), result...)
		dst = append(protocolField(append(dst, '\t'), r), "\t-\t-\t"...)
		dst = appendUint(dst, 1024+r.Session%60_000)
		dst = append(appendDecimal(append(dst, '\t'), r.Latency, 3), '\t')
		dst = append(dst, cloudfrontDetail(r, result)...)
		return append(dst, "\t-\t-\t-\t-"...)
	}
}

func appendOrDash(dst []byte, value string) []byte {
	if value == "" {
		return append(dst, '-')
	}
	return append(dst, value...)
}

// appendColumn writes a tab and a header's value, percent-encoded as CloudFront does.
func appendColumn(dst []byte, value string) []byte {
	dst = append(dst, '\t')
	if value == "" {
		return append(dst, '-')
	}
	for _, c := range []byte(value) {
		if c <= ' ' || c == '%' || !inString[c] {
			dst = append(dst, '%', upperHex[c>>4], upperHex[c&15])
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}

// cloudfrontResult says what became of a request: what is not cached is a miss, as every request asks the cache.
func cloudfrontResult(r *Request) string {
	switch r.Cache {
	case vocabulary.CacheHit:
		return "Hit"
	case vocabulary.CacheValidated:
		return "RefreshHit"
	case vocabulary.CacheUncached:
		switch {
		case r.OriginError != vocabulary.OriginErrorNone || r.Status >= 400:
			return "Error"
		case r.Status == 301 || r.Status == 302:
			return "Redirect"
		}
	}
	return "Miss"
}

var cloudfrontDetails = [vocabulary.OriginErrorCount]string{
	vocabulary.OriginErrorTimeout: "OriginCommError", vocabulary.OriginErrorConnect: "OriginConnectError", vocabulary.OriginErrorNoBackend: "OriginConnectError",
	vocabulary.OriginErrorClosed: "OriginReadError", vocabulary.OriginErrorStatus: "OriginError", vocabulary.OriginErrorClientGone: "ClientCommError",
	vocabulary.OriginErrorClientPartly: "ClientCommError",
}

func cloudfrontDetail(r *Request, result string) string {
	if detail := cloudfrontDetails[r.OriginError]; detail != "" {
		return detail
	}
	return result
}
