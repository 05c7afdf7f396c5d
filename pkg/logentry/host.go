package logentry

import "bytes"

// Limits of RFC 1035.
const (
	maxHost  = 253
	maxLabel = 63
)

// normalizeHost brings a Host header, a server name or the authority of a URL to one spelling: lower case, without userinfo, port and
// trailing dot. Where nothing has to be changed the result is part of raw, else it is written over dst, which should have room for it.
// An absent host ("", "-", and "_", which nginx logs for its catch-all server) is empty and valid. What is no DNS name is empty and
// not valid: addresses in any spelling that browsers read as one, empty or overlong labels, and bytes that no name has. International
// names arrive in their ASCII form. An underscore is no letter of a host name by the book, but in use.
func normalizeHost(dst, raw []byte) (host []byte, valid bool) {
	if at := bytes.LastIndexByte(raw, '@'); at >= 0 {
		raw = raw[at+1:]
	}
	if colon := bytes.IndexByte(raw, ':'); colon >= 0 {
		if !isPort(raw[colon:]) {
			return nil, false
		}
		raw = raw[:colon]
	}
	if len(raw) > 1 && raw[len(raw)-1] == '.' {
		raw = raw[:len(raw)-1]
	}
	if len(raw) == 0 || (len(raw) == 1 && (raw[0] == '-' || raw[0] == '_')) {
		return nil, true
	}
	upper, ok := checkName(raw)
	if !ok {
		return nil, false
	}
	if !upper {
		return raw, true
	}
	dst = dst[:0]
	for _, c := range raw {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		dst = append(dst, c)
	}
	return dst, true
}

// nameBytes sorts bytes into those that a label may hold: 1 lower-case letters, digits and underscore, 2 capitals, 3 the hyphen.
var nameBytes = func() (kinds [256]uint8) {
	for c := 'a'; c <= 'z'; c++ {
		kinds[c], kinds[c-0x20] = 1, 2
	}
	for c := '0'; c <= '9'; c++ {
		kinds[c] = 1
	}
	kinds['_'], kinds['-'] = 1, 3
	return kinds
}()

// checkName tells whether name is a DNS name and whether it has capitals.
func checkName(name []byte) (upper, ok bool) {
	if len(name) > maxHost {
		return false, false
	}
	label := 0 // where the label starts
	for i, c := range name {
		switch nameBytes[c] {
		case 1:
		case 2:
			upper = true
		case 3:
			if i == label || i+1 == len(name) || name[i+1] == '.' {
				return upper, false
			}
		default:
			if c != '.' || i == label || i-label > maxLabel {
				return upper, false
			}
			label = i + 1
		}
	}
	last := name[label:]
	return upper, len(last) > 0 && len(last) <= maxLabel && !isNumber(last)
}

// isNumber recognises the last label of an IPv4 address in any of its spellings, as browsers do: decimal, octal or hexadecimal.
func isNumber(label []byte) bool {
	if len(label) >= 2 && label[0] == '0' && label[1]|0x20 == 'x' {
		for _, c := range label[2:] {
			if _, ok := hexDigit(c); !ok {
				return false
			}
		}
		return true
	}
	for _, c := range label {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}
