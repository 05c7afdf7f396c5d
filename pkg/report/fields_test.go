package report

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// notEncoded are the fields that the coder leaves out on purpose.
var notEncoded = map[string]string{
	"Summary.pending":  "counted before anything is encoded",
	"table.index":      "made anew from the entries",
	"sample.all":       "follows from the requests",
	"sample.protected": "follows from the requests",
	"sample.suspect":   "follows from the requests",
	"groupSets.words":  "each set writes its members; where they lie is of no meaning",
	"groupSets.free":   "where free memory lies is of no meaning",
	"groupSets.one":    "scratch",
	"sample.settled":   "tells only whether there is work left",
	"client.detail":    "the detail itself is written; where it lies is of no meaning",
}

// A change of any field of any state struct changes the encoding, and what is encoded comes back: a statistic that somebody adds and
// forgets in the coder fails here.
func TestEveryFieldIsEncoded(t *testing.T) {
	w := &fieldWalk{t: t, seen: map[string]bool{}, all: map[string]bool{}}
	for _, s := range []*Summary{fieldsSummary(0), fieldsSummary(3000)} {
		w.summary = s
		w.base = s.AppendBinary(nil)
		w.walk(reflect.ValueOf(s).Elem(), "Summary")
	}
	for field := range w.all {
		if !w.seen[field] && notEncoded[field] == "" {
			t.Errorf("%s never had a value to change: let fieldsSummary give it one", field)
		}
	}
	for field := range notEncoded {
		if !w.all[field] {
			t.Errorf("%s does not exist any more", field)
		}
	}
}

// fieldsSummary has something in every part: after clients more, the sketch is dense and tables have dropped entries.
func fieldsSummary(clients uint64) *Summary {
	m := mix{seed: 1, lines: 60, clients: 9, paths: 9, networks: 3, referrers: 3, agents: 3, k: 4}
	s := summarize(m.k, m.requests())
	for c := range clients {
		s.Add(&Request{Client: tokenOf(c), Visitor: hashOf(c), Network: uint32(c + 1), LineID: c})
	}
	s.Add(&Request{Allowed: true, Country: "DE", Logged: allFields, Method: vocabulary.MethodPost, Status: 401})
	s.settle()
	return s
}

// fieldWalk changes one field after another.
type fieldWalk struct {
	t         *testing.T
	summary   *Summary
	base      []byte
	seen, all map[string]bool // "type.field"
}

// walk changes every value in v and tells whether there was one.
func (w *fieldWalk) walk(v reflect.Value, at string) (changed bool) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			changed = w.field(v, i) || changed
		}
	case reflect.Slice, reflect.Array:
		for i := range min(v.Len(), 40) {
			changed = w.walk(v.Index(i), at) || changed
		}
	default:
		w.change(v, at)
		changed = true
	}
	return changed
}

func (w *fieldWalk) field(v reflect.Value, i int) bool {
	typeName, _, _ := strings.Cut(v.Type().Name(), "[")
	name := typeName + "." + v.Type().Field(i).Name
	w.all[name] = true
	if notEncoded[name] != "" || meaningless(name, v) || !w.walk(v.Field(i), name) {
		return false
	}
	w.seen[name] = true
	return true
}

// meaningless tells of a field that says nothing in this state.
func meaningless(name string, parent reflect.Value) bool {
	in := func(field string) uint64 { return parent.FieldByName(field).Uint() }
	switch name {
	case "groupSet.at":
		return in("n") != 1 // the place of several members
	case "heavy.hash":
		return in("n") == 0 // a free place
	case "client.only":
		return in("detail") != 0 // is in the detail
	case "entry.count":
		return in("count") == 1 // a client of one request is written in another form
	case "table.missed":
		return in("missed") == 0 // goes with lacks, which are not there
	case "clients.exact":
		return parent.FieldByName("table").FieldByName("missed").Uint() == 0
	}
	return false
}

// change gives a field another value, compares encodings and changes it back.
func (w *fieldWalk) change(v reflect.Value, name string) {
	v = reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
	old := reflect.New(v.Type()).Elem()
	old.Set(v)
	switch {
	case name == "groupSet.n" && v.Uint() == sealed:
		v.SetUint(0)
	case name == "groupSet.n":
		v.SetUint(sealed)
	case v.Kind() == reflect.Bool:
		v.SetBool(!v.Bool())
	case v.CanUint():
		v.SetUint(v.Uint() + 1)
	case v.CanInt():
		v.SetInt(v.Int() + 1)
	default:
		w.text(v, name)
	}
	changed := w.summary.AppendBinary(nil)
	if bytes.Equal(changed, w.base) {
		w.t.Errorf("%s: another value gives the same encoding", name)
	}
	if s, err := Decode(changed); err == nil && !bytes.Equal(s.AppendBinary(nil), changed) {
		w.t.Errorf("%s: another value does not come back from the coder", name)
	}
	v.Set(old)
}

func (w *fieldWalk) text(v reflect.Value, name string) {
	if v.Kind() != reflect.String {
		w.t.Fatalf("%s is of kind %s: teach this test to change it", name, v.Kind())
	}
	v.SetString(v.String() + "x")
}
