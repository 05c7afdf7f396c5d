package logentry

import "bytes"

// textTime is what a text line says of its time, in one piece or in several.
type textTime struct {
	year, month, day     int
	hour, minute, second int
	afternoon            bool
	nanos                int64
	offset               int64 // seconds east of UTC
	zoned                bool  // offset was given
	unix                 int64 // seconds since 1970, in place of all the above but nanos
	whole                bool  // unix was given
}

// nanoseconds gives the Unix time in nanoseconds; c says what zone a time without one is in.
func (t *textTime) nanoseconds(c *clock) (int64, bool) {
	if t.whole {
		return unixNano(t.unix, t.nanos), true
	}
	hour := t.hour
	if t.afternoon {
		hour += 12
	}
	if t.month < 1 || t.month > 12 || t.day < 1 || t.day > daysIn(t.year, t.month) || hour > 23 || t.minute > 59 || t.second > 60 {
		return 0, false
	}
	local := (daysSince1970(t.year, t.month, t.day)*24+int64(hour))*3600 + int64(t.minute)*60 + int64(t.second)
	if !t.zoned {
		t.offset = c.zoneOffset(local)
	}
	return unixNano(local-t.offset, t.nanos), true
}

// clfClock reads the time of the common log format, "04/May/2026:14:00:07 +0200", and remembers the last date and zone.
type clfClock struct {
	date   [11]byte
	zone   [6]byte
	base   int64 // Unix seconds of the date's midnight in the zone
	filled bool
}

const clfTime = "04/May/2026:14:00:07 +0200"

func (c *clfClock) read(b []byte, t *textTime) bool {
	if len(b) != len(clfTime) || b[11] != ':' || b[14] != ':' || b[17] != ':' {
		return false
	}
	if !c.filled || [11]byte(b) != c.date || [6]byte(b[20:]) != c.zone {
		if !c.fill(b) {
			return false
		}
	}
	hour, minute, second := two(b[12], b[13]), two(b[15], b[16]), two(b[18], b[19])
	if hour > 23 || minute > 59 || second > 60 {
		return false
	}
	t.unix, t.whole = c.base+int64(hour*3600+minute*60+second), true
	return true
}

func (c *clfClock) fill(b []byte) bool {
	year, day := two(b[7], b[8])*100+two(b[9], b[10]), two(b[0], b[1])
	month, ok := monthOf(b[3:6])
	if !ok || b[2] != '/' || b[6] != '/' || year > 9999 || day < 1 || day > daysIn(year, month) || b[20] != ' ' {
		return false
	}
	offset, rest, ok := readOffset(b[21:])
	if !ok || len(rest) > 0 {
		return false
	}
	c.date, c.zone, c.filled = [11]byte(b), [6]byte(b[20:]), true
	c.base = daysSince1970(year, month, day)*86400 - offset
	return true
}

// monthOf knows the English months by their first three letters.
func monthOf(b []byte) (int, bool) {
	if len(b) < 3 {
		return 0, false
	}
	const names = "janfebmaraprmayjunjulaugsepoctnovdec"
	i := bytes.Index([]byte(names), []byte{b[0] | 0x20, b[1] | 0x20, b[2] | 0x20})
	return i/3 + 1, i >= 0 && i%3 == 0
}

// readOffset reads "+0200", "-03:30" or "Z" at the beginning of b as seconds east of UTC.
func readOffset(b []byte) (seconds int64, rest []byte, ok bool) {
	if len(b) > 0 && b[0] == 'Z' {
		return 0, b[1:], true
	}
	if len(b) < 5 || (b[0] != '+' && b[0] != '-') {
		return 0, nil, false
	}
	hours, minutes, n := two(b[1], b[2]), two(b[3], b[4]), 5
	if b[3] == ':' && len(b) >= 6 {
		minutes, n = two(b[4], b[5]), 6
	}
	if hours > 23 || minutes > 59 {
		return 0, nil, false
	}
	seconds = int64(hours*3600 + minutes*60)
	if b[0] == '-' {
		seconds = -seconds
	}
	return seconds, b[n:], true
}
