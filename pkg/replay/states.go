package replay

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/schemas"
)

// states are what detection goes on from in a rebuild from a time on: of each site the last state before it, with the words on its cases. Where the rebuild
// begins wherever the files do, these are all there is.
func (k *known) states(ctx context.Context, words map[string][]*schemas.Word, from time.Time) (all []*schemas.SiteSeed, err error) {
	hosts := slices.Collect(maps.Keys(words))
	if !from.IsZero() {
		detected, err := k.store.Detected(ctx, from)
		if err != nil {
			return nil, err
		}
		hosts = append(hosts, detected...)
	}
	slices.Sort(hosts)
	for _, host := range slices.Compact(hosts) {
		seed := &schemas.SiteSeed{Host: host, State: &schemas.SiteState{Words: words[host]}}
		if !from.IsZero() {
			if seed.State, err = k.state(ctx, host, words[host], from); err != nil {
				return nil, err
			}
		}
		all = append(all, seed)
	}
	return all, nil
}

// state is what is known of a site before a time. What lies between and has no line of the site is taken from the store up to where the files are read from.
func (k *known) state(ctx context.Context, host string, words []*schemas.Word, from time.Time) (*schemas.SiteState, error) {
	state, since, err := k.store.Detection(ctx, host, from)
	if err != nil {
		return nil, err
	}
	begin := from
	switch {
	case state != nil:
		begin = state.Minute
	case len(since) > 0:
		begin = since[0].Minute
	default:
		return &schemas.SiteState{Words: words}, nil
	}
	if k.begin.IsZero() || begin.Before(k.begin) { // sites mostly have states of about the same time
		if k.minutes, err = findings.ReadMinutes(ctx, k.store, begin, from); err != nil {
			return nil, err
		}
		k.begin = begin
	}
	return findings.Before(state, since, host, words, k.minutes, from.Add(-lead))
}
