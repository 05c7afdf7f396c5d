package logentry

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"text/template"
)

// verbs are all that fmt knows for values, with the flags that change what they print. Not %p: it is for pointers, what fmt prints of anything
// else goes by no method, and go vet finds it.
var verbs = strings.Fields("%v %+v %#v %T %s %q %x %X %d %o %O %b %c %U %e %g %t %+q %#q %#x %+d %.3s %9.2v % x %-20v %09v")

// printed is what comes of a value wherever people print values.
func printed(t *testing.T, value any) string {
	t.Helper()
	var out bytes.Buffer
	for _, verb := range verbs {
		fmt.Fprintf(&out, verb+"\n", value)
	}
	fmt.Fprintln(&out, value, fmt.Sprint(value), fmt.Errorf("wrapped: %w", errors.New(fmt.Sprint(value))))
	log.New(&out, "", 0).Print(value)
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).With("with", value).Info("text", "value", value, slog.Group("group", "value", value), "any", slog.AnyValue(value))
	}
	if err := template.Must(template.New("").Parse("{{.}} {{printf `%s` .}}")).Execute(&out, value); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func personalEntry() Entry {
	return Entry{
		Host: Private("secret"), Path: Private("secret"), Query: Private("secret"), Referrer: Private("secret"), UserAgent: Private("secret"),
		InsertID: Private("secret"), Client: netip.MustParseAddr("203.0.113.77"), Peer: netip.MustParseAddr("2001:db8:ca11::9"), ASN: 4200012345,
		Country: [2]byte{'K', 'P'}, Time: 1714824007000000000,
	}
}

// leaks are the forms in which parts of what is printed here would show.
var leaks = []string{"secret", "SECRET", "736563726574", "73 65 63", "115 101 99", "0x73, 0x65", "c2Vjcm", "203.0.113", "203, 0, 113", "cb00714d", "2001:db8", "ca11::",
	"4200012345", "1714824007", "KP", "75 80"}

// TestPersonalDataIsNeverPrinted: by no verb, in no log, inside whatever it stands.
func TestPersonalDataIsNeverPrinted(t *testing.T) {
	p, err := NewParser(&Source{Format: "combined"})
	if err != nil {
		t.Fatal(err)
	}
	e, block := personalEntry(), Block{Data: []byte("secret 203.0.113.77"), ID: "secret"}
	line := []byte(`203.0.113.77 - - [04/May/2026:12:00:07 +0000] "GET /secret?secret HTTP/1.1" 200 1 "https://secret/" "secret"`)
	var parsed Entry
	if reason := p.Parse(line, &parsed); reason != OK || string(parsed.UserAgent) != "secret" {
		t.Fatal(reason)
	}
	private := Private("secret")
	for _, value := range []any{
		private, &private, []Private{private}, map[string]Private{"a": private}, struct{ Text Private }{private}, struct{ Text any }{&private},
		e, &e, []Entry{e}, map[int]*Entry{1: &e}, struct{ Entry Entry }{e}, parsed, &parsed, block, &block, []Block{block}, struct{ Block Block }{block}, p,
	} {
		out := printed(t, value)
		for _, leak := range leaks {
			if strings.Contains(out, leak) {
				t.Errorf("%T prints %q:\n%s", value, leak, out)
			}
		}
		if _, isSlice := value.([]Private); !isSlice && reflect.TypeOf(value).Kind() != reflect.Map && !strings.Contains(out, redacted) {
			t.Errorf("%T does not say that something is left out:\n%s", value, out)
		}
	}
}

// TestPersonalDataIsNeverMarshalled: not even inside other values.
func TestPersonalDataIsNeverMarshalled(t *testing.T) {
	e, private := personalEntry(), Private("secret")
	for _, value := range []any{private, &private, []Private{private}, map[string]Private{"a": private}, struct{ Text Private }{private}, e, &e, []Entry{e}, struct{ Entry *Entry }{&e},
		Block{Data: private}, []Block{{ID: "secret"}}} {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if reflect.TypeOf(value).Kind() != reflect.Map {
			b, err := xml.Marshal(value)
			if err != nil && !strings.Contains(err.Error(), "unsupported type") {
				t.Fatal(err)
			}
			text = append(text, b...)
		}
		for _, leak := range leaks {
			if strings.Contains(string(text), leak) {
				t.Errorf("%T becomes %s", value, text)
			}
		}
		if !strings.Contains(string(text), redacted) {
			t.Errorf("%T becomes %s", value, text)
		}
	}
}

// TestTextOfAnEntryIsPrivate: a field for a text of the line that is added to an Entry must be of the type that does not print.
func TestTextOfAnEntryIsPrivate(t *testing.T) {
	entry := reflect.TypeFor[Entry]()
	for i := range entry.NumField() {
		f := entry.Field(i)
		plain := f.Type.Kind() == reflect.String || f.Type.Kind() == reflect.Slice && f.Type != reflect.TypeFor[Private]()
		if plain || !f.IsExported() {
			t.Errorf("Entry.%s is of type %s: make it Private", f.Name, f.Type)
		}
	}
}
