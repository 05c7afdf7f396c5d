package loggen

// appendTarget appends path and query as the client sent them.
func appendTarget(dst []byte, r *Request) []byte {
	dst = append(dst, r.Path...)
	if r.Query != "" {
		dst = append(append(dst, '?'), r.Query...)
	}
	return dst
}

// inString marks the bytes that a string may hold as they are, in JSON and in quotes alike.
var inString = func() (ok [256]bool) {
	for c := 0x20; c < 0x7f; c++ {
		ok[c] = c != '"' && c != '\\'
	}
	return ok
}()

// appendJSON escapes what dst holds from at on, as part of a JSON string. Bytes of UTF-8 stay.
func appendJSON(dst []byte, at int) []byte {
	for i := at; i < len(dst); i++ {
		if !inString[dst[i]] {
			return escaped(dst, i, jsonEscape)
		}
	}
	return dst
}

// appendQuoted escapes what dst holds from at on as nginx or Apache does.
func appendQuoted(dst []byte, at int, escape func([]byte, byte) []byte) []byte {
	for i := at; i < len(dst); i++ {
		if !inString[dst[i]] {
			return escaped(dst, i, escape)
		}
	}
	return dst
}

func escaped(dst []byte, at int, escape func([]byte, byte) []byte) []byte {
	tail := append([]byte(nil), dst[at:]...)
	dst = dst[:at]
	for _, c := range tail {
		if inString[c] {
			dst = append(dst, c)
		} else {
			dst = escape(dst, c)
		}
	}
	return dst
}

func jsonEscape(dst []byte, c byte) []byte {
	switch {
	case c == '"' || c == '\\':
		return append(dst, '\\', c)
	case c < 0x20 || c == 0x7f:
		return appendHex(append(dst, `\u`...), uint64(c), 4)
	}
	return append(dst, c)
}

const upperHex = "0123456789ABCDEF"

func nginxEscape(dst []byte, c byte) []byte {
	return append(dst, '\\', 'x', upperHex[c>>4], upperHex[c&15])
}

// apacheEscape follows ap_escape_logitem.
func apacheEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, `\n`...)
	case '\t':
		return append(dst, `\t`...)
	case '\r':
		return append(dst, `\r`...)
	}
	return append(dst, '\\', 'x', lowerHex[c>>4], lowerHex[c&15])
}

// appendText appends what stands before a JSON string, and the string.
func appendText(dst []byte, before, value string) []byte {
	dst = append(dst, before...)
	at := len(dst)
	return appendJSON(append(dst, value...), at)
}
