package logsource

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

// Options say how ReadRange reads.
type Options struct {
	// Identity gives a file's identity from its first bytes: up to 4 KiB after decompression. A block's File is the identity of the bytes up to the
	// end of its line, so lines that end in the first 4 KiB come in blocks of their own. Optional: without it, File is the range's Identity.
	Identity func(first []byte) uint64
	// Progress is told, block by block, how many more bytes on disk were read; over all ranges of a file they add up to its size. It is called
	// from the goroutine that called ReadRange. Optional.
	Progress func(bytesOnDisk int64)
	// Stdin is what ranges of "-" are read from. Default os.Stdin.
	Stdin io.Reader
}

// ReadRange reads the lines of a range and hands them over in blocks. A line belongs to the range in which it starts.
//
// The block and its data are used again after emit has returned. NUL bytes, invalid UTF-8, '\r' and a missing last line end are left as they
// are. A line longer than logentry.MaxLine is skipped and becomes a block that says so (TooLong). JSON that is not one object a line becomes one
// object a line; such a line may have white space behind it, and begins at its object's offset in the text.
//
// The error says what, where and what to do. A *DamagedError means that everything up to the damage was handed over, a *TrailingError that all was;
// ErrChanged that the file is not what it was. Errors of ctx and of emit end the reading and come back as they are.
func ReadRange(ctx context.Context, r Range, o Options, emit func(*logentry.Block) error) error {
	return newReader(ctx, r, o, emit).read()
}

// reader reads one range.
type reader struct {
	r      Range
	o      Options
	limits limits
	inStep bool // read input only when it is asked for, not ahead
	sink   sink
}

func newReader(ctx context.Context, r Range, o Options, emit func(*logentry.Block) error) *reader {
	rd := &reader{r: r, o: o, limits: defaultLimits, sink: sink{ctx: ctx, emit: emit, progress: o.Progress}}
	rd.sink.block.Source = r.Source
	rd.sink.origin = origin{identity: o.Identity, whole: r.Identity}
	return rd
}

func (rd *reader) read() error {
	if rd.r.Path != StdinPath {
		f, err := os.Open(rd.r.Path)
		if err != nil {
			return cannotRead(rd.r.Path, err)
		}
		return rd.file(f)
	}
	if rd.o.Stdin != nil {
		return rd.whole(rd.o.Stdin, 0, func() {})
	}
	return rd.whole(os.Stdin, 0, func() {})
}

// file reads the range from f and closes it.
func (rd *reader) file(f *os.File) error {
	size, err := rd.sizeOf(f)
	if err != nil {
		_ = f.Close()
		return err
	}
	if rd.r.Spooled {
		defer f.Close()
		return rd.spooled(f, size)
	}
	if !rd.r.Whole {
		defer f.Close()
		return rd.lines(f, size)
	}
	limit := known(rd.r.Size, size)
	return rd.whole(io.NewSectionReader(f, 0, limit), limit, func() { _ = f.Close() })
}

// sizeOf returns the size of f now, and complains if it is smaller than it was.
func (rd *reader) sizeOf(f *os.File) (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, cannotRead(rd.r.Path, err)
	}
	if info.Size() < rd.r.Size {
		return 0, rd.changed()
	}
	return info.Size(), nil
}

func (rd *reader) changed() error { return changed(rd.r.Path) }

// identify takes in the file's first bytes and complains if the file is not the one it was.
func (rd *reader) identify(first []byte) error {
	rd.sink.origin.set(first)
	if rd.r.Identity == 0 || rd.o.Identity == nil {
		return nil
	}
	prefix := min(rd.r.Prefix, identityBytes)
	if len(first) < prefix || rd.o.Identity(first[:prefix]) != rd.r.Identity {
		return rd.changed()
	}
	return nil
}

