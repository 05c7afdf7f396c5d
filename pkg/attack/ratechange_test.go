package attack

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/schemas"
)

// sitesWith lets an hour pass on sites of some sizes, and returns all rows. shape says what comes to a site in a minute.
func sitesWith(seed uint64, sizes []float64, shape func(site, minute int, usual crowd) []crowd) (rows []*schemas.TrafficReport) {
	for i, size := range sizes {
		w := newWorld(seed*100 + uint64(i))
		for minute := range 60 {
			r := w.next(shape(i, minute, readers(size))...).Row
			r.Host, r.Lines = fmt.Sprintf("%c.example", 'a'+i), r.Requests
			r.Methods = map[string]int64{"GET": r.Requests}
			rows = append(rows, r)
		}
	}
	return rows
}

// changesOf names the changed rates among rows.
func changesOf(rows []*schemas.TrafficReport) (all []*RateChange) {
	lines := map[time.Time]int64{}
	for _, r := range rows {
		lines[r.Minute.AsTime()] += r.Lines
	}
	for _, step := range Steps(lines) {
		from, to := RateRange(step)
		var near []*schemas.TrafficReport
		for _, r := range rows {
			if at := r.Minute.AsTime(); !at.Before(from) && at.Before(to) {
				near = append(near, r)
			}
		}
		if c := RateChanged(step, near); c != nil {
			all = append(all, c)
		}
	}
	return all
}

// from scales all sites from a minute on.
func from(minute int, factor float64) func(int, int, crowd) []crowd {
	return func(_, at int, usual crowd) []crowd {
		if at >= minute {
			usual.rate *= factor
		}
		return []crowd{usual}
	}
}

// A sample rate that is changed is named, with its minute and factor, up and down, wherever in the minute it is.
func TestChangedSampleRateIsNamed(t *testing.T) {
	for _, factor := range []float64{0.1, 0.5, 2, 10} {
		for seed := range uint64(seeds) {
			found := changesOf(sitesWith(seed, []float64{9000, 4000, 2000, 1500, 20}, from(30, factor)))
			if len(found) != 1 || !found[0].Minute.Equal(monday.Add(30*time.Minute)) || math.Abs(found[0].Factor/factor-1) > 0.1 || found[0].Sites != found[0].Of || found[0].Of < 3 {
				t.Fatalf("factor %g, seed %d: %+v", factor, seed, found)
			}
		}
	}
	amid := changesOf(sitesWith(1, []float64{9000, 4000, 2000}, func(_, at int, usual crowd) []crowd {
		switch {
		case at == 30:
			usual.rate *= 0.7
		case at > 30:
			usual.rate *= 0.1
		}
		return []crowd{usual}
	}))
	if len(amid) != 1 || !amid[0].Minute.Equal(monday.Add(31*time.Minute)) || math.Abs(amid[0].Factor-0.1) > 0.01 {
		t.Fatalf("in the middle of a minute: %d changes", len(amid))
	}
	amid[0].Factor = 0.1
	if words := amid[0].Words(); words != "All 3 sites that have enough requests to tell changed by the same factor, 0.1, in this minute, with the usual mix: the log's sample "+
		"rate was probably changed, or a part of the log is missing." {
		t.Errorf("the words are %q", words)
	}
}

// Nothing else is called so: not crowds, attacks, outages, gaps, nor what a log's own rate explains.
func TestWhatIsNoChangedSampleRate(t *testing.T) {
	sizes := []float64{9000, 4000, 2000, 1500}
	onOne := func(more func(usual crowd) crowd) func(int, int, crowd) []crowd {
		return func(site, minute int, usual crowd) []crowd {
			if site == 0 && minute >= 30 {
				return []crowd{usual, more(usual)}
			}
			return []crowd{usual}
		}
	}
	onAll := func(change func(site, minute int, usual *crowd)) func(int, int, crowd) []crowd {
		return func(site, minute int, usual crowd) []crowd {
			if minute >= 30 {
				change(site, minute, &usual)
			}
			return []crowd{usual}
		}
	}
	for name, shape := range map[string]func(int, int, crowd) []crowd{
		"a crowd on one site":   onOne(func(usual crowd) crowd { usual.rate *= 9; return usual }),
		"an attack on one site": onOne(func(crowd) crowd { return botnet(90_000) }),
		"an attack on each, as large as it is": func(_, minute int, usual crowd) []crowd {
			if minute < 30 {
				return []crowd{usual}
			}
			return []crowd{usual, botnet(2 * usual.rate)}
		},
		"crowds of different sizes":      onAll(func(site, _ int, usual *crowd) { usual.rate *= float64(2 + 2*site) }),
		"an outage of all":               onAll(func(_, _ int, usual *crowd) { usual.rate *= 0 }),
		"an outage that leaves errors":   onAll(func(_, _ int, usual *crowd) { usual.rate, usual.broken = usual.rate/3, 0.9 }),
		"an outage of some":              onAll(func(site, _ int, usual *crowd) { usual.rate *= math.Min(1, 0.1+float64(site/2)) }),
		"a log that has gaps":            onAll(func(_, minute int, usual *crowd) { usual.rate *= float64(minute % 3 % 2) }),
		"a morning":                      func(_, minute int, usual crowd) []crowd { usual.rate *= 1 + float64(minute)/20; return []crowd{usual} },
		"a factor that chance may bring": from(30, 1.2),
	} {
		for seed := range uint64(seeds) {
			if found := changesOf(sitesWith(seed, sizes, shape)); len(found) > 0 {
				t.Fatalf("%s, seed %d: %+v", name, seed, found[0])
			}
		}
	}
	if found := changesOf(sitesWith(1, sizes[:2], from(30, 0.1))); len(found) > 0 {
		t.Errorf("two sites can tell: %+v", found[0])
	}
	known := sitesWith(1, sizes, from(60, 1))
	for _, r := range known {
		if r.Minute.AsTime().Sub(monday) >= 30*time.Minute {
			r.Lines /= 10 // requests are scaled by the rate that the configuration says
		}
	}
	if found := changesOf(known); len(found) > 0 {
		t.Errorf("a rate that is known: %+v", found[0])
	}
}

// What stands out has to be named by its minute once, though two of them may look like it.
func TestStepsAreFoundOnce(t *testing.T) {
	lines := map[time.Time]int64{}
	for minute := range 60 {
		n := int64(1000 + minute%7)
		if minute >= 20 && minute < 40 {
			n *= 5
		}
		lines[monday.Add(time.Duration(minute)*time.Minute)] = n
	}
	var got []string
	for _, s := range Steps(lines) {
		got = append(got, s.Format("15:04"))
	}
	if strings.Join(got, " ") != "00:20 00:40" {
		t.Errorf("steps are at %q", got)
	}
}
