package logsource

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// layouts are how pages are written.
var layouts = map[string]struct{ before, head, separator, tail, between, after string }{
	"one page, compact":  {"", `{"entries":[`, ",", `],"nextPageToken":"EAA4suKu3qHLjMuJ"}`, "", "\n"},
	"indented":           {"", "{\n  \"entries\": [\n    ", ",\n    ", "\n  ],\n  \"nextPageToken\": \"x\"\n}", "\n", "\n"},
	"without a token":    {"", `{"entries":[`, ",", `]}`, "\n", ""},
	"token in front":     {"", `{"nextPageToken":"x","n":5,"entries":[`, ",", `]}`, "\n", ""},
	"array of pages":     {"[\n", `{"entries":[`, ", ", `],"nextPageToken":"x"}`, ",\n", "\n]\n"},
	"messages of a pull": {"", `{"receivedMessages":[`, ",", `]}`, "\n", "\n"},
}

// TestObjectsInPages come out as they went, each at its place, whatever is around them.
func TestObjectsInPages(t *testing.T) {
	for name, l := range layouts {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				text := []byte(l.before)
				var want []gotLine
				for page := range rapid.IntRange(1, 4).Draw(t, "pages") {
					if page > 0 {
						text = append(text, l.between...)
					}
					text = append(text, l.head...)
					for i, v := range rapid.SliceOfN(anyValue(), 0, 4).Draw(t, "objects") {
						if i > 0 {
							text = append(text, l.separator...)
						}
						object, _ := json.Marshal(v)
						want = append(want, gotLine{Off: int64(len(text)), Text: string(object)})
						text = append(text, object...)
					}
					text = append(text, l.tail...)
				}
				text = append(text, l.after...)
				var got []gotLine
				u := &unwrapper{out: &sink{ctx: t.Context(), emit: collect(&got)}, limits: limits{block: rapid.IntRange(10, 200).Draw(t, "block"), maxLine: 2000},
					reached: func() {}}
				if err := u.run(newPages(pieces{bytes.NewReader(text), rapid.IntRange(1, 100).Draw(t, "piece")})); err != nil {
					t.Fatal(err)
				}
				for i := range got {
					got[i].Text = strings.TrimRight(got[i].Text, " ")
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("lines (-want +got):\n%s\n%s", diff, text)
				}
			})
		})
	}
}

// TestPagesInFiles: exports of logs and of Pub/Sub are read like those that are not wrapped, and what is broken is not lost.
func TestPagesInFiles(t *testing.T) {
	entry := `{"insertId":"a","httpRequest":{"status":200}}`
	message := `{"ackId":"x","message":{"data":"` + base64.StdEncoding.EncodeToString([]byte(entry)) + `","messageId":"1"}}`
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"entries":       {`{"entries":[` + entry + `,` + entry + `],"nextPageToken":"x"}`, []string{entry, entry}},
		"pull":          {"{\n  \"receivedMessages\": [\n    " + message + ",\n    " + message + "\n  ]\n}\n", []string{entry, entry}},
		"cut off":       {`{"entries":[` + entry + `,{"insertId":"b`, []string{entry, `{"insertId":"b`}},
		"another tail":  {`{"entries":[` + entry + `],"other":{"a":1}}`, []string{entry, `"other":`, `{"a":1}`, "}"}},
		"text behind":   {`{"entries":[` + entry + "]}\nbye\n", []string{entry, "bye"}},
		"only a header": {`{"entries":[`, nil},
	} {
		got, err := readFile(writeFile(t, t.TempDir(), "export.json", []byte(c.text)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, texts(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// FuzzPages: whatever the text, what is not around a list stays where it is, and the pieces that it comes in change nothing.
func FuzzPages(f *testing.F) {
	for _, l := range layouts {
		f.Add([]byte(l.before+l.head+`{"a":"]\"[","b":[1]}`+l.separator+`{}`+l.tail+l.between+l.head+l.tail+l.after), uint8(3))
	}
	f.Add([]byte(`{"entries":[{"a":"cut`+"\n"+`},]]]]}`), uint8(1))
	f.Fuzz(func(t *testing.T, text []byte, piece uint8) {
		got, err := io.ReadAll(newPages(pieces{bytes.NewReader(text), int(piece) + 1}))
		if err != nil {
			t.Fatal(err)
		}
		whole, err := io.ReadAll(newPages(bytes.NewReader(text)))
		if err != nil || !bytes.Equal(whole, got) || len(got) != len(text) {
			t.Fatalf("%q in pieces, %q at once, %v", got, whole, err)
		}
		for at := 0; at < len(text); at++ {
			if got[at] == text[at] {
				continue
			}
			around := pageHead.Find(text[at:])
			if text[at] == ']' {
				around = pageTail.Find(text[at:])
			}
			if got[at] != ' ' || around == nil || len(bytes.TrimSpace(got[at:at+len(around)])) > 0 {
				t.Fatalf("%q became %q at %d", text, got, at)
			}
			at += len(around) - 1
		}
	})
}
