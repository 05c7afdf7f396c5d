package logentry

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// result is all that a JSON parser says of a line, comparable with ==. Texts have U+FFFD for each byte that is no UTF-8, as
// encoding/json gives them.
type result struct {
	Reason Reason
	Time   int64
	Logged vocabulary.Fields

	Host, URL, Path, Query, Request, Client, Peer, Forwarded, Referrer, Agent, ID string

	Method      vocabulary.Method
	Protocol    vocabulary.Protocol
	Status      uint16
	Cache       vocabulary.Cache
	Enforced    vocabulary.Action
	Preview     vocabulary.Action
	OriginError vocabulary.OriginError

	RequestBytes, ResponseBytes, CacheFillBytes uint64
	Latency                                     int64
	Country                                     [2]byte
	ASN                                         uint32
}

func valid(b []byte) string { return string([]rune(string(b))) }

func resultOf(e *Entry, r *raw, reason Reason) result {
	if reason != OK {
		return result{Reason: reason}
	}
	return result{Reason: reason, Time: e.Time, Logged: e.Logged,
		Host: valid(r.host), URL: valid(r.url), Path: valid(r.path), Query: valid(r.query), Request: valid(r.request), Client: valid(r.client),
		Peer: valid(r.peer), Forwarded: valid(r.forwarded), Referrer: valid(r.referrer), Agent: valid(r.agent), ID: valid(r.insertID),
		Method: e.Method, Protocol: e.Protocol, Status: e.Status, Cache: e.Cache, Enforced: e.Enforced, Preview: e.Preview,
		OriginError: e.OriginError, RequestBytes: e.RequestBytes, ResponseBytes: e.ResponseBytes, CacheFillBytes: e.CacheFillBytes,
		Latency: e.Latency, Country: e.Country, ASN: e.ASN}
}

// parseResult parses one line with p.
func parseResult(p *jsonParser, line []byte) result {
	var e Entry
	var r raw
	reason := p.parse(line, &e, &r)
	return resultOf(&e, &r, reason)
}

// reference gives what encoding/json's map of the line says, read slowly; ok is false where encoding/json takes it for no object, or
// where the map cannot tell which of two keys in different case came last.
func reference(m *readyMapping, line []byte) (res result, ok bool) {
	object, ok := stdObject(line)
	if !ok {
		return result{}, false
	}
	if m.anyCase {
		if object, ok = lowerKeys(object); !ok {
			return result{}, false
		}
	}
	texts, logged := map[string]string{}, m.always
	for name, key := range m.Fields {
		if m.anyCase {
			key = strings.ToLower(key)
		}
		value, present := lookup(object, splitKey(key))
		f, _ := fieldByName(name)
		if present {
			logged |= fields[f].logs
		}
		if text, ok := textOf(value); ok || m.lists && lastOf(value, &text) {
			texts[name] = text
		}
	}
	return referenceEntry(m, texts, logged), true
}

func stdObject(line []byte) (map[string]any, bool) {
	if !json.Valid(line) {
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil || object == nil {
		return nil, false
	}
	return object, true
}

func lowerKeys(object map[string]any) (map[string]any, bool) {
	low := map[string]any{}
	for key, value := range object {
		if inner, ok := value.(map[string]any); ok {
			if value, ok = lowerKeys(inner); !ok {
				return nil, false
			}
		}
		key = asciiLower(key)
		if _, twice := low[key]; twice {
			return nil, false
		}
		low[key] = value
	}
	return low, true
}

func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] |= 0x20
		}
	}
	return string(b)
}

func lookup(value any, path []string) (any, bool) {
	for _, key := range path {
		object, ok := value.(map[string]any)
		if !ok {
			return nil, false
		}
		if value, ok = object[key]; !ok {
			return nil, false
		}
	}
	return value, true
}

// lastOf gives the last text of a list of texts.
func lastOf(value any, last *string) bool {
	list, _ := value.([]any)
	for _, v := range list {
		text, ok := v.(string)
		if !ok {
			return false
		}
		*last = text
	}
	return len(list) > 0
}

