package logentry

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestJSONEqualsStdOnGeneratedLines reads sequences of lines that each differ from the one before in one value: its kind, its text, its
// nesting, the white space before it. A parser that learned from all of them must still give what encoding/json gives for each.
func TestJSONEqualsStdOnGeneratedLines(t *testing.T) {
	c := newJSONCheck(short)
	rapid.Check(t, func(t *rapid.T) {
		warm := c.fresh()
		line := &jsonTree{open: '{', members: []jsonTree{{key: "t", text: `"2026-05-04T12:00:07Z"`}, {key: "u", text: `"/p"`}}}
		line.members = append(line.members, drawTree(t, 0).members...)
		for range rapid.IntRange(2, 12).Draw(t, "lines") {
			c.check(t, &warm, []byte(line.String()))
			line.change(t, 0)
		}
	})
}

// TestJSONShapesAreNotFooled reads lines, each twice, and then one that begins in the same way but must be understood differently.
func TestJSONShapesAreNotFooled(t *testing.T) {
	for _, lines := range [][]string{
		{`{"t":1777896007,"u":"x","a":[1]}`, `{"t":1777896007,"u":"x","a":{"s":404}}`},
		{`{"t":1777896007,"u":"x","a":{"s":404}}`, `{"t":1777896007,"u":"x","a":[{"s":500}]}`},
		{`{"t":1777896007,"u":"x","n":{"n":1}}`, `{"t":1777896007,"u":"x","n":[1]}`},
		{`{"t":1777896007,"u":"x","d":"y"}`, `{"t":1777896007,"u":"x\","d":"y"}`},
		{`{"t":1777896007,"u":"x","d":"y"}`, `{"t":1777896007,"u":"x\",\"d\":\"y"}`},
		{`{"t":1777896007,"u":"x","d":"y"}`, `{"t":1777896007,"u":"x","d":"y"} {}`},
		{`{"t":1777896007,"u":"x","x":[1]}`, `{"t":1777896007,"u":"x","x":[1],"n":2}`},
		{`{"t":1777896007,"u":"x","x":[1]}`, `{"t":1777896007,"u":"x","x":[1]]}`},
		{`{"t":1777896007,"u":"x","n":1}`, `{"t":1777896007,"u":"x","n":12}`},
		{`{"t":1777896007,"u":"x","n":1}`, `{"t":1777896007,"u":"x","n":1 }`},
		{`{"t":1777896007,"u":"x","n":1}`, `{"t":1777896007,"u":"x","n":"1"}`},
		{`{"t":1777896007,"u":"x","x":[1,2,3],"n":1}`, `{"t":1777896007,"u":"x","x":[[,2,3],"n":1}`},
		// The same literals in another object.
		{`{"t":1777896007,"u":"x","a":{"m":"GET","b":{"x":"1","y":"2"},"s":200}}`, `{"t":1777896007,"u":"x","a":{"m":"GET","x":"1","y":"2"},"s":200}`},
		{`{"t":1777896007,"u":"x","a":{"n":1,"s":2}}`, `{"t":1777896007,"u":"x","x":{"n":1,"s":2}}`, `{"t":1777896007,"u":"x","n":1,"s":2}`},
		// Keys that come twice, where each step is known from a line in which they do not.
		{`{"t":1777896007,"u":"x","d":"y"}`, `{"t":1777896007,"u":"x","d":"y","u":null}`},
		{`{"t":1777896007,"u":"x","u":"y"}`, `{"t":1777896007,"u":"x","u":null}`},
		{`{"l":1,"u":"x","t":1777896007,"n":2}`, `{"l":1,"u":"x","n":2,"t":1777896007}`, `{"l":1,"n":2,"t":1777896007,"u":"x"}`,
			`{"l":1,"u":"x","t":1777896007,"n":2,"t":null,"n":3}`},
		{`{"t":1777896007,"a":{"s":200},"n":1,"l":2}`, `{"t":1777896007,"n":1,"l":2,"a":{"m":"GET"}}`,
			`{"t":1777896007,"a":{"s":200},"n":1,"l":2,"a":{"m":"GET"}}`},
		{`{"t":1777896007,"a":{"s":200}}`, `{"t":1777896007,"a":{},"a":{"s":404}}`, `{"t":1777896007,"a":{"s":200},"a":{}}`},
	} {
		c := newJSONCheck(short)
		warm := c.fresh()
		for _, line := range lines {
			c.check(t, &warm, []byte(line))
			c.check(t, &warm, []byte(line))
		}
	}
}

// jsonTree is a JSON value, or nearly one.
type jsonTree struct {
	key, space string
	open       byte // '{', '[' or 0
	members    []jsonTree
	text       string // where open is 0
}

var jsonKeys = []string{"t", "u", "a", "s", "m", "b", "g", "l", "n", "c", "d", "e.f", "x", `\u0075`, `a\"`, ""}

var jsonScalars = []string{"null", "true", "false", "0", "-1", "200", "404", "12.5", "1e3", "1E-4", "1777896007081", `""`, `"x"`, `"GET"`, `"POST"`, `"404"`,
	`"0.25s"`, `"7ms"`, `"true"`, `"null"`, `"-"`, `"a\"b"`, `"\\"`, `"\u00e9\ud83d\ude00\udc00"`, `"\ud800\n"`, `"deny"`, `"REDIRECT"`,
	`"failed_to_pick_backend"`, `"2026-05-04T12:00:07.5+02:00"`, `"/path?q=1"`, `"}"`, `"]"`, `","`, "\"\xff\xfe\"", `"\x41"`, `"a\"`, "-", `{`, "]"}

func drawTree(t *rapid.T, depth int) jsonTree {
	kind := rapid.IntRange(0, 9).Draw(t, "kind")
	tree := jsonTree{key: rapid.SampledFrom(jsonKeys).Draw(t, "key"), space: rapid.SampledFrom([]string{"", "", "", "", " "}).Draw(t, "space")}
	if depth > 0 && (kind > 3 || depth > 6) {
		tree.text = rapid.SampledFrom(jsonScalars).Draw(t, "scalar")
		return tree
	}
	tree.open = '{'
	if kind == 0 && depth > 0 {
		tree.open = '['
	}
	for range rapid.IntRange(0, 5).Draw(t, "members") {
		tree.members = append(tree.members, drawTree(t, depth+1))
	}
	return tree
}

// change replaces one value somewhere in the tree.
func (j *jsonTree) change(t *rapid.T, depth int) {
	if len(j.members) == 0 || depth > 0 && rapid.Bool().Draw(t, "here") {
		key := j.key
		*j = drawTree(t, max(depth, 1))
		j.key = key
		return
	}
	j.members[rapid.IntRange(0, len(j.members)-1).Draw(t, "member")].change(t, depth+1)
}

func (j *jsonTree) String() string {
	if j.open == 0 {
		return j.space + j.text
	}
	parts := make([]string, len(j.members))
	for i := range j.members {
		m := &j.members[i]
		if j.open == '{' {
			parts[i] = m.space + `"` + m.key + `"` + m.space + ":"
		}
		parts[i] += m.String() + m.space
	}
	return j.space + string(j.open) + strings.Join(parts, ",") + string(j.open+2)
}
