package findings

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// GoOn judges the minutes of one site in a run, and the silent ones among them and before end, going on from a state, which may be empty. observed is in order
// of time; of several of one minute the first counts, and minutes that the state has judged are left out. next is what to go on from.
func GoOn(host string, state *schemas.SiteState, observed iter.Seq[*schemas.Observation], minutes Minutes, end time.Time) (all []*schemas.Finding, next *schemas.SiteState) {
	site := minutes.site(host, state)
	for o := range observed {
		if o.Row.Minute.AsTime().After(site.Last()) {
			all = append(all, site.Next(o)...)
		}
	}
	return append(all, site.Until(end)...), site.State()
}

// Before is what a run that judges a site's minutes from a time on goes on from: what a store has of the site before it, and the words, which the run heeds.
// minutes must cover those since the state. end is up to when the store's minutes are gone through for silences; the run does the later ones.
func Before(state *reportstore.DetectionState, since []reportstore.Observed, host string, words []*schemas.Word, minutes Minutes, end time.Time) (*schemas.SiteState, error) {
	from, observed, err := decode(state, since)
	if err != nil {
		return nil, err
	}
	from.Words = words
	_, next := GoOn(host, from, slices.Values(observed), minutes, end)
	next.Words = words
	return next, nil
}

// decode decodes what a store has of a site's detection. state may be nil.
func decode(state *reportstore.DetectionState, since []reportstore.Observed) (site *schemas.SiteState, observed []*schemas.Observation, err error) {
	site = &schemas.SiteState{}
	if state != nil {
		if err := proto.Unmarshal(state.Data, site); err != nil {
			return nil, nil, fmt.Errorf("%w: what is usual for a site cannot be read: %w", reportstore.ErrDamaged, err)
		}
	}
	for _, seen := range since {
		o := &schemas.Observation{}
		if err := proto.Unmarshal(seen.Data, o); err != nil {
			return nil, nil, fmt.Errorf("%w: what was seen of a site cannot be read: %w", reportstore.ErrDamaged, err)
		}
		observed = append(observed, o)
	}
	return site, observed, nil
}
