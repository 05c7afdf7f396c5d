package notify

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for an event before it fails.
const patience = 20 * time.Second

var begin = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// clock moves when a test says so.
type clock struct {
	mu     sync.Mutex
	now    time.Time
	waits  []*wait
	change chan struct{} // closed at each new wait
}

type wait struct {
	d    time.Duration
	at   time.Time
	c    chan time.Time
	seen bool
}

func newClock() *clock { return &clock{now: begin, change: make(chan struct{})} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := &wait{d: d, at: c.now.Add(d), c: make(chan time.Time, 1)}
	c.waits = append(c.waits, w)
	close(c.change)
	c.change = make(chan struct{})
	return w.c
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for i, w := range c.waits {
		if w != nil && !w.at.After(c.now) {
			w.c <- c.now
			c.waits[i] = nil
		}
	}
}

// await returns when somebody waits for so long, each such wait once.
func (c *clock) await(t *testing.T, d time.Duration) {
	t.Helper()
	for end := time.After(patience); ; {
		c.mu.Lock()
		for _, w := range c.waits {
			if w != nil && w.d == d && !w.seen {
				w.seen = true
				c.mu.Unlock()
				return
			}
		}
		change := c.change
		c.mu.Unlock()
		select {
		case <-change:
		case <-end:
			t.Fatalf("nobody waits for %s", d)
		}
	}
}

// pass lets a wait of that length begin and end.
func (c *clock) pass(t *testing.T, d time.Duration) {
	t.Helper()
	c.await(t, d)
	c.advance(d)
}

// box is a notifier with a clock of its own and what it said.
type box struct {
	*Notifier
	t     *testing.T
	clock *clock
	stop  context.CancelFunc
	ended chan struct{}
	notes chan string
	said  []string
}

// newBox makes a notifier whose waits have no jitter.
func newBox(t *testing.T, c Config) *box {
	t.Helper()
	b := &box{t: t, clock: newClock(), ended: make(chan struct{}), notes: make(chan string, 1000)}
	c.Now, c.After, c.Jitter = b.clock.Now, b.clock.After, func(d time.Duration) time.Duration { return d }
	n, err := New(c, func(format string, args ...any) { b.notes <- fmt.Sprintf(format, args...) })
	if err != nil {
		t.Fatal(err)
	}
	b.Notifier = n
	return b
}

// serve begins to deliver, until the test is over or calls finish.
func (b *box) serve() *box {
	ctx, cancel := context.WithCancel(context.Background())
	b.stop = cancel
	go func() { b.Serve(ctx); close(b.ended) }()
	b.t.Cleanup(func() {
		cancel()
		b.clock.advance(flushTime)
		<-b.ended
	})
	return b
}

// finish ends Serve while nothing hangs.
func (b *box) finish() {
	b.stop()
	receive(b.t, b.ended)
}

// heard returns the first note from here on that holds a text.
func (b *box) heard(text string) string {
	b.t.Helper()
	for {
		note := receive(b.t, b.notes)
		b.said = append(b.said, note)
		if strings.Contains(note, text) {
			return note
		}
	}
}

func receive[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		t.Fatal("nothing comes")
	}
	return v
}

// got is a request that a server had.
type got struct {
	header http.Header
	body   string
}

// server answers by a list of handlers, one for each request, then with 200.
type server struct {
	*httptest.Server
	requests chan got
}

func serveHTTP(t *testing.T, answers ...http.HandlerFunc) *server {
	t.Helper()
	s := &server{requests: make(chan got, 1000)}
	var mu sync.Mutex
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		var answer http.HandlerFunc
		if len(answers) > 0 {
			answer, answers = answers[0], answers[1:]
		}
		mu.Unlock()
		s.requests <- got{r.Header, string(body)}
		if answer != nil {
			answer(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func status(code int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
	}
}

// hang answers when the client has gone.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func (s *server) hook(sites ...string) Webhook {
	return Webhook{URL: Secret(s.URL + "/secretpath"), Sites: sites}
}

// event is an event of the case "c1" of a site.
func event(kind, site, verdict string) Event {
	return Event{Kind: kind, Site: site, Case: "c1", Verdict: verdict, Title: "This site is " + verdict, Started: begin.Add(-time.Minute), At: begin,
		Reasons: []string{"9,000 requests a minute where 120 are usual"}, Requests: 9000, Normal: 120.4, Link: "https://page.example.org/sites/a?from=1&to=2"}
}
