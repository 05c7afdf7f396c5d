package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// plain is a row with nothing but counters.
func plain(kind reportstore.RowKind, host string, start time.Time, lines int64) reportstore.Row {
	return reportstore.Row{Kind: kind, Report: &schemas.TrafficReport{
		Host: host, Level: reportstore.Minute, Minute: timestamp(start.Unix()), LastEvent: timestamp(start.Unix()),
		Requests: lines, Lines: lines, LineXor: uint64(lines) << 60,
	}}
}

func commitLines(t testing.TB, s *Store, lines int64) {
	t.Helper()
	if err := s.Commit(t.Context(), &reportstore.Commit{Rows: []reportstore.Row{plain(reportstore.Late, "a.example", noon, lines)}}); err != nil {
		t.Fatal(err)
	}
}

func linesIn(t testing.TB, r reportstore.Reader) int64 {
	t.Helper()
	sums, err := r.Check(t.Context(), noon, noon.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return sums[noon].Lines
}

func readOnly(t testing.TB, dir string) *Reader {
	t.Helper()
	r, err := OpenReadOnly(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func TestReaderSeesWhatAWriterCommits(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	commitLines(t, s, 5)
	r := readOnly(t, dir)
	if n := linesIn(t, r); n != 5 {
		t.Errorf("the reader sees %d lines, want 5", n)
	}
	commitLines(t, s, 7)
	if n := linesIn(t, r); n != 12 {
		t.Errorf("the reader sees %d lines, want 12", n)
	}
	if _, err := r.pool.Exec("DELETE FROM rows"); err == nil {
		t.Error("a reader can delete rows")
	}
}

func TestReaderOpensWhatNobodyWrites(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, clock)
	if err != nil {
		t.Fatal(err)
	}
	commitLines(t, s, 5)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if n := linesIn(t, readOnly(t, dir)); n != 5 {
		t.Errorf("the reader sees %d lines, want 5", n)
	}
}

func TestReaderOfNothing(t *testing.T) {
	if _, err := OpenReadOnly(t.TempDir()); err == nil {
		t.Error("a folder without reports was opened")
	}
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := opened(t, dir)
	commitLines(t, s, 5)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) < 3 {
		t.Fatalf("the folder has %d files, want the database, its log of changes and the lock", len(entries))
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", e.Name(), info.Mode(), err)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder has mode %v, %v", info.Mode(), err)
	}
}

func TestSecondWriterIsRefused(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, clock)
	if err != nil {
		t.Fatal(err)
	}
	commitLines(t, s, 5)
	if _, err := Open(dir, clock); !errors.Is(err, reportstore.ErrLocked) {
		t.Errorf("a second writer got %v", err)
	}
	commitLines(t, s, 6)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if n := linesIn(t, opened(t, dir)); n != 11 {
		t.Errorf("the next writer sees %d lines, want 11", n)
	}
}

func TestNewerVersionIsRefused(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, clock)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.writer.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, clock); !errors.Is(err, reportstore.ErrNewer) {
		t.Errorf("opening to write gave %v", err)
	}
	if _, err := OpenReadOnly(dir); !errors.Is(err, reportstore.ErrNewer) {
		t.Errorf("opening to read gave %v", err)
	}
}

func TestDamagedFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, clock)
	if err != nil {
		t.Fatal(err)
	}
	for i := range int64(500) {
		commitLines(t, s, i)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, fileName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cut := whole[:len(whole)/2]
	garbled := append([]byte{}, whole...)
	for i := 4096; i < len(garbled); i++ {
		garbled[i] = byte(i * 7)
	}
	for name, content := range map[string][]byte{"no database": []byte("this is no database, whatever its name says: it is a letter"), "cut": cut, "garbled": garbled} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, clock); !errors.Is(err, reportstore.ErrDamaged) {
			t.Errorf("%s: opening to write gave %v", name, err)
		}
		r, err := OpenReadOnly(dir)
		if err == nil {
			_, err = r.Total(t.Context(), access.Everything(), "a.example", noon, noon.Add(time.Hour))
			_ = r.Close()
		}
		if !errors.Is(err, reportstore.ErrDamaged) {
			t.Errorf("%s: opening to read gave %v", name, err)
		}
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if n := linesIn(t, opened(t, dir)); n != 499*500/2 {
		t.Errorf("the copy that was put back has %d lines", n)
	}
}

func TestAnotherProgramsDatabaseIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, clock)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.writer.Exec("PRAGMA application_id = 7"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, clock); !errors.Is(err, reportstore.ErrDamaged) {
		t.Errorf("opening gave %v", err)
	}
}

func TestFileShrinksWhenRowsExpire(t *testing.T) {
	s := opened(t, t.TempDir())
	for i := range 4 {
		c := &reportstore.Commit{}
		for j := range 2000 {
			c.Rows = append(c.Rows, plain(reportstore.Closed, "a.example", noon.Add(time.Duration(2000*i+j)*time.Minute), 5))
		}
		if err := s.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	pages := func() (n int64) {
		if err := s.writer.QueryRow("PRAGMA page_count").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := pages()
	if err := s.Expire(t.Context(), noon.Add(30*24*time.Hour), reportstore.DefaultRetention); err != nil {
		t.Fatal(err)
	}
	if after := pages(); after > before/4 {
		t.Errorf("the file has %d pages, after %d", after, before)
	}
}

func TestRebuiltRowsHaveTheNextGeneration(t *testing.T) {
	s := opened(t, t.TempDir())
	for n := range int64(3) {
		rows := []reportstore.Row{plain(reportstore.Closed, "a.example", noon, 5)}
		r := &reportstore.Replay{ID: string(rune('a' + n)), Rebuild: true, From: noon, To: noon.Add(time.Hour), Rows: rows}
		if _, err := s.Publish(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	commitLines(t, s, 7)
	var rows, least, most int64
	if err := s.pool.QueryRow("SELECT count(*), min(generation), max(generation) FROM traffic WHERE level = 'minute'").Scan(&rows, &least, &most); err != nil {
		t.Fatal(err)
	}
	if rows != 2 || least != 3 || most != 3 {
		t.Errorf("%d rows of generations %d to %d, want 2 of generation 3", rows, least, most)
	}
}
