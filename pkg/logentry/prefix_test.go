package logentry

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTransportPrefixesAreSkipped(t *testing.T) {
	prefixes := []string{
		"Sep 15 16:13:46 ip-172-31-43-28.us-east-2.compute.internal nginx[2869]: ",
		"Sep  5 16:13:46 web nginx: ",
		"<190>Sep 15 16:13:46 web nginx: ",
		"<190>Sep 15 16:13:46 nginx: ",
		"<165>1 2026-05-04T12:00:07.003Z web nginx 2869 access - ",
		"<165>1 2026-05-04T12:00:07.003Z web nginx - - [a@1 b=\"c d\"] \xef\xbb\xbf",
		"2026-05-04T12:00:07.123456+02:00 web nginx[2869]: ",
		"2026-05-04T12:00:07.123456789Z stdout F ",
		"2026-05-04T12:00:07.123456789+02:00 stderr F ",
		"\xef\xbb\xbf",
		"",
	}
	for format, line := range map[string]string{
		"combined":                       `198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET /a HTTP/1.1" 404 15734 "-" "curl/8"`,
		"vhost-combined":                 `news.example.org:443 198.51.100.23 - - [04/May/2026:12:00:07 +0000] "GET /a HTTP/1.1" 404 15734 "-" "curl/8"`,
		"nginx-json":                     `{"time":"2026-05-04T12:00:07+00:00","remote_addr":"198.51.100.23","method":"GET","uri":"/a","status":404}`,
		`$host "$request" [$time_local]`: `Jan.example "GET / HTTP/1.1" [04/May/2026:12:00:07 +0000]`,
	} {
		want := read(parse(t, mustParser(t, Source{Format: format}), line))
		for _, prefix := range prefixes {
			if diff := cmp.Diff(want, read(parse(t, mustParser(t, Source{Format: format}), prefix+line))); diff != "" {
				t.Errorf("%s behind %q\n%s", format, prefix, diff)
			}
		}
	}
}

// A format that begins with its own time keeps it, also where more of the line looks like syslog.
func TestOwnTimeIsNoPrefix(t *testing.T) {
	p := mustParser(t, Source{Format: `$time_iso8601 $host $http_x: $status`})
	if e := parse(t, p, `2026-05-04T12:00:07+00:00 a.example x: 200`); string(e.Host) != "a.example" || e.Status != 200 {
		t.Errorf("%+v", read(e))
	}
	want := "2026-05-04T12:00:07Z"
	if got := read(parse(t, p, `2026-05-04T12:00:09Z stdout F 2026-05-04T12:00:07+00:00 a.example x: 200`)); got.Time != want {
		t.Errorf("behind a container's prefix: %s", got.Time)
	}
}
