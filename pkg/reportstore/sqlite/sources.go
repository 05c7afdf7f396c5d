package sqlite

import (
	"database/sql"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

func (t *tx) putSources(c *reportstore.Commit) error {
	for _, s := range c.Sources {
		if err := t.exec("INSERT OR REPLACE INTO source_states VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			s.Source, nanos(s.Frontier), nanos(s.Newest), s.Lines, s.Bytes, s.Behind, nanos(s.Oldest), s.Problem); err != nil {
			return err
		}
		if err := t.exec("DELETE FROM source_dead WHERE source = ?", s.Source); err != nil {
			return err
		}
		for reason, lines := range s.Dead {
			if err := t.exec("INSERT INTO source_dead (source, reason, lines) VALUES (?, ?, ?)", s.Source, reason, lines); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tx) sources() (all []reportstore.SourceState, err error) {
	const states = "SELECT source, frontier, newest, lines, bytes, behind, oldest, problem FROM source_states ORDER BY source"
	place := map[string]int{}
	err = t.each(states, nil, func(rows *sql.Rows) error {
		var s reportstore.SourceState
		var frontier, newest, oldest int64
		err := rows.Scan(&s.Source, &frontier, &newest, &s.Lines, &s.Bytes, &s.Behind, &oldest, &s.Problem)
		s.Frontier, s.Newest, s.Oldest = instant(frontier), instant(newest), instant(oldest)
		place[s.Source] = len(all)
		all = append(all, s)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = t.each("SELECT source, reason, lines FROM source_dead", nil, func(rows *sql.Rows) error {
		var source, reason string
		var lines int64
		if err := rows.Scan(&source, &reason, &lines); err != nil {
			return err
		}
		at, known := place[source]
		if !known {
			return nil
		}
		s := &all[at]
		if s.Dead == nil {
			s.Dead = map[string]int64{}
		}
		s.Dead[reason] = lines
		return nil
	})
	return all, err
}
