package integration

import (
	"bytes"
	"strings"
	"testing"
)

// TestNothingReadable: a file of which nothing can be read is an error that names the formats that were tried and shows how to say which it is.
// Nothing of the file is quoted.
func TestNothingReadable(t *testing.T) {
	tried := []string{"tried: gcp, gcp-bigquery, nginx-json, cloudflare, combined, common, vhost-combined, vhost-common", "--log-format"}
	text := append(tried, `--log-format '$remote_addr - $remote_user [$time_local]`, `--log-format '%h %l %u %t "%r" %>s %b' (Apache, LogFormat)`)
	for _, c := range []struct {
		name    string
		content string
		want    []string
	}{
		{"words.log", "zanzibar\nzanzibar zanzibar\n", text},
		{"one.log", "zanzibar", text},
		{"bytes.log", "\x00\x01\x02zanzibar\xff\n\x03\x04", text},
		{"latin.log", "zanzibar caf\xe9\n", text},
		{"error.log", "2026/05/04 12:00:00 [error] 7#7: *1 open() \"/zanzibar\" failed, client: 198.51.100.1\n", text},
		{"other.jsonl", `{"zanzibar":1}` + "\n" + `{"zanzibar":2}`, append(tried, "formats: {mine: {fields:", "--config FILE --log-format mine")},
		{"half.jsonl", `{"timestamp":"2026-05-04T12:00:00Z","httpRequest":{"zanzibar"`, append(tried, "formats: {mine: {fields:")},
	} {
		path := fileOf(t, c.name, []byte(c.content))
		r := shell(t, "report", path)
		r.expect(t, c.name, 1, append(c.want, path)...)
		if r.stdout != "" || strings.Contains(r.stderr, "zanzibar") {
			t.Errorf("%s: printed\n%s%s", c.name, r.stdout, r.stderr)
		}
	}
}

// TestUnreadableBeginning: a file is refused only if nothing in it can be read; what comes before the log is counted as not readable.
func TestUnreadableBeginning(t *testing.T) {
	log := logOf(t, "vhost-combined", 2000)
	for name, begin := range map[string][]byte{
		"hole.log": make([]byte, 300_000), "words.log": bytes.Repeat([]byte("zanzibar zanzibar zanzibar\n"), 20_000),
	} {
		path := fileOf(t, name, begin, []byte("\n"), log)
		r := shell(t, "report", path)
		r.expect(t, name, 0, "2,000 requests", "not readable (")
	}
	r := shell(t, "report", fileOf(t, "words.log.gz", gzipOf(t, append(bytes.Repeat([]byte("zanzibar zanzibar zanzibar\n"), 20_000), log...))))
	r.expect(t, "gzip", 0, "2,000 requests", "20,000 not readable (")
}

// TestWrongFormat: a format that the user named and that fits no line is an error that says what to do about it.
func TestWrongFormat(t *testing.T) {
	path := fileOf(t, "access.log", logOf(t, "combined", 50))
	for format, reason := range map[string]string{
		"gcp": "50: not JSON", "vhost-combined": "", `$msec $remote_addr "$request" $status`: "50: have a time that cannot be read",
	} {
		r := shell(t, "report", "--log-format", format, path)
		if reason == "" {
			r.expect(t, format, 0, "50 requests")
			continue
		}
		r.expect(t, format, 1, "no line could be read as a request (format "+format+")", reason, "leave --log-format out")
		if r.stdout != "" {
			t.Errorf("%s: a report all the same:\n%s", format, r.stdout)
		}
	}
}

// TestWrongClock: where every line lies in the future the clock is to blame, not the format.
func TestWrongClock(t *testing.T) {
	log := strings.ReplaceAll(string(logOf(t, "combined", 50)), "/2026:", "/2096:")
	r := shell(t, "report", fileOf(t, "access.log", []byte(log)))
	r.expect(t, "2096", 1, "50: lie in the future: is the clock right?")
	if strings.Contains(r.stderr, "--log-format") {
		t.Errorf("the format is blamed:\n%s", r.stderr)
	}
}
