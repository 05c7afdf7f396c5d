package logentry

import (
	"bytes"
	"math/bits"
)

// parseUint reads a whole number as logs write it: digits, perhaps with a fraction, which is dropped ("15734.0"). Anything else, and
// what does not fit into 64 bits, is no number.
func parseUint(b []byte) (uint64, bool) {
	var n uint64
	for i, c := range b {
		d := c - '0'
		if d > 9 {
			if c == '.' && i > 0 && onlyDigits(b[i+1:]) {
				return n, true
			}
			return 0, false
		}
		if n > maxUint/10 || n == maxUint/10 && uint64(d) > maxUint%10 {
			return 0, false
		}
		n = n*10 + uint64(d)
	}
	return n, len(b) > 0
}

const maxUint = 1<<64 - 1

// tooLarge tells whether b is a number as parseUint reads it, but for not fitting into 64 bits.
func tooLarge(b []byte) bool {
	_, ok := parseUint(b)
	whole, fraction, _ := bytes.Cut(b, dot)
	return !ok && len(whole) > 0 && onlyDigits(whole) && onlyDigits(fraction)
}

var dot = []byte{'.'}

func onlyDigits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// decimal is mantissa * 10^exponent.
type decimal struct {
	mantissa uint64
	exponent int
}

// parseDecimal reads a decimal number that is not negative, with fraction and exponent where it has them, at the beginning of b and
// returns what follows it. Digits after the first 19 that count are dropped.
func parseDecimal(b []byte) (d decimal, rest []byte, ok bool) {
	i, digits, point := 0, 0, false
	for ; i < len(b); i++ {
		c := b[i] - '0'
		switch {
		case c <= 9 && d.mantissa < 1e18:
			d.mantissa = d.mantissa*10 + uint64(c)
			digits++
			if point {
				d.exponent--
			}
		case c <= 9:
			if !point {
				d.exponent++
			}
		case b[i] == '.' && !point && digits > 0:
			point = true
		default:
			return exponent(d, b[i:], digits > 0)
		}
	}
	return d, nil, digits > 0
}

// exponent reads "e-05" where rest begins with one.
func exponent(d decimal, rest []byte, ok bool) (decimal, []byte, bool) {
	if !ok || len(rest) < 2 || rest[0]|0x20 != 'e' {
		return d, rest, ok
	}
	i, sign := 1, 1
	if rest[1] == '+' || rest[1] == '-' {
		if rest[1] == '-' {
			sign = -1
		}
		i = 2
	}
	n, from := 0, i
	for ; i < len(rest) && rest[i] >= '0' && rest[i] <= '9'; i++ {
		n = min(n*10+int(rest[i]-'0'), 1e8) // far beyond what the digits of a line can undo
	}
	d.exponent += sign * n
	return d, rest[i:], i > from
}

var powersOfTen = func() (p [20]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// scale gives d * 10^power as a whole number, rounded down; ok is false where that does not fit into 63 bits.
func (d decimal) scale(power int) (n int64, ok bool) {
	power += d.exponent
	if d.mantissa == 0 || power <= -len(powersOfTen) {
		return 0, true
	}
	if power < 0 {
		return int64(d.mantissa / powersOfTen[-power]), true //nolint:gosec // the mantissa is below 1e19
	}
	if power >= len(powersOfTen) {
		return 0, false
	}
	high, low := bits.Mul64(d.mantissa, powersOfTen[power])
	return int64(low), high == 0 && low < 1<<63 //nolint:gosec // checked
}

// units holds the power of ten that turns a unit into nanoseconds.
var units = map[string]int{"s": 9, "ms": 6, "us": 3, "ns": 0}

// parseLatency reads a duration: a number in the given unit, or one with a unit behind it ("0.058927s", "12ms"). It returns
// nanoseconds.
func parseLatency(b []byte, power int) (int64, bool) {
	d, rest, ok := parseDecimal(b)
	if !ok {
		return 0, false
	}
	switch string(rest) {
	case "":
	case "s":
		power = 9
	case "ms":
		power = 6
	case "us", "µs":
		power = 3
	case "ns":
		power = 0
	default:
		return 0, false
	}
	return d.scale(power)
}

// parseStatus reads an HTTP status; anything that is none gives 0.
func parseStatus(b []byte) uint16 {
	n, ok := parseUint(b)
	if !ok || n < 100 || n > 999 {
		return 0
	}
	return uint16(n)
}

// parseNetwork reads the number of an autonomous system, "64500" or "AS64500"; 0 where there is none.
func parseNetwork(b []byte) uint32 {
	if len(b) > 2 && b[0]|0x20 == 'a' && b[1]|0x20 == 's' {
		b = b[2:]
	}
	n, ok := parseUint(b)
	if !ok || n > 1<<32-1 {
		return 0
	}
	return uint32(n)
}

// parseCountry reads two letters in any case; zero where they are no country ("XX", "T1").
func parseCountry(b []byte) (c [2]byte) {
	if len(b) != 2 {
		return c
	}
	for i := range c {
		c[i] = b[i] &^ 0x20
		if c[i] < 'A' || c[i] > 'Z' {
			return [2]byte{}
		}
	}
	if c == [2]byte{'X', 'X'} || c == [2]byte{'Z', 'Z'} {
		return [2]byte{}
	}
	return c
}
