package logentry

import "bytes"

// parse reads one line into an empty e and r. Slices in them are valid until the next parse.
func (l *layout) parse(line []byte, e *Entry, r *raw) Reason {
	if !bytes.HasPrefix(line, l.prefix) {
		return ReasonNoMatch
	}
	l.conversion = conversion{entry: e, raw: r}
	l.scratch, l.time = l.scratch[:0], textTime{}
	e.Logged = l.logged
	at := len(l.prefix)
	for i := range l.pieces {
		p := &l.pieces[i]
		end := p.end(line, at)
		if i == l.shortAt && (end < 0 || bytes.IndexByte(line[at:end], ' ') >= 0) {
			e.Logged = l.short
			return l.finish(l.take(p, word1(line[at:])))
		}
		if end < 0 && l.raggedAt >= 0 && i >= l.raggedAt {
			e.Logged &^= l.loggedBy(len(l.pieces)) &^ l.loggedBy(i+1)
			return l.finish(l.take(p, p.unquote(line[at:])))
		}
		if end < 0 && p.quoted && i == len(l.pieces)-1 {
			end = len(line) // syslog cuts long lines: the request is all there, the last text is not
		}
		if end < 0 {
			return ReasonNoMatch
		}
		value := line[at:end]
		if p.dash && p.stop != 0 && (end == len(line) || line[end] != p.stop) {
			value = bytes.TrimSuffix(value, []byte{'-'})
		}
		if reason := l.take(p, value); reason != OK {
			return reason
		}
		at = min(end+len(p.until), len(line))
	}
	return l.finish(OK)
}

func (l *layout) finish(reason Reason) Reason {
	if reason != OK {
		return reason
	}
	ns, ok := l.time.nanoseconds(&l.zone)
	if !ok {
		return ReasonBadTime
	}
	if l.settle != nil {
		l.settle(&l.conversion)
	}
	return setTime(l.conversion.entry, ns)
}

// unquote cuts the closing quote off the last value of a line.
func (p *piece) unquote(value []byte) []byte {
	if p.quoted {
		return bytes.TrimSuffix(value, []byte{'"'})
	}
	return value
}

// take puts a value where it belongs.
func (l *layout) take(p *piece, value []byte) Reason {
	if p.time != nil {
		return l.takeTime(p.time, value)
	}
	if p.field == notRead {
		return OK
	}
	if numbers>>p.field&1 == 1 {
		if len(value) > 1 && value[0] == '+' { // HAProxy's sign for a number that was still growing
			value = value[1:]
		}
		if !p.many && p.words == 0 && !isFigure(value) {
			return ReasonNoMatch
		}
		l.conversion.latencyPower = p.power
	}
	value = l.unescape(p, value)
	if p.set != nil {
		p.set(&l.conversion, value)
	} else {
		fields[p.field].set(&l.conversion, value)
	}
	return OK
}

// unescape gives the text of a value without the format's escapes.
func (l *layout) unescape(p *piece, value []byte) []byte {
	decode := p.decode
	switch {
	case decode != nil:
	case bytes.IndexByte(value, '\\') >= 0:
		decode = unescape
	default:
		return value
	}
	from := len(l.scratch)
	l.scratch = decode(l.scratch, value)
	return l.scratch[from:len(l.scratch):len(l.scratch)]
}

func (l *layout) takeTime(t *timePattern, value []byte) Reason {
	if len(value) == 0 || string(value) == "-" {
		return ReasonNoTime
	}
	ok := false
	switch t.style {
	case styleCLF:
		ok = l.clf.read(value, &l.time)
	case styleISO:
		var ns int64
		ns, ok = l.zone.parseRFC3339(value)
		l.time.unix, l.time.nanos, l.time.whole = ns/1e9, ns%1e9, true
	case styleSteps:
		var rest []byte
		rest, ok = t.read(value, &l.time)
		ok = ok && len(rest) == 0
	}
	if !ok {
		return ReasonBadTime
	}
	return OK
}

