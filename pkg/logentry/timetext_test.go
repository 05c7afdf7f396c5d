package logentry

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The remembered date and zone never change what a time means: a clock that has read others agrees with the standard library.
func TestCLFTimeAgreesWithStd(t *testing.T) {
	const layout = "02/Jan/2006:15:04:05 -0700"
	rapid.Check(t, func(t *rapid.T) {
		var c clfClock
		for range 5 {
			zone := time.FixedZone("", rapid.SampledFrom([]int{0, 3600, -3 * 3600, 19800, -12600}).Draw(t, "zone"))
			at := time.Unix(rapid.Int64Range(-1e9, 1e10).Draw(t, "seconds"), 0).In(zone)
			if rapid.Bool().Draw(t, "same day") {
				at = time.Unix(1777896007+rapid.Int64Range(0, 86400).Draw(t, "second"), 0).In(zone)
			}
			text := []byte(at.Format(layout))
			var got textTime
			if ok := c.read(text, &got); !ok || got.unix != at.Unix() {
				t.Fatalf("%s: %d, %v; want %d", text, got.unix, ok, at.Unix())
			}
		}
	})
}

func FuzzCLFTime(f *testing.F) {
	for _, s := range []string{clfTime, "29/Feb/2023:00:00:00 +0000", "29/Feb/2024:23:59:60 -0330", "04/MAY/2026:14:00:07 +0200", "04/May/2026 14:00:07 +0200"} {
		f.Add([]byte(s))
	}
	var used clfClock
	f.Fuzz(func(t *testing.T, text []byte) {
		var fresh clfClock
		var a, b textTime
		ok := used.read(text, &a)
		if ok != fresh.read(text, &b) || a != b {
			t.Fatalf("%q: %v %v", text, a, b)
		}
		want, err := time.Parse("02/Jan/2006:15:04:05 -0700", string(text))
		same := err == nil && want.Format("02/Jan/2006:15:04:05 -0700") == string(text) // the standard library accepts more than it writes
		if same && (!ok || a.unix != want.Unix()) {
			t.Fatalf("%q: %d, %v; want %d", text, a.unix, ok, want.Unix())
		}
		if ok && err != nil && text[18] != '6' { // a leap second is none for the standard library
			t.Fatalf("%q is no time, but %d", text, a.unix)
		}
	})
}

// TestTimesWithTheTextThatFollows: a time does not end at a space of its own, though a space follows it; a time that is none gives its reason.
func TestTimesWithTheTextThatFollows(t *testing.T) {
	for format, line := range map[string]string{
		`%h %v %{%Y-%m-%d %H:%M:%S}t %m %U %>s`:                    `198.51.100.23 www.example.org 2026-05-04 12:00:07 GET /a 404`,
		`%h %{%F %T}t %v %m %U %>s`:                                `198.51.100.23 2026-05-04 12:00:07 www.example.org GET /a 404`,
		`%h %v %m %U %>s %{%F %T}t`:                                `198.51.100.23 www.example.org GET /a 404 2026-05-04 12:00:07`,
		`%h %{begin:%a %b %e %H:%M:%S %Y}t %v %m %U %>s`:           `198.51.100.23 Mon May  4 12:00:07 2026 www.example.org GET /a 404`,
		`$remote_addr $time_local $host "$request" $status`:        `198.51.100.23 04/May/2026:12:00:07 +0000 www.example.org "GET /a HTTP/1.1" 404`,
		`$remote_addr $time_local "$request" $status $server_name`: `198.51.100.23 04/May/2026:12:00:07 +0000 "GET /a HTTP/1.1" 404 www.example.org`,
	} {
		p := mustParser(t, Source{Format: format})
		e := parse(t, p, line)
		if got := read(e); e.Time != 1777896007e9 || got.Client != "198.51.100.23" || got.Host != "www.example.org" || got.Status != 404 || got.Path != "/a" {
			t.Errorf("%s: %+v", format, got)
		}
	}
	p := mustParser(t, Source{Format: `%h %{%F %T}t %m %>s`})
	for line, want := range map[string]Reason{"198.51.100.23 - GET 404": ReasonNoTime, "198.51.100.23 2026-05-99 12:00:07 GET 404": ReasonBadTime} {
		if got := p.Parse([]byte(line), new(Entry)); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

// What strftime wrote is read back, for every conversion that is understood.
func TestStrftimeFormats(t *testing.T) {
	brussels, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 5, 4, 14, 0, 7, 0, brussels)
	for format, text := range map[string]string{
		"%d/%b/%Y:%H:%M:%S %z":    "04/May/2026:14:00:07 +0200",
		"%Y-%m-%dT%H:%M:%S%z":     "2026-05-04T14:00:07+02:00",
		"%FT%TZ":                  "2026-05-04T14:00:07Z",
		"%A, %d %B %Y %T":         "Monday, 04 May 2026 14:00:07",
		"%a %b %e %H:%M:%S %Y":    "Mon May  4 14:00:07 2026",
		"%D %r":                   "05/04/26 02:00:07 PM",
		"%m/%d/%y %I:%M:%S %p %Z": "05/04/26 02:00:07 PM CEST",
		"%F %k:%M:%S":             "2026-05-04 14:00:07",
		"%F %l:%M:%S%%%p":         "2026-05-04  2:00:07%PM",
		"%F %R:%S %Z":             "2026-05-04 12:00:07 UTC",
		"%s":                      "1777896007",
	} {
		p, err := strftimePattern(format)
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		var got textTime
		rest, ok := p.read([]byte(text), &got)
		if !ok || len(rest) > 0 || !p.gives.complete() {
			t.Errorf("%s: %q, %v, %q is left", format, text, ok, rest)
			continue
		}
		want := at
		if format == "%FT%TZ" { // the Z is fixed text here, so the source's zone counts
			want = at.In(brussels)
		}
		if ns, ok := got.nanoseconds(&clock{zone: brussels}); !ok || ns != want.UnixNano() {
			t.Errorf("%s: %q is %v, want %v", format, text, time.Unix(0, ns).UTC(), want.UTC())
		}
	}
}

func TestStrftimeRefusesWhatIsNoTime(t *testing.T) {
	for _, c := range []struct{ format, text string }{
		{"%F %T", "2026-02-29 12:00:00"},
		{"%F %T", "2026-13-01 12:00:00"},
		{"%F %T", "2026-05-04 24:00:00"},
		{"%F %T", "2026-05-04 12:61:00"},
		{"%F %T", "2026-05-04 1:00:00"},
		{"%F %T", "2026-05-04"},
		{"%F %r", "2026-05-04 13:00:00 PM"},
		{"%F %k:%M", "2026-05-04 x:00"},
		{"%d %b %Y %T", "04 Mai 2026 12:00:00"},
		{"%F %T %z", "2026-05-04 12:00:00 CEST"},
		{"%F %T %z", "2026-05-04 12:00:00 +9900"},
		{"%F %T %Z", "2026-05-04 12:00:00 +"},
		{"%s", "x"},
		{"%s", "99999999999999999999"},
	} {
		p, err := strftimePattern(c.format)
		if err != nil {
			t.Fatal(err)
		}
		var got textTime
		rest, ok := p.read([]byte(c.text), &got)
		if _, valid := got.nanoseconds(&clock{}); ok && len(rest) == 0 && valid {
			t.Errorf("%s accepts %q", c.format, c.text)
		}
	}
}
