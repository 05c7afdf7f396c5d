package logentry

import (
	"bytes"
	"net/netip"
)

// parseAddr reads an address as logs write them: "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:443". The
// result is unmapped and has no zone. It agrees with netip.ParseAddr, and does not allocate, not even on garbage.
func parseAddr(raw []byte) (netip.Addr, bool) {
	if len(raw) < 2 || len(raw) > 64 { // the longest with brackets, zone and port is shorter
		return netip.Addr{}, false
	}
	if raw[0] == '[' {
		end := bytes.IndexByte(raw, ']')
		if end < 0 || !isPort(raw[end+1:]) {
			return netip.Addr{}, false
		}
		return parseAddr6(raw[1:end])
	}
	if addr, n, ok := parseAddr4(raw); ok {
		if !isPort(raw[n:]) {
			return netip.Addr{}, false
		}
		return netip.AddrFrom4(addr), true
	}
	return parseAddr6(raw)
}

// isPort accepts nothing, or a colon and at most five digits.
func isPort(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	if b[0] != ':' || len(b) > 6 {
		return false
	}
	for _, c := range b[1:] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// parseAddr4 reads four decimal numbers from the start of b and says how many bytes they took.
func parseAddr4(b []byte) (addr [4]byte, n int, ok bool) {
	for part := range 4 {
		if part > 0 {
			if n >= len(b) || b[n] != '.' {
				return addr, n, false
			}
			n++
		}
		first, value := n, 0
		for n < len(b) && b[n]-'0' <= 9 && n-first < 4 {
			value = value*10 + int(b[n]-'0')
			n++
		}
		// A leading zero is refused as netip does: some programs read such a number as octal.
		if n == first || value > 255 || (b[first] == '0' && n-first > 1) {
			return addr, n, false
		}
		addr[part] = byte(value)
	}
	return addr, n, true
}

// parseAddr6 reads groups of hexadecimal digits with at most one "::", perhaps ended by an IPv4 address, and drops a zone.
func parseAddr6(b []byte) (netip.Addr, bool) {
	if zone := bytes.IndexByte(b, '%'); zone >= 0 {
		if zone == len(b)-1 {
			return netip.Addr{}, false
		}
		b = b[:zone]
	}
	var addr [16]byte
	gap, n := -1, 0 // where "::" stands, and the bytes of addr that are filled
	if len(b) >= 2 && b[0] == ':' && b[1] == ':' {
		gap, b = 0, b[2:]
	}
	for len(b) > 0 {
		if n == 16 {
			return netip.Addr{}, false
		}
		if group, digits := hexGroup(b); digits > 0 && (digits == len(b) || b[digits] == ':') {
			addr[n], addr[n+1] = byte(group>>8), byte(group)
			n, b = n+2, b[digits:]
		} else {
			v4, used, ok := parseAddr4(b)
			if !ok || used != len(b) || n > 12 {
				return netip.Addr{}, false
			}
			n, b = n+copy(addr[n:], v4[:]), nil
		}
		if len(b) == 0 {
			break
		}
		b = b[1:] // the colon
		if len(b) == 0 {
			return netip.Addr{}, false
		}
		if b[0] == ':' {
			if gap >= 0 {
				return netip.Addr{}, false
			}
			gap, b = n, b[1:]
		}
	}
	return expandGap(addr, gap, n)
}

// hexGroup reads up to four hexadecimal digits; digits is 0 where there are none, or more than four.
func hexGroup(b []byte) (group uint16, digits int) {
	for digits < len(b) {
		d, ok := hexDigit(b[digits])
		if !ok {
			break
		}
		if digits == 4 {
			return 0, 0
		}
		group = group<<4 | uint16(d)
		digits++
	}
	return group, digits
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c-'0' <= 9:
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// expandGap moves what stands behind "::" to the end of the address.
func expandGap(addr [16]byte, gap, n int) (netip.Addr, bool) {
	if (gap < 0) != (n == 16) {
		return netip.Addr{}, false // too few groups, or "::" stands for none
	}
	if gap < 0 {
		return netip.AddrFrom16(addr).Unmap(), true
	}
	tail := n - gap
	copy(addr[16-tail:], addr[gap:n])
	clear(addr[gap : 16-tail])
	return netip.AddrFrom16(addr).Unmap(), true
}
