package loggen

import (
	"fmt"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// newApacheLayout reads an Apache LogFormat. Directives that loggen has no value for are logged as "-".
func newApacheLayout(format string) (encoder, error) {
	l := &layout{escape: func(dst []byte, at int) []byte { return appendQuoted(dst, at, apacheEscape) }}
	literal := []byte(nil)
	for i := 0; i < len(format); {
		switch c := format[i]; {
		case c == '\\' && i+1 < len(format):
			literal = append(literal, unescape(format[i+1]))
			i += 2
		case c != '%':
			literal = append(literal, c)
			i++
		case strings.HasPrefix(format[i:], "%%"):
			literal = append(literal, '%')
			i += 2
		default:
			f, length := apacheDirective(format[i:])
			if f == nil {
				return nil, fmt.Errorf("format: the LogFormat directive at character %d is unknown or not complete", i+1)
			}
			p := part{string(literal), f, "-"}
			if i += length; format[i-1] == 'q' { // an empty query is a value
				p.empty = ""
			}
			l.parts = append(l.parts, p)
			literal = literal[:0]
		}
	}
	l.tail = string(literal)
	return l.line, nil
}

func unescape(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	}
	return c
}

// apacheDirective reads a directive from its '%' on, such as %>s or %400,501{User-agent}i, and tells its length.
func apacheDirective(s string) (field, int) {
	i := 1
	for i < len(s) && strings.IndexByte("!,<>0123456789", s[i]) >= 0 {
		i++
	}
	argument := ""
	if i < len(s) && s[i] == '{' {
		end := strings.IndexByte(s[i:], '}')
		if end < 0 {
			return nil, 0
		}
		argument, i = s[i+1:i+end], i+end+1
	}
	if i >= len(s) {
		return nil, 0
	}
	if s[i] == '^' { // trailers and first bytes, two letters
		return nothing, min(i+3, len(s))
	}
	return apacheField(s[i], argument), i + 1
}

func apacheField(letter byte, argument string) field {
	switch letter {
	case 'i':
		return apacheHeaders[strings.ToLower(argument)].orNothing()
	case 't':
		return apacheTime(argument)
	case 'T':
		return apacheDuration(argument)
	case 'C', 'e', 'n', 'o', 'x', 'E', 'l', 'u', 'L', 'R', 'f':
		return nothing
	case 'p':
		return constant("443")
	case 'X':
		return constant("+")
	case 'k':
		return constant("0")
	}
	return apacheFields[letter]
}

func (f field) orNothing() field {
	if f == nil {
		return nothing
	}
	return f
}

var apacheFields = map[byte]field{
	'h': clientField,
	'a': clientField,
	'A': constant("10.128.0.9"),
	'v': hostField,
	'V': hostField,
	'r': requestField,
	'm': methodField,
	'U': pathField,
	'q': apacheQuery,
	'H': protocolField,
	's': statusField,
	'b': apacheBytes,
	'B': bytesField,
	'O': bytesField,
	'S': func(dst []byte, r *Request) []byte { return appendUint(dst, r.RequestBytes+r.ResponseBytes) },
	'I': func(dst []byte, r *Request) []byte { return appendUint(dst, r.RequestBytes) },
	'D': func(dst []byte, r *Request) []byte { return appendUint(dst, uint64(r.Latency/microsecond)) },
	'P': func(dst []byte, r *Request) []byte { return appendUint(dst, 1000+r.Session>>54) },
}

var apacheHeaders = map[string]field{
	"referer":         nginxFields["http_referer"],
	"user-agent":      nginxFields["http_user_agent"],
	"host":            hostField,
	"x-forwarded-for": clientField,
}

// apacheQuery writes the query with its '?'.
func apacheQuery(dst []byte, r *Request) []byte { return queryField(isArgsField(dst, r), r) }

// apacheBytes writes nothing for no bytes, which becomes "-".
func apacheBytes(dst []byte, r *Request) []byte {
	if r.ResponseBytes == 0 || r.Method == vocabulary.MethodHead {
		return dst
	}
	return bytesField(dst, r)
}

func apacheTime(argument string) field {
	format := strings.TrimPrefix(strings.TrimPrefix(argument, "begin:"), "end:")
	switch format {
	case "sec":
		return func(dst []byte, r *Request) []byte { return appendUint(dst, uint64(r.Time/second)) }
	case "msec":
		return func(dst []byte, r *Request) []byte { return appendUint(dst, uint64(r.Time/millisecond)) }
	case "usec":
		return func(dst []byte, r *Request) []byte { return appendUint(dst, uint64(r.Time/microsecond)) }
	case "msec_frac":
		return func(dst []byte, r *Request) []byte { return appendPadded(dst, uint64(r.Time%second/millisecond), 3) }
	case "usec_frac":
		return func(dst []byte, r *Request) []byte { return appendPadded(dst, uint64(r.Time%second/microsecond), 6) }
	case "":
		plain := timeField("02/Jan/2006:", 0, " +0000]")
		return func(dst []byte, r *Request) []byte { return plain(append(dst, '['), r) }
	}
	return strftime(format)
}

// strftime knows the layouts that people use: a date, then 'T', ' ' or ':', then %T or %H:%M:%S, then perhaps a zone.
func strftime(format string) field {
	format = strings.NewReplacer("%F", "%Y-%m-%d", "%T", "%H:%M:%S").Replace(format)
	date, zone, ok := strings.Cut(format, "%H:%M:%S")
	if !ok {
		return nil
	}
	date = strings.NewReplacer("%Y", "2006", "%m", "01", "%d", "02", "%b", "Jan").Replace(date)
	zone = strings.NewReplacer("%z", "+0000", "%Z", "UTC").Replace(zone)
	if strings.ContainsRune(date+zone, '%') {
		return nil
	}
	return timeField(date, 0, zone)
}

func apacheDuration(unit string) field {
	switch unit {
	case "ms":
		return func(dst []byte, r *Request) []byte { return appendUint(dst, uint64(r.Latency/millisecond)) }
	case "us":
		return apacheFields['D']
	case "", "s":
		return func(dst []byte, r *Request) []byte { return appendUint(dst, uint64(r.Latency/second)) }
	}
	return nil
}
