package integration

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// look looks for canaries in whatever a program shows and keeps.
type look struct {
	t     *testing.T
	s     *scanner
	bytes int // how much was looked at
	seen  []byte
}

// at looks at one thing, and at what is compressed in it.
func (l *look) at(place string, data []byte) {
	l.t.Helper()
	l.bytes += len(data)
	for _, n := range l.s.find(append(bytes.Clone(data), uncompressed(data)...)) {
		l.t.Errorf("%s holds %s", place, n)
	}
}

// uncompressed is what gzip and zstd data that begins anywhere in data holds.
func uncompressed(data []byte) (all []byte) {
	starts := func(magic string, open func(io.Reader) (io.Reader, error)) {
		for at := 0; ; at++ {
			n := bytes.Index(data[at:], []byte(magic))
			if n < 0 {
				return
			}
			at += n
			if r, err := open(bytes.NewReader(data[at:])); err == nil {
				text, _ := io.ReadAll(io.LimitReader(r, 64<<20)) // it ends where other bytes come
				all = append(append(all, text...), '\n')
			}
		}
	}
	starts("\x1f\x8b\x08", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) })
	starts("\x28\xb5\x2f\xfd", func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r, zstd.WithDecoderConcurrency(1)) })
	return all
}

// folder looks at every file of a folder, their names too, but for some. A file may go while it is looked for.
func (l *look) folder(dir string, but ...string) {
	l.t.Helper()
	for path, data := range filesIn(l.t, dir) {
		name := strings.TrimPrefix(path, dir+"/")
		if !within2(name, but) {
			l.at(name, append([]byte(name+"\n"), data...))
		}
	}
}

func within2(name string, folders []string) bool {
	for _, f := range folders {
		if strings.HasPrefix(name, f) {
			return true
		}
	}
	return false
}

func filesIn(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			all[path], err = os.ReadFile(path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// store looks at every value of every table of a store, as pages of a database file tear them apart.
func (l *look) store(path string) {
	l.t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		l.t.Fatal(err)
	}
	defer db.Close()
	tables := l.values(db, "SELECT name FROM sqlite_master WHERE type = 'table'")
	if len(tables) < 10 {
		l.t.Fatalf("the store has %d tables", len(tables))
	}
	for _, table := range tables {
		for _, v := range l.values(db, "SELECT * FROM "+string(table)) { //nolint:gosec // a name that the store itself gave
			l.at("the store's table "+string(table), v)
		}
	}
}

func (l *look) values(db *sql.DB, query string) (all [][]byte) {
	l.t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		l.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		l.t.Fatal(err)
	}
	cells, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range cells {
		into[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			l.t.Fatal(err)
		}
		for _, c := range cells {
			if blob, ok := c.([]byte); ok {
				all = append(all, bytes.Clone(blob))
			} else {
				all = append(all, []byte(fmt.Sprint(c)))
			}
		}
	}
	if err := rows.Err(); err != nil {
		l.t.Fatal(err)
	}
	return all
}
