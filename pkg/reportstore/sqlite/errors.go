package sqlite

import (
	"context"
	"errors"
	"fmt"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// explained says in a sentence what went wrong with the file, and wraps what the contract calls it.
func explained(err error, doing, path string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("cannot %s %s: %w", doing, path, err)
	}
	var failed *driver.Error
	if !errors.As(err, &failed) {
		return fmt.Errorf("cannot %s %s: %w", doing, path, err)
	}
	switch failed.Code() {
	case codes.SQLITE_IOERR_SHMSIZE, codes.SQLITE_IOERR_SHMMAP, codes.SQLITE_IOERR_WRITE, codes.SQLITE_IOERR_TRUNCATE:
		return fmt.Errorf("cannot %s %s: %w, or its file may not grow: make room and try again: %w", doing, path, reportstore.ErrFull, err)
	}
	switch failed.Code() & 0xff {
	case codes.SQLITE_FULL:
		return fmt.Errorf("cannot %s %s: %w: make room and try again; nothing was changed: %w", doing, path, reportstore.ErrFull, err)
	case codes.SQLITE_BUSY, codes.SQLITE_LOCKED:
		return fmt.Errorf("cannot %s %s: %w: end the other program, or try again later: %w", doing, path, reportstore.ErrLocked, err)
	case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB:
		return fmt.Errorf("cannot %s %s: %w: put a copy of it back, or move it away and read the logs again: %w", doing, path, reportstore.ErrDamaged, err)
	}
	return fmt.Errorf("cannot %s %s: %w", doing, path, err)
}
