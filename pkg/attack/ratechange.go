package attack

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

const (
	// rateMinutes are looked at on each side of a step.
	rateMinutes = 5
	// leastStep is by how many times a rate changes at least for a step, and leastTelling how many sites must be able to tell of it, of which partSame must
	// have changed by the same factor.
	leastStep    = 1.5
	leastTelling = 3
	partSame     = 0.8
	// burst is how many lines go together, as those of a page and its files do: a sum of n lines is as uncertain as one of n/burst readers.
	burst = 10
	// sameClasses is up to which divergence classes of status, methods and clients are the usual ones.
	sameClasses = 0.02
)

// RateChange is a minute from which on the log has a different part of the requests of nearly all sites at once, by one factor and in the usual mix. Neither
// readers, nor an attacker, nor an outage does that; a changed sample rate does, or a log that a part of the servers no longer write.
type RateChange struct {
	Minute time.Time
	// Factor is how many requests the sites have for each that they had.
	Factor float64
	// Sites changed by that factor, of those that have requests enough to tell.
	Sites, Of int
	changed   map[string]bool // hosts
}

// Has tells whether a site is one of those that changed by the factor.
func (c *RateChange) Has(host string) bool { return c.changed[host] }

// Words say what happened, with a full stop.
func (c *RateChange) Words() string {
	sites := fmt.Sprintf("All %d sites", c.Of)
	if c.Sites < c.Of {
		sites = fmt.Sprintf("%d of %d sites", c.Sites, c.Of)
	}
	return fmt.Sprintf("%s that have enough requests to tell changed by the same factor, %s, in this minute, with the usual mix: the log's sample rate was probably "+
		"changed, or a part of the log is missing.", sites, c.FactorWords())
}

// FactorWords are the factor in the two digits that mean something: it is measured.
func (c *RateChange) FactorWords() string { return strconv.FormatFloat(c.Factor, 'g', 2, 64) }

// Steps are the minutes in which the lines of all sites together came to another level at once, in order. lines are those of each minute that is closed.
func Steps(lines map[time.Time]int64) (steps []time.Time) {
	best, last := 0.0, time.Time{}
	for _, minute := range slices.SortedFunc(maps.Keys(lines), time.Time.Compare) {
		by, first, ok := stepAt(lines, minute)
		if !ok {
			continue
		}
		if beside := !last.IsZero() && minute.Sub(last) <= time.Minute; beside && by > best {
			steps[len(steps)-1], best = first, by
		} else if !beside {
			steps, best = append(steps, first), by
		}
		last = minute
	}
	return steps
}

// stepAt tells whether the minutes before one and those after it have two levels, by how many times apart, as a logarithm, and which is the first minute of
// the second: in the middle one both may be.
func stepAt(lines map[time.Time]int64, minute time.Time) (by float64, first time.Time, ok bool) {
	var before, after []float64 // logarithms
	for n := 1; n <= rateMinutes; n++ {
		b, a := lines[minute.Add(-time.Duration(n)*time.Minute)], lines[minute.Add(time.Duration(n)*time.Minute)]
		if a <= 0 || b <= 0 {
			return 0, minute, false
		}
		before, after = append(before, math.Log(float64(b))), append(after, math.Log(float64(a)))
	}
	from, to := mean(before), mean(after)
	middle := (from + to) / 2
	apart := slices.Max(before) < middle && middle < slices.Min(after) || slices.Max(after) < middle && middle < slices.Min(before)
	if own := math.Log(float64(lines[minute])); math.Abs(own-from) < math.Abs(own-to) {
		minute = minute.Add(time.Minute)
	}
	return math.Abs(to - from), minute, apart && math.Abs(to-from) >= math.Log(leastStep)
}

func mean(x []float64) (sum float64) {
	for _, v := range x {
		sum += v / float64(len(x))
	}
	return sum
}

