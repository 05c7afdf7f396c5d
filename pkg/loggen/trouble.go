package loggen

import (
	"math"
	"slices"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// trouble changes the answers to requests that are made anyway. What happens to a request depends on that request alone, so that more
// requests leave it as it is.
type trouble struct {
	kind       string
	site       *site
	start, end int64
	ppm        int
	seed, item uint64
	dice       dice
}

// newTrouble makes that of the n-th attack.
func newTrouble(w *world, a *Attack, n int) *trouble {
	t := &trouble{kind: a.Kind, site: w.siteOf(slices.Index(w.hosts, a.Host)), seed: w.seed, item: mix(uint64(n))}
	t.start, t.end = a.window(w)
	t.ppm = int(math.Round(a.PerMinute * (million / 100)))
	return t
}

// strike changes the answer to a request if it is one of those that are hit.
func (t *trouble) strike(r *Request) {
	if r.site != t.site || r.Time < t.start || r.Time >= t.end || !t.concerns(r) {
		return
	}
	t.dice.reseed(t.seed, purposeTrouble, t.item^r.Session^uint64(r.Time))
	if !t.dice.chance(t.ppm) {
		return
	}
	r.Cache, r.CacheFillBytes, r.OriginError = vocabulary.CacheUncached, 0, vocabulary.OriginErrorNone
	if t.kind == EventDeploy {
		r.Status, r.ResponseBytes = 404, uint64(t.dice.between(900, 6000))
		r.Latency = (t.dice.skewed(t.site.latency/8) + 900*microsecond) / microsecond * microsecond
	} else {
		t.breakDown(r)
	}
	withoutBody(r)
}

func (t *trouble) concerns(r *Request) bool {
	if t.kind == EventDeploy {
		return isStatic(r.Path)
	}
	return r.Cache != vocabulary.CacheHit && !r.refused()
}

// isStatic tells the files of sites from their pages.
func isStatic(path string) bool {
	return strings.HasPrefix(path, "/static/") || strings.HasPrefix(path, "/media/") || path == "/favicon.ico"
}

// breakDown makes the origin give no answer.
func (t *trouble) breakDown(r *Request) {
	switch d := &t.dice; d.below(3) {
	case 0:
		r.Status, r.OriginError, r.ResponseBytes, r.Latency = 502, vocabulary.OriginErrorConnect, 332, d.between(900, 4000)*microsecond
	case 1:
		r.Status, r.OriginError, r.ResponseBytes, r.Latency = 503, vocabulary.OriginErrorNoBackend, 361, d.between(80, 400)*microsecond
	default:
		r.Status, r.OriginError, r.ResponseBytes, r.Latency = 504, vocabulary.OriginErrorTimeout, 332, 30*second+d.between(0, 9000)*microsecond
	}
}
