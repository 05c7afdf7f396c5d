package spool

import (
	"crypto/sha256"
	"time"
)

const (
	// idMemory is how long a message's id is remembered, and idCount of how many messages of a source.
	idMemory = 24 * time.Hour
	idCount  = 1_000_000
)

// idHash is 16 bytes of a hash of an id: enough that no two of a million are alike, and less to remember than the id.
type idHash [16]byte

func hashID(id string) idHash {
	sum := sha256.Sum256([]byte(id))
	return idHash(sum[:16])
}

// idWindow remembers the ids of the last messages.
type idWindow struct {
	known map[idHash]bool
	queue []datedID // oldest first, from head on
	head  int
	now   time.Time // latest arrival
}

type datedID struct {
	id idHash
	at time.Time
}

func newIDWindow() idWindow { return idWindow{known: map[idHash]bool{}} }

func (w *idWindow) has(id idHash) bool { return w.known[id] }

func (w *idWindow) add(id idHash, at time.Time) {
	if w.known[id] {
		return
	}
	if at.After(w.now) {
		w.now = at
	}
	w.known[id] = true
	w.queue = append(w.queue, datedID{id, w.now}) // one that arrived late is remembered as long as the others
	for len(w.queue)-w.head > idCount || w.now.Sub(w.queue[w.head].at) > idMemory {
		delete(w.known, w.queue[w.head].id)
		w.head++
	}
	if w.head > idCount {
		w.queue, w.head = append([]datedID(nil), w.queue[w.head:]...), 0
	}
}
