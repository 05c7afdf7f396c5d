package sqlite

import (
	"context"
	"embed"
	"fmt"
	"os"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// migrations holds schema/N.sql, which brings a file from version N-1 to N. What was released is never changed.
//
//go:embed schema/*.sql
var migrations embed.FS

const (
	version = 2
	// application marks the file as this program's: "flgd".
	application = 0x666c6764

	// Up to this size a file is looked at as a whole when it is opened, which takes under a second; in a larger one, damage is found when it is met.
	checkedSize = 64 << 20
)

// fileVersion is the version of the file's content: 0 of an empty one.
func fileVersion(t *tx) (int, error) {
	var id, found, tables int
	if _, err := t.one("PRAGMA application_id", nil, &id); err != nil {
		return 0, err
	}
	if _, err := t.one("PRAGMA user_version", nil, &found); err != nil {
		return 0, err
	}
	if _, err := t.one("SELECT count(*) FROM sqlite_schema", nil, &tables); err != nil {
		return 0, err
	}
	switch {
	case id == 0 && found == 0 && tables == 0:
		return 0, nil
	case id != application:
		return 0, fmt.Errorf("%w: it is a database of another program: give another folder by --data", reportstore.ErrDamaged)
	case found > version:
		return 0, fmt.Errorf("%w (%d, this program knows %d): install the newest floodgauge", reportstore.ErrNewer, found, version)
	}
	return found, nil
}

func (s *Store) checkFile(ctx context.Context) error {
	info, err := os.Stat(s.path)
	if err != nil {
		return fmt.Errorf("cannot read the data folder: %w", err)
	}
	if info.Size() > checkedSize {
		return nil
	}
	var verdict string
	return explained(inTransaction(ctx, s.writer, func(t *tx) error {
		if _, err := t.one("PRAGMA quick_check(1)", nil, &verdict); err != nil {
			return err
		}
		if verdict != "ok" {
			return fmt.Errorf("%w: put a copy of it back, or move it away and read the logs again", reportstore.ErrDamaged)
		}
		return nil
	}), "open", s.path)
}

func (s *Store) migrate(ctx context.Context) error {
	return s.write(ctx, "open", func(t *tx) error {
		found, err := fileVersion(t)
		if err != nil {
			return err
		}
		for v := found + 1; v <= version; v++ {
			script, err := migrations.ReadFile(fmt.Sprintf("schema/%d.sql", v))
			if err != nil {
				return err
			}
			if _, err := t.ExecContext(ctx, string(script)); err != nil {
				return err
			}
		}
		if found == version {
			return nil
		}
		_, err = t.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", application, version))
		return err
	})
}

func (r *Reader) checkVersion() error {
	return r.read(context.Background(), func(t *tx) error {
		found, err := fileVersion(t)
		if err == nil && found < version {
			return fmt.Errorf("it was written by an older version: start `floodgauge up` once, which brings it up to date")
		}
		return err
	})
}
