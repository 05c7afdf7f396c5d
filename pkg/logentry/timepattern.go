package logentry

import (
	"fmt"
	"strings"
)

// timePattern is how a text layout writes a time, or a part of it.
type timePattern struct {
	style timeStyle
	steps []timeStep // of styleSteps
	gives timeParts
}

type timeStyle uint8

const (
	styleCLF   timeStyle = iota // 04/May/2026:14:00:07 +0200
	styleISO                    // 2026-05-04T14:00:07+02:00
	styleSteps                  // as a strftime format says
)

// timeParts says what a pattern, or all patterns of a layout together, give of a time.
type timeParts uint8

const (
	givesDate timeParts = 1 << iota
	givesClock
	givesAll // seconds since 1970
)

func (p timeParts) complete() bool {
	return p&givesAll != 0 || p&(givesDate|givesClock) == givesDate|givesClock
}

// timeStep is a conversion of strftime, or one of Apache's own (see the constants), or a byte as it stands where verb is 0.
type timeStep struct{ verb, literal byte }

// Verbs that strftime does not have.
const (
	verbSecondsFraction = '1' // 1777896007.123, nginx's $msec
	verbMilliseconds    = '2' // since 1970
	verbMicroseconds    = '3' // since 1970
	verbMilliFraction   = '4' // three digits
	verbMicroFraction   = '5' // six digits
	verbUTC             = '6' // nothing: says that a time without zone is UTC, whatever zone the source is in
)

// knownVerbs are the conversions of strftime that make a time or can be skipped.
const knownVerbs = "aAbBhdeHIklmMnprRsSTtyYzZDF%"

// expansions are the conversions that stand for several others.
var expansions = strings.NewReplacer("%D", "%m/%d/%y", "%F", "%Y-%m-%d", "%T", "%H:%M:%S", "%R", "%H:%M", "%r", "%I:%M:%S %p", "%n", "\n", "%t", "\t")

// strftimePattern compiles a strftime format.
func strftimePattern(format string) (*timePattern, error) {
	p := &timePattern{style: styleSteps}
	expanded := expansions.Replace(format)
	for i := 0; i < len(expanded); i++ {
		if expanded[i] != '%' {
			p.steps = append(p.steps, timeStep{literal: expanded[i]})
			continue
		}
		i++
		if i == len(expanded) || !strings.Contains(knownVerbs, expanded[i:i+1]) {
			return nil, fmt.Errorf("time format %q: the conversion %%%s is not understood", format, expanded[i:min(i+1, len(expanded))])
		}
		if expanded[i] == '%' {
			p.steps = append(p.steps, timeStep{literal: '%'})
			continue
		}
		p.steps = append(p.steps, timeStep{verb: expanded[i]})
	}
	p.gives = partsOf(p.steps)
	return p, nil
}

func partsOf(steps []timeStep) (parts timeParts) {
	has := map[byte]bool{}
	for _, s := range steps {
		has[s.verb] = true
	}
	if (has['b'] || has['B'] || has['h'] || has['m']) && (has['d'] || has['e']) && (has['Y'] || has['y']) {
		parts |= givesDate
	}
	if (has['H'] || has['k'] || (has['I'] || has['l']) && has['p']) && has['M'] {
		parts |= givesClock
	}
	if has['s'] || has[verbSecondsFraction] || has[verbMilliseconds] || has[verbMicroseconds] {
		parts |= givesAll
	}
	return parts
}

func verbPattern(verb byte) *timePattern {
	steps := []timeStep{{verb: verb}}
	return &timePattern{style: styleSteps, steps: steps, gives: partsOf(steps)}
}

// read takes the pattern's part of a time from the beginning of b.
func (p *timePattern) read(b []byte, t *textTime) (rest []byte, ok bool) {
	for _, s := range p.steps {
		if s.verb != 0 {
			b, ok = s.read(b, t)
		} else if ok = len(b) > 0 && b[0] == s.literal; ok {
			b = b[1:]
		}
		if !ok {
			return nil, false
		}
	}
	return b, true
}

