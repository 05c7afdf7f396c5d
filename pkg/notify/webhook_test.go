package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The names of the generic body are promised: this text is what receivers parse.
func TestGenericBody(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serveHTTP(t)
	hook := s.hook()
	hook.SecretFile = key
	b := newBox(t, Config{Webhooks: []Webhook{hook}}).serve()
	b.Send(event(Open, "a.example.org", "attack"))
	r := receive(t, s.requests)
	want := `{"version":1,"id":"` + r.header.Get("Idempotency-Key") + `","kind":"open","site":"a.example.org","case":"c1","verdict":"attack",` +
		`"title":"This site is attack","reasons":["9,000 requests a minute where 120 are usual"],"started":"2026-05-04T11:59:00Z",` +
		`"at":"2026-05-04T12:00:00Z","requests":9000,"normal":120.4,"link":"https://page.example.org/sites/a?from=1\u0026to=2","held_back":0}`
	if diff := cmp.Diff(want, r.body); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	mac := hmac.New(sha256.New, []byte("hunter2"))
	mac.Write([]byte(r.body))
	if got := r.header.Get(SignatureHeader); got != "sha256="+hex.EncodeToString(mac.Sum(nil)) {
		t.Errorf("the signature is %q", got)
	}
	if len(r.header.Get("Idempotency-Key")) != 32 || r.header.Get("Content-Type") != "application/json" {
		t.Errorf("the headers are %v", r.header)
	}
}

// Whatever a text holds, Slack shows it as it is: it mentions nobody and hides no link.
func TestSlackBody(t *testing.T) {
	s := serveHTTP(t)
	hook := s.hook()
	hook.Format = Slack
	b := newBox(t, Config{Webhooks: []Webhook{hook}}).serve()
	e := event(Closed, "a.example.org", "attack")
	e.Title, e.Reasons, e.Link = "It is over", []string{"<!channel> & <https://bad.example|good>"}, "https://page.example.org/a|b?x=1&y=<2>"
	b.Send(e)
	var body map[string]string
	if err := json.Unmarshal([]byte(receive(t, s.requests).body), &body); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"text": "*a.example.org: It is over*\nfrom 2026-05-04 11:59 to 2026-05-04 12:00 UTC\n9,000 requests where 120 are usual\n" +
		"• &lt;!channel&gt; &amp; &lt;https://bad.example|good&gt;\n<https://page.example.org/a%7Cb?x=1&amp;y=&lt;2&gt;>"}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// A destination is told of its sites, in the order of events, whatever fails in between.
func TestTriesAreTheSameMessageInOrder(t *testing.T) {
	s := serveHTTP(t, status(500), status(408), status(200))
	b := newBox(t, Config{Webhooks: []Webhook{s.hook("a.example.org")}}).serve()
	b.Send(event(Open, "a.example.org", "suspected"))
	b.Send(event(Open, "b.example.org", "attack"))
	b.Send(event(Changed, "a.example.org", "attack"))
	first := receive(t, s.requests)
	b.clock.pass(t, time.Second)
	second := receive(t, s.requests)
	b.clock.pass(t, 2*time.Second)
	third, next := receive(t, s.requests), receive(t, s.requests)
	if first.body != second.body || first.body != third.body || first.header.Get("Idempotency-Key") != third.header.Get("Idempotency-Key") {
		t.Errorf("tries differ:\n%v\n%v\n%v", first, second, third)
	}
	if !strings.Contains(next.body, `"kind":"changed","site":"a.example.org"`) || next.header.Get("Idempotency-Key") == first.header.Get("Idempotency-Key") {
		t.Errorf("next comes %v", next)
	}
	b.heard("not delivered, tried again in 1s: the answer is 500 Internal Server Error")
	b.heard("delivered again")
	b.finish()
	if diff := cmp.Diff(map[string]Counts{"webhook": {Sent: 2}}, b.Stats()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	s := serveHTTP(t, status(429, "Retry-After", "77"), status(503, "Retry-After", begin.Add(77*time.Second+10*time.Minute).Format(http.TimeFormat)), status(204))
	b := newBox(t, Config{Webhooks: []Webhook{s.hook()}}).serve()
	b.Send(event(Open, "a.example.org", "attack"))
	receive(t, s.requests)
	b.clock.pass(t, 77*time.Second)
	receive(t, s.requests)
	b.clock.pass(t, 10*time.Minute)
	receive(t, s.requests)
	b.finish()
	if c := b.Stats()["webhook"]; c.Sent != 1 || c.Failed != 0 {
		t.Errorf("got %+v", c)
	}
}

// What the other side will never take is tried once; what comes behind it is delivered.
func TestRefusedMessagesAreTriedOnce(t *testing.T) {
	elsewhere := serveHTTP(t)
	for _, c := range []struct {
		answer http.HandlerFunc
		want   string
	}{
		{status(404), "the answer is 404 Not Found; check url: it may be mistyped, or what is secret in it was revoked"},
		{status(400), "the answer is 400 Bad Request; check url, and whether format is what the other end understands"},
		{status(302, "Location", elsewhere.URL), "the answer is 302 Found; redirects are not followed: set url to where it leads"},
		{func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "invalid_token", http.StatusForbidden) }, "403 Forbidden (invalid_token); check url"},
		{func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no secretpath", http.StatusForbidden) }, "403 Forbidden; check url"},
		{func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "secretpath", http.StatusForbidden) }, "403 Forbidden; check url"},
	} {
		s := serveHTTP(t, c.answer)
		b := newBox(t, Config{Webhooks: []Webhook{s.hook()}}).serve()
		b.Send(event(Open, "a.example.org", "attack"))
		b.Send(event(Closed, "a.example.org", "attack"))
		receive(t, s.requests)
		receive(t, s.requests)
		note := b.heard("a message is lost, it is not tried again: ")
		if !strings.Contains(note, c.want) || strings.Contains(note, "secretpath") || !strings.Contains(note, "webhook "+s.Listener.Addr().String()) {
			t.Errorf("got %q, want %q", note, c.want)
		}
		b.finish()
		if c := b.Stats()["webhook"]; c.Sent != 1 || c.Failed != 1 {
			t.Errorf("got %+v", c)
		}
	}
	if len(elsewhere.requests) > 0 {
		t.Error("a redirect was followed")
	}
}

