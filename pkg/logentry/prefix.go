package logentry

import "bytes"

// skipPrefix skips what a transport wrote before the proxy's own line: syslog in its three shapes, and the container runtimes of
// Kubernetes. Lines without prefix are told by their first byte, at no cost.
func (p *Parser) skipPrefix(line []byte) []byte {
	if len(line) < 16 {
		return line
	}
	switch c := line[0]; {
	case c == '<':
		return skipPriority(line)
	case c >= 'A' && c <= 'S':
		return skipBSD(line)
	case c >= '1' && c <= '2' && line[4] == '-' && line[10] == 'T':
		return p.skipISO(line)
	case c == 0xef:
		return bytes.TrimPrefix(line, byteOrderMark)
	}
	return line
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// skipPriority skips "<190>" and what comes after it.
func skipPriority(line []byte) []byte {
	end := bytes.IndexByte(line[:5], '>')
	if end < 2 {
		return line
	}
	rest := line[end+1:]
	if bytes.HasPrefix(rest, []byte("1 ")) {
		if message, ok := skipRFC5424(rest[2:]); ok {
			return message
		}
	}
	return skipBSD(rest)
}

// skipRFC5424 skips "TIME HOST APP PROCESS MESSAGE-ID DATA ".
func skipRFC5424(line []byte) ([]byte, bool) {
	for range 5 {
		i := bytes.IndexByte(line, ' ')
		if i < 0 {
			return nil, false
		}
		line = line[i+1:]
	}
	end := []byte("- ")
	if len(line) > 0 && line[0] == '[' {
		end = []byte("] ")
	}
	i := bytes.Index(line, end)
	if i < 0 {
		return nil, false
	}
	return bytes.TrimPrefix(line[i+2:], byteOrderMark), true
}

// skipBSD skips "Sep 15 16:13:46 HOST APP[123]: ", where the host may be missing.
func skipBSD(line []byte) []byte {
	const stamp = len("Sep 15 16:13:46 ")
	if len(line) < stamp || line[3] != ' ' || line[6] != ' ' || line[9] != ':' || line[12] != ':' || line[15] != ' ' {
		return line
	}
	if _, ok := monthOf(line); !ok {
		return line
	}
	return skipTag(line, stamp)
}

// skipTag skips "HOST APP[123]: " or "APP: " at at; it returns the whole line where there is none.
func skipTag(line []byte, at int) []byte {
	end := bytes.Index(line[at:], []byte(": "))
	if end <= 0 || bytes.Count(line[at:at+end], []byte{' '}) > 1 {
		return line
	}
	return line[at+end+2:]
}

// skipISO skips "TIME stdout F " of Kubernetes, and "TIME HOST APP[123]: " of newer syslogs.
func (p *Parser) skipISO(line []byte) []byte {
	i := bytes.IndexByte(line, ' ')
	if i < 0 {
		return line
	}
	rest := line[i+1:]
	for _, stream := range []string{"stdout ", "stderr "} {
		if len(rest) > len(stream) && string(rest[:len(stream)]) == stream {
			if tag := bytes.IndexByte(rest[len(stream):], ' '); tag > 0 {
				return rest[len(stream)+tag+1:]
			}
		}
	}
	if p.layout != nil && p.layout.startsWithTime() {
		return line
	}
	return skipTag(line, i+1)
}

func (l *layout) startsWithTime() bool { return len(l.prefix) == 0 && l.pieces[0].time != nil }
