package engine

import (
	"bytes"
	"sync"
)

// maxTail is how much of a child's standard error is kept, in bytes.
const maxTail = 64 << 10

// tail keeps the last part of a child's standard error. It is never shown, as a library's message may quote its input; only what it
// says of the kind of the end is.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if len(t.buf) > maxTail {
		t.buf = append(t.buf[:0], t.buf[len(t.buf)-maxTail:]...)
	}
	return len(p), nil
}

// reason names the kind of the end.
func (t *tail) reason() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case bytes.Contains(t.buf, []byte("out of memory")), bytes.Contains(t.buf, []byte("cannot allocate memory")):
		return "it ran out of memory"
	case bytes.Contains(t.buf, []byte("panic:")), bytes.Contains(t.buf, []byte("fatal error:")):
		return "it crashed; this is a defect, please report it"
	}
	return "it was killed, perhaps because memory ran out"
}
