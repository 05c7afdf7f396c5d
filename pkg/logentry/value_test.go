package logentry

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

func TestParseTimeEqualsStd(t *testing.T) {
	var c clock
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-9e9, 9e9).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds"))
		at = at.In(time.FixedZone("", 60*rapid.IntRange(-23*60-59, 23*60+59).Draw(t, "zone")))
		text := at.Format(rapid.SampledFrom([]string{time.RFC3339, time.RFC3339Nano, "2006-01-02T15:04:05.000Z07:00",
			"2006-01-02T15:04:05,000000000Z07:00"}).Draw(t, "layout"))
		want, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := c.parseTime([]byte(text), -1); !ok || got != want.UnixNano() {
			t.Errorf("%s: got %d %v, want %d", text, got, ok, want.UnixNano())
		}
	})
}

// TestParseTimeOfAlmostTimes holds the parser to time.Parse on texts that are damaged in one or two places, one after the other with the
// same clock, so that what it remembers must not leak.
func TestParseTimeOfAlmostTimes(t *testing.T) {
	var c clock
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(rapid.SampledFrom([]string{"2026-05-04T12:00:07Z", "2024-02-29 23:59:59.123456789 UTC", "1900-02-28T00:00:00+02:00",
			"2026-12-31T23:59:59.5-0330", "0000-01-01T00:00:00+01", "2262-04-11T23:47:16.854775807Z", "9999-12-31T23:59:59Z", "1777896007.081",
			"1777896007081000001", "1.777896007e9", "99999999999", "100000000000"}).Draw(t, "text"))
		for range rapid.IntRange(0, 2).Draw(t, "damages") {
			at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
			text[at] = rapid.SampledFrom([]byte("0123456789-+:.TZ e")).Draw(t, "byte")
		}
		want, valid := referenceTime(string(text))
		if got, ok := c.parseTime(text, -1); ok != valid || ok && got != want {
			t.Errorf("%s: got %d %v, want %d %v", text, got, ok, want, valid)
		}
	})
}

func TestParseTimeWithoutZone(t *testing.T) {
	brussels, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	c := clock{zone: brussels}
	for text, want := range map[string]string{
		"2026-05-04T14:00:07": "2026-05-04T12:00:07Z", "2026-01-04 13:00:07.5": "2026-01-04T12:00:07.5Z", "2026-05-04T14:00:07Z": "2026-05-04T14:00:07Z",
	} {
		got, ok := c.parseTime([]byte(text), -1)
		if !ok || time.Unix(0, got).UTC().Format(time.RFC3339Nano) != want {
			t.Errorf("%s: got %v %v, want %s", text, time.Unix(0, got).UTC(), ok, want)
		}
	}
}

func TestParseTimeOfCommonLogFormat(t *testing.T) {
	var c clock
	if got, ok := c.parseTime([]byte("04/May/2026:14:00:07 +0200"), -1); !ok || got != 1_777_896_007_000_000_000 {
		t.Errorf("got %d %v", got, ok)
	}
	if got, ok := c.parseTime([]byte("04/Mai/2026:14:00:07 +0200"), -1); ok {
		t.Errorf("a month of another language gave %d", got)
	}
}

func TestParseTimeUnits(t *testing.T) {
	var c clock
	const want = 1_777_896_007_081_000_000
	for _, x := range []struct{ text, unit string }{
		{"1777896007.081", "s"}, {"1777896007081", "ms"}, {"1777896007081000", "us"}, {"1777896007081000000", "ns"}, {"1.777896007081e9", "s"},
		{"1777896007.081", ""}, {"1777896007081", ""}, {"1777896007081000", ""}, {"1777896007081000000", ""},
	} {
		power, ok := units[x.unit]
		if !ok {
			power = -1
		}
		if got, ok := c.parseTime([]byte(x.text), power); !ok || got != want {
			t.Errorf("%s in %q: got %d %v", x.text, x.unit, got, ok)
		}
	}
}

func TestNumbersEqualReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?[0-9]{0,21}(\.[0-9]{0,12})?([eE][-+]?[0-9]{0,3})?(s|ms|us|µs|ns|x)?`).Draw(t, "text")
		got, _ := parseUint([]byte(text))
		if want := referenceUint(text); got != want {
			t.Errorf("parseUint(%s) = %d, want %d", text, got, want)
		}
		ns, ok := parseLatency([]byte(text), 6)
		if want, valid := referenceLatency(text, 6); ok != valid || ok && ns != want {
			t.Errorf("parseLatency(%s) = %d %v, want %d %v", text, ns, ok, want, valid)
		}
	})
}

func TestSmallValues(t *testing.T) {
	for text, want := range map[string]uint16{"200": 200, "200.0": 200, "99": 0, "1000": 0, "-": 0, "": 0, "2e2": 0, "OK": 0} {
		if got := parseStatus([]byte(text)); got != want {
			t.Errorf("status %q: got %d, want %d", text, got, want)
		}
	}
	for text, want := range map[string]uint32{"64500": 64500, "AS64500": 64500, "as1": 1, "4294967295": 4294967295, "4294967296": 0, "AS": 0} {
		if got := parseNetwork([]byte(text)); got != want {
			t.Errorf("network %q: got %d, want %d", text, got, want)
		}
	}
	for text, want := range map[string]string{"be": "BE", "BE": "BE", "XX": "", "T1": "", "": "", "BEL": "", "Ü": ""} {
		got := parseCountry([]byte(text))
		if strings.Trim(string(got[:]), "\x00") != want {
			t.Errorf("country %q: got %q, want %q", text, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	for text, want := range map[string]vocabulary.Cache{"HIT": vocabulary.CacheHit, "hit": vocabulary.CacheHit, "STALE": vocabulary.CacheHit,
		"revalidated": vocabulary.CacheValidated, "EXPIRED": vocabulary.CacheMiss, "miss": vocabulary.CacheMiss, "dynamic": vocabulary.CacheUncached,
		"BYPASS": vocabulary.CacheUncached, "-": vocabulary.CacheUncached, "": vocabulary.CacheUncached,
		"Souin; hit; ttl=60": vocabulary.CacheHit, "edge; fwd=uri-miss; stored": vocabulary.CacheMiss, "edge; fwd=bypass": vocabulary.CacheUncached,
		"edge; fwd=stale; fwd-status=304; stored": vocabulary.CacheValidated, `origin; hit, "the edge"; fwd=vary-miss`: vocabulary.CacheMiss,
		"edge; fwd=miss, near;hit": vocabulary.CacheHit, "edge; ttl=5": vocabulary.CacheUncached} {
		if got := parseCache([]byte(text)); got != want {
			t.Errorf("cache %q: got %v, want %v", text, got, want)
		}
	}
	for text, want := range map[string]vocabulary.Action{"": vocabulary.ActionNone, "ALLOW": vocabulary.ActionAllowed, "log": vocabulary.ActionAllowed,
		"RATE_BASED_BAN": vocabulary.ActionBanned, "rate-limit": vocabulary.ActionThrottled, "managedChallenge": vocabulary.ActionChallenged,
		"managed_challenge": vocabulary.ActionChallenged, "challengeFailed": vocabulary.ActionDenied, "jschallengeBypassed": vocabulary.ActionAllowed,
		"EXTERNAL_302": vocabulary.ActionRedirected, "new": vocabulary.ActionOther, strings.Repeat("deny", 100): vocabulary.ActionOther} {
		if got := parseAction([]byte(text)); got != want {
			t.Errorf("action %.20q: got %v, want %v", text, got, want)
		}
	}
	for text, want := range map[string]vocabulary.OriginError{"200": vocabulary.OriginErrorNone, "502": vocabulary.OriginErrorStatus,
		"502, 200": vocabulary.OriginErrorNone, "200 : 504": vocabulary.OriginErrorStatus, "-": vocabulary.OriginErrorNone, "0": vocabulary.OriginErrorNone,
		"522": vocabulary.OriginErrorConnect, "524": vocabulary.OriginErrorTimeout, "520": vocabulary.OriginErrorOther} {
		if got := originStatusError([]byte(text)); got != want {
			t.Errorf("origin status %q: got %v, want %v", text, got, want)
		}
	}
}

// TestBytesThatAreTooMany are not logged: they are neither 0 nor the largest number there is.
func TestBytesThatAreTooMany(t *testing.T) {
	for format, line := range map[string]string{
		"combined":   `198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 %s "-" "curl/8.5"`,
		"common":     `198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 %s`,
		"nginx-json": `{"time":"2026-05-04T12:00:07+00:00","host":"a.example.org","remote_addr":"198.51.100.23","method":"GET","uri":"/","status":200,"body_bytes_sent":%s}`,
	} {
		p := mustParser(t, Source{Format: format})
		for bytes, want := range map[string]bool{"99999999999999999999": false, "18446744073709551616": false, "18446744073709551616.5": false, "18446744073709551615": true, "5": true} {
			e := parse(t, p, strings.Replace(line, "%s", bytes, 1))
			if e.Logged.Has(vocabulary.FieldResponseBytes) != want || (e.ResponseBytes > 0) != want {
				t.Errorf("%s, %s: %d, logged: %s", format, bytes, e.ResponseBytes, logged(e))
			}
		}
	}
}
