package logentry

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestUnescapeEqualsStd(t *testing.T) {
	piece := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{`\n`, `\\`, `\"`, `\/`, `\u0041`, `\uD83D`, `\uDE00`, `\ud83d\ude00`, `\u00E9`, "\xff"}))
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(piece).Draw(t, "pieces"), "")
		var want string
		if json.Unmarshal([]byte(`"`+text+`"`), &want) != nil {
			return
		}
		if got := valid(unescape(nil, []byte(text))); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	})
}

func TestUnescapeAcceptsWhatNginxWrites(t *testing.T) {
	for text, want := range map[string]string{`\x22a\x5Cb\xC3\xA9`: `"a\bé`, `\x2`: `\x2`, `\xgg`: `\xgg`, `\q\`: `\q\`, `\u12`: `\u12`, `\uzzzz`: `\uzzzz`} {
		if got := string(unescape(nil, []byte(text))); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestJSONNestingLimitIsThatOfStd(t *testing.T) {
	c := newJSONCheck(short)
	warm := c.fresh()
	for _, depth := range []int{1, 100, maxDepth - 1, maxDepth} { // the line's own braces come on top
		for _, pair := range []string{`[]`, `{}`} {
			open, end := pair[:1], pair[1:]
			if open == "{" {
				open = `{"x":`
			}
			line := `{"t":1777896007,"u":"/","x":` + strings.Repeat(open, depth) + `1` + strings.Repeat(end, depth) + `}`
			for range 2 {
				c.check(t, &warm, []byte(line))
			}
			want := OK
			if depth == maxDepth {
				want = ReasonBrokenJSON
			}
			if got := parseResult(&warm, []byte(line)).Reason; got != want {
				t.Errorf("depth %d of %s: got %v, want %v", depth, pair, got, want)
			}
		}
	}
}

func TestJSONLearningIsBounded(t *testing.T) {
	p := compileJSONParser(short)
	for i := range 20_000 {
		line := fmt.Sprintf(`{"t":1777896007,"key%d":"x","u":"/%d","other%d":{"a":[%d]},%q:1}`, i%7000, i, i%13, i, strings.Repeat("k", i%1000))
		if got := parseResult(p, []byte(line)); got.Reason != OK || got.URL != fmt.Sprint("/", i) {
			t.Fatalf("%s: got %+v", line, got)
		}
	}
	if len(p.shapes.nodes) > maxShapeNodes || p.shapes.bytes > maxShapeBytes || len(p.shapes.root.next) > maxShapeBranches {
		t.Errorf("learned %d nodes, %d bytes, %d branches", len(p.shapes.nodes), p.shapes.bytes, len(p.shapes.root.next))
	}
}

func TestJSONDoesNotAllocate(t *testing.T) {
	lines := logEntryLines(200)
	for i, line := range lines {
		switch i % 5 {
		case 0:
			lines[i] = []byte(strings.Replace(string(line), "Chrome/", `\"Chrome\u002f`, 1))
		case 1:
			lines[i] = []byte(strings.Replace(string(line), `"severity":`, `"timestamp":null,"severity":`, 1)) // a key twice: never a shape
		}
	}
	p := newReadyJSONParser("gcp")
	var e Entry
	var r raw
	read := func() {
		for _, line := range lines {
			e, r = Entry{}, raw{}
			p.parse(line, &e, &r)
		}
	}
	read()
	read()
	if allocations := testing.AllocsPerRun(5, read); allocations != 0 {
		t.Errorf("%v allocations for %d lines", allocations, len(lines))
	}
}

// TestJSONLearnsShapes: what varies in real lines are values and the presence of keys, and few lines tell all there is to know.
func TestJSONLearnsShapes(t *testing.T) {
	p := newReadyJSONParser("gcp")
	for i, line := range logEntryLines(1200) {
		p.scan.steps = nil
		if got := parseResult(p, line); got.Reason != OK {
			t.Fatal(got.Reason)
		}
		if i >= 200 && p.scan.steps != nil {
			t.Fatalf("line %d had to be scanned", i)
		}
	}
}

func TestJSONSurvivesReuseOfTheLine(t *testing.T) {
	p := compileJSONParser(short)
	line := []byte(`{"t":1777896007,"u":"/a","x":[1]}`)
	for _, u := range "abcabc" {
		line[22] = byte(u)
		if got := parseResult(p, line).URL; got != "/"+string(u) {
			t.Errorf("got %q, want /%c", got, u)
		}
	}
}
