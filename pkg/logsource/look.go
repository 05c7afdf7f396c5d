package logsource

import (
	"bytes"
	"io"
	"os"
)

// look is what a file's beginning tells.
type look struct {
	compression Compression
	framing     Framing
	binary      bool   // it is no text
	refusal     string // what it is and what to do, where it can be no log
}

// lookInto opens a file of size bytes and reads its beginning.
func lookInto(path string, size int64) (look, error) {
	f, err := os.Open(path)
	if err != nil {
		return look{}, cannotRead(path, err)
	}
	defer f.Close()
	s := openStream(path, io.NewSectionReader(f, 0, size), size)
	defer s.release()
	view := s.view(viewBytes)
	if len(view) == 0 && s.raw.err != nil {
		return look{}, s.explain(s.raw.err)
	}
	return look{compression: s.compression, framing: framingOf(view), binary: isBinary(view), refusal: refusal(view)}, nil
}

// isBinary tells text from other data by its share of control characters: random bytes have 11 %, logs next to none. The NUL bytes at the
// beginning of a log that was truncated while a server wrote it do not count.
func isBinary(view []byte) bool {
	view = bytes.TrimLeft(view[:min(len(view), 4<<10)], "\x00")
	controls := 0
	for _, c := range view {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\x1b' {
			controls++
		}
	}
	return controls > len(view)/32
}
