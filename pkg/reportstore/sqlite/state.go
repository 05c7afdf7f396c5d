package sqlite

import (
	"context"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// State implements reportstore.Writer.
func (s *Store) State(ctx context.Context) (*reportstore.State, error) {
	state := &reportstore.State{}
	err := s.read(ctx, func(t *tx) (err error) {
		if state.Cursor, err = t.cursor(); err != nil {
			return err
		}
		if state.Partials, err = t.partials(); err != nil {
			return err
		}
		if state.Sources, err = t.sources(); err != nil {
			return err
		}
		if state.SetAside, err = t.letters("WHERE extent_source IS NOT NULL ORDER BY at, id"); err != nil {
			return err
		}
		return t.namedHosts(state)
	})
	if err != nil {
		return nil, err
	}
	return state, nil
}
