package logsource

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"io"

	"github.com/klauspost/compress/zstd"
)

// Compression is how a file is compressed, told by its first bytes and not by its name.
type Compression uint8

// What can be read.
const (
	None Compression = iota
	Gzip
	Zstd
	Bzip2
)

func (c Compression) String() string {
	return [...]string{"none", "gzip", "zstd", "bzip2"}[c&3]
}

// maxZstdWindow is what `zstd --long` uses at most without being told: more would let a small file claim gigabytes of memory.
const maxZstdWindow = 128 << 20

// magicBytes is how much of a file compressionOf looks at.
const magicBytes = 10

func compressionOf(first []byte) Compression {
	switch {
	case bytes.HasPrefix(first, []byte{0x1f, 0x8b, 8}):
		return Gzip
	case bytes.HasPrefix(first, []byte{0x28, 0xb5, 0x2f, 0xfd}), isSkippableFrame(first):
		return Zstd
	case isBzip2(first):
		return Bzip2
	}
	return None
}

// isSkippableFrame: a zstd file may begin with a frame of metadata, as pzstd writes it.
func isSkippableFrame(first []byte) bool {
	return len(first) >= 4 && first[0]&0xf0 == 0x50 && first[1] == 0x2a && first[2] == 0x4d && first[3] == 0x18
}

// isBzip2 wants the magic number of the first block too, as text may well begin with "BZh1".
func isBzip2(first []byte) bool {
	if len(first) < magicBytes || string(first[:3]) != "BZh" || first[3] < '1' || first[3] > '9' {
		return false
	}
	return string(first[4:10]) == "\x31\x41\x59\x26\x53\x59" || string(first[4:10]) == "\x17\x72\x45\x38\x50\x90"
}

// foreign are formats that are recognised only to say what to do about them.
var foreign = []struct{ magic, what, remedy string }{
	{"\xfd7zXZ\x00", "an xz file", "decompress it: xz -dc FILE | floodgauge report -"},
	{"\x04\x22\x4d\x18", "an lz4 file", "decompress it: lz4 -dc FILE | floodgauge report -"},
	{"PK\x03\x04", "a zip archive", "unpack it and name the folder"},
	{"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it and name the folder"},
	{"PAR1", "a Parquet file", "name the log files that it was made from"},
}

// tarMagicAt is where a tar header says "ustar".
const tarMagicAt = 257

// refusal says what a file is and what to do instead, if it is known to be no log; else it is empty.
func refusal(first []byte) string {
	for _, f := range foreign {
		if bytes.HasPrefix(first, []byte(f.magic)) {
			return "is " + f.what + ": " + f.remedy
		}
	}
	if len(first) > tarMagicAt && bytes.HasPrefix(first[tarMagicAt:], []byte("ustar")) {
		return "is a tar archive: unpack it and name the folder"
	}
	return ""
}

// decompress returns the text in raw. What cannot be decompressed shows when it is read.
func decompress(raw *bufio.Reader) (text io.Reader, c Compression, release func()) {
	first, _ := raw.Peek(magicBytes)
	c = compressionOf(first)
	switch c {
	case Gzip:
		r, err := newMembers(raw)
		if err != nil {
			return failing{err}, c, func() {}
		}
		return r, c, func() {}
	case Zstd:
		// One goroutine each is enough: the caller lets each file be decompressed ahead of its reader.
		r, err := zstd.NewReader(raw, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxZstdWindow))
		if err != nil {
			return failing{err}, c, func() {}
		}
		return r, c, r.Close
	case Bzip2:
		return bzip2.NewReader(raw), c, func() {}
	}
	return raw, c, func() {}
}

// failing is a reader that has nothing but an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
