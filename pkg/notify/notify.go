// Package notify tells people about attack cases, by webhook and by mail. Messages wait in a queue of their destination, in order, and are tried again
// for an hour; a destination that fails holds up no other, and nothing here holds up who sends. It knows what a case is from its events alone: nothing
// of stores, rows or how attacks are judged. Queues live in memory: what is not delivered when the process dies is lost.
package notify

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"slices"
	"sync"
	"time"
)

// Kinds of events. Test and Summary are made here: by Notifier.Test, and where messages were held back.
const (
	Open    = "open"
	Changed = "changed"
	Closed  = "closed"
	Test    = "test"
	Summary = "summary"
)

// Event is something that happened to a case. Its texts hold no addresses, no agent strings and no paths that few share: the caller guarantees that.
type Event struct {
	Kind     string   // Open, Changed or Closed
	Site     string   // empty in a Summary
	Case     string   // id of the case, the same for all its events
	Verdict  string   // "suspected", "attack" or "watch"
	Title    string   // a sentence, such as "This site is under attack"
	Reasons  []string // sentences with numbers
	Started  time.Time
	At       time.Time
	Requests int64   // of the case so far
	Normal   float64 // requests that are usual in the same time
	Link     string  // to the page; may be empty
}

// Notifier delivers events. Make it with New; its methods may be called from several goroutines.
type Notifier struct {
	c     Config
	note  func(format string, args ...any)
	all   []*destination
	notes chan string // what Serve says through note: Send must not wait for a terminal
	wake  chan struct{}

	mu    sync.Mutex
	cases cases

	saying sync.Mutex // taken within mu and a destination's own
	said   map[string]time.Time
}

// New makes a notifier. note is told in single sentences what goes wrong and what to do, at most once a minute for each destination and kind of trouble;
// it is called by Serve. An error holds every mistake of the configuration and names no secret.
func New(cfg Config, note func(format string, args ...any)) (*Notifier, error) {
	n := &Notifier{c: cfg.filled(), note: note, notes: make(chan string, maxNotes), wake: make(chan struct{}, 1), said: map[string]time.Time{}}
	n.cases = cases{every: n.c.Every, known: map[string]*caseState{}}
	var err error
	if n.all, err = n.c.destinations(); err != nil {
		return nil, err
	}
	for _, d := range n.all {
		d.c, d.say, d.wake = &n.c, n.say, make(chan struct{}, 1)
	}
	return n, nil
}

// Send hands over an event to all destinations of its site. It never blocks: where a queue is full, its oldest "changed" message is dropped, or else its
// oldest. "changed" is sent only if verdict or title differ from what was sent last of the case, and at most once in Config.Every: what comes earlier
// waits for that, and only the newest.
func (n *Notifier) Send(e Event) {
	e = cleaned(e)
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.c.Now()
	if n.cases.admit(e, now) {
		n.fanOut(e, now)
	} else {
		poke(n.wake)
	}
}

// fanOut puts an event into the queues, in the order in which cases were decided on: under the lock.
func (n *Notifier) fanOut(e Event, now time.Time) {
	m := newMessage(e, now)
	for _, d := range n.all {
		if d.covers(e.Site) {
			d.put(m)
		}
	}
}

// release sends what has waited long enough, or all of it, and returns how long the next has to wait; 0 where nothing waits.
func (n *Notifier) release(all bool) time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.c.Now()
	due, wait := n.cases.due(now, all)
	for _, e := range due {
		n.fanOut(e, now)
	}
	return wait
}

// flushTime is how long after the end of Serve's context the queues are still worked on.
const flushTime = 5 * time.Second

// Serve delivers until ctx ends; then it tries once what is left, for at most 5 seconds. It is called once.
func (n *Notifier) Serve(ctx context.Context) {
	try, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ending := make(chan struct{})
	var workers sync.WaitGroup
	for _, d := range n.all {
		workers.Go(func() { d.run(try, ending) })
	}
	n.work(ctx)
	n.release(true)
	close(ending)
	done := make(chan struct{})
	go func() { workers.Wait(); close(done) }()
	late := n.c.After(flushTime)
	for open := true; open; {
		select {
		case text := <-n.notes:
			n.note("%s", text)
		case <-late:
			stop()
			late = nil
		case <-done:
			open = false
		}
	}
	n.sayAll()
	for _, d := range n.all {
		if d.unsent > 0 {
			n.note("alerts: %s: %d %s lost, the program ends: %s", d, d.unsent, plural(d.unsent, "message is", "messages are"), d.unsentWhy)
		}
	}
}

// work passes on notes, and changes that have waited, until ctx ends.
func (n *Notifier) work(ctx context.Context) {
	for {
		var due <-chan time.Time
		if wait := n.release(false); wait > 0 {
			due = n.c.After(wait)
		}
		select {
		case <-ctx.Done():
			return
		case text := <-n.notes:
			n.note("%s", text)
		case <-due:
		case <-n.wake:
		}
	}
}

const (
	maxNotes   = 64
	notePeriod = time.Minute
)

// say queues a note, unless one of the same kind was said within the last minute.
func (n *Notifier) say(d *destination, kind, format string, args ...any) {
	key, now := d.String()+" "+kind, n.c.Now()
	n.saying.Lock()
	last, ok := n.said[key]
	quiet := ok && now.Sub(last) < notePeriod
	if !quiet {
		n.said[key] = now
	}
	n.saying.Unlock()
	if quiet {
		return
	}
	select {
	case n.notes <- fmt.Sprintf("alerts: %s: %s", d, fmt.Sprintf(format, args...)):
	default: // nobody reads them: better lost than waited for
	}
}

func (n *Notifier) sayAll() {
	for {
		select {
		case text := <-n.notes:
			n.note("%s", text)
		default:
			return
		}
	}
}

// cleaned bounds the texts of an event and takes out what does not belong into a text. A link that is no address of a page is left out.
func cleaned(e Event) Event {
	e.Kind, e.Case, e.Verdict = printable(e.Kind, maxText), printable(e.Case, maxText), printable(e.Verdict, maxText)
	e.Site, e.Title = printable(e.Site, maxText), printable(e.Title, maxText)
	e.Reasons = slices.Clone(e.Reasons[:min(len(e.Reasons), maxReasons)])
	for i := range e.Reasons {
		e.Reasons[i] = printable(e.Reasons[i], maxText)
	}
	if math.IsNaN(e.Normal) || math.IsInf(e.Normal, 0) {
		e.Normal = 0
	}
	if u, err := url.Parse(e.Link); err != nil || u.Scheme != "https" && u.Scheme != "http" || len(e.Link) > maxLink {
		e.Link = ""
	} else {
		e.Link = u.String()
	}
	return e
}

// poke wakes who waits on a channel of one place.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