// RateRange is which minutes' rows, [from, to), say whether a step was a changed rate.
func RateRange(step time.Time) (from, to time.Time) {
	return step.Add(-(rateMinutes + 1) * time.Minute), step.Add((rateMinutes + 1) * time.Minute)
}

// RateChanged tells whether a step was a changed rate, by the rows of all sites in its range; nil where it was not.
func RateChanged(step time.Time, rows []*schemas.TrafficReport) *RateChange {
	sides, sites := [2][]*schemas.TrafficReport{}, map[string]*around{}
	for _, r := range rows {
		minute, side := r.Minute.AsTime(), 0
		switch {
		case r.Host == vocabulary.OtherHosts, minute.Equal(step), minute.Equal(step.Add(-time.Minute)): // in one of the two both rates may be
			continue
		case minute.After(step):
			side = 1
		}
		sides[side] = append(sides[side], r)
		if sites[r.Host] == nil {
			sites[r.Host] = &around{}
		}
		sites[r.Host].requests[side] += float64(r.Requests)
		sites[r.Host].lines[side] += float64(r.Lines)
	}
	c := changeOf(sites)
	if c == nil || !usualMix(sides, c.Factor > 1) {
		return nil
	}
	c.Minute = step
	return c
}

// around is what a site had before and after a step.
type around struct{ requests, lines [2]float64 }

// change is the logarithm of the factor.
func (a *around) change() float64 { return math.Log((a.requests[1] + 0.5) / (a.requests[0] + 0.5)) }

// changeOf is the factor by which most sites changed, where they did alike.
func changeOf(sites map[string]*around) *RateChange {
	var changes []float64
	for _, a := range sites {
		if a.lines[0]+a.lines[1] >= leastCompared {
			changes = append(changes, a.change())
		}
	}
	if len(changes) < leastTelling {
		return nil
	}
	slices.Sort(changes)
	usual := changes[len(changes)/2]
	c := &RateChange{Factor: math.Exp(usual), changed: map[string]bool{}}
	for host, a := range sites {
		noise := math.Sqrt(burst / a.lines[0] * (1 + 1/c.Factor))
		if a.lines[0] == 0 || noise > math.Abs(usual)/5 {
			continue
		}
		c.Of++
		if math.Abs(a.change()-usual) <= 0.1+2*noise {
			c.Sites++
			c.changed[host] = true
		}
	}
	if math.Abs(usual) < math.Log(leastStep) || c.Sites < leastTelling || float64(c.Sites) < partSame*float64(c.Of) {
		return nil
	}
	return c
}

// usualMix tells whether all sites together had the same mix on both sides of a step.
func usualMix(sides [2][]*schemas.TrafficReport, more bool) bool {
	poor, rich := report.Sum(sides[0]), report.Sum(sides[1])
	if !more {
		poor, rich = rich, poor
	}
	for _, classes := range [][2]map[string]int64{{poor.StatusClass, rich.StatusClass}, {poor.Methods, rich.Methods}, {poor.Clients, rich.Clients}} {
		if divergence(shares(classes[0]), shares(classes[1])) > sameClasses {
			return false
		}
	}
	for _, list := range []string{"top_agents", "top_paths", "top_networks"} {
		normal := mixOf(poor, list)
		for value := range normal {
			if value != others {
				normal[value] += normal[others] // it may have had what few clients shared
			}
		}
		for value, share := range mixOf(rich, list) {
			usual, listed := normal[value]
			if !listed {
				usual = normal[others]
			}
			if value != others && share >= leastShare && share >= usual+leastMore && share >= leastTimes*usual {
				return false
			}
		}
	}
	return true
}

func shares(counts map[string]int64) map[string]float64 {
	mix, sum := map[string]float64{}, 0.0
	for _, n := range counts {
		sum += float64(n)
	}
	for value, n := range counts {
		mix[value] = float64(n) / math.Max(sum, 1)
	}
	return mix
}
