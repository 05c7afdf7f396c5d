package findings

import (
	"context"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/schemas"
)

// longestCase is how old a case may be of which somebody says something.
const longestCase = 3 * 24 * time.Hour

// heed is what was said of a case, and when.
type heed struct {
	host        string
	started, at int64
}

// heed takes in what people said of cases since it was asked last: cases of the same kinds are no attack until that expires.
func (j *Judge) heed(ctx context.Context) error {
	words, err := j.store.Feedback(ctx, access.Everything(), "", j.last.Add(-longestCase), j.last.Add(time.Minute))
	if err != nil {
		return err
	}
	for _, w := range words {
		key := heed{w.Host, w.Started.Unix(), w.At.UnixNano()}
		if j.heeded[key] {
			continue
		}
		kinds, err := j.kinds(ctx, w.Host, w.Started)
		if err != nil {
			return err
		}
		h, err := j.hold(ctx, w.Host)
		if err != nil {
			return err
		}
		until := w.Expires
		if w.Undone {
			until = time.Time{}
		}
		for kind := range kinds {
			h.site.Dismiss(kind, until)
		}
		j.heeded[key] = true
	}
	return nil
}

// kinds are those of a case's findings that say attack.
func (j *Judge) kinds(ctx context.Context, host string, started time.Time) (map[string]bool, error) {
	found, err := j.store.Findings(ctx, access.Everything(), host, started, started.Add(longestCase))
	kinds := map[string]bool{}
	for _, f := range found {
		own := f.Started != nil && f.Started.AsTime().Equal(started) || f.Minute.AsTime().Equal(started)
		if own && f.Verdict >= schemas.Verdict_VERDICT_SUSPECTED {
			kinds[f.Kind] = true
		}
	}
	return kinds, err
}
