package privacy

import "bytes"

// maxSegment is the longest segment whose parts are looked at, in bytes; a longer one is a token.
const maxSegment = 128

// What a byte of a segment may be.
const (
	unusual  = iota // everything that is not listed: it makes the whole segment text
	letter          // of a word
	digit           // of a word
	joiner          // punctuation that stays as it is and parts words
	atSign          // of an e-mail address, or before a name
	openMark        // begins a placeholder
)

var kinds = func() (k [256]byte) {
	for c := 'a'; c <= 'z'; c++ {
		k[c], k[c-'a'+'A'] = letter, letter
	}
	for c := '0'; c <= '9'; c++ {
		k[c] = digit
	}
	for _, c := range "-._~:+()" {
		k[c] = joiner
	}
	k['@'], k['{'] = atSign, openMark
	return k
}()

// appendSegment appends the template of one raw segment.
func (t *Templater) appendSegment(out, raw []byte) []byte {
	if len(raw) > maxSegment {
		return appendWithExtension(out, tokenMark, raw)
	}
	s, ok := t.decode(raw)
	if !ok {
		return appendWithExtension(out, "{text}", raw)
	}
	usual, at := scan(s)
	switch {
	case !usual:
		return appendWithExtension(out, "{text}", s)
	case at == 0, s[0] == '~' && len(s) > 1:
		return append(out, "{user}"...)
	case at > 0:
		return append(out, "{email}"...)
	}
	return appendParts(out, s)
}

// appendWithExtension stands for a segment of which only the extension may stay.
func appendWithExtension(out []byte, placeholder string, segment []byte) []byte {
	return append(append(out, placeholder...), extension(segment)...)
}

// decode undoes percent-encoding. It is not ok where that is broken.
func (t *Templater) decode(raw []byte) (s []byte, ok bool) {
	first := bytes.IndexByte(raw, '%')
	if first < 0 {
		return raw, true
	}
	s = append(t.decoded[:0], raw[:first]...)
	for i := first; i < len(raw); i++ {
		c := raw[i]
		if c == '%' {
			if i+2 >= len(raw) {
				return nil, false
			}
			hi, lo := hexValue(raw[i+1]), hexValue(raw[i+2])
			if hi > 15 || lo > 15 {
				return nil, false
			}
			c = hi<<4 | lo
			i += 2
		}
		s = append(s, c)
	}
	return s, true
}

// hexValue returns the value of a hexadecimal digit, and more than 15 for any other byte.
func hexValue(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 255
}

// scan tells whether a decoded segment has only usual bytes, and where its first "@" is (-1 for none).
func scan(s []byte) (usual bool, at int) {
	at = -1
	for i := 0; i < len(s); i++ {
		switch kinds[s[i]] {
		case unusual:
			return false, -1
		case atSign:
			if at < 0 {
				at = i
			}
		case openMark:
			n := len(placeholderAt(s[i:]))
			if n == 0 {
				return false, -1
			}
			i += n - 1
		}
	}
	return len(s) > 0, at
}

func placeholderAt(s []byte) string {
	for _, p := range placeholders {
		if len(s) >= len(p) && string(s[:len(p)]) == p {
			return p
		}
	}
	return ""
}

// appendParts appends the template of a segment of usual bytes: words and what joins them.
func appendParts(out, s []byte) []byte {
	ext := extension(s)
	s = s[:len(s)-len(ext)]
	start, marked := len(out), false
	for len(s) > 0 {
		n := 1
		switch kinds[s[0]] {
		case joiner:
			out = append(out, s[0])
		case openMark:
			p := placeholderAt(s)
			out, n, marked = appendPlaceholder(out, p), len(p), true
		default:
			var p string
			if p, n = wholeValue(s); n > 0 {
				out = appendPlaceholder(out, p)
				break
			}
			out, n = appendWord(out, s)
			marked = marked || out[len(out)-1] == '}'
		}
		s = s[n:]
	}
	if marked && bytes.Contains(out[start:], []byte(tokenMark)) && !hasPlainWord(out[start:]) {
		out = append(out[:start], tokenMark...)
	}
	return append(out, ext...)
}

// hasPlainWord tells whether a template has a word of four letters or more, all small but the first. A segment with a token and no such
// word is all token: the rest is what "-" and "_" cut off it.
func hasPlainWord(template []byte) bool {
	for i := 0; i < len(template); {
		n := measure(template[i:]).length
		if n >= 4 && isPlain(template[i+1:i+n]) && !(i+n < len(template) && template[i+n] == '{') && !(i > 0 && template[i-1] == '}') {
			return true
		}
		i += n
		if i < len(template) && template[i] == '{' {
			i += len(placeholderAt(template[i:]))
		} else {
			i++
		}
	}
	return false
}

func isPlain(word []byte) bool {
	for _, c := range word {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// appendPlaceholder appends p once where the same stands already before, at most one joiner away: "1.22.3" is one number, and the parts
// of a signed token are one token.
func appendPlaceholder(out []byte, p string) []byte {
	if bytes.HasSuffix(out, []byte(p)) {
		return out
	}
	if n := len(out) - 1; n > 0 && kinds[out[n]] == joiner && bytes.HasSuffix(out[:n], []byte(p)) {
		return out[:n]
	}
	return append(out, p...)
}

// wholeValue recognises values that hold joiners: UUIDs and dates.
func wholeValue(s []byte) (placeholder string, length int) {
	switch {
	case len(s) >= 36 && s[8] == '-' && isUUID(s[:36]) && !isWordAt(s, 36):
		return "{uuid}", 36
	case len(s) >= 10 && s[4] == '-' && isDate(s[:10]) && !(len(s) > 10 && kinds[s[10]] == digit):
		return "{date}", 10
	}
	return "", 0
}

func isUUID(s []byte) bool {
	for i, c := range s {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if hexValue(c) > 15 {
			return false
		}
	}
	return true
}

// isDate recognises 1900-00-00 to 2099-99-99.
func isDate(s []byte) bool {
	for i, c := range s {
		if i == 4 || i == 7 {
			if c != '-' {
				return false
			}
		} else if kinds[c] != digit {
			return false
		}
	}
	century := string(s[:2])
	return century == "19" || century == "20"
}

func isWordAt(s []byte, i int) bool {
	return i < len(s) && wordBits[s[i]] != 0
}
