package notify

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	firstWait = time.Second
	maxWait   = 5 * time.Minute
	// maxAge is the age at which a message is not tried again: it would be no news.
	maxAge = time.Hour
)

// failure is why a try failed, in words that name no secret.
type failure struct {
	what   string
	remedy string        // what to do about it
	final  bool          // the same message will not fare better
	after  time.Duration // what the other side asks to wait; 0: nothing
}

func (f *failure) Error() string {
	if f.remedy == "" {
		return f.what
	}
	return f.what + "; " + f.remedy
}

// jitter returns a random time from half of d to all of it.
func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d/2+1) }

// backoff is the wait after a number of failed tries, without jitter.
func backoff(tries int) time.Duration {
	wait := firstWait
	for range tries - 1 {
		wait = min(2*wait, maxWait)
	}
	return wait
}

// run delivers what is queued until ending is closed, and then what is left. try is the context of every try.
func (d *destination) run(try context.Context, ending <-chan struct{}) {
	for {
		m := d.next(ending)
		if m == nil {
			return
		}
		d.deliver(try, ending, m)
	}
}

// deliver tries until the message is delivered or given up.
func (d *destination) deliver(try context.Context, ending <-chan struct{}, m *message) {
	for tries := 1; ; tries++ {
		last := isClosed(ending) // then the next try is the last
		f := d.attempt(try, m)
		if f == nil {
			d.count(func(c *Counts) { c.Sent++ })
			if tries > 1 {
				d.say(d, "well", "delivered again")
			}
			return
		}
		wait := max(d.c.Jitter(backoff(tries)), f.after)
		why := ""
		switch {
		case f.final:
			why = "it is not tried again"
		case last:
			why = "the program ends" // which is said once, of all of them
		case d.c.Now().Add(wait).Sub(m.queued) > maxAge:
			why = "it was tried for an hour"
		}
		if why != "" {
			d.count(func(c *Counts) { c.Failed++ })
			if last {
				d.unsent, d.unsentWhy = d.unsent+1, f
				return
			}
			d.say(d, "lost", "a message is lost, %s: %s", why, f)
			return
		}
		d.say(d, "retry", "not delivered, tried again in %s: %s", wait.Round(time.Second), f)
		select {
		case <-d.c.After(wait):
		case <-ending:
		}
	}
}

func (d *destination) attempt(try context.Context, m *message) *failure {
	ctx, cancel := context.WithTimeout(try, d.timeout)
	defer cancel()
	return d.way.send(ctx, m)
}

func (d *destination) count(change func(*Counts)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(&d.counters)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// Result is what became of a test message.
type Result struct {
	Destination string // kind and name, without secrets
	Err         error  // nil where the other side took it; else what failed and what to do
}

// Test tries once to send an event to each destination, whatever its sites are, and says what became of it. Serve need not run.
func (n *Notifier) Test(ctx context.Context, e Event) []Result {
	results := make([]Result, 0, len(n.all))
	m := newMessage(cleaned(e), n.c.Now())
	for _, d := range n.all {
		r := Result{Destination: d.String()}
		if f := d.attempt(ctx, m); f != nil {
			r.Err = f
		}
		results = append(results, r)
	}
	return results
}
