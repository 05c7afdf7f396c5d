package logentry

import (
	"bytes"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// longestWord is longer than the words of the closed vocabularies below; what is longer is cut and so is none of them.
const longestWord = 80

// word is a text in lower case without '_', '-' and spaces, so that "RATE_BASED_BAN", "rate-based ban" and "rateBasedBan" are one.
type word struct {
	text [longestWord]byte
	n    int
}

func wordOf(b []byte) (w word) {
	for _, c := range b {
		switch {
		case c == '_' || c == '-' || c == ' ':
			continue
		case c >= 'A' && c <= 'Z':
			c |= 0x20
		}
		if w.n == longestWord {
			break
		}
		w.text[w.n] = c
		w.n++
	}
	return w
}

func (w *word) bytes() []byte { return w.text[:w.n] }

// parseCache maps what nginx ($upstream_cache_status), Cloudflare (CacheCacheStatus) and others call the outcome. An expired entry had
// to be fetched again, so it is a miss; a stale one was served all the same, so it is a hit. The header Cache-Status is read, too.
func parseCache(b []byte) vocabulary.Cache {
	if bytes.IndexByte(b, ';') >= 0 {
		return parseCacheStatus(b)
	}
	w := wordOf(b)
	switch string(w.bytes()) {
	case "hit", "stale", "updating", "streamhit", "refreshhit", "tcphit":
		return vocabulary.CacheHit
	case "revalidated", "validated":
		return vocabulary.CacheValidated
	case "miss", "expired", "tcpmiss":
		return vocabulary.CacheMiss
	}
	return vocabulary.CacheUncached
}

// parseCacheStatus reads a header as in RFC 9211: "Souin; fwd=stale; fwd-status=304; stored". Of several caches the last is the nearest to
// the client.
func parseCacheStatus(b []byte) vocabulary.Cache {
	_, rest, more := bytes.Cut(b[bytes.LastIndexByte(b, ',')+1:], []byte{';'})
	outcome := vocabulary.CacheUncached
	for more {
		var p []byte
		p, rest, more = bytes.Cut(rest, []byte{';'})
		switch string(bytes.TrimSpace(p)) {
		case "hit":
			return vocabulary.CacheHit
		case "fwd-status=304":
			return vocabulary.CacheValidated
		case "fwd=uri-miss", "fwd=vary-miss", "fwd=miss", "fwd=stale", "fwd=partial", "fwd=request":
			outcome = vocabulary.CacheMiss
		}
	}
	return outcome
}

// parseAction maps the action of a security rule: Cloud Armor's configuredAction, Cloudflare's SecurityAction, and plain words. A
// challenge that was solved before let the request through.
func parseAction(b []byte) vocabulary.Action {
	w := wordOf(b)
	switch string(w.bytes()) {
	case "", "none", "unknown":
		return vocabulary.ActionNone
	case "allow", "allowed", "accept", "accepted", "pass", "passed", "log", "count", "skip", "bypass", "rewrite",
		"challengesolved", "challengebypassed", "jschallengesolved", "jschallengebypassed", "managedchallengenoninteractivesolved",
		"managedchallengeinteractivesolved", "managedchallengebypassed", "managedchallengeskipped":
		return vocabulary.ActionAllowed
	case "deny", "denied", "block", "blocked", "drop", "dropped", "reject", "rejected", "connectionclose", "forceconnectionclose",
		"challengefailed", "jschallengefailed", "managedchallengefailed":
		return vocabulary.ActionDenied
	case "throttle", "throttled", "ratelimit", "ratelimited":
		return vocabulary.ActionThrottled
	case "ban", "banned", "ratebasedban":
		return vocabulary.ActionBanned
	case "challenge", "challenged", "jschallenge", "managedchallenge", "captcha", "googlerecaptcha":
		return vocabulary.ActionChallenged
	case "redirect", "redirected", "external302":
		return vocabulary.ActionRedirected
	}
	return vocabulary.ActionOther
}

// parseBool tells whether a field says yes; whatever is not clearly yes is no.
func parseBool(b []byte) bool {
	switch string(b) {
	case "true", "True", "TRUE", "1":
		return true
	}
	return false
}

// originStatusError tells what the origin's own status says. It knows the numbers with which Cloudflare reports that it got no answer.
// A proxy that tried several origins lists their statuses, the last one counts: "502, 200".
func originStatusError(b []byte) vocabulary.OriginError {
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] == ' ' || b[i] == ',' || b[i] == ':' {
			b = b[i+1:]
			break
		}
	}
	switch status := parseStatus(b); {
	case status == 521 || status == 522 || status == 523 || status == 525 || status == 526:
		return vocabulary.OriginErrorConnect
	case status == 524:
		return vocabulary.OriginErrorTimeout
	case status == 520 || status == 527 || status == 530:
		return vocabulary.OriginErrorOther
	case status >= 500 && status < 600:
		return vocabulary.OriginErrorStatus
	}
	return vocabulary.OriginErrorNone
}
