package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	_ "embed" // the views
	"errors"
	"fmt"
	"iter"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// Limits bound what a query may give.
type Limits struct {
	Rows  int   // Required.
	Bytes int64 // Required. Of all values together.
}

// ErrTooMuch says that the answer is longer than the limits.
var ErrTooMuch = errors.New("the answer is too long")

const (
	// queryValue is the largest single value. With what the pragmas of a query say it bounds the memory: larger sorts go to the folder for temporary
	// files, until the context ends.
	queryValue = 4 << 20
)

// views makes what a query may read. It is no part of the file, as it needs report_lists.
//
//go:embed views.sql
var views string

// Query runs one read-only statement over the views traffic, top, findings, dead_letters and sources (see the package's comment) while another process may
// write. It reads nothing else, opens no other file and ends with the context. The rows must be ranged over, once; they end with ErrTooMuch
// where there are more than the limits allow. Give a context with a deadline.
func Query(ctx context.Context, dir, statement string, limits Limits) (columns []string, rows iter.Seq2[[]any, error], err error) {
	r, err := OpenReadOnly(dir)
	if err != nil {
		return nil, nil, err
	}
	if err := r.Close(); err != nil {
		return nil, nil, err
	}
	path := filepath.Join(dir, fileName)
	pool, err := connect(path, url.Values{"mode": {"ro"}, "_pragma": {
		"busy_timeout(10000)", "temp_store(file)", "cache_size(-16384)",
	}})
	if err != nil {
		return nil, nil, err
	}
	answer, err := ask(ctx, pool, statement)
	if err == nil {
		columns, err = answer.Columns()
	}
	if err != nil {
		_ = pool.Close()
		return nil, nil, explained(err, "query", path)
	}
	return columns, func(yield func([]any, error) bool) {
		defer func() { _, _ = answer.Close(), pool.Close() }()
		if err := eachRow(answer, len(columns), limits, yield); err != nil {
			yield(nil, explained(err, "query", path))
		}
	}, nil
}

// ask confines a connection and runs the statement on it; both end with the pool.
func ask(ctx context.Context, pool *sql.DB, statement string) (*sql.Rows, error) {
	c, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	secret := strings.ToLower("v" + rand.Text())
	if _, err := c.ExecContext(ctx, strings.ReplaceAll(views, "{}", secret)); err != nil {
		return nil, err
	}
	if _, err := c.ExecContext(ctx, "PRAGMA query_only = on"); err != nil {
		return nil, err
	}
	if _, err := driver.Limit(c, codes.SQLITE_LIMIT_LENGTH, queryValue); err != nil {
		return nil, err
	}
	if _, err := driver.Limit(c, codes.SQLITE_LIMIT_ATTACHED, 0); err != nil {
		return nil, err
	}
	tables, err := tableNames(ctx, c)
	if err != nil {
		return nil, err
	}
	err = c.Raw(func(connection any) error {
		r, ok := connection.(driver.AuthorizerRegisterer)
		if !ok {
			return errors.New("the driver cannot confine a query")
		}
		return r.RegisterAuthorizer(authorizer(secret, tables))
	})
	if err != nil {
		return nil, err
	}
	return c.QueryContext(ctx, statement)
}

func tableNames(ctx context.Context, c *sql.Conn) (names []string, err error) {
	rows, err := c.QueryContext(ctx, "SELECT lower(name) FROM sqlite_schema")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// authorizer lets a statement select from the views that it may know, and views of secret names from the tables. tables are the names of all that is in
// the file.
func authorizer(secret string, tables []string) driver.AuthorizerFn {
	return func(action driver.AuthorizerActionCode, first, second, _, view string) driver.AuthorizerReturnCode {
		switch action {
		case driver.AuthSelect, driver.AuthRecursive:
			return driver.AuthorizerOK
		case driver.AuthFunction:
			if second != "load_extension" {
				return driver.AuthorizerOK
			}
		case driver.AuthRead:
			if strings.HasPrefix(view, secret) || strings.HasPrefix(first, secret) || mayRead(tables, strings.ToLower(first), second) {
				return driver.AuthorizerOK
			}
		}
		return driver.AuthorizerDeny
	}
}

// mayRead tells whether a statement may read a column by itself. No column is asked for where rows are only counted: there the table may be one that the
// statement itself defines, or one of a view, once SQLite has put the view's tables in its place.
func mayRead(tables []string, table, column string) bool {
	switch table {
	case "traffic", "top", "findings", "dead_letters", "sources", "json_each":
		return true
	case "levels", "rows", "hosts", "letters", "source_states":
		return column == ""
	}
	return column == "" && !slices.Contains(tables, table) && !strings.HasPrefix(table, "sqlite_") && !strings.HasPrefix(table, "pragma_") && table != "dbstat"
}

func eachRow(answer *sql.Rows, columns int, limits Limits, yield func([]any, error) bool) error {
	size := int64(0)
	for n := 0; answer.Next(); n++ {
		row, into := make([]any, columns), make([]any, columns)
		for i := range row {
			into[i] = &row[i]
		}
		if err := answer.Scan(into...); err != nil {
			return err
		}
		for _, v := range row {
			size += sizeOf(v)
		}
		if n == limits.Rows || size > limits.Bytes {
			return fmt.Errorf("%w: it has more than %d rows or %d bytes: add conditions, or a LIMIT", ErrTooMuch, limits.Rows, limits.Bytes)
		}
		if !yield(row, nil) {
			return nil
		}
	}
	return answer.Err()
}

func sizeOf(v any) int64 {
	switch v := v.(type) {
	case string:
		return int64(len(v))
	case []byte:
		return int64(len(v))
	}
	return 8
}
