package notify

import (
	"slices"
	"strings"
	"time"
)

// maxCases bounds what is remembered of cases that nobody closes; beyond it the one that was silent longest is forgotten.
const maxCases = 4096

// caseState is what has been sent of a case.
type caseState struct {
	verdict, title string
	changed        time.Time // when the last "changed" was sent; zero: never
	seen           time.Time
	pending        *Event // the newest change that waits
}

// cases decides which events are sent.
type cases struct {
	every time.Duration
	known map[string]*caseState
}

// admit tells whether an event is sent now. A change that comes too early is kept until due returns it.
func (c *cases) admit(e Event, now time.Time) bool {
	key := e.Site + "\x00" + e.Case
	if e.Kind == Closed {
		delete(c.known, key)
		return true
	}
	s, ok := c.known[key]
	if !ok {
		s = &caseState{}
		c.add(key, s)
	}
	s.seen = now
	if e.Kind == Changed && ok {
		return s.change(e, now, c.every)
	}
	s.sent(e, now)
	return true
}

func (s *caseState) change(e Event, now time.Time, every time.Duration) bool {
	s.pending = nil
	switch {
	case e.Verdict == s.verdict && e.Title == s.title:
		return false
	case !s.changed.IsZero() && now.Sub(s.changed) < every:
		s.pending = &e
		return false
	}
	s.sent(e, now)
	return true
}

func (s *caseState) sent(e Event, now time.Time) {
	s.verdict, s.title, s.pending = e.Verdict, e.Title, nil
	if e.Kind == Changed {
		s.changed = now
	}
}

// due takes out the changes whose time has come, or all, in the order in which they happened. wait is how long the next takes; 0 where there is none.
func (c *cases) due(now time.Time, all bool) (events []Event, wait time.Duration) {
	for _, s := range c.known {
		if s.pending == nil {
			continue
		}
		left := s.changed.Add(c.every).Sub(now)
		if left <= 0 || all {
			events = append(events, *s.pending)
			s.sent(*s.pending, now)
		} else if wait == 0 || left < wait {
			wait = left
		}
	}
	slices.SortFunc(events, func(a, b Event) int {
		if order := a.At.Compare(b.At); order != 0 {
			return order
		}
		return strings.Compare(a.Site+"\x00"+a.Case, b.Site+"\x00"+b.Case)
	})
	return events, wait
}

// add remembers a case, and forgets one where there are too many.
func (c *cases) add(key string, s *caseState) {
	if len(c.known) >= maxCases {
		oldest := ""
		for k, other := range c.known {
			if o := c.known[oldest]; o == nil || other.seen.Before(o.seen) || other.seen.Equal(o.seen) && k < oldest {
				oldest = k
			}
		}
		delete(c.known, oldest)
	}
	c.known[key] = s
}
