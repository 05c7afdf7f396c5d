package sqlite

import (
	"database/sql"
	"fmt"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// advance adds an extent to what was read of its file, which is kept as the fewest stretches. It fails where any of it was read before.
func (t *tx) advance(e reportstore.Extent) error {
	if e.From < 0 || e.To < e.From {
		return fmt.Errorf("an extent of %s from %d to %d cannot be", e.Source, e.From, e.To)
	}
	if e.From == e.To {
		return nil
	}
	first, after := e.From, e.To
	found := false
	err := t.each("SELECT first, after FROM cursor WHERE source = ? AND file = ? AND first <= ? AND after >= ?",
		[]any{e.Source, e.File, e.To, e.From}, func(rows *sql.Rows) error {
			var f, a int64
			if err := rows.Scan(&f, &a); err != nil {
				return err
			}
			if f < e.To && e.From < a {
				return fmt.Errorf("%w: bytes %d to %d of a file of %s were read before", reportstore.ErrStale, max(f, e.From), min(a, e.To), e.Source)
			}
			first, after, found = min(first, f), max(after, a), true
			return nil
		})
	if err != nil {
		return err
	}
	if found { // the stretches that it touches become one with it
		if err := t.exec("DELETE FROM cursor WHERE source = ? AND file = ? AND first >= ? AND first <= ?", e.Source, e.File, first, after); err != nil {
			return err
		}
	}
	return t.exec("INSERT INTO cursor (source, file, first, after) VALUES (?, ?, ?, ?)", e.Source, e.File, first, after)
}

func (t *tx) cursor() (extents []reportstore.Extent, err error) {
	err = t.each("SELECT source, file, first, after FROM cursor ORDER BY source, file, first", nil, func(rows *sql.Rows) error {
		var e reportstore.Extent
		err := rows.Scan(&e.Source, &e.File, &e.From, &e.To)
		extents = append(extents, e)
		return err
	})
	return extents, err
}
