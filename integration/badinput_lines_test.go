package integration

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestBadLinesAmongGoodOnes: whatever stands in the middle of a log becomes dead letters with a reason and a pointer, and every other line is read.
func TestBadLinesAmongGoodOnes(t *testing.T) {
	text, entries := logOf(t, "vhost-combined", 400), logOf(t, "gcp", 400)
	for _, c := range []struct {
		name, bad, reason string
		log               []byte
	}{
		{"garbage", "what is this\n", "do not fit the format", text},
		{"bytes of no text", "\x01\x02\x03\x04\x05\x06\x07\x08\n", "binary, not text", text},
		{"NUL", "\x00\x00\x00\x00\n", "binary, not text", text},
		{"invalid UTF-8", "\xff\xfe caf\xe9 \xc0\x80\n", "do not fit the format", text},
		{"a line of 100 MB", strings.Repeat("x", 100<<20) + "\n", "longer than 1 MiB", text},
		{"a line of 100 MB of JSON", `{"a":"` + strings.Repeat("x", 100<<20) + "\"}\n", "longer than 1 MiB", entries},
		{"half a JSON object", string(entries[:200]) + "\n", "broken JSON", entries},
		{"JSON of something else", `{"timestamp":"2026-05-04T12:00:00Z","textPayload":"hello"}` + "\n", "no requests", entries},
		{"text among JSON", "hello\n", "not JSON", entries},
		{"tomorrow", dated(text, "04/May/2026", "04/May/2096"), "lie in the future", text},
		{"1970", dated(text, "04/May/2026", "01/Jan/1970"), "lie before 1995", text},
		{"no date", dated(text, "04/May/2026", "44/May/2026"), "have a time that cannot be read", text},
	} {
		t.Run(c.name, func(t *testing.T) {
			middle := bytes.IndexByte(c.log[len(c.log)/2:], '\n') + len(c.log)/2 + 1
			path := fileOf(t, "bad.log", c.log[:middle], []byte(c.bad), c.log[middle:])
			r := shell(t, "report", "--format", "csv", "--by", "all", path)
			r.expect(t, c.name, 0, "Read 401 lines", "400 requests", "1 not readable", fmt.Sprintf("1: %s", c.reason),
				fmt.Sprintf("for example %s, byte %d", path, middle))
			if n := strings.Count(r.stdout, ".example."); n != 2 {
				t.Errorf("%d sites are reported, want 2:\n%s", n, r.stdout)
			}
		})
	}
}

// dated is the first line of a log with another date.
func dated(log []byte, from, to string) string {
	line, _, _ := bytes.Cut(log, []byte("\n"))
	return strings.Replace(string(line), from, to, 1) + "\n"
}

// TestLogThatEndsInTheMiddle: a last line that was not written to its end is one dead letter.
func TestLogThatEndsInTheMiddle(t *testing.T) {
	log := logOf(t, "gcp", 100)
	last := bytes.LastIndexByte(log[:len(log)-1], '\n') + 1
	path := fileOf(t, "half.jsonl", log[:last+300])
	shell(t, "report", path).expect(t, "half a last line", 0, "99 requests", "1 not readable", "1: broken JSON", fmt.Sprintf("half.jsonl, byte %d", last))
}

// TestMostlyGarbage: a tenth of good lines is enough to tell the format, and all of them count.
func TestMostlyGarbage(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var log bytes.Buffer
	for line := range bytes.Lines(logOf(t, "vhost-combined", 300)) {
		log.Write(line)
		for range 8 {
			garbage := make([]byte, 40)
			for i := range garbage {
				garbage[i] = byte('a' + rng.IntN(26))
			}
			log.Write(append(garbage, '\n'))
		}
	}
	shell(t, "report", fileOf(t, "access.log", log.Bytes())).expect(t, "garbage", 0, "300 requests", "2,400 not readable", "do not fit the format")
}

// TestLongLineFirst: a log that begins with a line of 100 MB is read; through a pipe, which is not kept in memory, its format must be said.
func TestLongLineFirst(t *testing.T) {
	log := append(bytes.Repeat([]byte("x"), 100<<20), '\n')
	log = append(log, logOf(t, "vhost-combined", 100)...)
	shell(t, "report", fileOf(t, "access.log", log)).expect(t, "file", 0, "100 requests", "1: longer than 1 MiB; for example ", "access.log, byte 0")
	for _, c := range []struct {
		code int
		want string
		args []string
	}{
		{1, "standard input: its beginning has no whole line to tell the log format by; say which it is with --log-format", nil},
		{0, "100 requests", []string{"--log-format", "vhost-combined"}},
	} {
		cmd := newBox(t).command(t, append(append([]string{"report"}, c.args...), "-")...)
		cmd.Stdin = bytes.NewReader(log)
		finish(t, cmd).expect(t, "standard input", c.code, c.want)
	}
}
