package dashboard

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
)

// teaTime is when these tests happen: in the middle of a minute.
var teaTime = time.Date(2026, 11, 25, 14, 3, 20, 0, time.UTC)

// page is a dashboard over a store in memory, with a clock that the test turns.
type page struct {
	t      *testing.T
	store  *memory
	tokens *access.Tokens
	server *Server
	clock  atomic.Pointer[time.Time]
	live   atomic.Pointer[Live]
}

func newPage(t *testing.T, hosts ...string) *page {
	t.Helper()
	tokens, err := access.OpenTokens(filepath.Join(t.TempDir(), "tokens.json"))
	if err != nil {
		t.Fatal(err)
	}
	p := &page{t: t, store: newMemory(), tokens: tokens}
	p.set(teaTime)
	p.live.Store(&Live{Since: teaTime.Add(-time.Hour)})
	now := func() time.Time { return *p.clock.Load() }
	p.server, err = New(Config{Reader: p.store, Feedback: p.store, Access: access.NewAuthorizer(tokens, now), Now: now, Hosts: hosts,
		Live: func() Live { return *p.live.Load() }, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.server.Close)
	return p
}

func (p *page) set(now time.Time) { p.clock.Store(&now) }

func (p *page) token(token access.Token) string {
	p.t.Helper()
	secret, _, err := p.tokens.Add(token, teaTime)
	if err != nil {
		p.t.Fatal(err)
	}
	return secret
}

// local is a request from the machine itself.
func local(method, target string) *http.Request {
	r := httptest.NewRequest(method, target, nil)
	r.Host, r.RemoteAddr = "localhost:8080", "127.0.0.1:50000"
	return r
}

// remote is a request that a proxy passed on, with a token where there is one.
func remote(method, target, token string) *http.Request {
	r := local(method, target)
	r.Header.Set("X-Forwarded-For", "192.0.2.7")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

func (p *page) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	p.server.ServeHTTP(w, r)
	return w
}

// get returns a page as somebody at the machine sees it.
func (p *page) get(target string) string {
	p.t.Helper()
	w := p.do(local("GET", target))
	if w.Code != http.StatusOK {
		p.t.Fatalf("%s answers %d: %s", target, w.Code, w.Body)
	}
	return w.Body.String()
}

func (p *page) says(target string, texts ...string) {
	p.t.Helper()
	body := p.get(target)
	for _, text := range texts {
		if !strings.Contains(body, text) {
			p.t.Errorf("%s does not say %q", target, text)
		}
	}
}

func (p *page) hides(target string, texts ...string) {
	p.t.Helper()
	body := p.get(target)
	for _, text := range texts {
		if strings.Contains(body, text) {
			p.t.Errorf("%s says %q", target, text)
		}
	}
}
