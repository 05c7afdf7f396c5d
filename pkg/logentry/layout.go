package logentry

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// layout is a compiled text format: values with fixed text before, between and behind them. A line fits where all the fixed text is
// there in its order; text behind the last value is of no interest, as people append to their formats. It keeps state between lines, so it
// serves one goroutine.
type layout struct {
	prefix []byte
	pieces []piece
	// shortAt is the index of a piece after which a line may end all the same, as "common" is "combined" without its tail; -1 for none.
	// Such a line logs short.
	shortAt       int
	logged, short vocabulary.Fields
	// raggedAt is the index of a piece from which on a line may end behind any piece, as providers append fields to their formats over the
	// years; -1 for none. Such a line logs what it has.
	raggedAt int
	// directives: lines that begin with '#' describe the log and are no lines of it.
	directives bool
	other      func(line []byte) bool // recognises what else stands in such a log; nil where nothing does
	settle     func(c *conversion)    // decides what more than one value tells; nil where each speaks for itself

	zone       clock // knows the zone of times without one
	clf        clfClock
	time       textTime
	conversion conversion
	scratch    []byte // unescaped texts of this line
}

// piece is one value of a layout.
type piece struct {
	name  string // as the operator wrote it, for errors
	field field  // notRead for a value that is of no interest
	time  *timePattern
	power int  // of a latency: power of ten from its unit to nanoseconds
	rank  int  // where a format has several values for one field, the highest is read
	many  bool // may hold several values, as "a, b : c"
	words int  // where above 1: the value is that many words
	// opens is the byte with which the value always begins, so that it can stand right behind another: '/' of a path, '?' of a query.
	opens byte
	set   func(c *conversion, text []byte) // in place of the field's own
	// decode appends to dst what the format's own escapes in b stand for; nil for backslashes.
	decode func(dst, b []byte) []byte

	quoted bool
	until  []byte // the fixed text that follows; empty at the end of the layout
	// Where another value follows without fixed text: its first byte, and the fixed text that ends all of them.
	stop  byte
	group []byte
	// dash: an absent query is logged as '-', as nginx does even in "$uri$is_args$args".
	dash bool
}

// notRead marks values that no field of ours takes.
const notRead = fieldCount

// token is a part of a format string: fixed text, or a value where piece is not nil.
type token struct {
	text  string
	piece *piece
}

// numbers are the fields whose values must look like numbers, so that a line of another format is not taken for one of this.
const numbers fieldSet = 1<<fieldStatus | 1<<fieldRequestBytes | 1<<fieldResponseBytes | 1<<fieldLatency

// words are the fields that hold no spaces when they stand at the end of a line without quotes.
const words = numbers | 1<<fieldPeer | 1<<fieldClient | 1<<fieldHost | 1<<fieldMethod | 1<<fieldProtocol | 1<<fieldCache | 1<<fieldID | 1<<fieldCountry

func compileLayout(tokens []token) (*layout, error) {
	l := &layout{shortAt: -1, raggedAt: -1}
	tokens = mergeTokens(tokens)
	if len(tokens) > 0 && tokens[0].piece == nil {
		l.prefix, tokens = []byte(tokens[0].text), tokens[1:]
	}
	before := l.prefix
	for i, t := range tokens {
		if t.piece == nil {
			l.pieces[len(l.pieces)-1].until, before = []byte(t.text), []byte(t.text)
			continue
		}
		p := *t.piece
		p.quoted = len(before) > 0 && before[len(before)-1] == '"' && i+1 < len(tokens) && strings.HasPrefix(tokens[i+1].text, `"`)
		before = nil
		l.pieces = append(l.pieces, p)
	}
	if err := l.joinNeighbours(); err != nil {
		return nil, err
	}
	l.keepBest()
	l.logged = l.loggedBy(len(l.pieces))
	return l, l.check()
}

// mergeTokens joins fixed texts, and values of no interest that stand side by side.
func mergeTokens(tokens []token) (merged []token) {
	for _, t := range tokens {
		last := len(merged) - 1
		switch {
		case t.piece == nil && t.text == "":
		case t.piece == nil && last >= 0 && merged[last].piece == nil:
			merged[last].text += t.text
		case t.piece != nil && last >= 0 && merged[last].piece != nil && merged[last].piece.ignored() && t.piece.ignored():
		default:
			merged = append(merged, t)
		}
	}
	return merged
}

func (p *piece) ignored() bool { return p.field == notRead && p.time == nil }

// joinNeighbours finds out how values end that another follows without fixed text in between.
func (l *layout) joinNeighbours() error {
	for i := len(l.pieces) - 2; i >= 0; i-- {
		p, next := &l.pieces[i], &l.pieces[i+1]
		if len(p.until) > 0 {
			continue
		}
		if p.time != nil && p.time.style != styleISO {
			continue // knows its own length
		}
		if next.opens == 0 {
			return fmt.Errorf("nothing stands between %s and %s, so nobody can tell where the one ends; put a space or another character there",
				p.name, next.name)
		}
		p.stop, p.group, p.quoted = next.opens, next.until, next.quoted
		if next.stop != 0 {
			p.group = next.group
		}
		p.dash = next.dash && next.opens == '?'
	}
	// A group between quotes: the quote stands before its first value only.
	for i := 1; i < len(l.pieces); i++ {
		before := &l.pieces[i-1]
		if before.stop != 0 && bytes.HasPrefix(before.group, []byte{'"'}) {
			l.pieces[i].quoted, before.quoted = true, true
		}
	}
	return nil
}

// keepBest leaves one value for each field. A request line or URI as the client sent it is better than the path that the server made
// of it.
func (l *layout) keepBest() {
	best := map[field]*piece{}
	for i := range l.pieces {
		p := &l.pieces[i]
		if old := best[p.field]; p.field != notRead && (old == nil || p.rank > old.rank) {
			best[p.field] = p
		}
	}
	asSent := best[fieldURL] != nil || best[fieldRequest] != nil
	for i := range l.pieces {
		p := &l.pieces[i]
		if best[p.field] != p || asSent && (p.field == fieldPath || p.field == fieldQuery) {
			p.field = notRead
		}
	}
}

// loggedBy gives what a line logs that has the first n values.
func (l *layout) loggedBy(n int) (logged vocabulary.Fields) {
	for _, p := range l.pieces[:n] {
		if p.field != notRead {
			logged |= fields[p.field].logs
		}
	}
	return logged
}

var errNoTime = errors.New("there is no time in it (or only a part of one), and a line without a time cannot be counted")

func (l *layout) check() error {
	var parts timeParts
	for _, p := range l.pieces {
		if p.time != nil {
			parts |= p.time.gives
		}
	}
	if !parts.complete() {
		return errNoTime
	}
	if !slices.ContainsFunc(l.pieces, func(p piece) bool { return p.field != notRead && requestFields>>p.field&1 == 1 }) {
		return errors.New("there is no request in it: neither a request line nor a path, method or status")
	}
	return nil
}
