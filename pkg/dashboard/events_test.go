package dashboard

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
)

// listen opens the stream of events and returns its lines that say something.
func (p *page) listen(token string) (lines <-chan string, end func()) {
	p.t.Helper()
	web := httptest.NewServer(p.server)
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, web.URL+"/events", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := web.Client().Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	if kind := answer.Header.Get("Content-Type"); answer.StatusCode != http.StatusOK || kind != "text/event-stream" {
		p.t.Fatalf("the stream answers %d, %s", answer.StatusCode, kind)
	}
	said := make(chan string, 100)
	go func() {
		defer close(said)
		for scan := bufio.NewScanner(answer.Body); scan.Scan(); {
			if text := scan.Text(); strings.HasPrefix(text, "data: ") {
				said <- text
			}
		}
	}()
	end = func() {
		_ = answer.Body.Close()
		web.Close()
	}
	return said, end
}

func TestCommitsAreTold(t *testing.T) {
	p := newPage(t)
	lines, end := p.listen("")
	defer end()
	p.server.Notify(teaTime)
	if got, want := <-lines, `data: "2026-11-25T14:03:20Z"`; got != want {
		t.Errorf("the stream says %s", got)
	}
}

// A commit of every slice of a flood is one event a second: the latest.
func TestEventsAreLimited(t *testing.T) {
	p := newPage(t)
	lines, end := p.listen("")
	defer end()
	begin := time.Now()
	for i := range 500 {
		p.server.Notify(teaTime.Add(time.Duration(i) * time.Second))
	}
	for line := range lines {
		if strings.Contains(line, "14:11:39") {
			break
		}
	}
	if took := time.Since(begin); took > 10*eventPause {
		t.Errorf("the last of 500 commits was told after %v", took)
	}
	p.server.Close()
	if left := len(lines); left > 0 {
		t.Errorf("%d more events were told", left)
	}
}

func TestClosingEndsTheStreams(t *testing.T) {
	p := newPage(t)
	lines, end := p.listen("")
	defer end()
	p.server.Close()
	if line, more := <-lines; more {
		t.Errorf("the stream goes on with %s", line)
	}
}

// A server that shuts down does not wait for open pages, which would stay for hours.
func TestShutdownDoesNotWaitForPages(t *testing.T) {
	p := newPage(t)
	web := httptest.NewServer(p.server)
	web.Config.RegisterOnShutdown(p.server.Close)
	answer, err := web.Client().Get(web.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := web.Config.Shutdown(ctx); err != nil {
		t.Errorf("the server stops with %v", err)
	}
}

func TestRevokedTokenHearsNoMore(t *testing.T) {
	p := newPage(t)
	token := p.token(access.Token{Name: "a", Sites: []string{"a.example"}})
	lines, end := p.listen(token)
	defer end()
	if err := p.tokens.Revoke("a"); err != nil {
		t.Fatal(err)
	}
	p.server.Notify(teaTime)
	if line, more := <-lines; more {
		t.Errorf("the stream says %s", line)
	}
}

func TestStreamsAreBounded(t *testing.T) {
	b := newBroadcaster()
	for range maxStreams {
		if _, ok := b.join(); !ok {
			t.Fatal("an early stream is refused")
		}
	}
	if _, ok := b.join(); ok {
		t.Error("one too many is let in")
	}
	b.send(teaTime)
	b.send(teaTime) // nobody listens, and nothing waits
}
