package notify

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// bodies returns kind and verdict of the next messages of a server.
func (s *server) bodies(t *testing.T, n int) (all []string) {
	t.Helper()
	for range n {
		body := receive(t, s.requests).body
		all = append(all, field(body, "kind")+" "+field(body, "verdict"))
	}
	return all
}

// field returns a text of a flat JSON object.
func field(body, name string) string {
	_, rest, _ := strings.Cut(body, `"`+name+`":"`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func TestChangesAreSentWhenTheyAreNews(t *testing.T) {
	s := serveHTTP(t)
	b := newBox(t, Config{Webhooks: []Webhook{s.hook()}, Every: 10 * time.Minute}).serve()
	send := func(kind, verdict string) {
		b.clock.advance(time.Minute)
		b.Send(event(kind, "a.example.org", verdict))
	}
	send(Open, "suspected")
	send(Changed, "suspected") // the same: not sent
	send(Changed, "attack")
	send(Changed, "watch") // too early, and replaced by what follows
	send(Changed, "suspected")
	if diff := cmp.Diff([]string{"open suspected", "changed attack"}, s.bodies(t, 2)); diff != "" {
		t.Errorf("at first: -want +got\n%s", diff)
	}
	b.clock.await(t, 8*time.Minute) // since "suspected" replaced what waited
	b.clock.advance(8 * time.Minute)
	if diff := cmp.Diff([]string{"changed suspected"}, s.bodies(t, 1)); diff != "" {
		t.Errorf("what waited: -want +got\n%s", diff)
	}
	send(Changed, "attack")    // waits
	send(Changed, "suspected") // back to what was said: nothing waits any more
	b.clock.advance(time.Hour)
	send(Changed, "watch")
	send(Changed, "attack") // waits, and is void when the case is over
	send(Closed, "attack")
	b.clock.advance(time.Hour)
	b.finish()
	if diff := cmp.Diff([]string{"changed watch", "closed attack"}, s.bodies(t, 2)); diff != "" || len(s.requests) > 0 {
		t.Errorf("at last, %d more: -want +got\n%s", len(s.requests), diff)
	}
}

// A change that waits is void when the case goes back to what was said of it last, or is over.
func TestChangesThatNeedNotBeSaid(t *testing.T) {
	for _, last := range []Event{event(Changed, "a.example.org", "attack"), event(Closed, "a.example.org", "watch")} {
		c := cases{every: time.Minute, known: map[string]*caseState{}}
		c.admit(event(Open, "a.example.org", "suspected"), begin)
		if !c.admit(event(Changed, "a.example.org", "attack"), begin) || c.admit(event(Changed, "a.example.org", "watch"), begin) {
			t.Fatal("the second change is to be sent, the third to wait")
		}
		if events, wait := c.due(begin, false); len(events) > 0 || wait != time.Minute {
			t.Errorf("it waits for %s", wait)
		}
		c.admit(last, begin)
		if events, wait := c.due(begin.Add(time.Hour), false); len(events) > 0 || wait != 0 {
			t.Errorf("after %s there is still %v", last.Kind, events)
		}
	}
}

// After a restart the first change of a case is news, and the same event has the same id.
func TestRestarts(t *testing.T) {
	s := serveHTTP(t)
	var ids []string
	for range 2 {
		b := newBox(t, Config{Webhooks: []Webhook{s.hook()}}).serve()
		b.Send(event(Changed, "a.example.org", "attack"))
		ids = append(ids, receive(t, s.requests).header.Get("Idempotency-Key"))
		b.finish()
	}
	if ids[0] != ids[1] || ids[0] == "" {
		t.Errorf("the ids are %q", ids)
	}
}

func TestForgottenCases(t *testing.T) {
	c := cases{every: time.Minute, known: map[string]*caseState{}}
	for i := range maxCases + 10 {
		e := event(Open, "a.example.org", "attack")
		e.Case = fmt.Sprint(i)
		c.admit(e, begin.Add(time.Duration(i)*time.Second))
	}
	if len(c.known) != maxCases || c.known["a.example.org\x009"] != nil || c.known["a.example.org\x0010"] == nil {
		t.Errorf("%d cases are known", len(c.known))
	}
}

// What an hour has no room for is summed up in one message when it is over.
func TestRateLimit(t *testing.T) {
	s := serveHTTP(t)
	b := newBox(t, Config{Webhooks: []Webhook{s.hook()}, PerHour: 3}).serve()
	for i := range 7 {
		b.Send(event(Open, fmt.Sprintf("%d.example.org", i), "attack"))
	}
	for i := range 3 {
		if site := field(receive(t, s.requests).body, "site"); site != fmt.Sprintf("%d.example.org", i) {
			t.Errorf("message %d is about %s", i, site)
		}
	}
	b.heard("3 messages went out within an hour")
	b.clock.pass(t, time.Hour)
	body := receive(t, s.requests).body
	for _, want := range []string{`"kind":"summary"`, `"site":""`, `"title":"4 further alerts were held back"`, `"held_back":4`,
		"They were about 3.example.org, 4.example.org, 5.example.org, 6.example.org: see the page."} {
		if !strings.Contains(body, want) {
			t.Errorf("the summary lacks %s: %s", want, body)
		}
	}
	b.Send(event(Closed, "0.example.org", "attack"))
	if kind := field(receive(t, s.requests).body, "kind"); kind != Closed {
		t.Errorf("then comes %s", kind)
	}
	for range 2 {
		b.Send(event(Open, "0.example.org", "attack"))
	}
	receive(t, s.requests)
	b.finish() // nobody waits for the hour at the end
	if body := receive(t, s.requests).body; !strings.Contains(body, "1 further alert was held back") {
		t.Errorf("at the end comes %s", body)
	}
	if diff := cmp.Diff(map[string]Counts{"webhook": {Sent: 7, HeldBack: 5}}, b.Stats()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// A full queue loses changes before it loses what opens or closes a case, and says so. Whoever sends does not wait, also while nobody serves.
func TestFullQueues(t *testing.T) {
	s := serveHTTP(t)
	b := newBox(t, Config{Webhooks: []Webhook{s.hook()}, PerHour: maxQueue})
	for i := range maxQueue {
		kind := Open
		if i == 50 || i == 60 {
			kind = Changed
		}
		b.Send(event(kind, fmt.Sprintf("%d.example.org", i), "attack"))
	}
	for i := range 3 {
		b.Send(event(Open, fmt.Sprintf("more-%d.example.org", i), "attack"))
	}
	b.serve()
	sites := map[string]bool{}
	for range maxQueue {
		sites[field(receive(t, s.requests).body, "site")] = true
	}
	if sites["50.example.org"] || sites["60.example.org"] || sites["0.example.org"] || !sites["1.example.org"] || !sites["more-2.example.org"] {
		t.Errorf("delivered: %v", sites)
	}
	b.heard("100 messages wait, so the oldest are dropped")
	b.finish()
	if c := b.Stats()["webhook"]; c.Sent != maxQueue || c.Dropped != 3 || len(b.notes) > 0 {
		t.Errorf("got %+v, and %d further notes", c, len(b.notes))
	}
}

// A destination that hangs holds up no other.
func TestDestinationsAreIndependent(t *testing.T) {
	bad, good := serveHTTP(t, hang, hang), serveHTTP(t, status(200), status(500))
	b := newBox(t, Config{Webhooks: []Webhook{bad.hook(), good.hook()}, Timeout: time.Hour}).serve()
	for range 2 {
		b.Send(event(Open, "a.example.org", "attack"))
		receive(t, good.requests)
	}
	receive(t, bad.requests)
	b.clock.pass(t, time.Second) // until the second message's next try
	receive(t, good.requests)
	b.heard("delivered again") // and so both are counted
	b.stop()
	b.clock.pass(t, flushTime) // the end waits that long for what hangs
	receive(t, b.ended)
	if diff := cmp.Diff(map[string]Counts{"webhook": {Sent: 2, Failed: 2}}, b.Stats()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	b.heard("2 messages are lost, the program ends: ")
}

// At the end, what waits for its next try is tried once more, and what waits in the queue once.
func TestEndTriesWhatIsLeft(t *testing.T) {
	s := serveHTTP(t, status(500), status(200))
	b := newBox(t, Config{Webhooks: []Webhook{s.hook()}}).serve()
	b.Send(event(Open, "a.example.org", "suspected"))
	receive(t, s.requests)
	b.clock.await(t, time.Second)
	b.Send(event(Changed, "a.example.org", "attack"))
	b.Send(event(Changed, "a.example.org", "watch")) // would wait for ten minutes
	b.finish()
	if diff := cmp.Diff([]string{"open suspected", "changed attack", "changed watch"}, s.bodies(t, 3)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Texts have a bound, and hold nothing that ends a line, whoever made them.
func TestCleaned(t *testing.T) {
	e := Event{Title: "a\r\nb\u202e\x1b", Reasons: make([]string, 30), Link: "javascript:alert(1)", Site: strings.Repeat("ä", 600)}
	e.Reasons[0] = "x\ny"
	c := cleaned(e)
	if c.Title != "a\ufffd\ufffdb\ufffd\ufffd" || c.Reasons[0] != "x\ufffdy" || len(c.Reasons) != maxReasons || c.Link != "" || len([]rune(c.Site)) != maxText {
		t.Errorf("got %+v", c)
	}
	if e.Reasons[0] != "x\ny" {
		t.Error("the caller's reasons were changed")
	}
}

func TestJitterSpreads(t *testing.T) {
	least, most := time.Hour, time.Duration(0)
	for range 1000 {
		d := jitter(8 * time.Second)
		least, most = min(least, d), max(most, d)
	}
	if least < 4*time.Second || most > 8*time.Second || most-least < 3*time.Second {
		t.Errorf("waits of 8s are from %s to %s", least, most)
	}
}