// isFigure accepts what a number field may hold: digits with at most a point among them, or '-' or "-1" for none.
func isFigure(b []byte) bool {
	if string(b) == "-" || string(b) == "-1" {
		return true
	}
	for i, c := range b {
		if c-'0' > 9 && (c != '.' || i == 0) {
			return false
		}
	}
	return len(b) > 0
}

// end finds where the value ends that begins at at; -1 where the fixed text behind it is missing.
func (p *piece) end(line []byte, at int) int {
	switch {
	case p.stop != 0:
		end := p.find(line, at, p.group)
		if end < 0 {
			return -1
		}
		if i := bytes.IndexByte(line[at:end], p.stop); i >= 0 {
			return at + i
		}
		return end
	case p.time != nil:
		// A time may have the fixed text in itself, such as a space. What is no time, such as '-', ends at the first.
		end := p.time.end(line, at)
		if len(p.until) == 0 || end >= 0 && bytes.HasPrefix(line[end:], p.until) {
			return end
		}
	}
	return p.find(line, at, p.until)
}

// find looks for fixed text behind the value that begins at at.
func (p *piece) find(line []byte, at int, text []byte) int {
	switch {
	case len(text) == 0:
		if p.field != notRead && words>>p.field&1 == 1 {
			return at + len(word1(line[at:]))
		}
		return len(line)
	case p.quoted:
		return findQuoted(line, at, text)
	case p.field == fieldRequest:
		return findRequest(line, at, text)
	case p.many:
		return findMany(line, at, text)
	case p.words > 1:
		return findWords(line, at, text, p.words)
	}
	if i := bytes.Index(line[at:], text); i >= 0 {
		return at + i
	}
	return -1
}

// findQuoted looks for a quote that no backslash protects and that the rest of the fixed text follows. Formats that do not escape
// quotes (nginx's escape=none) get their values whole that way, unless a value imitates the fixed text.
func findQuoted(line []byte, at int, text []byte) int {
	for from := at; ; from++ {
		from = stringEnd(line, from)
		if from < 0 {
			return -1
		}
		if bytes.HasPrefix(line[from:], text) {
			return from
		}
	}
}

// findRequest looks for the end of a request line without quotes, which has spaces in itself.
func findRequest(line []byte, at int, text []byte) int {
	from := at
	if i := bytes.Index(line[at:], []byte(" HTTP/")); i >= 0 {
		from = at + i + len(" HTTP/")
	}
	if i := bytes.Index(line[from:], text); i >= 0 {
		return from + i
	}
	return -1
}

// findMany looks for the end of values such as "203.0.113.9, 10.0.0.1" or "502, 200 : 200", where a space among them ends nothing.
func findMany(line []byte, at int, text []byte) int {
	for from := at; ; from++ {
		i := bytes.Index(line[from:], text)
		if i < 0 {
			return -1
		}
		from += i
		after := from + len(text)
		inside := from > at && (line[from-1] == ',' || line[from-1] == ':') || text[len(text)-1] == ' ' && after < len(line) && line[after] == ':'
		if !inside {
			return from
		}
	}
}

// findWords looks for the end of so many words.
func findWords(line []byte, at int, text []byte, words int) int {
	for ; words > 1; words-- {
		i := bytes.IndexByte(line[at:], ' ')
		if i < 0 {
			return -1
		}
		at += i + 1
	}
	if i := bytes.Index(line[at:], text); i >= 0 {
		return at + i
	}
	return -1
}

// end finds where a time ends that begins at at; -1 where there is none.
func (t *timePattern) end(line []byte, at int) int {
	switch t.style {
	case styleCLF:
		if len(line)-at < len(clfTime) {
			return -1
		}
		return at + len(clfTime)
	case styleISO:
		return at + len(word1(line[at:]))
	}
	var ignored textTime
	rest, ok := t.read(line[at:], &ignored)
	if !ok {
		return -1
	}
	return len(line) - len(rest)
}

// word1 is what comes before the first space.
func word1(b []byte) []byte {
	if i := bytes.IndexByte(b, ' '); i >= 0 {
		return b[:i]
	}
	return b
}