func TestHangingServersEndByTimeout(t *testing.T) {
	s := serveHTTP(t, hang)
	b := newBox(t, Config{Webhooks: []Webhook{s.hook()}, Timeout: 50 * time.Millisecond}).serve()
	b.Send(event(Open, "a.example.org", "attack"))
	receive(t, s.requests)
	b.clock.pass(t, time.Second)
	receive(t, s.requests)
	if note := b.heard("not delivered"); !strings.Contains(note, "it does not answer in time") {
		t.Errorf("got %q", note)
	}
}

// A message is tried for an hour, at growing intervals up to five minutes, and then given up.
func TestMessagesAreGivenUpAfterAnHour(t *testing.T) {
	b := newBox(t, Config{Webhooks: []Webhook{{URL: "http://" + nobody + "/secretpath"}}}).serve()
	b.Send(event(Open, "a.example.org", "attack"))
	all := time.Duration(0)
	for wait := time.Second; ; wait = min(2*wait, 5*time.Minute) {
		if all+wait > time.Hour {
			break
		}
		b.clock.pass(t, wait)
		all += wait
	}
	note := b.heard("it was tried for an hour")
	if !strings.Contains(note, "the connection is refused; check host and port") || strings.Contains(strings.Join(b.said, " "), "secretpath") {
		t.Errorf("got %q", b.said)
	}
	if all < 50*time.Minute {
		t.Errorf("it was tried for %s", all)
	}
	b.finish()
	if c := b.Stats()["webhook"]; c.Failed != 1 || c.Sent != 0 {
		t.Errorf("got %+v", c)
	}
}

// nobody is an address where nobody listens: ports that were free a moment ago may be another test's.
const nobody = "127.0.0.1:1"

// Over HTTPS only servers with a trusted certificate are told.
func TestCertificates(t *testing.T) {
	secure, pool, _ := tlsServer(t)
	for _, c := range []struct {
		config Config
		want   string
	}{
		{Config{RootCAs: pool}, ""},
		{Config{}, "its certificate is not trusted"},
	} {
		c.config.Webhooks = []Webhook{{URL: Secret(secure.URL)}}
		results := newBox(t, c.config).Test(t.Context(), event(Test, "a.example.org", "attack"))
		if len(results) != 1 || (results[0].Err == nil) != (c.want == "") || c.want != "" && !strings.Contains(results[0].Err.Error(), c.want) {
			t.Errorf("got %+v, want %q", results, c.want)
		}
	}
	b := newBox(t, Config{Webhooks: []Webhook{{URL: "https://" + Secret(serveHTTP(t).Listener.Addr().String())}}})
	if r := b.Test(t.Context(), Event{}); r[0].Err == nil || !strings.Contains(r[0].Err.Error(), "it does not speak TLS there") {
		t.Errorf("got %+v", r)
	}
}
