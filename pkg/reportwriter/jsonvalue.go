package reportwriter

import (
	"cmp"
	"encoding/base64"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/timestamppb"
)

func (e *jsonEncoder) open(bracket byte) { e.buf = append(e.buf, bracket) }

func (e *jsonEncoder) null() { e.buf = append(e.buf, "null"...) }

// comma separates from what came before in the same object or list, if anything did.
func (e *jsonEncoder) comma() {
	if last := e.buf[len(e.buf)-1]; last != '{' && last != '[' {
		e.buf = append(e.buf, ',')
	}
}

func (e *jsonEncoder) key(name string) {
	e.comma()
	e.buf = append(appendJSONString(e.buf, name), ':')
}

func (e *jsonEncoder) int(name string, v int64) {
	e.key(name)
	e.buf = strconv.AppendInt(e.buf, v, 10)
}

func (e *jsonEncoder) optional(name string, v *int64) {
	if v == nil {
		e.key(name)
		e.null()
		return
	}
	e.int(name, *v)
}

func (e *jsonEncoder) float(name string, v float64) {
	e.key(name)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		e.null()
		return
	}
	format := byte('f')
	if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	e.buf = strconv.AppendFloat(e.buf, v, format, -1, 64)
}

func (e *jsonEncoder) text(name, v string) {
	e.key(name)
	e.buf = appendJSONString(e.buf, v)
}

func (e *jsonEncoder) textOrNull(name, v string) {
	if v == "" {
		e.key(name)
		e.null()
		return
	}
	e.text(name, v)
}

func (e *jsonEncoder) texts(name string, list []string) {
	e.key(name)
	e.open('[')
	for _, v := range list {
		e.comma()
		e.buf = appendJSONString(e.buf, v)
	}
	e.buf = append(e.buf, ']')
}

func (e *jsonEncoder) bytes(name string, v []byte) {
	e.key(name)
	if len(v) == 0 {
		e.null()
		return
	}
	e.buf = append(e.buf, '"')
	e.buf = base64.StdEncoding.AppendEncode(e.buf, v)
	e.buf = append(e.buf, '"')
}

func (e *jsonEncoder) time(name string, t *timestamppb.Timestamp) {
	e.key(name)
	if t == nil {
		e.null()
		return
	}
	e.buf = append(e.buf, '"')
	e.buf = t.AsTime().AppendFormat(e.buf, time.RFC3339Nano)
	e.buf = append(e.buf, '"')
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

const hexDigits = "0123456789abcdef"

// appendJSONString appends s quoted. What a terminal, a browser or a reader of JavaScript could take for more than text is escaped:
// control characters of both ranges, invisible and direction-changing characters, and < > &.
func appendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		if jsonSafe[s[i]] {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		size := 1
		b, size = appendJSONRune(b, s[i:])
		i += size
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// jsonSafe holds the bytes that stand for themselves wherever they are.
var jsonSafe = func() (safe [256]bool) {
	for c := byte(' '); c <= '~'; c++ {
		safe[c] = true
	}
	for _, c := range []byte(`"\<>&`) {
		safe[c] = false
	}
	return safe
}()

func appendJSONRune(b []byte, s string) ([]byte, int) {
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case r == '"' || r == '\\':
		return append(b, '\\', byte(r)), size
	case r == utf8.RuneError && size == 1:
		return append(b, `\ufffd`...), size
	case r > 0xffff && !unicode.IsPrint(r):
		high, low := utf16.EncodeRune(r)
		return appendUnicodeEscape(appendUnicodeEscape(b, high), low), size
	case r < utf8.RuneSelf || !unicode.IsPrint(r):
		return appendUnicodeEscape(b, r), size
	}
	return append(b, s[:size]...), size
}

func appendUnicodeEscape(b []byte, r rune) []byte {
	return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
