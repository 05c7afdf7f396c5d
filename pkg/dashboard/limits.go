package dashboard

import (
	"crypto/sha256"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/floodgauge/floodgauge/pkg/access"
)

// What one token, this machine, or all who showed no good token together may ask for.
const (
	requestsASecond = 50
	requestsAtOnce  = 200
)

// limits keep one asker from taking the machine. There is one for each token that is good and some for all others, so that their number is bounded.
type limits struct {
	now func() time.Time
	mu  sync.Mutex
	by  map[string]*rate.Limiter
}

func newLimits(now func() time.Time) *limits {
	return &limits{now: now, by: map[string]*rate.Limiter{}}
}

func (l *limits) allow(key string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	limiter := l.by[key]
	if limiter == nil {
		limiter = rate.NewLimiter(requestsASecond, requestsAtOnce)
		l.by[key] = limiter
	}
	if !limiter.AllowN(l.now(), 1) {
		return errBusy
	}
	return nil
}

// limitKey tells those who were let in apart. A secret is not kept, its hash is.
func limitKey(f access.Facts) string {
	secret := f.Bearer
	if secret == "" && !f.Local() {
		secret = f.Session
	}
	if secret == "" {
		return "local"
	}
	sum := sha256.Sum256([]byte(secret))
	return string(sum[:])
}