func (s timeStep) read(b []byte, t *textTime) (rest []byte, ok bool) {
	switch s.verb {
	case 'd':
		return readTwo(b, &t.day)
	case 'e':
		return readPadded(b, &t.day)
	case 'm':
		return readTwo(b, &t.month)
	case 'y':
		b, ok = readTwo(b, &t.year)
		t.year += 2000
		return b, ok
	case 'Y':
		var century int
		if b, ok = readTwo(b, &century); ok {
			b, ok = readTwo(b, &t.year)
		}
		t.year += century * 100
		return b, ok
	case 'H', 'I':
		b, ok = readTwo(b, &t.hour)
		return b, ok && s.twelve(t)
	case 'k', 'l':
		b, ok = readPadded(b, &t.hour)
		return b, ok && s.twelve(t)
	case 'M':
		return readTwo(b, &t.minute)
	case 'S':
		return readTwo(b, &t.second)
	case 'b', 'B', 'h':
		t.month, ok = monthOf(b)
		return skipLetters(b), ok
	case 'a', 'A':
		return skipLetters(b), true
	case 'p':
		t.afternoon = len(b) > 0 && b[0]|0x20 == 'p'
		return skipLetters(b), len(b) >= 2
	case 'z':
		t.offset, b, t.zoned = readOffset(b)
		return b, t.zoned
	case 'Z':
		return readZoneName(b, t)
	case verbUTC:
		t.offset, t.zoned = 0, true
		return b, true
	}
	return s.readNumber(b, t)
}

// twelve brings the hours of a twelve-hour clock to 0..11.
func (s timeStep) twelve(t *textTime) bool {
	if s.verb == 'H' || s.verb == 'k' {
		return true
	}
	valid := t.hour >= 1 && t.hour <= 12
	t.hour %= 12
	return valid
}

// readNumber reads the conversions that are one number: seconds and fractions.
func (s timeStep) readNumber(b []byte, t *textTime) (rest []byte, ok bool) {
	digits := 0
	for digits < len(b) && b[digits]-'0' <= 9 {
		digits++
	}
	if s.verb == 's' {
		digits = min(digits, 10) // since 2001 it has ten, and a fraction may follow at once
	}
	power := int64(1)
	switch s.verb {
	case verbMilliseconds:
		power = 1e3
	case verbMicroseconds:
		power = 1e6
	case verbMilliFraction, verbMicroFraction:
		return readFraction(b, s.verb, digits, t)
	}
	n, ok := parseUint(b[:digits])
	if !ok || n > 1<<62 {
		return nil, false
	}
	t.unix, t.whole = int64(n)/power, true
	if power > 1 {
		t.nanos = int64(n) % power * (1e9 / power)
	}
	b = b[digits:]
	if s.verb == verbSecondsFraction {
		t.nanos, b, ok = fraction(b)
	}
	return b, ok
}

func readFraction(b []byte, verb byte, digits int, t *textTime) (rest []byte, ok bool) {
	width, unit := 3, int64(1e6)
	if verb == verbMicroFraction {
		width, unit = 6, 1e3
	}
	if digits < width {
		return nil, false
	}
	n, ok := parseUint(b[:width])
	t.nanos = int64(n) * unit //nolint:gosec // at most six digits
	return b[width:], ok
}

func readTwo(b []byte, to *int) (rest []byte, ok bool) {
	if len(b) < 2 {
		return nil, false
	}
	*to = two(b[0], b[1])
	return b[2:], *to != notTwo
}

// readPadded reads two characters of which the first may be a space.
func readPadded(b []byte, to *int) (rest []byte, ok bool) {
	if len(b) >= 2 && b[0] == ' ' {
		*to = two('0', b[1])
		return b[2:], *to != notTwo
	}
	return readTwo(b, to)
}

func skipLetters(b []byte) []byte {
	i := 0
	for i < len(b) && (b[i]|0x20)-'a' < 26 {
		i++
	}
	return b[i:]
}

// readZoneName believes the names of UTC only: "CST" alone has three meanings. With another name the source's zone counts.
func readZoneName(b []byte, t *textTime) (rest []byte, ok bool) {
	rest = skipLetters(b)
	switch string(b[:len(b)-len(rest)]) {
	case "UTC", "GMT", "Z":
		t.offset, t.zoned = 0, true
	}
	return rest, len(rest) < len(b)
}
