package logsource

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

// unwrap runs text through an unwrapper, a few bytes at a time.
func unwrap(text []byte, piece int, l limits) (lines []gotLine, err error) {
	u := &unwrapper{out: &sink{ctx: context.Background(), emit: collect(&lines)}, limits: l, reached: func() {}}
	return lines, u.run(pieces{bytes.NewReader(text), piece})
}

// texts returns the lines without the white space behind them, which fills the space that an object lost.
func texts(lines []gotLine) (out []string) {
	for _, l := range lines {
		out = append(out, strings.TrimRight(l.Text, " "))
	}
	return out
}

// anyValue gives JSON values with what is hard about them: nesting, braces and quotes in strings, empty objects.
func anyValue() *rapid.Generator[any] {
	text := rapid.StringOfN(rapid.SampledFrom([]rune(`ab{}[]",:\ é`+"\n\t")), 0, 12, -1)
	leaf := rapid.OneOf(
		rapid.Map(text, func(s string) any { return s }),
		rapid.Map(rapid.Float64Range(-1e9, 1e9), func(f float64) any { return f }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Just[any](nil),
	)
	list := rapid.Map(rapid.SliceOfN(leaf, 0, 3), func(v []any) any { return v })
	inner := rapid.Map(rapid.MapOfN(text, rapid.OneOf(leaf, list), 0, 3), func(m map[string]any) any { return m })
	return rapid.Map(rapid.MapOfN(text, rapid.OneOf(leaf, list, inner), 0, 4), func(m map[string]any) any { return m })
}

// arrangements are how people and tools write lists of objects.
var arrangements = map[string]struct {
	before, separator, after string
	indent                   bool
}{
	"array in one line":       {"[", ",", "]", false},
	"array, object per line":  {"[\n", ",\n", "\n]\n", false},
	"array, indented":         {"[\n  ", ",\n  ", "\n]\n", true},
	"indented":                {"", "\n", "\n", true},
	"one behind the other":    {"", "", "", false},
	"with Windows line ends":  {"[\r\n", ",\r\n", "\r\n]\r\n", false},
	"lines with commas":       {"", ",\n", ",\n", false},
	"several arrays in a row": {"[", "]\n[", "]", true},
}

func TestObjectsComeOutAsTheyWent(t *testing.T) {
	for name, a := range arrangements {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				text := []byte(a.before)
				var want []gotLine
				for i, v := range rapid.SliceOfN(anyValue(), 1, 6).Draw(t, "objects") {
					if i > 0 {
						text = append(text, a.separator...)
					}
					object, _ := json.Marshal(v)
					want = append(want, gotLine{Off: int64(len(text)), Text: string(object)})
					if a.indent {
						object, _ = json.MarshalIndent(v, "  ", "  ")
					}
					text = append(text, object...)
				}
				text = append(text, a.after...)
				l := limits{block: rapid.IntRange(10, 200).Draw(t, "block"), maxLine: 2000}
				got, err := unwrap(text, rapid.IntRange(1, 100).Draw(t, "piece"), l)
				if err != nil {
					t.Fatal(err)
				}
				for i := range got {
					got[i].Text = strings.TrimRight(got[i].Text, " ")
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("lines (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestBrokenObjectsLeaveTheOthersAlone(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"cut in a string":          {"[{\"a\":\"hal\n{\"b\":1},{\"c\":2}]", []string{`{"a":"hal`, `{"b":1}`, `{"c":2}`}},
		"cut behind a value":       {`[{"a":1,{"b":1}]`, []string{`{"a":1,`, `{"b":1}`}},
		"cut behind a key":         {`[{"a"{"b":1},{"c":1}]`, []string{`{"a"`, `{"b":1}`, `{"c":1}`}},
		"cut inside an object":     {"{\n\"a\":{\"b\":1\n}\n{\"c\":1}\n", []string{`{"a":{"b":1}`, `{"c":1}`}},
		"inner object of a broken": {"[{\"a\" 1,\"b\":{\"c\":1}},\n{\"d\":1}]", []string{`{"a"1,"b":{"c":1}},`, `{"d":1}`}},
		"wrong bracket":            {`[{"a":[1}, {"b":1}]`, []string{`{"a":[1},`, `{"b":1}`}},
		"line end stays one line":  {"[{\"a\":\"x\ny\"},{\"b\":1}]", []string{"{\"a\":\"x\ry\"},", `{"b":1}`}},
		"text between":             {"{\n\"a\":1}\nUpdates are available.\n\n{\"b\":1}\nbye", []string{`{"a":1}`, "Updates are available.", `{"b":1}`, "bye"}},
		"values between":           {`[{"a":1}, 5, null, {"b":1}]`, []string{`{"a":1}`, "5, null,", `{"b":1}`}},
		"ends in an object":        {`[{"a":1},{"b":`, []string{`{"a":1}`, `{"b":`}},
		"empty":                    {"[]\n", nil},
	} {
		lines, err := unwrap([]byte(c.text), 1000, limits{block: 1000, maxLine: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, texts(lines)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if last := lines; name == "ends in an object" && !last[len(last)-1].Broken {
			t.Error("the object without an end is not marked as broken")
		}
	}
}

func TestHugeObjectIsOneMark(t *testing.T) {
	huge := `{"a":"` + strings.Repeat("x", 3*logentry.MaxLine) + `","b":[` + strings.Repeat(" ", 100) + `]}`
	text := `[{"n":1},` + huge + ",\n" + `{"n":2}]`
	got, err := unwrap([]byte(text), 5000, defaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	want := []gotLine{{Off: 1, Text: `{"n":1}`}, {Off: 9, TooLong: int64(len(huge))}, {Off: 9 + int64(len(huge)) + 2, Text: `{"n":2}`}}
	for i := range got {
		got[i].Text = strings.TrimRight(got[i].Text, " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestFramingIsToldByTheBeginning(t *testing.T) {
	push := `{"message":{"attributes":{},"data":"` + base64.StdEncoding.EncodeToString([]byte(`{"insertId":"x"}`)) + `","messageId":"1"},"subscription":"s"}`
	for text, want := range map[string]Framing{
		"": Lines, "\n": Lines, "{": Lines, "[": Lines, "[]": Objects, "[]\n": Objects, "[ ]x": Lines,
		`[2026-05-04T12:00:07.078Z] "GET /api/ping HTTP/2" 200 -`: Lines,
		"[Mon May 04 12:00:07 2026] [error] x\n":                  Lines,
		"[{}]":                                                    Objects, "[\n  {\n": Objects, "[{\"a\":1},": Objects,
		"{\"a\":1}\n{\"a\":2}\n":                             Lines,
		"{\"a\":1}":                                          Lines,
		"{\"a\":1}{\"a\":2}":                                 Objects,
		"{\"a\":1} {\"a\":2}":                                Objects,
		"{\"a\":1},\n{\"a\":2}":                              Objects,
		"{\n  \"a\": 1\n}\n{\n":                              Objects,
		"{\n  \"a\": 1,\n":                                   Objects,
		"{\"a\":\n{\"b\":1}\n{\"c\":1}":                      Lines, // the first line was cut off
		"{\"a\":1,\n{\"b\":1}\n":                             Lines,
		"{\"a\":\"cut\n{\"b\":1}\n":                          Lines,
		"\"b\": 1\n},\n{\n\"a\": 2\n}":                       Lines,
		"host 198.51.100.1 - - [x] {\"a\"}":                  Lines,
		`{"entries":[{"a":1}],"nextPageToken":"x"}`:          Objects,
		"{\n  \"entries\": [\n    {\n":                       Objects,
		`{"nextPageToken":"x","entries":[`:                   Objects,
		`[{"entries":[]}]`:                                   Objects,
		`{"entries":5,"a":[{}]}` + "\n":                      Lines,
		`{"receivedMessages":[{"ackId":"x","message":{"data`: Envelopes,
		push:               Envelopes,
		push + "\n" + push: Envelopes,
		"[" + push + "]":   Envelopes,
		`{"message":{"data":"not base 64!"}}` + "\n": Lines,
		`{"message":"data","data":"bWVzc2FnZQ=="}`:   Lines,
	} {
		if got := framingOf([]byte(text)); got != want {
			t.Errorf("framingOf(%.60q) = %v, want %v", text, got, want)
		}
	}
}

func TestPubSubMessagesGiveTheirData(t *testing.T) {
	entries := []string{`{"insertId":"a","httpRequest":{"status":200}}`, `198.51.100.7 - - [04/May/2026:12:00:07 +0000] "GET / HTTP/1.1" 200 1`}
	var file strings.Builder
	for _, e := range entries {
		file.WriteString(`{"message":{"data":"` + base64.StdEncoding.EncodeToString([]byte(e+"\n")) + `","messageId":"1"}}` + "\n")
	}
	file.WriteString(`{"message":{"attributes":{}}}` + "\n")
	path := writeFile(t, t.TempDir(), "push.json", []byte(file.String()))
	got, err := readFile(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := append(entries, `{"message":{"attributes":{}}}`)
	if diff := cmp.Diff(want, texts(got)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}
