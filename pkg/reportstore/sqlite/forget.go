package sqlite

import "context"

// Forget implements reportstore.Writer. The file shrinks by what became free, and free pages are overwritten.
func (s *Store) Forget(ctx context.Context, host string) (found bool, err error) {
	err = s.write(ctx, "delete a site of", func(t *tx) error {
		id, there, err := t.findHost(host)
		if err != nil || !there {
			return err
		}
		found = true
		for _, statement := range []string{
			"DELETE FROM reports WHERE id IN (SELECT report FROM rows WHERE level IN (0, 1, 2) AND host = ?)",
			"DELETE FROM rows WHERE level IN (0, 1, 2) AND host = ?", "DELETE FROM partials WHERE host = ?", "DELETE FROM host_sources WHERE host = ?",
			"DELETE FROM judgements WHERE host = ?", "DELETE FROM observed WHERE host = ?", "DELETE FROM detection_states WHERE host = ?",
			"DELETE FROM feedback WHERE host = ?", "DELETE FROM literals WHERE host = ?", "DELETE FROM hosts WHERE id = ?",
		} {
			if err := t.exec(statement, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || !found {
		return found, err
	}
	return found, s.shrink(ctx)
}
