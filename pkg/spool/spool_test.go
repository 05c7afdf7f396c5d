package spool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/segment"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func open(t testing.TB, dir string, max int64) *Spool {
	t.Helper()
	s, err := Open(dir, Options{MaxBytes: max})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func record(text string) Record { return Record{Data: []byte(text), Arrival: noon} }

func message(id, text string) Record { return Record{Data: []byte(text), ID: id, Arrival: noon} }

func add(t testing.TB, s *Spool, source string, records ...Record) {
	t.Helper()
	if err := s.Append(source, records); err != nil {
		t.Fatal(err)
	}
}

// readAll reads what is unread and notes in the cursor that it was. limit cuts each range; 0: none.
func readAll(t testing.TB, s *Spool, source string, cursor logsource.Cursor, limit int64) (lines []string) {
	t.Helper()
	for _, u := range s.Unread(source, cursor) {
		if limit > 0 && u.Range.To > u.Range.From+limit {
			u.Range.To = u.Range.From + limit
		}
		err := logsource.ReadRange(context.Background(), u.Range, logsource.Options{}, func(b *logentry.Block) error {
			for line := range bytes.Lines(b.Data) {
				lines = append(lines, string(bytes.TrimSuffix(line, []byte{'\n'})))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		cursor.Add(u.File, logsource.Span{From: u.Range.From, To: u.Range.To})
	}
	return lines
}

func TestSpoolGivesBackWhatItGot(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 0)
	add(t, s, "web/../edge", record("one\ntwo\n"), message("m1", "three"))
	add(t, s, "..", record("other\n"))
	s = reopened(t, s, dir)
	add(t, s, "web/../edge", message("m1", "three"), message("m2", "four"))

	var got []logentry.Block
	for _, u := range s.Unread("web/../edge", logsource.Cursor{}) {
		if u.Source != "web/../edge" || !u.Since.Equal(noon) || !u.Mod.Equal(noon) || u.Bytes != u.Range.To-u.Range.From {
			t.Errorf("unread = %+v", u)
		}
		err := logsource.ReadRange(context.Background(), u.Range, logsource.Options{}, func(b *logentry.Block) error {
			if b.Arrival != noon.UnixNano() || b.File != u.Range.Identity || b.Offset <= 0 {
				t.Errorf("block of file %x at %d, arrived at %d", b.File, b.Offset, b.Arrival)
			}
			got = append(got, logentry.Block{ID: b.ID, Data: bytes.Clone(b.Data)})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	want := []logentry.Block{{Data: []byte("one\ntwo\n")}, {ID: "m1", Data: []byte("three")}, {ID: "m2", Data: []byte("four")}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("blocks (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"..", "web/../edge"}, s.Sources()); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
}

func reopened(t testing.TB, s *Spool, dir string) *Spool {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, dir, 0)
}

func TestAnyCutOfARangeGivesEveryRecordOnce(t *testing.T) {
	s := open(t, t.TempDir(), 0)
	var want []string
	for i := range 50 {
		want = append(want, fmt.Sprintf("line %d %s", i, strings.Repeat("x", i*i)))
		add(t, s, "a", record(want[i]+"\n"))
	}
	for _, limit := range []int64{1, 37, 1000, 0} {
		cursor := logsource.Cursor{}
		var got []string
		for len(s.Unread("a", cursor)) > 0 {
			got = append(got, readAll(t, s, "a", cursor, limit)...)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("cut after %d bytes (-want +got):\n%s", limit, diff)
		}
	}
}

func TestConcurrentAppendsAreAllKept(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 0)
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			for _, id := range []int{i, i / 2} { // every message comes several times
				if err := s.Append("a", []Record{message(fmt.Sprint(id), fmt.Sprintf("line %d", id))}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	s = reopened(t, s, dir)
	count := map[string]int{}
	for _, line := range readAll(t, s, "a", logsource.Cursor{}, 0) {
		count[line]++
	}
	for i := range 200 {
		if n := count[fmt.Sprintf("line %d", i)]; n != 1 {
			t.Errorf("message %d was kept %d times", i, n)
		}
	}
}

func TestFullSpoolRefusesUntilItIsRead(t *testing.T) {
	s := open(t, t.TempDir(), 1000)
	cursor := logsource.Cursor{}
	add(t, s, "a", record(strings.Repeat("a", 600)))
	if err := s.Append("b", []Record{record(strings.Repeat("b", 600))}); !errors.Is(err, ErrFull) {
		t.Fatalf("error = %v, want ErrFull", err)
	}
	readAll(t, s, "a", cursor, 0)
	s.Unread("a", cursor)
	add(t, s, "b", record(strings.Repeat("b", 600)))
	if got := readAll(t, s, "b", logsource.Cursor{}, 0); len(got) != 1 {
		t.Errorf("%d lines of b are kept, want 1", len(got))
	}
}

// TestTornEndIsCutOff cuts a segment at every byte: what is whole stays, what is not goes, and what comes afterwards is kept.
func TestTornEndIsCutOff(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 0)
	add(t, s, "a", message("1", "one"), message("2", "two"))
	path := s.Unread("a", nil)[0].Range.Path
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first := segment.HeaderBytes + int(segment.Size("1", []byte("one")))
	for cut := range len(content) {
		for _, noise := range []string{"", "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"} {
			want := []string{"two", "three"}
			if cut >= first {
				want = []string{"one", "two", "three"}
			}
			checkTorn(t, path, append(bytes.Clone(content[:cut]), noise...), want, cut != first && cut != segment.HeaderBytes && cut != 0 || noise != "")
		}
	}
}

func checkTorn(t *testing.T, path string, content []byte, want []string, noted bool) {
	t.Helper()
	dir := t.TempDir()
	folder := filepath.Join(dir, filepath.Base(filepath.Dir(path)))
	if err := errors.Join(os.Mkdir(folder, 0o700), os.WriteFile(filepath.Join(folder, filepath.Base(path)), content, 0o600)); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir, 0)
	if got := len(s.Notes()) > 0; got != noted {
		t.Errorf("%d bytes: noted = %v (%v)", len(content), got, s.Notes())
	}
	add(t, s, "a", message("2", "two"), message("3", "three")) // sent again, as nobody was told that it is kept
	if diff := cmp.Diff(want, readAll(t, s, "a", logsource.Cursor{}, 0)); diff != "" {
		t.Errorf("%d bytes are left of the segment (-want +got):\n%s", len(content), diff)
	}
}

func TestReleaseDeletesWhatWasReadLongAgo(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 0)
	cursor := logsource.Cursor{}
	add(t, s, "a", record("one\n"))
	readAll(t, s, "a", cursor, 0)
	s = reopened(t, s, dir)
	add(t, s, "a", record("two\n"))
	for _, c := range []struct {
		now  time.Time
		want int
	}{{noon.Add(time.Hour), 2}, {noon.Add(25 * time.Hour), 1}} {
		if err := s.Release("a", cursor, 24*time.Hour, c.now); err != nil {
			t.Fatal(err)
		}
		left, err := filepath.Glob(filepath.Join(dir, "*", "*.seg"))
		if err != nil || len(left) != c.want {
			t.Errorf("at %v there are %d segments, want %d", c.now, len(left), c.want)
		}
	}
	if got := readAll(t, s, "a", cursor, 0); len(got) != 1 || got[0] != "two" {
		t.Errorf("unread are %q, want two", got)
	}
}

func TestReleaseKeepsNoMoreThanTheSpoolMayHold(t *testing.T) {
	dir := t.TempDir()
	cursor := logsource.Cursor{}
	for range 4 {
		s := open(t, dir, 1000)
		s.Unread("a", cursor)
		add(t, s, "a", record(strings.Repeat("x", 400)))
		readAll(t, s, "a", cursor, 0)
		if err := errors.Join(s.Close(), s.Release("a", cursor, 24*time.Hour, noon)); err != nil {
			t.Fatal(err)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "*", "*.seg"))
	if err != nil || len(left) != 2 {
		t.Errorf("%d segments of 440 bytes are kept, want 2", len(left))
	}
}

func TestIDsAreForgottenAfterADay(t *testing.T) {
	w := newIDWindow()
	w.add(hashID("old"), noon)
	w.add(hashID("new"), noon.Add(24*time.Hour))
	if !w.has(hashID("old")) {
		t.Error("an id of a day ago is forgotten")
	}
	w.add(hashID("newer"), noon.Add(24*time.Hour+time.Second))
	if w.has(hashID("old")) || !w.has(hashID("new")) {
		t.Error("only the ids of a day should be known")
	}
}
