package engine

import (
	"bytes"
	"slices"
	"sync"
)

// ending reads a child's standard error for what it says of the kind of its end. It keeps nothing else: a library's message may quote its input,
// so it is never shown.
type ending struct {
	mu   sync.Mutex
	seen [len(endings)]bool
	last []byte // the end of what was written, as words may be cut in two
}

// endings are the words that tell how a child ended, the most telling first.
var endings = [...]struct{ word, meaning string }{
	{"out of memory", "it ran out of memory"},
	{"cannot allocate memory", "it ran out of memory"},
	{"panic:", "it crashed; this is a defect, please report it"},
	{"fatal error:", "it crashed; this is a defect, please report it"},
}

// longestEnding is at least the length of the longest word of endings.
const longestEnding = 32

// Write implements io.Writer.
func (e *ending) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	text := slices.Concat(e.last, p)
	for i := range endings {
		e.seen[i] = e.seen[i] || bytes.Contains(text, []byte(endings[i].word))
	}
	e.last = slices.Clone(text[max(0, len(text)-longestEnding):])
	return len(p), nil
}

// reason names the kind of the end.
func (e *ending) reason() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, seen := range e.seen {
		if seen {
			return endings[i].meaning
		}
	}
	return "it was killed, perhaps because memory ran out"
}
