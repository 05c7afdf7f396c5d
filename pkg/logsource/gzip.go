package logsource

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

// TrailingError says that behind the end of gzip data come bytes that are none. As gunzip does, all before them was read, and they are left out.
type TrailingError struct{ Path string }

func (e *TrailingError) Error() string {
	return fmt.Sprintf("%s: behind the end of the gzip data come bytes that are no gzip data: they were left out, the lines before them were all read", name(e.Path))
}

var gzipMagic = []byte{0x1f, 0x8b, 8}

// members reads gzip data of one or more members.
type members struct {
	raw      *bufio.Reader
	member   *gzip.Reader
	trailing bool // behind the last member came something else
}

func newMembers(raw *bufio.Reader) (*members, error) {
	m, err := gzip.NewReader(raw)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // inside the header
	}
	if err != nil {
		return nil, err
	}
	m.Multistream(false)
	return &members{raw: raw, member: m}, nil
}

// Read implements io.Reader.
func (m *members) Read(p []byte) (int, error) {
	for {
		n, err := m.member.Read(p)
		if err != io.EOF { //nolint:errorlint // a wrapped EOF is no end of a member
			return n, err
		}
		if n > 0 {
			return n, nil
		}
		if err := m.next(); err != nil {
			return 0, err
		}
	}
}

// next goes on to the next member; io.EOF where there is none.
func (m *members) next() error {
	first, err := m.raw.Peek(len(gzipMagic))
	switch {
	case len(first) == 0:
		return err
	case len(first) < len(gzipMagic) && bytes.HasPrefix(gzipMagic, first):
		return io.ErrUnexpectedEOF
	case !bytes.Equal(first, gzipMagic):
		m.trailing = true
		return io.EOF
	}
	if err := m.member.Reset(m.raw); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	m.member.Multistream(false)
	return nil
}
