package findings

import (
	"time"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/schemas"
)

// GoOn judges the minutes of one site up to and with last, going on from a state, which may be empty. observed is in order of time; of several of one minute
// the first counts, and minutes that the state has judged are left out. next is what to go on from.
func GoOn(host string, state *schemas.SiteState, observed []*schemas.Observation, minutes Minutes, last time.Time) (all []*schemas.Finding, next *schemas.SiteState) {
	site := attack.ResumeSite(host, state, func(minute time.Time) bool { return minutes.lines[minute.UTC()] }, Sayable)
	for _, o := range observed {
		if o.Row.Minute.AsTime().After(site.Last()) {
			all = append(all, site.Next(o)...)
		}
	}
	all = append(all, site.Until(last.Add(time.Minute))...)
	return all, site.State()
}
