package logentry

import (
	"bytes"
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // zones of sources, also on machines without a database of them

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// Parser reads lines of one format into entries. It keeps state between lines and serves one goroutine.
type Parser struct {
	reader
	client      clientFinder
	defaultHost []byte

	raw         raw
	hostScratch []byte
}

// reader holds what reads a format's lines. A format has layout or json or both: a text format that is made to look like JSON is read by
// its layout, and by its keys where a log shipper wrote the line anew; and Envoy's lines are text or JSON.
type reader struct {
	layout    *layout
	alternate *layout // the layout of the same format with, or without, the virtual host in front
	json      *jsonParser
}

// NewParser makes a parser for a source. The error says what is wrong with the format, the mapping, the time zone, the host or the trusted
// proxies.
func NewParser(src *Source) (*Parser, error) {
	p := &Parser{hostScratch: make([]byte, 0, maxHost)}
	var err error
	if p.reader, err = newReader(src); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(src.TimeZone)
	if err != nil || src.TimeZone == "Local" {
		return nil, fmt.Errorf("time zone %q is not known; use a name such as Europe/Brussels", src.TimeZone)
	}
	p.setZone(zone)
	if p.client, err = newClientFinder(src.TrustedProxies); err != nil {
		return nil, err
	}
	host, valid := normalizeHost(nil, []byte(src.Host))
	if !valid {
		return nil, fmt.Errorf("host %q is no host name", src.Host)
	}
	p.defaultHost = bytes.Clone(host)
	return p, nil
}

func (r *reader) setZone(zone *time.Location) {
	if r.json != nil {
		r.json.clock.zone = zone
	}
	for _, l := range []*layout{r.layout, r.alternate} {
		if l != nil {
			l.zone.zone = zone
		}
	}
}

// Parse reads one line, without its '\n', into e. Where the result is not OK, e is empty. The slices in e are valid until the next Parse
// and as long as line is not changed. It does not allocate.
func (p *Parser) Parse(line []byte, e *Entry) Reason {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	if len(line) > MaxLine {
		*e = Entry{}
		return ReasonTooLong
	}
	reason := p.read(p.skipPrefix(line), e)
	if reason == OK {
		reason = p.finish(e, &p.raw)
	}
	if reason != OK {
		*e = Entry{}
		return explain(line, reason)
	}
	return OK
}

// Header tells whether a line only describes the log, as the lines with '#' in the logs of CloudFront do. Such a line is no line of the log.
func (p *Parser) Header(line []byte) bool {
	return len(line) > 0 && line[0] == '#' && p.layout != nil && p.layout.directives
}

// LogsQuery tells whether the format has the query of a request: one with the path alone, such as nginx's $uri, does not.
func (p *Parser) LogsQuery() bool {
	const withQuery fieldSet = 1<<fieldURL | 1<<fieldRequest | 1<<fieldQuery
	for _, l := range []*layout{p.layout, p.alternate} {
		if l != nil && slices.ContainsFunc(l.pieces, func(x piece) bool { return x.field != notRead && withQuery>>x.field&1 == 1 }) {
			return true
		}
	}
	return p.json != nil && p.json.mapped&withQuery != 0
}

// read fills e and p.raw.
func (p *Parser) read(line []byte, e *Entry) Reason {
	reason := ReasonNoMatch
	if p.layout != nil {
		if reason = p.try(p.layout, line, e); p.alternate != nil && !p.sure(reason) {
			return p.readOtherwise(line, e, reason)
		}
	}
	if p.json == nil || reason == OK {
		return reason
	}
	*e, p.raw = Entry{}, raw{}
	return p.json.parse(line, e, &p.raw)
}

func (p *Parser) try(l *layout, line []byte, e *Entry) Reason {
	*e, p.raw = Entry{}, raw{}
	reason := l.parse(line, e, &p.raw)
	if reason == ReasonNoMatch && l.other != nil && l.other(line) {
		return ReasonNotRequest
	}
	return reason
}

// sure tells whether a layout that may have a host in front was the right one: then there is an address where it should be.
func (p *Parser) sure(reason Reason) bool {
	if reason != OK {
		return false
	}
	// A comma: what looks like a host in front is the beginning of a list of addresses.
	_, ok := parseAddr(p.raw.peer)
	return ok && !bytes.HasSuffix(p.raw.host, []byte{','})
}

// readOtherwise tries the other layout on a line of which the first one is not sure. A name in place of the address is possible; where both layouts
// fit, the words in front decide.
func (p *Parser) readOtherwise(line []byte, e *Entry, reason Reason) Reason {
	other := p.try(p.alternate, line, e)
	switch {
	case p.sure(other), other == OK && reason != OK:
		return OK
	case reason != OK:
		return reason
	case other == OK && p.alternate.logged.Has(vocabulary.FieldHost) == hostInFront(line):
		return OK
	}
	return p.try(p.layout, line, e)
}

// hostInFront tells by the words before the time whether the virtual host stands before a client that is no address: then there are at least four,
// and the client's identity, for which next to every log has '-', is not the second of them. Users may have spaces in their names. A comma: see sure.
func hostInFront(line []byte) bool {
	front, _, _ := bytes.Cut(line, []byte(" ["))
	first, rest, _ := bytes.Cut(front, []byte{' '})
	second, rest, _ := bytes.Cut(rest, []byte{' '})
	third, _, four := bytes.Cut(rest, []byte{' '})
	return four && !bytes.HasSuffix(first, []byte{','}) && (string(second) != "-" || string(third) == "-")
}

// explain finds a better reason for a line that fits no format: binary data, an empty line or a comment.
func explain(line []byte, reason Reason) Reason {
	if reason != ReasonNoMatch && reason != ReasonNotJSON && reason != ReasonBrokenJSON {
		return reason
	}
	if len(bytes.TrimSpace(line)) == 0 || line[0] == '#' {
		return ReasonNotRequest
	}
	start := line[:min(len(line), 512)]
	odd := 0
	for _, c := range start {
		if c < ' ' && c != '\t' && c != '\x1b' || c == 0x7f {
			odd++
		}
	}
	if bytes.IndexByte(line, 0) >= 0 || odd*10 > len(start) {
		return ReasonBinary
	}
	return reason
}
