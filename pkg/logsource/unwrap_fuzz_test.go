package logsource

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzUnwrap: whatever the text and the pieces that it comes in, every byte but white space comes out once and at its place, or is a comma or
// bracket between objects.
func FuzzUnwrap(f *testing.F) {
	for _, seed := range []string{
		`[{"a":1},{"b":"}\"{"}]`, "[\n  {\n    \"a\": [1, {\"b\": null}]\n  },\n  {}\n]\n", `{"a":1}{"b":2}`, "{\"a\":\"hal\n{\"b\":1}", "x {\"a\" y",
		"{{{{", "[[[{]]]", "{\"a\":\\u00", "\"{\"", "{\"a\":[}{]", "{}\r\n,{}\x00", "[1,2,{\"a\":-1.5e+7}] garbage\n]",
	} {
		f.Add([]byte(seed), uint8(3), uint8(20), uint8(40))
	}
	f.Fuzz(func(t *testing.T, text []byte, piece, block, maxLine uint8) {
		l := limits{block: int(block) + 1, maxLine: int(maxLine) + int(block) + 1}
		lines, err := unwrap(text, int(piece)+1, l)
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		for _, line := range lines {
			at = betweenLines(t, text, at, int(line.Off))
			at = insideLine(t, text, at, line)
		}
		betweenLines(t, text, at, len(text))
		whole, err := unwrap(text, len(text)+1, limits{block: l.maxLine, maxLine: l.maxLine})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(texts(whole), texts(lines)); diff != "" {
			t.Fatalf("pieces change the lines (-whole +pieces):\n%s", diff)
		}
	})
}

func betweenLines(t *testing.T, text []byte, from, to int) int {
	if to < from || to > len(text) {
		t.Fatalf("a line begins at %d, the one before ends at %d", to, from)
	}
	if lost := bytes.Trim(text[from:to], "[], \t\r\n"); len(lost) > 0 {
		t.Fatalf("lost between lines: %q", lost)
	}
	return to
}

func insideLine(t *testing.T, text []byte, at int, line gotLine) (end int) {
	if line.TooLong > 0 {
		return at + int(line.TooLong)
	}
	for _, c := range []byte(line.Text) {
		if isSpace(c) {
			continue
		}
		for at < len(text) && isSpace(text[at]) {
			at++
		}
		if at == len(text) || text[at] != c {
			t.Fatalf("the line at %d is not what the text has there", line.Off)
		}
		at++
	}
	return at
}
