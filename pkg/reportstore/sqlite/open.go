package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

const (
	fileName = "traffic.db"
	lockName = "floodgauge.lock"

	// readers is how many questions are answered at the same time; more would only wait for the processor.
	readers = 4
)

// Reader answers questions of a data folder, while another process may write to it.
type Reader struct {
	path string // of traffic.db
	pool *sql.DB
}

// Store is the store for the one process that writes. Its methods may be called at the same time.
type Store struct {
	*Reader
	now  func() time.Time
	lock *os.File

	mu     sync.Mutex // one transaction at a time: they wait here, where a context ends no half of one
	writer *sql.DB
}

var (
	_ reportstore.Reader = (*Reader)(nil)
	_ reportstore.Writer = (*Store)(nil)
)

// Open opens the data folder for writing and makes what is missing, the folder too. It fails with ErrLocked where another process writes, with
// ErrDamaged and ErrNewer where the file is not this version's, and with ErrFull.
func Open(dir string, now func() time.Time) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("cannot make the data folder: %w", err)
	}
	lock, err := takeLock(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{Reader: &Reader{path: filepath.Join(dir, fileName)}, now: now, lock: lock}
	if err := s.open(); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

func takeLock(dir string) (*os.File, error) {
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot write to the data folder: %w", err)
	}
	taken, err := tryLock(f)
	switch {
	case err != nil:
		_ = f.Close()
		return nil, fmt.Errorf("cannot lock %s: %w", path, err)
	case !taken:
		_ = f.Close()
		return nil, fmt.Errorf("cannot write to %s: %w by another floodgauge: end it, or give another folder by --data", dir, reportstore.ErrLocked)
	}
	return f, nil
}

func (s *Store) open() error {
	if err := makePrivate(s.path); err != nil {
		return err
	}
	if err := s.connectWriter(); err != nil {
		return err
	}
	if err := s.checkFile(context.Background()); err != nil {
		return err
	}
	if err := s.migrate(context.Background()); err != nil {
		return err
	}
	return s.Reader.connect()
}

func (s *Store) connectWriter() (err error) {
	// A commit is on the disk when it returns: what it was read from may be deleted then.
	if s.writer, err = connect(s.path, url.Values{
		"mode": {"rw"}, "_txlock": {"immediate"}, "_pragma": {"busy_timeout(10000)", "auto_vacuum(incremental)", "journal_mode(wal)", "synchronous(full)",
			"journal_size_limit(67108864)", "cache_size(-16384)", "foreign_keys(off)", "trusted_schema(off)",
			"secure_delete(on)"}, // what few clients shared is in the partials of open slots, and must not stay in free pages when these close
	}); err != nil {
		return err
	}
	s.writer.SetMaxOpenConns(1)
	return nil
}

// makePrivate makes an empty file that its owner alone may read: SQLite would make one by the mask, and gives its helper files the mode of this one.
func makePrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("cannot write to the data folder: %w", err)
	}
	return f.Close()
}

// Exists tells whether a data folder has a store.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, fileName))
	return err == nil
}

// OpenReadOnly opens a data folder for questions alone, whether or not another process writes to it.
func OpenReadOnly(dir string) (*Reader, error) {
	r := &Reader{path: filepath.Join(dir, fileName)}
	if _, err := os.Stat(r.path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there are no reports in %s: start `floodgauge up` first, or give its folder by --data", dir)
	} else if err != nil {
		return nil, fmt.Errorf("cannot read the data folder: %w", err)
	}
	if err := r.connect(); err != nil {
		return nil, err
	}
	if err := r.checkVersion(); err != nil {
		_ = r.Close()
		return nil, err
	}
	return r, nil
}

func (r *Reader) connect() (err error) {
	r.pool, err = connect(r.path, url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(10000)", "query_only(on)", "cache_size(-16384)", "trusted_schema(off)"}})
	if err == nil {
		r.pool.SetMaxOpenConns(readers)
		r.pool.SetMaxIdleConns(readers)
	}
	return err
}

func connect(path string, options url.Values) (*sql.DB, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("cannot find the data folder: %w", err)
	}
	name := url.URL{Scheme: "file", Path: absolute, RawQuery: options.Encode()}
	db, err := sql.Open("sqlite", name.String())
	return db, explained(err, "open", path)
}

// Close ends all work and lets go of the folder.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var problems []error
	problems = append(problems, s.Reader.Close())
	if s.writer != nil {
		problems = append(problems, s.writer.Close())
	}
	return errors.Join(append(problems, s.lock.Close())...)
}

// Close ends all questions.
func (r *Reader) Close() error {
	if r.pool == nil {
		return nil
	}
	return r.pool.Close()
}

// write runs f in a transaction: all of it is kept, or nothing.
func (s *Store) write(ctx context.Context, doing string, f func(*tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return explained(inTransaction(ctx, s.writer, f), doing, s.path)
}

// read runs f over one state of the store.
func (r *Reader) read(ctx context.Context, f func(*tx) error) error {
	return explained(inTransaction(ctx, r.pool, f), "read", r.path)
}

func inTransaction(ctx context.Context, db *sql.DB, f func(*tx) error) error {
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(&tx{Tx: t, ctx: ctx}); err != nil {
		_ = t.Rollback()
		return err
	}
	return t.Commit()
}
