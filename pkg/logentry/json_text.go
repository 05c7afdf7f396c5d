package logentry

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// stringEnd finds the closing quote of the string whose contents begin at from; -1 where there is none. A quote after an odd number of
// backslashes belongs to the string.
func stringEnd(line []byte, from int) int {
	for at := from; ; at++ {
		i := bytes.IndexByte(line[at:], '"')
		if i < 0 {
			return -1
		}
		at += i
		slash := at
		for slash > from && line[slash-1] == '\\' {
			slash--
		}
		if (at-slash)%2 == 0 {
			return at
		}
	}
}

// unescape appends the text of a JSON string's contents to dst. Lone surrogates become U+FFFD as in encoding/json. Two things are
// accepted that JSON has not, as nginx writes them where escape=json is missing: \xHH is that byte, and a backslash before anything
// else stands for itself.
func unescape(dst, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, '\\')
		if i < 0 || i+1 == len(b) {
			return append(dst, b...)
		}
		dst = append(dst, b[:i]...)
		dst, b = escape(dst, b[i:])
	}
}

// escape appends what the escape at the beginning of b stands for and returns what follows it.
func escape(dst, b []byte) (out, rest []byte) {
	switch c := b[1]; c {
	case '"', '\\', '/':
		return append(dst, c), b[2:]
	case 'b':
		return append(dst, '\b'), b[2:]
	case 'f':
		return append(dst, '\f'), b[2:]
	case 'n':
		return append(dst, '\n'), b[2:]
	case 'r':
		return append(dst, '\r'), b[2:]
	case 't':
		return append(dst, '\t'), b[2:]
	case 'u':
		if r, ok := codeUnit(b); ok {
			return surrogates(dst, r, b[6:])
		}
	case 'x':
		if v, ok := hex(b[2:], 2); ok {
			return append(dst, byte(v)), b[4:] //nolint:gosec // two hex digits
		}
	}
	return append(dst, '\\'), b[1:]
}

// surrogates appends r, together with the other half of its pair where that comes next.
func surrogates(dst []byte, r rune, rest []byte) (out, after []byte) {
	if !utf16.IsSurrogate(r) {
		return utf8.AppendRune(dst, r), rest
	}
	if low, ok := codeUnit(rest); ok {
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return utf8.AppendRune(dst, pair), rest[6:]
		}
	}
	return utf8.AppendRune(dst, utf8.RuneError), rest
}

// codeUnit reads \uXXXX at the beginning of b.
func codeUnit(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	return hex(b[2:], 4)
}

func hex(b []byte, n int) (v rune, ok bool) {
	if len(b) < n {
		return 0, false
	}
	for _, c := range b[:n] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		v = v<<4 | rune(c)
	}
	return v, true
}
