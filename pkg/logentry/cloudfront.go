package logentry

import (
	"errors"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

const cloudfront = "cloudfront"

// fieldsDirective is how a W3C log names its columns. Such a line is a format, too: "#Fields: date time c-ip cs-method cs-uri-stem …".
const fieldsDirective = "#Fields:"

// cloudfrontColumns are those of CloudFront's standard logs in the order in which they came over the years; older logs end earlier, and
// logs of the second version have the columns that were chosen.
const cloudfrontColumns = "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query " +
	"cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher " +
	"x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type " +
	"sc-content-type sc-content-len sc-range-start sc-range-end"

// cloudfrontPieces are the columns that fill a field of ours. cs(Host) is the distribution's own name, x-host-header what was asked for.
// CloudFront writes the agent percent-encoded, some logs twice. Its times are UTC.
var cloudfrontPieces = map[string]piece{
	"date":                        {field: notRead, time: w3cTime("%Y-%m-%d")},
	"time":                        {field: notRead, time: w3cTime("%H:%M:%S")},
	"timestamp(ms)":               {field: notRead, time: verbPattern(verbMilliseconds)},
	"timestamp":                   {field: notRead, time: verbPattern(verbSecondsFraction)},
	"sc-bytes":                    {field: fieldResponseBytes},
	"c-ip":                        {field: fieldPeer},
	"cs-method":                   {field: fieldMethod},
	"cs(Host)":                    {field: fieldHost},
	"x-host-header":               {field: fieldHost, rank: 1},
	"cs-uri-stem":                 {field: fieldPath},
	"cs-uri-query":                {field: fieldQuery},
	"sc-status":                   {field: fieldStatus},
	"cs(Referer)":                 {field: fieldReferrer},
	"cs(User-Agent)":              {field: fieldAgent, decode: decodeTwice},
	"x-edge-result-type":          {field: fieldCache, rank: 1, set: setCloudfrontCache},
	"x-edge-response-result-type": {field: fieldCache, set: setCloudfrontCache},
	"x-edge-detailed-result-type": {field: fieldStatusDetails},
	"x-edge-request-id":           {field: fieldID},
	"cs-bytes":                    {field: fieldRequestBytes},
	"time-taken":                  {field: fieldLatency, power: 9},
	"x-forwarded-for":             {field: fieldForwarded, decode: decodeTwice},
	"cs-protocol-version":         {field: fieldProtocol},
	"c-country":                   {field: fieldCountry},
	"asn":                         {field: fieldNetwork},
}

// w3cTime is a part of a time in UTC.
func w3cTime(format string) *timePattern {
	p, err := strftimePattern(format)
	if err != nil {
		panic(err) // a test reads both
	}
	p.steps = append(p.steps, timeStep{verb: verbUTC})
	return p
}

func cloudfrontLayout() *layout {
	l, err := columnsLayout(strings.Fields(cloudfrontColumns))
	if err != nil {
		panic(err) // a test compiles it
	}
	l.raggedAt = l.index("cs-uri-query")
	return l
}

// newColumnsReader compiles a #Fields line.
func newColumnsReader(format string) (r reader, err error) {
	r.layout, err = columnsLayout(strings.Fields(format[len(fieldsDirective):]))
	return r, err
}

// columnsLayout is a log of columns with tabs between them.
func columnsLayout(names []string) (*layout, error) {
	if len(names) == 0 {
		return nil, errors.New("no columns behind #Fields:; write them as the log's own header does")
	}
	var tokens []token
	for i, name := range names {
		if i > 0 {
			tokens = append(tokens, fixed("\t"))
		}
		p, ok := cloudfrontPieces[name]
		if !ok {
			p = ignored
		}
		tokens = append(tokens, valueOf(name, p))
	}
	l, err := compileLayout(tokens)
	if err != nil {
		return nil, err
	}
	l.directives, l.settle = true, settleCloudfront
	return l, nil
}

// isCloudfrontHeader tells whether a #Fields line names the columns of standard logs, or the first of them, or more behind them.
func isCloudfrontHeader(line string) bool {
	names := strings.Join(strings.Fields(line[len(fieldsDirective):]), " ")
	return names != "" && (strings.HasPrefix(cloudfrontColumns+" ", names+" ") || strings.HasPrefix(names, cloudfrontColumns+" "))
}

// knownColumns gives a #Fields line with '-' for the columns that fill no field of ours, so that a format never quotes the log.
func knownColumns(line string) string {
	known := []string{fieldsDirective}
	for name := range strings.FieldsSeq(line[len(fieldsDirective):]) {
		if _, ok := cloudfrontPieces[name]; !ok {
			name = "-"
		}
		if known = append(known, name); len(known) > mostColumns {
			break
		}
	}
	return strings.Join(known, " ")
}

// mostColumns is more than the logs of any proxy have.
const mostColumns = 256

// isDirective tells whether a line is one of the header of a W3C log.
func isDirective(line []byte) bool {
	const longest = len("#Start-Date:")
	if len(line) == 0 || line[0] != '#' {
		return false
	}
	name, _, _ := strings.Cut(string(line[:min(len(line), longest)]), ":")
	switch name {
	case "#Version", "#Fields", "#Date", "#Software", "#Start-Date", "#End-Date", "#Remark":
		return true
	}
	return false
}

// setCloudfrontCache reads x-edge-result-type. RefreshHit is an expired copy that the origin confirmed.
func setCloudfrontCache(c *conversion, b []byte) {
	switch string(b) {
	case "Hit", "OriginShieldHit":
		c.entry.Cache = vocabulary.CacheHit
	case "RefreshHit":
		c.entry.Cache = vocabulary.CacheValidated
	case "Miss":
		c.entry.Cache = vocabulary.CacheMiss
	default: // Error, Redirect, LimitExceeded, …: the cache had no part in it
		c.entry.Cache = vocabulary.CacheUncached
	}
}

// settleCloudfront reads x-edge-detailed-result-type. What AWS WAF refuses cannot be told from an error of the origin, so defence counts
// as logged only where a country was refused.
func settleCloudfront(c *conversion) {
	e := c.entry
	switch string(c.details) {
	case "ClientGeoBlocked":
		e.Enforced = vocabulary.ActionDenied
		e.Logged |= 1 << vocabulary.FieldDefence
	case "ClientCommError", "ClientHungUpRequest":
		e.OriginError = vocabulary.OriginErrorClientPartly
		if e.Status == 0 {
			e.OriginError = vocabulary.OriginErrorClientGone
		}
	case "OriginCommError":
		e.OriginError = vocabulary.OriginErrorTimeout
	case "OriginConnectError", "OriginDnsError":
		e.OriginError = vocabulary.OriginErrorConnect
	case "AbortedOrigin", "OriginReadError", "OriginWriteError":
		e.OriginError = vocabulary.OriginErrorClosed
	case "OriginContentRangeLengthError", "OriginHeaderTooBigError", "OriginInvalidResponseError", "OriginZeroSizeObjectError", "SlowReaderOriginError":
		e.OriginError = vocabulary.OriginErrorOther
	case "Error", "OriginError":
		if e.Status >= 500 {
			e.OriginError = vocabulary.OriginErrorStatus
		}
	}
}

// decodeTwice undoes percent-encoding, and undoes it again where that leaves more of it.
func decodeTwice(dst, b []byte) []byte {
	from := len(dst)
	dst = decodeHex(dst, b, '%')
	return decodeHex(dst[:from], dst[from:], '%')
}

// decodeHex appends b with each sign that two hexadecimal digits follow replaced by the byte that they stand for. dst may be the beginning
// of b's own memory.
func decodeHex(dst, b []byte, sign byte) []byte {
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c == sign {
			if v, ok := hex(b[i+1:], 2); ok {
				c = byte(v) //nolint:gosec // two hex digits
				i += 2
			}
		}
		dst = append(dst, c)
	}
	return dst
}
