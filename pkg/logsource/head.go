package logsource

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

const (
	// sampleBytes is how much text is enough to tell a log's format.
	sampleBytes = 256 << 10
	// stdinHead is how much of standard input is kept to look into it.
	stdinHead = 8 << 20
)

var errEnough = errors.New("enough was read")

// Head returns the beginning of a file. sample holds up to 256 KiB of whole lines as ReadRange hands them over, without lines that are too
// long, for the recognition of the format; first holds the first 4 KiB of the text, of which the file's identity is made. Standard input is read
// from stdin and can be read from there again. Damage behind the sample is no error.
func Head(f File, stdin *Stdin) (sample, first []byte, err error) {
	if f.Path == StdinPath && stdin == nil {
		return nil, nil, errors.New("standard input was not opened")
	}
	first, err = f.look(0, -1, stdin, func(b *logentry.Block) error {
		sample = appendLines(sample, b)
		if len(sample) >= sampleBytes {
			return errEnough
		}
		return nil
	})
	sample = cutSample(sample)
	var damage *DamagedError
	if errors.Is(err, errEnough) || errors.As(err, &damage) && len(sample) > 0 {
		err = nil
	}
	return sample, first, err
}

// look reads lines of a file, without using them up where they are standard input's. first are the first 4 KiB of the text.
func (f File) look(from, to int64, stdin *Stdin, emit func(*logentry.Block) error) (first []byte, err error) {
	var o Options
	if f.Path == StdinPath {
		o.Stdin = io.LimitReader(stdin.look(), stdinHead)
	}
	r := Range{Path: f.Path, From: from, To: to, Whole: !f.divisible(), Size: f.Size}
	rd := newReader(context.Background(), r, o, emit)
	rd.inStep = true // nothing may read standard input after this function has returned
	err = rd.read()
	return rd.sink.origin.first, err
}

// appendLines adds the lines of a block, without one in which the data broke.
func appendLines(sample []byte, b *logentry.Block) []byte {
	data := b.Data
	if b.Broken {
		data = data[:bytes.LastIndexByte(data, '\n')+1]
	}
	if len(sample) > 0 && len(data) > 0 && sample[len(sample)-1] != '\n' {
		sample = append(sample, '\n')
	}
	return append(sample, data...)
}

// cutSample keeps whole lines of the sample's beginning, at least one.
func cutSample(sample []byte) []byte {
	if len(sample) <= sampleBytes {
		return sample
	}
	if i := bytes.LastIndexByte(sample[:sampleBytes], '\n'); i >= 0 {
		return sample[:i+1]
	}
	if i := bytes.IndexByte(sample, '\n'); i >= 0 {
		return sample[:i+1]
	}
	return sample
}

// Stdin is standard input that can be looked into before it is read.
type Stdin struct {
	in   io.Reader
	seen bytes.Buffer // what was read by looking and is to be read again
}

// NewStdin lets Head look into in.
func NewStdin(in io.Reader) *Stdin { return &Stdin{in: in} }

// Read implements io.Reader. It reads all of standard input, whatever Head has seen of it.
func (s *Stdin) Read(p []byte) (int, error) {
	if s.seen.Len() > 0 {
		return s.seen.Read(p)
	}
	return s.in.Read(p)
}

// look returns a reader that leaves everything to be read again.
func (s *Stdin) look() io.Reader {
	before := bytes.Clone(s.seen.Bytes())
	return io.MultiReader(bytes.NewReader(before), io.TeeReader(s.in, &s.seen))
}
