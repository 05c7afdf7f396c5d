package logentry

import "encoding/binary"

// Key makes line ids that nobody can predict or make collide who does not have it. All parts of a deployment share one.
type Key struct{ k0, k1 uint64 }

// NewKey takes 16 random bytes.
func NewKey(secret [16]byte) Key {
	return Key{binary.LittleEndian.Uint64(secret[:8]), binary.LittleEndian.Uint64(secret[8:])}
}

// Each kind of id has a function of its own, so that a message cannot be made to have the id of a line.
const (
	lineDomain    = 0x6c696e6500000000
	messageDomain = 0x6d73670000000000
	fileDomain    = 0x66696c6500000000
)

// IdentityBytes is how much of a file's start makes its identity.
const IdentityBytes = 4 << 10

// LineID is the id of the line that starts at offset of a file, after decompression. file is the FileIdentity of what the file holds up to the
// line's end, line end included.
func LineID(key Key, file uint64, offset int64) uint64 {
	s := newSip(key.k0, key.k1^lineDomain)
	s.word(file)
	s.word(uint64(offset))
	s.word(16 << 56)
	return s.sum()
}

// MessageID is the id of a line whose transport names it: a Pub/Sub message id, an insertId of Cloud Logging.
func MessageID(key Key, id []byte) uint64 { return sipBytes(key.k0, key.k1^messageDomain, id) }

// FileIdentity tells files apart by their start: the first IdentityBytes bytes after decompression, or fewer. Renaming and compressing a file do
// not change it. As a file shorter than that grows, the identity of its whole changes; that of what it holds up to a line's end does not, which is
// why a line's id is made from the latter. The result is never 0.
func FileIdentity(key Key, start []byte) uint64 {
	id := sipBytes(key.k0, key.k1^fileDomain, start[:min(len(start), IdentityBytes)])
	if id == 0 {
		return 1 // 0 means "no file" in a Block
	}
	return id
}
