package logsource

import (
	"errors"
	"io"
)

// unwrapper turns the JSON objects of a text into lines: each object becomes one line without white space between its tokens. Commas and
// brackets between objects go; other text between them is kept as lines of its own. A line begins at its object's offset in the text: the
// space that an object loses is filled up behind it.
//
// An object that is broken ends where an object begins that is not the value of a key, and becomes one line, in which '\n' reads '\r' so that
// it stays one line and stays broken.
type unwrapper struct {
	out     *sink
	limits  limits
	decode  func(line []byte) []byte // gives another line for a whole object, at most as long; nil keeps it. Optional.
	reached func()                   // told after each block

	state     unwrapState
	scanner   objectScanner
	afterKey  bool   // while broken: the last byte that is no space was a colon
	pos       int64  // offset of the next byte
	block     []byte // the lines for the next block and the one that is being read
	blockOff  int64
	lineStart int // in block
	lineOff   int64
	tooLong   bool // the line is not kept
}

type unwrapState uint8

const (
	between unwrapState = iota
	inObject
	inBroken
	inStray // text that is no object
)

// run reads in to its end.
func (u *unwrapper) run(in io.Reader) error {
	buf := make([]byte, 64<<10)
	for {
		n, err := in.Read(buf)
		if werr := u.write(buf[:n]); werr != nil {
			return werr
		}
		if err != nil {
			return u.finish(err)
		}
	}
}

// finish hands over what is left. An object without an end is a broken line, and so is any line in which the data broke.
func (u *unwrapper) finish(err error) error {
	var damage *DamagedError
	damaged := errors.As(err, &damage)
	if !errors.Is(err, io.EOF) && !damaged {
		return err
	}
	cut := u.state == inObject || damaged && u.state != between
	if u.state != between {
		if err := u.endLine(cut); err != nil {
			return err
		}
	}
	if err := u.flush(false); err != nil || !damaged {
		return err
	}
	return damage
}

// write takes in the next bytes of the text.
func (u *unwrapper) write(p []byte) error {
	for len(p) > 0 {
		n, err := u.advance(p)
		if err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

// advance reads on as far as one state goes. It returns 0 bytes only with a change of state.
func (u *unwrapper) advance(p []byte) (n int, err error) {
	switch u.state {
	case between:
		return u.skipSeparators(p)
	case inObject:
		n, err = u.object(p)
	case inBroken:
		n, err = u.broken(p)
	case inStray:
		n, err = u.stray(p)
	}
	return n, err
}

func (u *unwrapper) skipSeparators(p []byte) (n int, err error) {
	for n < len(p) && (isSpace(p[n]) || p[n] == ',' || p[n] == '[' || p[n] == ']') {
		n++
	}
	u.pos += int64(n)
	if n == len(p) {
		return n, nil
	}
	return n, u.beginLine(p[n] == '{')
}

// object reads on inside an object. Its opening brace is the first byte that it gets.
func (u *unwrapper) object(p []byte) (n int, err error) {
	var v verdict
	if u.pos == u.lineOff {
		u.scanner.start()
		u.block = append(u.block, '{')
		u.pos++
		return 1, nil
	}
	u.block, n, v = u.scanner.scan(u.block, p)
	u.pos += int64(n)
	switch v {
	case finished:
		return n, u.endLine(false)
	case malformed:
		u.state, u.afterKey = inBroken, false
	}
	return n, u.bound()
}

func (u *unwrapper) broken(p []byte) (n int, err error) {
	for n < len(p) {
		c := p[n]
		if c == '{' && !u.afterKey {
			u.pos += int64(n)
			return n, u.next()
		}
		if !isSpace(c) {
			u.afterKey = c == ':'
		}
		if c == '\n' {
			c = '\r'
		}
		u.block = append(u.block, c)
		n++
	}
	u.pos += int64(n)
	return n, u.bound()
}

func (u *unwrapper) stray(p []byte) (n int, err error) {
	for n < len(p) && p[n] != '{' && p[n] != '\n' {
		n++
	}
	u.block = append(u.block, p[:n]...)
	u.pos += int64(n)
	if err := u.bound(); err != nil || n == len(p) {
		return n, err
	}
	if p[n] == '{' {
		return n, u.next()
	}
	return n, u.endLine(false)
}

// next ends a line at the brace that begins an object.
func (u *unwrapper) next() error {
	if err := u.endLine(false); err != nil {
		return err
	}
	return u.beginLine(true)
}
