package loggen

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// cloudflareLine writes a record of Cloudflare's Logpush data set http_requests, with times in nanoseconds.
func cloudflareLine(dst []byte, r *Request) []byte {
	dst = append(dst, `{"ClientIP":"`...)
	dst = r.Client.AppendTo(dst)
	dst = append(dst, `","ClientASN":`...)
	dst = appendUint(dst, uint64(r.ASN))
	dst = append(dst, `,"ClientCountry":"`...)
	for i := range len(r.Country) {
		dst = append(dst, r.Country[i]|0x20)
	}
	dst = appendText(dst, `","ClientRequestHost":"`, r.Host)
	dst = appendText(dst, `","ClientRequestMethod":"`, r.Method.String())
	dst = append(dst, `","ClientRequestURI":"`...)
	dst = appendJSON(appendTarget(dst, r), len(dst))
	dst = appendText(dst, `","ClientRequestPath":"`, r.Path)
	dst = appendText(dst, `","ClientRequestProtocol":"`, r.Protocol.String())
	dst = appendText(dst, `","ClientRequestReferer":"`, r.Referrer)
	dst = appendText(dst, `","ClientRequestUserAgent":"`, r.Agent)
	dst = append(dst, `","ClientRequestBytes":`...)
	dst = appendUint(dst, r.RequestBytes)
	dst = append(dst, `,"EdgeStartTimestamp":`...)
	dst = appendUint(dst, uint64(r.Time))
	dst = append(dst, `,"EdgeEndTimestamp":`...)
	dst = appendUint(dst, uint64(r.Time+r.Latency))
	dst = append(dst, `,"EdgeResponseStatus":`...)
	dst = statusField(dst, r)
	dst = append(dst, `,"EdgeResponseBytes":`...)
	dst = appendUint(dst, r.ResponseBytes)
	dst = append(dst, `,"EdgeTimeToFirstByteMs":`...)
	dst = appendUint(dst, uint64(r.Latency/millisecond))
	dst = append(dst, `,"CacheCacheStatus":"`...)
	dst = append(dst, cloudflareCache[r.Cache]...)
	dst = appendCloudflareOrigin(append(dst, '"'), r)
	return appendCloudflareSecurity(dst, r)
}

var cloudflareCache = [vocabulary.CacheCount]string{
	vocabulary.CacheHit: "hit", vocabulary.CacheValidated: "revalidated", vocabulary.CacheMiss: "miss", vocabulary.CacheUncached: "dynamic",
}

// appendCloudflareOrigin writes what the origin answered: status 0 where it was not asked or gave no answer.
func appendCloudflareOrigin(dst []byte, r *Request) []byte {
	status, took := uint64(0), uint64(0)
	if r.reachedOrigin() {
		took = uint64(r.Latency / millisecond)
		switch r.OriginError {
		case vocabulary.OriginErrorNone, vocabulary.OriginErrorStatus, vocabulary.OriginErrorClientPartly:
			status = uint64(r.Status)
		}
	}
	dst = append(dst, `,"OriginResponseStatus":`...)
	dst = appendUint(dst, status)
	dst = append(dst, `,"OriginResponseDurationMs":`...)
	return appendUint(dst, took)
}

var cloudflareActions = [vocabulary.ActionCount]string{
	vocabulary.ActionDenied: "block", vocabulary.ActionThrottled: "block", vocabulary.ActionBanned: "block", vocabulary.ActionChallenged: "managedChallenge",
}

// cloudflareSources says which product acted.
var cloudflareSources = [vocabulary.ActionCount]string{
	vocabulary.ActionDenied: "firewallCustom", vocabulary.ActionThrottled: "rateLimit", vocabulary.ActionBanned: "rateLimit",
	vocabulary.ActionChallenged: "firewallCustom",
}

func appendCloudflareSecurity(dst []byte, r *Request) []byte {
	action := cloudflareActions[r.Enforced]
	dst = append(append(dst, `,"SecurityAction":"`...), action...)
	if action == "" {
		dst = append(dst, `","SecurityActions":[],"SecuritySources":[],"SecurityRuleIDs":[]`...)
	} else {
		dst = append(append(dst, `","SecurityActions":["`...), action...)
		dst = append(append(dst, `"],"SecuritySources":["`...), cloudflareSources[r.Enforced]...)
		dst = append(dst, `"],"SecurityRuleIDs":["`...)
		dst = append(appendHex(dst, mix(uint64(r.site.index)), 16), `"]`...)
	}
	dst = append(dst, `,"JA4":"t13d1516h2_`...)
	print := mix(uint64(r.tls) + 77)
	dst = append(appendHex(dst, print>>9, 12), '_')
	dst = appendHex(dst, print>>3, 12)
	dst = append(dst, `","BotScore":`...)
	dst = appendUint(dst, botScore(r))
	dst = append(dst, `,"RayID":"`...)
	return append(appendHex(dst, mix(r.ID), 16), `"}`...)
}

// botScore is 1 for a surely automated client to 99 for a surely human one.
func botScore(r *Request) uint64 {
	if r.Kind == KindVisitor || r.Kind == KindNATVisitor {
		return 60 + r.Session%40
	}
	return 1 + r.Session%29
}
