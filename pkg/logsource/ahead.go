package logsource

import "io"

const (
	aheadBuffers = 4
	aheadBytes   = 128 << 10 // gzip hands over 32 KiB at most, zstd 128 KiB
)

// ahead reads its input in a goroutine of its own, some buffers ahead of the reader, so that decompressing and parsing keep two cores busy.
type ahead struct {
	full chan filled
	free chan []byte
	done chan struct{}
	cur  filled // what Read gives out next
	rest []byte // of cur.data
}

type filled struct {
	data []byte
	err  error
}

// newAhead starts to read in. When all is read, or after close, it calls release.
func newAhead(in io.Reader, release func()) *ahead {
	a := &ahead{full: make(chan filled, aheadBuffers), free: make(chan []byte, aheadBuffers), done: make(chan struct{})}
	for range aheadBuffers {
		a.free <- nil
	}
	go a.run(in, release)
	return a
}

func (a *ahead) run(in io.Reader, release func()) {
	defer release()
	for {
		var buf []byte
		select {
		case buf = <-a.free:
		case <-a.done:
			return
		}
		if buf == nil {
			buf = make([]byte, aheadBytes)
		}
		n, err := in.Read(buf[:aheadBytes])
		select {
		case a.full <- filled{buf[:n], err}:
		case <-a.done:
			return
		}
		if err != nil {
			return
		}
	}
}

// Read implements io.Reader.
func (a *ahead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.cur.err != nil {
			return 0, a.cur.err
		}
		if a.cur.data != nil {
			a.free <- a.cur.data
		}
		a.cur = <-a.full
		a.rest = a.cur.data
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// close lets the goroutine end, once the read that it is in comes back.
func (a *ahead) close() { close(a.done) }
