package loggen

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// ask fills in what the client sends for a resource of a site.
func ask(r *Request, s *site, what *resource, method vocabulary.Method) {
	r.site, r.Host = s, s.host
	r.Method, r.Path, r.Query = method, what.path, what.query
	r.RequestBytes = uint64(90 + len(what.url) + len(r.Agent) + len(r.Referrer) + 8*int(r.tls))
	r.Enforced, r.Preview, r.OriginError = vocabulary.ActionNone, vocabulary.ActionNone, vocabulary.OriginErrorNone
	r.CacheFillBytes = 0
	if s.policy {
		r.Enforced = vocabulary.ActionAllowed
	}
}

// answerStatic fills in the answer to a file that a cache may keep.
func answerStatic(d *dice, r *Request, what *resource) {
	if !r.site.cdn {
		answerOrigin(d, r, what.bytes, r.site.latency/8)
		return
	}
	answerCached(d, r, what, 930_000)
	if d.chance(60_000) { // the browser asked whether its copy is still good
		r.Status, r.ResponseBytes = 304, uint64(d.between(150, 260))
		if r.Cache == vocabulary.CacheMiss {
			r.CacheFillBytes = r.ResponseBytes
		}
	}
}

// answerPage fills in the answer to a page, which some sites cache too.
func answerPage(d *dice, r *Request, what *resource) {
	if r.site.cdnPages && what.query == "" {
		answerCached(d, r, what, 650_000)
	} else {
		answerOrigin(d, r, what.bytes+d.between(0, what.bytes/10), r.site.latency)
	}
	spoil(d, r)
}

func answerCached(d *dice, r *Request, what *resource, hitPPM int) {
	r.Status, r.ResponseBytes = 200, uint64(what.bytes)
	switch {
	case !d.chance(hitPPM):
		r.Cache, r.CacheFillBytes = vocabulary.CacheMiss, uint64(what.bytes)
		r.Latency = d.skewed(r.site.latency/4+8*millisecond) / microsecond * microsecond
	case d.chance(40_000):
		r.Cache = vocabulary.CacheValidated
		r.Latency = d.skewed(14*millisecond) / microsecond * microsecond
	default:
		r.Cache = vocabulary.CacheHit
		r.Latency = d.skewed(1800*microsecond) / microsecond * microsecond
	}
}

func answerOrigin(d *dice, r *Request, bytes, median int64) {
	r.Status, r.ResponseBytes, r.Cache = 200, uint64(bytes), vocabulary.CacheUncached
	r.Latency = (d.skewed(median) + 900*microsecond) / microsecond * microsecond
}

const (
	microsecond = 1000
	millisecond = 1_000_000
)

// spoil turns a small part of the answers into what goes wrong every day.
func spoil(d *dice, r *Request) {
	x := d.below(million)
	if x >= 45_000 {
		return
	}
	r.CacheFillBytes, r.Cache = 0, vocabulary.CacheUncached
	switch {
	case x < 15_000:
		r.Status, r.ResponseBytes = 404, uint64(d.between(900, 6000))
	case x < 33_000:
		r.Status, r.ResponseBytes = 301, uint64(d.between(220, 420))
	case x < 36_000:
		r.Status, r.OriginError, r.ResponseBytes = 500, vocabulary.OriginErrorStatus, uint64(d.between(300, 3000))
	case x < 37_500:
		r.Status, r.OriginError, r.ResponseBytes, r.Latency = 502, vocabulary.OriginErrorTimeout, 332, 30*second+d.between(0, 9000)*microsecond
	case x < 38_500:
		r.Status, r.OriginError, r.ResponseBytes, r.Latency = 503, vocabulary.OriginErrorNoBackend, 361, d.between(80, 400)*microsecond
	case x < 39_000:
		r.Status, r.OriginError, r.ResponseBytes = 502, vocabulary.OriginErrorConnect, 332
	case x < 39_500:
		r.Status, r.OriginError, r.ResponseBytes = 502, vocabulary.OriginErrorClosed, 332
	case x < 42_000:
		r.Status, r.OriginError, r.ResponseBytes, r.Latency = 0, vocabulary.OriginErrorClientGone, 0, d.between(2_000_000, 32_000_000)*microsecond
	default:
		r.OriginError, r.ResponseBytes = vocabulary.OriginErrorClientPartly, r.ResponseBytes/3
	}
}

// refuse makes the site's policy stop the request. Sites without one let it pass.
func refuse(d *dice, r *Request, action vocabulary.Action) {
	if !r.site.policy {
		return
	}
	r.Enforced, r.OriginError, r.CacheFillBytes, r.Cache = action, vocabulary.OriginErrorNone, 0, vocabulary.CacheUncached
	r.Latency = d.between(300, 2500) * microsecond
	switch action {
	case vocabulary.ActionThrottled, vocabulary.ActionBanned:
		r.Status, r.ResponseBytes = 429, 214
	case vocabulary.ActionChallenged:
		r.Status, r.ResponseBytes = 302, 388
	default:
		r.Status, r.ResponseBytes = 403, 134
	}
}

// preview notes what a rule that is only tried out would have done.
func preview(r *Request, action vocabulary.Action) {
	if r.site.policy && !r.site.regional {
		r.Preview = action
	}
}
