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

// rateChanged finds the change of the log's sample rate with which a case began; nil where there was none. It is a fact of the log that all sites share: who may
// see one site learns when it was and by which factor, and nothing of others.
func (s *Server) rateChanged(ctx context.Context, c *siteCase) (*attack.RateChange, error) {
	from, _ := attack.RateRange(c.first().Add(-rateBefore))
	_, to := attack.RateRange(c.first().Add(rateAfter))
	changes, err := findings.RateChanges(ctx, s.config.Reader, from, to)
	if err != nil {
		return nil, fmt.Errorf("looking for a changed sample rate: %w", err)
	}
	for _, change := range changes {
		if later := change.Minute.Sub(c.first()); later >= -rateBefore && later <= rateAfter {
			return change, nil
		}
	}
	return nil, nil
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
	Factor float64   `json:"factor"`
}

func rateAnswer(c *attack.RateChange) *rateJSON {
	if c == nil {
		return nil
	}
	return &rateJSON{c.Minute.UTC(), c.Factor}
}