func textOf(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// referenceEntry converts texts with the standard library's means, and with the vocabularies that have tests of their own.
func referenceEntry(m *readyMapping, texts map[string]string, logged vocabulary.Fields) result {
	isRequest := false
	for _, name := range requestFieldNames() {
		_, there := texts[name]
		isRequest = isRequest || there
	}
	for f := range fields {
		_, there := texts[fields[f].name]
		isRequest = isRequest && (there || m.requires>>f&1 == 0)
	}
	if !isRequest {
		return result{Reason: ReasonNotRequest}
	}
	if texts["time"] == "" || texts["time"] == "-" {
		return result{Reason: ReasonNoTime}
	}
	ns, ok := referenceTime(texts["time"])
	switch {
	case !ok:
		return result{Reason: ReasonBadTime}
	case ns < earliest:
		return result{Reason: ReasonPast}
	}
	res := result{Time: ns, Logged: logged, Host: texts["host"], URL: texts["url"], Path: texts["path"], Query: texts["query"],
		Request: texts["request"], Client: texts["client"], Peer: texts["peer"], Forwarded: texts["forwarded"], Referrer: texts["referrer"],
		Agent: texts["agent"], ID: texts["id"], Method: vocabulary.ParseMethod([]byte(texts["method"])),
		Protocol: vocabulary.ParseProtocol([]byte(texts["protocol"])), Status: parseStatus([]byte(texts["status"])),
		RequestBytes: referenceUint(texts["request_bytes"]), ResponseBytes: referenceUint(texts["response_bytes"]),
		CacheFillBytes: referenceUint(texts["cache_fill_bytes"]), Country: parseCountry([]byte(texts["country"])),
		ASN: parseNetwork([]byte(texts["network"]))}
	for name, field := range map[string]vocabulary.Field{"request_bytes": vocabulary.FieldRequestBytes, "response_bytes": vocabulary.FieldResponseBytes} {
		if referenceTooLarge(texts[name]) {
			res.Logged &^= 1 << field
		}
	}
	unit := 9
	if u, ok := m.Units["latency"]; ok {
		unit = units[u]
	}
	if ns, ok := referenceLatency(texts["latency"], unit); ok {
		res.Latency = ns
		res.Logged |= 1 << vocabulary.FieldLatency
	}
	referenceOutcomes(m, texts, &res)
	return res
}

func referenceOutcomes(m *readyMapping, texts map[string]string, res *result) {
	if text, ok := texts["cache"]; ok {
		res.Cache = parseCache([]byte(text))
	}
	if m.Fields["cache_hit"] != "" && res.Logged.Has(vocabulary.FieldCache) {
		asked := m.Fields["cache_lookup"] == "" || parseBool([]byte(texts["cache_lookup"]))
		res.Cache = cacheOutcome(asked, parseBool([]byte(texts["cache_hit"])), parseBool([]byte(texts["cache_validated"])))
	}
	if text, ok := texts["origin_status"]; ok {
		res.OriginError = originStatusError([]byte(text))
	}
	res.Enforced = decide(referencePolicy(texts, "edge"), referencePolicy(texts, "enforced"))
	res.Preview = decide(referencePolicy(texts, "preview_edge"), referencePolicy(texts, "preview"))
	referenceFlags(texts["response_flags"], res)
	if m.Fields["status_details"] == "" {
		return
	}
	d := detail{known: true, sent: true}
	if text := texts["status_details"]; text != "" {
		d = readDetail([]byte(text))
	} else if text := texts["proxy_status"]; text != "" {
		d = readProxyStatus([]byte(text))
	}
	res.OriginError = d.originError(res.Status)
	if d.action != vocabulary.ActionNone && res.Enforced <= vocabulary.ActionAllowed {
		res.Enforced = d.action
		res.Logged |= 1 << vocabulary.FieldDefence
	}
}

// referenceFlags knows Envoy's response flags by what they mean for the origin and the defence.
func referenceFlags(text string, res *result) {
	errs := map[string]vocabulary.OriginError{"UT": vocabulary.OriginErrorTimeout, "SI": vocabulary.OriginErrorTimeout, "DT": vocabulary.OriginErrorTimeout,
		"UMSDR": vocabulary.OriginErrorTimeout, "UF": vocabulary.OriginErrorConnect, "DF": vocabulary.OriginErrorConnect,
		"UH": vocabulary.OriginErrorNoBackend, "NC": vocabulary.OriginErrorNoBackend, "UC": vocabulary.OriginErrorClosed,
		"UR": vocabulary.OriginErrorClosed, "LR": vocabulary.OriginErrorClosed, "UPE": vocabulary.OriginErrorClosed,
		"DC": vocabulary.OriginErrorClientPartly, "DR": vocabulary.OriginErrorClientPartly, "UO": vocabulary.OriginErrorOther,
		"URX": vocabulary.OriginErrorOther, "LH": vocabulary.OriginErrorOther, "OM": vocabulary.OriginErrorOther, "NFCF": vocabulary.OriginErrorOther}
	if text == "-" && res.Status >= 500 {
		res.OriginError = vocabulary.OriginErrorStatus
	}
	for _, flag := range strings.Split(text, ",") {
		switch flag {
		case "RL":
			res.Enforced = vocabulary.ActionThrottled
		case "UAEX":
			res.Enforced = vocabulary.ActionDenied
		case "RFCF":
			res.Cache = vocabulary.CacheHit
			res.Logged |= 1 << vocabulary.FieldCache
		}
		if flag == "RL" || flag == "UAEX" {
			res.Logged |= 1 << vocabulary.FieldDefence
		}
		err, known := errs[flag]
		if known && err == vocabulary.OriginErrorClientPartly && res.Status == 0 {
			err = vocabulary.OriginErrorClientGone
		}
		if known && (res.OriginError == vocabulary.OriginErrorNone || res.OriginError == vocabulary.OriginErrorOther) {
			res.OriginError = err
		}
	}
}

func referencePolicy(texts map[string]string, name string) *policy {
	configured, a := texts[name]
	outcome, b := texts[name+"_outcome"]
	limit, c := texts[name+"_limit"]
	return &policy{spoke: a || b || c, configured: parseAction([]byte(configured)), outcome: []byte(outcome), limit: []byte(limit)}
}

var (
	stamp    = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d+))?(?:(Z| ?UTC)?| ?([+-]\d\d)(?::?(\d\d))?)$`)
	number   = regexp.MustCompile(`^(\d+\.?\d*)(?:[eE]([+-]?\d+))?$`)
	duration = regexp.MustCompile(`^(\d+\.?\d*(?:[eE][+-]?\d+)?)(s|ms|us|µs|ns)?$`)
	whole    = regexp.MustCompile(`^(\d+)(\.\d*)?$`)
)

// referenceTime reads a time by time.Parse, after bringing the spellings that only we accept into RFC 3339.
func referenceTime(s string) (int64, bool) {
	if t, err := time.Parse("02/Jan/2006:15:04:05 -0700", s); err == nil {
		return clampedNano(t), true
	}
	if len(s) <= 4 || s[4] != '-' {
		return referenceUnix(s)
	}
	m := stamp.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	text := m[1] + "T" + m[2]
	if m[3] != "" {
		text += "." + m[3]
	}
	zone := "Z"
	if m[5] != "" {
		if m[6] == "" {
			m[6] = "00"
		}
		zone = m[5] + ":" + m[6]
		if zone[1:] > "23:59" || zone[4:] > "59" {
			return 0, false
		}
	}
	t, err := time.Parse(time.RFC3339, text+zone)
	if err != nil {
		return 0, false
	}
	return clampedNano(t), true
}

func clampedNano(t time.Time) int64 {
	switch {
	case t.Before(time.Unix(math.MinInt64/1_000_000_000, 0)):
		return math.MinInt64
	case !t.Before(time.Unix(math.MaxInt64/1_000_000_000, 0)):
		return math.MaxInt64
	}
	return t.UnixNano()
}

// referenceUnix reads a number since 1970 by its size.
func referenceUnix(s string) (int64, bool) {
	size, ok := scaled(s, 0)
	if !ok {
		return 0, false
	}
	power := 9
	for _, limit := range []float64{1e11, 1e14, 1e17} {
		if size.Cmp(big.NewInt(int64(limit))) >= 0 {
			power -= 3
		}
	}
	ns, _ := scaled(s, power)
	if !ns.IsInt64() {
		return math.MaxInt64, true
	}
	return ns.Int64(), true
}

// scaled gives s * 10^power rounded down.
func scaled(s string, power int) (*big.Int, bool) {
	m := number.FindStringSubmatch(s)
	if m == nil {
		return nil, false
	}
	r, _ := new(big.Rat).SetString(strings.TrimSuffix(m[1], "."))
	e, err := strconv.Atoi("0" + strings.TrimLeft(m[2], "+-"))
	if err != nil || e > 5000 {
		e = 5000
	}
	if strings.HasPrefix(m[2], "-") {
		e = -e
	}
	e += power
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(e, -e))), nil)
	if e < 0 {
		r.Quo(r, new(big.Rat).SetInt(ten))
	} else {
		r.Mul(r, new(big.Rat).SetInt(ten))
	}
	return new(big.Int).Quo(r.Num(), r.Denom()), true
}

func referenceLatency(s string, power int) (int64, bool) {
	m := duration.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	if m[2] != "" {
		power = map[string]int{"s": 9, "ms": 6, "us": 3, "µs": 3, "ns": 0}[m[2]]
	}
	ns, ok := scaled(m[1], power)
	if !ok || !ns.IsInt64() {
		return 0, false
	}
	return ns.Int64(), true
}

func referenceUint(s string) uint64 {
	m := whole.FindStringSubmatch(s)
	if m == nil {
		return 0
	}
	n, err := strconv.ParseUint(m[1], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func referenceTooLarge(s string) bool {
	m := whole.FindStringSubmatch(s)
	if m == nil {
		return false
	}
	_, err := strconv.ParseUint(m[1], 10, 64)
	return err != nil
}
