package dashboard

import (
	"context"
	"fmt"
	"time"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/findings"
)

// A changed sample rate may be what a case is about where it was no longer than rateBefore before the case's beginning, as not all that it changes stands out
// at once, or rateAfter after it, as minutes are judged by what they have.
const (
	rateBefore = 15 * time.Minute
	rateAfter  = 5 * time.Minute
)

// rateChanges are read once for cases that begin in the same minute, as many do where the rate was changed.
type rateChanges map[time.Time][]*attack.RateChange

// rateChanged finds the change of the log's sample rate with which a case began, of those that its own site took part in; nil where there was none. Who may see one
// site learns when it was and about by which factor, which its own numbers say too, and nothing of others.
func (s *Server) rateChanged(ctx context.Context, c *siteCase, read rateChanges) (nearest *attack.RateChange, err error) {
	first := c.first()
	changes, known := read[first]
	if !known {
		from, _ := attack.RateRange(first.Add(-rateBefore))
		_, to := attack.RateRange(first.Add(rateAfter))
		if changes, err = findings.RateChanges(ctx, s.config.Reader, from, to); err != nil {
			return nil, fmt.Errorf("looking for a changed sample rate: %w", err)
		}
		read[first] = changes
	}
	for _, change := range changes {
		later := change.Minute.Sub(first)
		if !change.Has(c.Host) || later < -rateBefore || later > rateAfter {
			continue
		}
		if nearest == nil || later.Abs() < nearest.Minute.Sub(first).Abs() {
			nearest = change
		}
	}
	return nearest, nil
}

// sampleRateWords warn of a changed sample rate.
func sampleRateWords(c *attack.RateChange, now time.Time) string {
	if c == nil {
		return ""
	}
	return fmt.Sprintf("At %s UTC the sites of this log changed by the same factor, %s, at once and with the usual mix: the log's sample rate was probably changed, or a "+
		"part of the log is missing. What stands out since then may be due to it.", minuteWords(c.Minute, now), c.FactorWords())
}

// rateJSON is a changed sample rate.
type rateJSON struct {
	Minute time.Time `json:"minute"`
	Factor string    `json:"factor"` // rounded: whole, it would tell the requests of the site that it is the ratio of
}

func rateAnswer(c *attack.RateChange) *rateJSON {
	if c == nil {
		return nil
	}
	return &rateJSON{c.Minute.UTC(), c.FactorWords()}
}
