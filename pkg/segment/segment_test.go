package segment

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type written struct {
	Arrival int64
	ID      string
	Data    []byte
}

// readFrom reads the records of content that begin at from or behind it, and the error that ends them.
func readFrom(content []byte, from int64) (got []written, offsets []int64, err error) {
	r, _, err := NewReader(bytes.NewReader(content))
	for err == nil {
		var record *Record
		if record, err = r.Next(from); err == nil {
			got = append(got, written{record.Arrival, string(record.ID), bytes.Clone(record.Data)})
			offsets = append(offsets, record.Offset)
		}
	}
	return got, offsets, err
}

// TestRecordsComeBack: all that was written comes back, from any offset on, and a segment that is cut gives the whole records before the cut.
func TestRecordsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []written
		var ends []int64
		content := AppendHeader(nil, 7)
		for range rapid.IntRange(0, 6).Draw(t, "records") {
			w := written{rapid.Int64().Draw(t, "arrival"), rapid.StringN(0, 20, 40).Draw(t, "id"), rapid.SliceOfN(rapid.Byte(), 1, 60).Draw(t, "data")}
			before := len(content)
			content = AppendRecord(content, w.Arrival, w.ID, w.Data)
			if int64(len(content)-before) != Size(w.ID, w.Data) {
				t.Fatalf("a record takes %d bytes, Size says %d", len(content)-before, Size(w.ID, w.Data))
			}
			want, ends = append(want, w), append(ends, int64(len(content)))
		}
		got, offsets, err := readFrom(content, 0)
		if diff := cmp.Diff(want, got); diff != "" || !errors.Is(err, io.EOF) {
			t.Fatalf("error %v, records (-want +got):\n%s", err, diff)
		}
		from := rapid.Int64Range(0, int64(len(content))).Draw(t, "from")
		for len(offsets) > 0 && offsets[0] < from {
			want, offsets = want[1:], offsets[1:]
		}
		if got, _, _ := readFrom(content, from); !cmp.Equal(len(want), len(got)) {
			t.Fatalf("%d records begin at %d or behind it, want %d", len(got), from, len(want))
		}
		cut := rapid.IntRange(0, len(content)-1).Draw(t, "cut")
		whole := 0
		for _, end := range ends {
			if end <= int64(cut) {
				whole++
			}
		}
		if got, _, err := readFrom(content[:cut], 0); len(got) != whole || err == nil {
			t.Fatalf("%d records are whole in %d bytes, want %d; error %v", len(got), cut, whole, err)
		}
	})
}

// FuzzReader: whatever a segment holds, it is read to an end, and a record's bytes are those that were written.
func FuzzReader(f *testing.F) {
	f.Add(AppendRecord(AppendRecord(AppendHeader(nil, 7), 1, "id", []byte("line\n")), 2, "", []byte("next")))
	f.Add(AppendHeader(nil, 7))
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, content []byte) {
		got, offsets, err := readFrom(content, 0)
		if err == nil {
			t.Fatal("reading has no end")
		}
		for i, w := range got {
			record := AppendRecord(nil, w.Arrival, w.ID, w.Data)
			if at := offsets[i]; !bytes.Equal(record, content[at:at+int64(len(record))]) {
				t.Errorf("record %d is not what stands at %d", i, at)
			}
		}
	})
}
