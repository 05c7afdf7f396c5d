package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

func (t *tx) putLetters(c *reportstore.Commit) error {
	for _, id := range c.Resolved {
		if err := t.exec("DELETE FROM letters WHERE id = ?", id); err != nil {
			return err
		}
	}
	for _, d := range c.Retried {
		if err := t.exec("UPDATE letters SET tries = ?, next = ? WHERE id = ?", d.Tries, nanos(d.Next), d.ID); err != nil {
			return err
		}
	}
	for i := range c.Letters {
		if err := t.putLetter(&c.Letters[i]); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) putLetter(d *reportstore.DeadLetter) error {
	letter, err := proto.MarshalOptions{Deterministic: true}.Marshal(d.Letter)
	if err != nil {
		return fmt.Errorf("cannot encode a dead letter: %w", err)
	}
	if letter == nil {
		letter = []byte{}
	}
	extent := []any{nil, nil, nil, nil}
	if e := d.Extent; e != nil {
		extent = []any{e.Source, e.File, e.From, e.To}
	}
	args := append([]any{d.Letter.GetSource(), d.Letter.GetReason(), d.Letter.GetLines(), nanos(d.At), letter}, extent...)
	d.ID, err = t.inserted(`INSERT INTO letters (source, reason, lines, at, letter, extent_source, extent_file, extent_first, extent_after, tries, next)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, append(args, d.Tries, nanos(d.Next))...)
	return err
}

const letterColumns = "SELECT id, at, letter, extent_source, extent_file, extent_first, extent_after, tries, next FROM letters "

func (t *tx) letters(query string, args ...any) (all []reportstore.DeadLetter, err error) {
	err = t.each(letterColumns+query, args, func(rows *sql.Rows) error {
		d := reportstore.DeadLetter{Letter: &schemas.DeadLetter{}}
		var at, next int64
		var letter sql.RawBytes
		var source, file sql.NullString
		var first, after sql.NullInt64
		if err := rows.Scan(&d.ID, &at, &letter, &source, &file, &first, &after, &d.Tries, &next); err != nil {
			return err
		}
		d.At, d.Next = instant(at), instant(next)
		if source.Valid {
			d.Extent = &reportstore.Extent{Source: source.String, File: file.String, From: first.Int64, To: after.Int64}
		}
		if err := proto.Unmarshal(letter, d.Letter); err != nil {
			return fmt.Errorf("a dead letter cannot be decoded: %w", reportstore.ErrDamaged)
		}
		all = append(all, d)
		return nil
	})
	return all, err
}

// Letters implements reportstore.Reader. A limit of 0 is none.
func (r *Reader) Letters(ctx context.Context, limit int) (all []reportstore.DeadLetter, err error) {
	if limit <= 0 {
		limit = math.MaxInt32
	}
	err = r.read(ctx, func(t *tx) error {
		all, err = t.letters("ORDER BY at DESC, id DESC LIMIT ?", limit)
		return err
	})
	return all, err
}
