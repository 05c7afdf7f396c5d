package findings

import (
	"iter"
	"time"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/schemas"
)

// MinutesOf are the minutes of which a run has any line.
func MinutesOf(all iter.Seq[time.Time]) Minutes {
	m := Minutes{lines: map[time.Time]bool{}}
	for minute := range all {
		m.add(minute.UTC())
	}
	return m
}

func (m *Minutes) add(minute time.Time) {
	m.lines[minute] = true
	if minute.After(m.last) {
		m.last = minute
	}
}

// OfRun judges the minutes that a run has of one site, in order and without history, and the silent ones among and after them.
func OfRun(host string, observed iter.Seq[*schemas.Observation], minutes Minutes) (all []*schemas.Finding) {
	site := attack.NewSite(host, func(minute time.Time) bool { return minutes.lines[minute.UTC()] }, Sayable)
	for o := range observed {
		all = append(all, site.Next(o)...)
	}
	return append(all, site.Until(minutes.last.Add(-openFor))...)
}
