package logentry

import (
	"math/bits"
	"testing"
)

// The first vectors of the reference implementation: key 00..0f, message 00, 01, ... of growing length.
func TestSipHashReferenceVectors(t *testing.T) {
	want := []uint64{
		0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d, 0xcf2794e0277187b7, 0x18765564cd99a68d,
		0xcbc9466e58fee3ce, 0xab0200f58b01d137, 0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
		0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5,
	}
	var secret [16]byte
	for i := range secret {
		secret[i] = byte(i)
	}
	key := NewKey(secret)
	var message []byte
	for i, w := range want {
		if got := sipBytes(key.k0, key.k1, message); got != w {
			t.Errorf("length %d: %x, want %x", i, got, w)
		}
		message = append(message, byte(i))
	}
}

func TestLineIDIsHashOfBothWords(t *testing.T) {
	key := NewKey([16]byte{1, 2, 3})
	message := []byte{1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0}
	if LineID(key, 1, 2) != sipBytes(key.k0, key.k1^lineDomain, message) {
		t.Error("LineID is not SipHash of file and offset")
	}
	if LineID(key, 1, 2) == MessageID(key, message) {
		t.Error("a message can have the id of a line")
	}
}

// Neighbouring lines, files and keys have ids that differ in about half of their bits.
func TestLineIDMixes(t *testing.T) {
	a, b := NewKey([16]byte{1}), NewKey([16]byte{2})
	seen := map[uint64]bool{}
	var flipped, pairs int
	for offset := range int64(10_000) {
		id := LineID(a, 7, offset)
		for _, other := range []uint64{LineID(a, 7, offset+1), LineID(a, 8, offset), LineID(b, 7, offset)} {
			flipped += bits.OnesCount64(id ^ other)
			pairs++
		}
		if seen[id] {
			t.Fatalf("id of offset %d came twice", offset)
		}
		seen[id] = true
	}
	if mean := float64(flipped) / float64(pairs); mean < 31.5 || mean > 32.5 {
		t.Errorf("%.2f bits differ on average, want 32", mean)
	}
}

func TestFileIdentity(t *testing.T) {
	key := NewKey([16]byte{1})
	long := make([]byte, IdentityBytes+100)
	grown := append([]byte(nil), long...)
	grown[IdentityBytes+50] = 'x'
	if FileIdentity(key, long) != FileIdentity(key, grown) {
		t.Error("what follows the first 4 KiB changes the identity")
	}
	if FileIdentity(key, long[:10]) == FileIdentity(key, long[:11]) {
		t.Error("short files of different length have one identity")
	}
	if FileIdentity(key, nil) == 0 {
		t.Error("an empty file has identity 0, which means no file")
	}
}

func BenchmarkLineID(b *testing.B) {
	key := NewKey([16]byte{1})
	b.ReportAllocs()
	for b.Loop() {
		LineID(key, 1, 2)
	}
}

func BenchmarkMessageID(b *testing.B) {
	key, id := NewKey([16]byte{1}), []byte("11223344556677")
	b.ReportAllocs()
	for b.Loop() {
		MessageID(key, id)
	}
}
