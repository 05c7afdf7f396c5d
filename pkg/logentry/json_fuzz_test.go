package logentry

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// short has keys that a fuzzer finds soon, some of them nested.
var short = &readyMapping{Mapping: Mapping{Name: "short", Fields: map[string]string{"time": "t", "url": "u", "status": "a.s", "method": "a.m",
	"agent": "a.b.g", "latency": "l", "response_bytes": "n", "cache_hit": "c", "status_details": "d", "enforced": `e\.f`}}}

// FuzzJSONEqualsStd holds the parser to encoding/json: a line that encoding/json takes for an object gives the entry that its map
// gives, whatever was read before. Any other line gives the same result cold and warm.
func FuzzJSONEqualsStd(f *testing.F) {
	lines := jsonSeeds(f)
	for i, line := range lines {
		f.Add(line, lines[(i+1)%len(lines)])
	}
	checks := []*jsonCheck{newJSONCheck(short)}
	for i := range readyMappings {
		checks = append(checks, newJSONCheck(&readyMappings[i]))
	}
	f.Fuzz(func(t *testing.T, line, before []byte) {
		for _, c := range checks {
			warm := c.fresh()
			for _, l := range [][]byte{before, line, line, line} {
				c.check(t, &warm, l)
			}
		}
	})
}

// jsonCheck compares parsers of one mapping with each other and with encoding/json.
type jsonCheck struct {
	mapping *readyMapping
	new     *jsonParser // never used
	cold    *jsonParser // never learns
}

func newJSONCheck(m *readyMapping) *jsonCheck {
	c := &jsonCheck{mapping: m, new: compileJSONParser(m), cold: compileJSONParser(m)}
	c.cold.shapes.bytes = maxShapeBytes
	return c
}

func (c *jsonCheck) fresh() jsonParser { return *c.new }

// failer is what testing.T and rapid.T have in common.
type failer interface {
	Helper()
	Errorf(format string, args ...any)
}

// check parses a line with a parser that has read others.
func (c *jsonCheck) check(t failer, warm *jsonParser, line []byte) {
	t.Helper()
	cold := parseResult(c.cold, line)
	if want, ok := reference(c.mapping, line); ok && cold != want {
		t.Errorf("%s: %q\n got %+v\nwant %+v", c.mapping.Name, line, cold, want)
	}
	if got := parseResult(warm, line); got != cold {
		t.Errorf("%s: %q\n warm %+v\n cold %+v", c.mapping.Name, line, got, cold)
	}
}

// jsonSeeds are the documented examples and lines with what is hard about JSON.
func jsonSeeds(tb testing.TB) (lines [][]byte) {
	tb.Helper()
	files, err := filepath.Glob("testdata/json/*.jsonl")
	if err != nil || len(files) == 0 {
		tb.Fatal("no seeds", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		for scanner := bufio.NewScanner(bytes.NewReader(data)); scanner.Scan(); {
			lines = append(lines, bytes.Clone(scanner.Bytes()))
		}
	}
	return lines
}
