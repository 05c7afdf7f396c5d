package reportwriter

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// count writes 1234567 as "1,234,567".
func count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	out := make([]byte, 0, len(digits)+len(digits)/3)
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 && digits[i-1] != '-' {
			out = append(out, ',')
		}
		out = append(out, digits[i])
	}
	return string(out)
}

var siUnits = []string{"", "k", "M", "G", "T", "P", "E"}

// scaled writes at most three digits of a number, and its unit of thousands: 1.23, 12.3, 123, then 1.23 and k.
func scaled(v float64) (string, string) {
	i := 0
	for math.Abs(v) >= 999.5 && i < len(siUnits)-1 {
		v /= 1000
		i++
	}
	digits := 2
	if math.Abs(v) >= 9.995 {
		digits = 1
	}
	if math.Abs(v) >= 99.95 {
		digits = 0
	}
	number := strconv.FormatFloat(v, 'f', digits, 64)
	if digits > 0 {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	return number, siUnits[i]
}

// axisCount writes 412345 as "412k".
func axisCount(n int64) string {
	number, unit := scaled(float64(n))
	return number + unit
}

// byteCount writes 18518505000 as "18.5 GB".
func byteCount(n int64) string {
	number, unit := scaled(float64(n))
	return number + " " + unit + "B"
}

// bitRate writes a number of bytes in a time as "20.6 Mbit/s".
func bitRate(n int64, d time.Duration) string {
	number, unit := scaled(8 * float64(n) / d.Seconds())
	return number + " " + unit + "bit/s"
}

// duration writes a latency in seconds in the unit that people use for it.
func duration(seconds float64) string {
	switch ms := seconds * 1000; {
	case ms < 0.0005:
		return "0 ms"
	case ms < 9.95:
		return strconv.FormatFloat(ms, 'g', 2, 64) + " ms"
	case ms < 999.5:
		return strconv.FormatFloat(ms, 'f', 0, 64) + " ms"
	case seconds < 99.5:
		return strconv.FormatFloat(seconds, 'g', 2, 64) + " s"
	}
	return time.Duration(seconds * float64(time.Second)).Round(time.Second).String()
}

// percent writes a share so that something never reads as nothing and a part never as all.
func percent(part, whole int64) string {
	if whole <= 0 {
		return "-"
	}
	switch share := 100 * float64(part) / float64(whole); {
	case part == 0:
		return "0 %"
	case part >= whole:
		return strconv.FormatFloat(share, 'f', 0, 64) + " %"
	case share < 0.05:
		return "<0.1 %"
	case share >= 99.95:
		return ">99.9 %"
	default:
		return strconv.FormatFloat(share, 'f', 1, 64) + " %"
	}
}

// pace says how often something happens, in the largest unit that gives a number above 1.
func pace(n int64, d time.Duration) string {
	for _, unit := range []struct {
		time.Duration
		name string
	}{{time.Second, "a second"}, {time.Minute, "a minute"}, {time.Hour, "an hour"}} {
		if rate := float64(n) * float64(unit.Duration) / float64(d); rate >= 1 {
			if rate >= 10 {
				return count(int64(math.Round(rate))) + " " + unit.name
			}
			return strconv.FormatFloat(rate, 'g', 2, 64) + " " + unit.name
		}
	}
	return fmt.Sprintf("%.2g a day", float64(n)*float64(24*time.Hour)/float64(d))
}

// span of time in words: "2 hours", "1 hour 5 minutes".
func spanWords(d time.Duration) string {
	units := []struct {
		time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}}
	for i, unit := range units {
		if d < unit.Duration && i < len(units)-1 {
			continue
		}
		words := plural(int64(d/unit.Duration), unit.name)
		if rest := d % unit.Duration; i < len(units)-1 && rest >= units[i+1].Duration {
			words += " " + plural(int64(rest/units[i+1].Duration), units[i+1].name)
		}
		return words
	}
	return ""
}

// plural writes "1 minute", "5 minutes".
func plural(n int64, word string) string { return pluralOf(n, word, word+"s") }

func pluralOf(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}
