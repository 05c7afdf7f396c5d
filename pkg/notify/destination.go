package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// maxQueue is how many messages wait for a destination. In an hour, the longest that one is tried, no more than Config.PerHour are sent.
	maxQueue = 100
	window   = time.Hour
	// maxNamed is how many sites a summary names.
	maxNamed = 20
)

// transport is a way to somebody. Its tries end with ctx, and its failures name no secret.
type transport interface {
	send(ctx context.Context, m *message) *failure
}

// destination is somebody who is told, with what waits for them.
type destination struct {
	kind, name string
	sites      []string // empty: all
	way        transport
	timeout    time.Duration // of one try

	c    *Config
	say  func(d *destination, kind, format string, args ...any)
	wake chan struct{}

	// unsent is how many messages the end of the program lost, and unsentWhy why the last of them failed; of run, until it returns.
	unsent    int64
	unsentWhy *failure

	mu       sync.Mutex
	queue    []*message
	begun    time.Time // of the hour that is counted: when its first message was taken
	taken    int       // messages of this hour
	held     int64     // messages that this hour had no room for
	heldOf   []string  // their sites, each once
	counters Counts
}

// String is what messages call it.
func (d *destination) String() string { return d.kind + " " + d.name }

func (d *destination) covers(site string) bool {
	return len(d.sites) == 0 || slices.Contains(d.sites, site)
}

// put queues a message, and makes room for it where there is none.
func (d *destination) put(m *message) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.queue) >= maxQueue {
		i := max(slices.IndexFunc(d.queue, func(m *message) bool { return m.Kind == Changed }), 0)
		d.queue = slices.Delete(d.queue, i, i+1)
		d.counters.Dropped++
		d.say(d, "full", "%d messages wait, so the oldest are dropped, %d so far; see why it takes none", maxQueue, d.counters.Dropped)
	}
	d.queue = append(d.queue, m)
	poke(d.wake)
}

// next waits for the next message that may be sent; nil at the end.
func (d *destination) next(ending <-chan struct{}) *message {
	for {
		m, wait := d.take(false)
		if m != nil {
			return m
		}
		var over <-chan time.Time
		if wait > 0 {
			over = d.c.After(wait)
		}
		select {
		case <-d.wake:
		case <-over:
		case <-ending:
			m, _ = d.take(true)
			return m
		}
	}
}

// take returns the next message, or how long it takes until there is one: 0 where that is not known. At the end there is no waiting for the hour.
func (d *destination) take(end bool) (*message, time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.c.Now()
	if left := d.begun.Add(window).Sub(now); left <= 0 {
		d.taken = 0
		if d.held > 0 {
			return d.summary(now), 0
		}
	}
	for len(d.queue) > 0 {
		m := d.queue[0]
		d.queue = slices.Delete(d.queue, 0, 1)
		if d.taken < d.c.PerHour {
			d.takeOne(now)
			return m, 0
		}
		d.hold(m)
	}
	switch {
	case d.held == 0:
		return nil, 0
	case end:
		return d.summary(now), 0
	}
	return nil, d.begun.Add(window).Sub(now)
}

func (d *destination) takeOne(now time.Time) {
	if d.taken == 0 {
		d.begun = now
	}
	d.taken++
}

// hold counts a message that this hour has no room for.
func (d *destination) hold(m *message) {
	d.held++
	d.counters.HeldBack++
	if m.Site != "" && !slices.Contains(d.heldOf, m.Site) {
		d.heldOf = append(d.heldOf, m.Site)
	}
	d.say(d, "held", "%d messages went out within an hour; further ones are held back and summed up when it is over", d.c.PerHour)
}

// summary is the message in place of those that were held back.
func (d *destination) summary(now time.Time) *message {
	e := Event{Kind: Summary, Title: fmt.Sprintf("%d further %s held back", d.held, plural(d.held, "alert was", "alerts were")), At: now}
	sites := slices.Sorted(slices.Values(d.heldOf))
	more := ""
	if len(sites) > maxNamed {
		more = fmt.Sprintf(" and %d more", len(sites)-maxNamed)
		sites = sites[:maxNamed]
	}
	if len(sites) > 0 {
		e.Reasons = []string{"They were about " + strings.Join(sites, ", ") + more + ": see the page."}
	}
	e.Reasons = append(e.Reasons, fmt.Sprintf("At most %d are sent in an hour.", d.c.PerHour))
	m := newMessage(e, now)
	m.held = d.held
	d.takeOne(now)
	d.held, d.heldOf = 0, nil
	return m
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// Counts say what became of messages since the start.
type Counts struct {
	Sent     int64
	Failed   int64 // given up after tries
	Dropped  int64 // for which a queue had no room
	HeldBack int64 // that an hour had no room for, and that a summary stands for
}

// Stats are counts by kind of destination: "webhook" and "mail". Kinds without destinations are not in it.
func (n *Notifier) Stats() map[string]Counts {
	stats := map[string]Counts{}
	for _, d := range n.all {
		d.mu.Lock()
		c := stats[d.kind]
		c.Sent += d.counters.Sent
		c.Failed += d.counters.Failed
		c.Dropped += d.counters.Dropped
		c.HeldBack += d.counters.HeldBack
		stats[d.kind] = c
		d.mu.Unlock()
	}
	return stats
}
