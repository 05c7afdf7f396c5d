package dashboard

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	eventsPattern = "GET /events"
	// maxStreams bounds the open pages that are told at once; others ask again and again instead.
	maxStreams = 256
	// eventPause is the least time between two events of one stream.
	eventPause = time.Second
	// keepAlive is how often a stream says that it is alive, so that proxies do not end it.
	keepAlive = 25 * time.Second
)

// broadcaster tells every open stream that something was committed. Streams that are busy find the latest minute when they are ready.
type broadcaster struct {
	mu      sync.Mutex
	streams map[chan time.Time]bool
	done    chan struct{}
	closed  bool
}

func newBroadcaster() *broadcaster {
	return &broadcaster{streams: map[chan time.Time]bool{}, done: make(chan struct{})}
}

func (b *broadcaster) send(minute time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.streams {
		select {
		case <-c: // the older one was not taken yet
		default:
		}
		c <- minute
	}
}

// join returns a channel of commits, or false where there are too many streams.
func (b *broadcaster) join() (chan time.Time, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.streams) >= maxStreams {
		return nil, false
	}
	c := make(chan time.Time, 1)
	b.streams[c] = true
	return c, true
}

func (b *broadcaster) leave(c chan time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.streams, c)
}

func (b *broadcaster) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.closed = true
		close(b.done)
	}
}

// eventStream sends an event "minute" when rows were committed. It says no more than when: what changed is asked for, under the asker's own rights.
func (s *Server) eventStream(w http.ResponseWriter, r *request) error {
	commits, ok := s.events.join()
	if !ok {
		return errBusy
	}
	defer s.events.leave(commits)
	out := http.NewResponseController(w)
	_ = out.SetWriteDeadline(time.Time{}) // a stream has no end; where the server sets none, there is nothing to take away
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	if _, err := fmt.Fprint(w, "retry: 5000\n\n"); err != nil || out.Flush() != nil {
		return nil
	}
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	for {
		text := ": alive\n\n"
		select {
		case <-r.Context().Done():
			return nil
		case <-s.events.done:
			return nil
		case <-alive.C:
		case minute := <-commits:
			text = fmt.Sprintf("event: minute\ndata: %q\n\n", minute.UTC().Format(time.RFC3339))
		}
		// Somebody whose token is revoked hears no more.
		if _, err := s.config.Access.Sites(FactsOf(r.Request)); err != nil {
			return nil
		}
		if _, err := fmt.Fprint(w, text); err != nil || out.Flush() != nil {
			return nil
		}
		if !pause(r, s.events.done) {
			return nil
		}
	}
}

// pause waits between two events; it tells whether the stream goes on.
func pause(r *request, done <-chan struct{}) bool {
	timer := time.NewTimer(eventPause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
	case <-done:
	}
	return false
}
