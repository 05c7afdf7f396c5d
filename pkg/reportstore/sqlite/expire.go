package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

const (
	// expireRows is how many rows are deleted in one transaction: commits wait for no more than that, some tens of milliseconds.
	expireRows = 1000
)

// Expire implements reportstore.Writer. Partial summaries go with the rows of their level, what detection knows of a site with its minutes, dead letters that wait for no other try and marks of
// incomplete minutes with the hours, as findings do and what was said of their cases. Literals go by their own expiry. The file shrinks by what became
// free.
func (s *Store) Expire(ctx context.Context, now time.Time, keep reportstore.Retention) error {
	for l, age := range []time.Duration{keep.Minutes, keep.Hours, keep.Days} {
		if age <= 0 {
			continue
		}
		// What is left of a slot above would be less than the slot: minutes go by whole hours, hours by whole days.
		before := min(level(l)+1, day).floor(now.Add(-age).Unix())
		if err := s.expireLevel(ctx, level(l), before); err != nil {
			return err
		}
	}
	if keep.Hours > 0 {
		if err := s.expireMarks(ctx, now.Add(-keep.Hours)); err != nil {
			return err
		}
		if err := s.expireFindings(ctx, day.floor(now.Add(-keep.Hours).Unix()), now); err != nil {
			return err
		}
	}
	if keep.Minutes > 0 {
		if err := s.expireDetection(ctx, now.Add(-keep.Minutes).Unix()); err != nil {
			return err
		}
	}
	const expired = "DELETE FROM literals WHERE id IN (SELECT id FROM literals WHERE expires <= ? LIMIT ?)"
	if err := s.expireParts(ctx, expired, nanos(now)); err != nil {
		return err
	}
	return s.shrink(ctx)
}

func (s *Store) expireDetection(ctx context.Context, before int64) error {
	const observed = "DELETE FROM observed WHERE id IN (SELECT id FROM observed WHERE start < ? LIMIT ?)"
	if err := s.expireParts(ctx, observed, before); err != nil {
		return err
	}
	const states = "DELETE FROM detection_states WHERE id IN (SELECT id FROM detection_states WHERE start < ? LIMIT ?)"
	return s.expireParts(ctx, states, before)
}

func (s *Store) expireLevel(ctx context.Context, l level, before int64) error {
	hosts, err := s.hostsBefore(ctx, l, before)
	if err != nil {
		return err
	}
	for _, host := range hosts {
		for more := true; more; {
			if err := s.write(ctx, "delete old rows of", func(t *tx) (err error) {
				more, err = t.expireSome(l, host, before)
				return err
			}); err != nil {
				return err
			}
		}
	}
	return s.write(ctx, "delete old parts of", func(t *tx) error {
		return t.exec("DELETE FROM partials WHERE level = ? AND start < ?", l, before)
	})
}

func (s *Store) hostsBefore(ctx context.Context, l level, before int64) (hosts []int64, err error) {
	err = s.read(ctx, func(t *tx) error {
		const query = "SELECT id FROM hosts h WHERE EXISTS (SELECT 1 FROM rows WHERE level = ? AND host = h.id AND start < ?)"
		hosts, err = t.numbers(query, l, before)
		return err
	})
	return hosts, err
}

// expireSome deletes the oldest rows of a host, and tells whether there are more.
func (t *tx) expireSome(l level, host, before int64) (more bool, err error) {
	until := before
	const place = "SELECT start + 1 FROM rows WHERE level = ? AND host = ? AND start < ? ORDER BY start LIMIT 1 OFFSET ?"
	if more, err = t.one(place, []any{l, host, before, expireRows}, &until); err != nil {
		return false, err
	}
	const of = "level = ? AND host = ? AND start < ?"
	if err := t.exec("DELETE FROM reports WHERE id IN (SELECT report FROM rows WHERE "+of+")", l, host, until); err != nil {
		return false, err
	}
	return more, t.exec("DELETE FROM rows WHERE "+of, l, host, until)
}

func (s *Store) expireMarks(ctx context.Context, before time.Time) error {
	return s.write(ctx, "delete old marks of", func(t *tx) error {
		if err := t.exec("DELETE FROM incomplete WHERE start < ?", before.Unix()); err != nil {
			return err
		}
		return t.exec("DELETE FROM letters WHERE at < ? AND extent_source IS NULL", before.UnixNano())
	})
}

// expireFindings deletes findings from before a time, and feedback on cases that began before it unless it still holds.
func (s *Store) expireFindings(ctx context.Context, before int64, now time.Time) error {
	const findings = "DELETE FROM judgements WHERE id IN (SELECT id FROM judgements WHERE start < ? LIMIT ?)"
	if err := s.expireParts(ctx, findings, before); err != nil {
		return err
	}
	const feedback = "DELETE FROM feedback WHERE id IN (SELECT id FROM feedback WHERE started < ? AND expires < ? LIMIT ?)"
	return s.expireParts(ctx, feedback, before, nanos(now))
}

// expireParts runs a statement that deletes as many rows as its last argument says until nothing is left for it.
func (s *Store) expireParts(ctx context.Context, statement string, args ...any) error {
	for deleted := int64(expireRows); deleted == expireRows; {
		err := s.write(ctx, "delete old findings of", func(t *tx) error {
			result, err := t.run(statement, append(args, expireRows)...)
			if err != nil {
				return err
			}
			deleted, err = result.RowsAffected()
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// shrink gives free pages back to the disk, some at a time.
func (s *Store) shrink(ctx context.Context) error {
	for {
		free, err := s.freePages(ctx)
		if err != nil || free == 0 {
			return err
		}
		s.mu.Lock()
		err = drain(s.writer.QueryContext(ctx, "PRAGMA incremental_vacuum(2000)"))
		s.mu.Unlock()
		if err != nil {
			return explained(err, "shrink", s.path)
		}
		if left, err := s.freePages(ctx); err != nil || left >= free {
			return err
		}
	}
}

func (s *Store) freePages(ctx context.Context) (n int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err = s.writer.QueryRowContext(ctx, "PRAGMA freelist_count").Scan(&n)
	return n, explained(err, "read", s.path)
}

// drain runs a statement to its end, as this one works step by step.
func drain(rows *sql.Rows, err error) error {
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
	}
	return rows.Err()
}