// lines reads a piece of a plain file of size bytes.
func (rd *reader) lines(f *os.File, size int64) error {
	first := make([]byte, min(identityBytes, size))
	if _, err := f.ReadAt(first, 0); err != nil {
		return rd.readError(err)
	}
	if err := rd.identify(first); err != nil {
		return err
	}
	from, err := lineStart(f, rd.r.From, min(rd.r.end(), size))
	if err != nil {
		return rd.readError(err)
	}
	c := &cutter{
		in: io.NewSectionReader(f, from, size-from), out: &rd.sink, limits: rd.limits, end: rd.r.end(), off: from,
		buf: make([]byte, min(int64(rd.limits.block), max(size-from, 0)+1)),
	}
	c.reached = func() { rd.sink.reached(c.off - from) }
	if err := c.run(); err != nil {
		return err
	}
	if c.off < min(c.end, size) {
		return rd.changed()
	}
	return nil
}

// readError explains an error of ReadAt.
func (rd *reader) readError(err error) error {
	if errors.Is(err, io.EOF) {
		return rd.changed()
	}
	return cannotRead(rd.r.Path, err)
}

// known returns size, or now where size is not known.
func known(size, now int64) int64 {
	if size < 0 {
		return now
	}
	return size
}

// lineStart returns where the first line that starts at from or behind it starts; to if none starts before that.
func lineStart(f io.ReaderAt, from, to int64) (int64, error) {
	if from <= 0 {
		return 0, nil
	}
	buf := make([]byte, 64<<10)
	for at := from - 1; at < to-1; {
		n, err := f.ReadAt(buf[:min(int64(len(buf)), to-1-at)], at)
		for i, c := range buf[:n] {
			if c == '\n' {
				return at + int64(i) + 1, nil
			}
		}
		if err != nil {
			return 0, err
		}
		at += int64(n)
	}
	return to, nil
}

// whole reads an input, of at least size bytes on disk, from its beginning to its end. It calls release when raw is no longer needed, which
// may be after it has returned.
func (rd *reader) whole(raw io.Reader, size int64, release func()) error {
	s := openStream(rd.r.Path, raw, size)
	releaseAll := func() { s.release(); release() }
	view := s.view(viewBytes)
	err := rd.identify(view[:min(len(view), identityBytes)])
	if why := refusal(view); err == nil && why != "" {
		err = fmt.Errorf("%s %s", name(rd.r.Path), why)
	}
	if err != nil {
		releaseAll()
		return err
	}
	framing := framingOf(view)
	rd.sink.origin.fixed = framing != Lines
	reached := func() { rd.sink.reached(s.raw.read.Load()) }
	if rd.inStep {
		defer releaseAll()
		return rd.text(s, framing, reached)
	}
	text := newAhead(s, releaseAll)
	defer text.close()
	err = rd.text(text, framing, reached)
	if err == nil && s.gzip != nil && s.gzip.trailing {
		err = &TrailingError{rd.r.Path}
	}
	return err
}

// text reads lines out of text.
func (rd *reader) text(text io.Reader, framing Framing, reached func()) error {
	defer reached()
	if framing == Lines {
		text, from, err := skipTo(text, rd.r.From)
		c := &cutter{in: text, out: &rd.sink, limits: rd.limits, end: rd.r.end(), off: from, buf: make([]byte, rd.limits.block), reached: reached, err: err}
		return c.run()
	}
	u := &unwrapper{out: &rd.sink, limits: rd.limits, reached: reached}
	if framing == Envelopes {
		u.decode = envelopeData
	}
	return u.run(newPages(text))
}

// skipTo reads over all lines that start before from. It returns where the next one starts.
func skipTo(text io.Reader, from int64) (rest io.Reader, start int64, err error) {
	if from <= 0 {
		return text, 0, nil
	}
	in := bufio.NewReaderSize(text, viewBytes)
	for start < from-1 && err == nil {
		var n int
		n, err = in.Discard(int(min(from-1-start, math.MaxInt32)))
		start += int64(n)
	}
	for more := true; more && err == nil; {
		var skipped []byte
		skipped, err = in.ReadSlice('\n')
		start += int64(len(skipped))
		if more = errors.Is(err, bufio.ErrBufferFull); more {
			err = nil
		}
	}
	return in, start, err
}
