package logsource

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

const (
	// identityBytes is how much of a file's beginning its identity is made from.
	identityBytes = 4 << 10
	// viewBytes is how much of a file's beginning is looked at to tell what is in it.
	viewBytes = 64 << 10
)

// ErrChanged says that a file was replaced, or got shorter, while it was read.
var ErrChanged = errors.New("changed while it was read")

// DamagedError says that compressed data ends too early or makes no sense from some point on. Everything before that point was handed over.
type DamagedError struct {
	Path        string
	Compression Compression
	Offset      int64 // how many bytes of text could be read
	Early       bool  // the data ends too early
}

func (e *DamagedError) Error() string {
	what, lines := "is damaged", "the lines before that were read, though the last of them may be wrong"
	if e.Early {
		what, lines = "ends too early", "the lines before that were read"
	}
	if e.Offset == 0 {
		return fmt.Sprintf("%s: the %s data %s and nothing in it can be read: get the file again from where it came from", name(e.Path), e.Compression, what)
	}
	return fmt.Sprintf("%s: the %s data %s after %d bytes of text: %s, the rest is lost", name(e.Path), e.Compression, what, e.Offset, lines)
}

// stream is the text of an input from its beginning to its end, with the beginning in view.
type stream struct {
	path        string
	raw         *rawReader
	text        *bufio.Reader
	compression Compression
	gzip        *members // nil for other data
	release     func()

	off int64 // bytes of text that were read
	err error // the first error; it stays
}

// openStream looks into raw, which has at least size bytes. The caller calls release when it has done with the stream.
func openStream(path string, raw io.Reader, size int64) *stream {
	s := &stream{path: path, raw: &rawReader{in: raw, size: size}}
	text, compression, release := decompress(bufio.NewReaderSize(s.raw, viewBytes))
	s.gzip, _ = text.(*members)
	s.text, s.compression, s.release = bufio.NewReaderSize(&sticky{in: text}, viewBytes), compression, release
	return s
}

// view returns the first n bytes of text, or all of it where it is shorter. It is valid until the first Read.
func (s *stream) view(n int) []byte {
	first, _ := s.text.Peek(n)
	return first
}

// Read implements io.Reader. Its error is io.EOF, a *DamagedError, or trouble of the disk.
func (s *stream) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.text.Read(p)
	s.off += int64(n)
	if err != nil {
		s.err = s.explain(err)
	}
	return n, s.err
}

// explain keeps the decompressor's words out of the message: they tell people nothing.
func (s *stream) explain(err error) error {
	switch {
	case errors.Is(s.raw.err, io.ErrUnexpectedEOF):
		return changed(s.path)
	case s.raw.err != nil:
		return cannotRead(s.path, s.raw.err)
	case err == io.EOF || s.compression == None: //nolint:errorlint // a wrapped EOF is a decompressor's: the data ends too early
		return err
	}
	early := errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
	return &DamagedError{Path: s.path, Compression: s.compression, Offset: s.off, Early: early}
}

// rawReader counts the bytes on disk and keeps the disk's error apart from the decompressor's.
type rawReader struct {
	in   io.Reader
	size int64 // at least so many bytes are expected
	read atomic.Int64
	err  error // io.ErrUnexpectedEOF if there are fewer bytes
}

func (r *rawReader) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	total := r.read.Add(int64(n))
	if err == io.EOF && total < r.size {
		err = io.ErrUnexpectedEOF
	}
	if err != io.EOF {
		r.err = err
	}
	return n, err
}

// sticky returns its reader's first error for ever: looking ahead must not use it up.
type sticky struct {
	in  io.Reader
	err error
}

func (s *sticky) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.in.Read(p)
	s.err = err
	return n, err
}
