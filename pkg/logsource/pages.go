package logsource

import (
	"bufio"
	"bytes"
	"io"
	"regexp"
)

// Answers of programming interfaces are objects around a list: entries.list of Cloud Logging gives {"entries":[…],"nextPageToken":"…"}, a pull of
// Pub/Sub {"receivedMessages":[…]}. Files hold one, several behind each other, or an array of them.
const scalarMember = `"[^"\\]*"\s*:\s*(?:"[^"\\]*"|[0-9a-z.+-]+)`

var (
	pageHead = regexp.MustCompile(`^[\s,\[]*\{\s*(?:` + scalarMember + `\s*,\s*)*"(entries|receivedMessages)"\s*:\s*\[`)
	pageTail = regexp.MustCompile(`^\]\s*(?:,\s*` + scalarMember + `\s*)*\}`)
)

// pageAround is how long what stands around a page's list may be.
const pageAround = 8 << 10

// framingOfPage tells whether text begins with such an answer, and what its list holds.
func framingOfPage(text []byte) (f Framing, ok bool) {
	head := pageHead.FindSubmatch(text[:min(len(text), pageAround)])
	switch {
	case head == nil:
		return Lines, false
	case string(head[1]) == "receivedMessages":
		return Envelopes, true
	}
	return Objects, true
}

// pages is a text in which spaces take the place of what stands around the lists of pages, so that the objects in them are left, where they were.
// From where the text is no page on, it is left as it is.
type pages struct {
	in      *bufio.Reader
	place   pagePlace
	blank   int // bytes that are next and become spaces
	depth   int // of what is open in the list
	quoted  bool
	escaped bool
}

type pagePlace uint8

const (
	beforePage pagePlace = iota
	inList
	afterList
	noPage
)

func newPages(in io.Reader) *pages { return &pages{in: bufio.NewReaderSize(in, pageAround)} }

// Read implements io.Reader.
func (p *pages) Read(b []byte) (int, error) {
	for {
		view, err := p.next(len(b))
		if len(view) == 0 && err != nil {
			return 0, err
		}
		if p.blank == 0 && p.place == inList {
			view = p.list(view)
		}
		if len(view) == 0 {
			continue // the list has ended here
		}
		n := copy(b, view)
		if p.blank > 0 {
			copy(b, bytes.Repeat([]byte{' '}, n))
			p.blank -= n
		}
		_, err = p.in.Discard(n)
		return n, err
	}
}

// next returns some of the next bytes, at most most, and at least one where there is no error.
func (p *pages) next(most int) ([]byte, error) {
	if p.blank == 0 {
		p.look()
	}
	if p.blank > 0 {
		most = min(most, p.blank)
	}
	if _, err := p.in.Peek(1); err != nil {
		return nil, err
	}
	return p.in.Peek(min(most, p.in.Buffered()))
}

// look finds out where the next byte is, in front of a page or behind its list.
func (p *pages) look() {
	switch p.place {
	case beforePage:
		p.blank = p.match(pageHead, inList)
	case afterList:
		p.blank = p.match(pageTail, beforePage)
	}
}

// match returns how many of the next bytes fit, after which comes the next place.
func (p *pages) match(around *regexp.Regexp, next pagePlace) int {
	view, _ := p.in.Peek(pageAround)
	end := len(around.Find(view))
	if p.place = next; end == 0 {
		p.place = noPage
	}
	return end
}

// list follows the brackets of what is read of a list, and cuts off what is behind the list's end.
func (p *pages) list(view []byte) []byte {
	for i, c := range view {
		if p.closes(c) {
			p.place = afterList
			return view[:i]
		}
	}
	return view
}

// closes takes one byte of the list and tells whether it is the bracket at its end.
func (p *pages) closes(c byte) bool {
	switch {
	case p.escaped:
		p.escaped = false
	case p.quoted:
		p.escaped, p.quoted = c == '\\', c != '"' && c != '\n' // a line end cannot be part of a string: there it was cut off
	case c == '"':
		p.quoted = true
	case c == '{' || c == '[':
		p.depth++
	case c == ']' && p.depth == 0:
		return true
	case c == '}' || c == ']':
		p.depth--
	}
	return false
}
