package logentry

import (
	"math"
	"time"
)

// earliest is the first time that an entry can have: what is before it comes from a clock that was never set.
var earliest = time.Date(1995, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()

// setTime puts the event time, Unix nanoseconds, into the entry.
func setTime(e *Entry, ns int64) Reason {
	e.Time = ns
	if ns < earliest {
		return ReasonPast
	}
	return OK
}

// clock reads times and remembers the last minute that it saw, as nearly every line is of the same minute as the one before.
type clock struct {
	// zone is for texts without one. Default UTC.
	zone   *time.Location
	minute [16]byte // "2026-05-04T12:00"; the 'T' may be a space
	unix   int64    // seconds of that minute, as if it were UTC
	clf    clfClock
}

// parseTime reads a time as texts in JSON have it: RFC 3339, also with a space for the 'T', with " UTC" for the 'Z' or without zone;
// the common log format's "04/May/2026:14:00:07 +0200"; or a number since 1970, in units of ten to that power of nanoseconds (negative:
// the number's size tells the unit). The result is Unix nanoseconds; times beyond what fits are moved to the nearest that does.
func (c *clock) parseTime(b []byte, power int) (int64, bool) {
	switch {
	case len(b) > 4 && b[4] == '-':
		return c.parseRFC3339(b)
	case len(b) > 4 && b[2] == '/':
		var t textTime
		if !c.clf.read(b, &t) {
			return 0, false
		}
		return t.nanoseconds(c)
	}
	return parseUnix(b, power)
}

// parseUnix reads a number since 1970. Without a unit the number's size tells it: seconds stay below 1e11 (the year 5138),
// milliseconds below 1e14, microseconds below 1e17.
func parseUnix(b []byte, power int) (int64, bool) {
	d, rest, ok := parseDecimal(b)
	if !ok || len(rest) > 0 {
		return 0, false
	}
	if power < 0 {
		whole, fits := d.scale(0)
		switch {
		case !fits || whole >= 1e17:
			power = 0
		case whole >= 1e14:
			power = 3
		case whole >= 1e11:
			power = 6
		default:
			power = 9
		}
	}
	ns, ok := d.scale(power)
	if !ok {
		return math.MaxInt64, true
	}
	return ns, true
}

func (c *clock) parseRFC3339(b []byte) (int64, bool) {
	if len(b) < len("2006-01-02T15:04:05") || b[16] != ':' {
		return 0, false
	}
	if [16]byte(b) != c.minute && !c.readMinute([16]byte(b)) {
		return 0, false
	}
	second := two(b[17], b[18])
	if second > 59 {
		return 0, false
	}
	nanos, rest, ok := fraction(b[19:])
	if !ok {
		return 0, false
	}
	offset, ok := c.offset(rest, c.unix+int64(second))
	if !ok {
		return 0, false
	}
	return unixNano(c.unix+int64(second)-offset, nanos), true
}

// readMinute reads "2006-01-02T15:04" and remembers it.
func (c *clock) readMinute(b [16]byte) bool {
	year, month, day := two(b[0], b[1])*100+two(b[2], b[3]), two(b[5], b[6]), two(b[8], b[9])
	hour, minute := two(b[11], b[12]), two(b[14], b[15])
	if year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 {
		return false
	}
	if b[4] != '-' || b[7] != '-' || (b[10] != 'T' && b[10] != ' ') || b[13] != ':' {
		return false
	}
	c.minute, c.unix = b, (daysSince1970(year, month, day)*24+int64(hour))*3600+int64(minute)*60
	return true
}

// notTwo is far above every number that two digits can make, so that range checks find it.
const notTwo = 1 << 20

// two reads two digits.
func two(a, b byte) int {
	x, y := a-'0', b-'0'
	if x > 9 || y > 9 {
		return notTwo
	}
	return int(x)*10 + int(y)
}

// fraction reads ".078651" as nanoseconds; digits after the ninth are dropped. No fraction is 0.
func fraction(b []byte) (nanos int64, rest []byte, ok bool) {
	if len(b) == 0 || (b[0] != '.' && b[0] != ',') {
		return 0, b, true
	}
	scale, i := int64(1e8), 1
	for ; i < len(b) && b[i] >= '0' && b[i] <= '9'; i++ {
		nanos += int64(b[i]-'0') * scale
		scale /= 10
	}
	return nanos, b[i:], i > 1
}

// offset reads a zone and gives its seconds east of UTC; local is needed where the text has no zone and c.zone decides.
func (c *clock) offset(b []byte, local int64) (int64, bool) {
	switch string(b) {
	case "Z", "UTC", " UTC":
		return 0, true
	case "":
		return c.zoneOffset(local), true
	}
	if b[0] == ' ' {
		b = b[1:]
	}
	hours, minutes := 0, 0
	switch len(b) {
	case len("+0100"):
		hours, minutes = two(b[1], b[2]), two(b[3], b[4])
	case len("+01:00"):
		if b[3] != ':' {
			return 0, false
		}
		hours, minutes = two(b[1], b[2]), two(b[4], b[5])
	case len("+01"):
		hours = two(b[1], b[2])
	default:
		return 0, false
	}
	if hours > 23 || minutes > 59 {
		return 0, false
	}
	seconds := int64(hours)*3600 + int64(minutes)*60
	switch b[0] {
	case '+':
		return seconds, true
	case '-':
		return -seconds, true
	}
	return 0, false
}

func (c *clock) zoneOffset(local int64) int64 {
	if c.zone == nil || c.zone == time.UTC {
		return 0
	}
	t := time.Unix(local, 0).UTC()
	there := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, c.zone)
	_, offset := there.Zone()
	return int64(offset)
}

func unixNano(seconds, nanos int64) int64 {
	switch {
	case seconds < math.MinInt64/1_000_000_000:
		return math.MinInt64
	case seconds >= math.MaxInt64/1_000_000_000:
		return math.MaxInt64
	}
	return seconds*1e9 + nanos
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysSince1970 counts days in the proleptic Gregorian calendar, with years that begin in March so that leap days come last.
func daysSince1970(year, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	return int64(365*year + floorDiv(year, 4) - floorDiv(year, 100) + floorDiv(year, 400) + (153*(month-3)+2)/5 + day - 1 - 719468)
}

func floorDiv(a, b int) int {
	if a < 0 {
		return (a - b + 1) / b
	}
	return a / b
}
