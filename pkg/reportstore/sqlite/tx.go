package sqlite

import (
	"context"
	"database/sql"
	"time"
)

// tx is a transaction under a context.
type tx struct {
	*sql.Tx
	ctx context.Context
	// prepared holds the statements by text: a commit runs each of them for hundreds of rows.
	prepared map[string]*sql.Stmt
	// Those that rows of the transaction are written with.
	hosts       map[string]int64
	generations map[period]int64
}

func (t *tx) statement(query string) (*sql.Stmt, error) {
	if s := t.prepared[query]; s != nil {
		return s, nil
	}
	s, err := t.PrepareContext(t.ctx, query)
	if err != nil {
		return nil, err
	}
	if t.prepared == nil {
		t.prepared = map[string]*sql.Stmt{}
	}
	t.prepared[query] = s
	return s, nil
}

func (t *tx) run(query string, args ...any) (sql.Result, error) {
	s, err := t.statement(query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(t.ctx, args...)
}

func (t *tx) exec(query string, args ...any) error {
	_, err := t.run(query, args...)
	return err
}

// inserted runs a statement that inserts a row and returns the row's id.
func (t *tx) inserted(query string, args ...any) (int64, error) {
	s, err := t.statement(query)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

// one scans the first row of the answer; found tells whether there is one.
func (t *tx) one(query string, args []any, into ...any) (found bool, err error) {
	err = t.each(query, args, func(rows *sql.Rows) error {
		if found {
			return nil
		}
		found = true
		return rows.Scan(into...)
	})
	return found, err
}

func (t *tx) each(query string, args []any, each func(*sql.Rows) error) error {
	s, err := t.statement(query)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(t.ctx, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// nanos is how instants are kept; 0 stands for none.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func instant(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
