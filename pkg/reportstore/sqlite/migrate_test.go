package sqlite

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// storeOfVersion1 is a folder as version 1 left it, with 5 lines.
func storeOfVersion1(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	script, err := migrations.ReadFile("schema/1.sql")
	if err != nil {
		t.Fatal(err)
	}
	s := &Store{Reader: &Reader{path: filepath.Join(dir, fileName)}, now: clock}
	if err := makePrivate(s.path); err != nil {
		t.Fatal(err)
	}
	if err := s.connectWriter(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.writer.Exec(string(script) + "; PRAGMA application_id = 0x666c6764; PRAGMA user_version = 1"); err != nil {
		t.Fatal(err)
	}
	commitLines(t, s, 5)
	if err := s.writer.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestStoreOfVersion1IsBroughtUpToDate(t *testing.T) {
	dir := storeOfVersion1(t)
	_, _, err := Query(t.Context(), dir, "SELECT 1", Limits{Rows: 1, Bytes: 100})
	for what, got := range map[string]error{"a query": err, "opening to read": opens(dir)} {
		if got == nil || !strings.Contains(got.Error(), "older version: start `floodgauge up` once") {
			t.Errorf("%s gave %v", what, got)
		}
	}
	for range 2 {
		s, err := Open(dir, clock)
		if err != nil {
			t.Fatal(err)
		}
		if n := linesIn(t, s); n != 5 {
			t.Errorf("%d lines, want 5", n)
		}
		if err := s.Commit(t.Context(), detectedAt(noon.Unix())); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	r := readOnly(t, dir)
	for view, want := range map[string]int{"traffic": 1, "findings": 1, "dead_letters": 0, "sources": 0} {
		var got int
		if err := r.pool.QueryRow("SELECT count(*) FROM " + view).Scan(&got); err != nil || got != want {
			t.Errorf("%s has %d rows, %v", view, got, err)
		}
	}
}

func opens(dir string) error {
	r, err := OpenReadOnly(dir)
	if err != nil {
		return err
	}
	return r.Close()
}

// An upgraded store is made of the same tables, indexes and views as a new one.
func TestUpgradedStoreIsLikeANewOne(t *testing.T) {
	old, fresh := opened(t, storeOfVersion1(t)), opened(t, t.TempDir())
	if diff := cmp.Diff(schemaOf(t, fresh), schemaOf(t, old)); diff != "" {
		t.Errorf("the schemas differ (-new +upgraded):\n%s", diff)
	}
}

func schemaOf(t *testing.T, s *Store) (all []string) {
	t.Helper()
	rows, err := s.pool.Query("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	return all
}
