package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

const (
	// published is how long after the end of a minute its finding is on the page, in seconds: the allowed delay, a slice's turn and its run.
	published = 15 + 3
	resamples = 1000
)

// figure is a number with an interval in which it is with 95 % confidence, by drawing seeds again.
type figure struct {
	value, low, high float64
	n                int // of what
}

// measured is a figure of some outcomes.
func measured(outcomes []*outcome, of func([]*outcome) (float64, int)) figure {
	bySeed := map[uint64][]*outcome{}
	var seeds []uint64
	for _, o := range outcomes {
		if bySeed[o.seed] == nil {
			seeds = append(seeds, o.seed)
		}
		bySeed[o.seed] = append(bySeed[o.seed], o)
	}
	f := figure{}
	f.value, f.n = of(outcomes)
	if len(seeds) == 0 {
		return f
	}
	slices.Sort(seeds)
	rng := rand.New(rand.NewPCG(1, 2))
	values := make([]float64, 0, resamples)
	for range resamples {
		var drawn []*outcome
		for range seeds {
			drawn = append(drawn, bySeed[seeds[rng.IntN(len(seeds))]]...)
		}
		if v, n := of(drawn); n > 0 {
			values = append(values, v)
		}
	}
	if len(values) > 0 {
		slices.Sort(values)
		f.low, f.high = values[len(values)*25/1000], values[len(values)*975/1000]
	}
	return f
}

func (f figure) String() string {
	if f.n == 0 {
		return "–"
	}
	if math.Abs(f.value) >= 10 {
		return fmt.Sprintf("%.0f (%.0f to %.0f)", f.value, f.low, f.high)
	}
	return fmt.Sprintf("%.3g (%.3g to %.3g)", f.value, f.low, f.high)
}

func where(outcomes []*outcome, keep func(*outcome) bool) (kept []*outcome) {
	for _, o := range outcomes {
		if keep(o) {
			kept = append(kept, o)
		}
	}
	return kept
}

// share is the part of outcomes of which something holds.
func share(holds func(*outcome) bool) func([]*outcome) (float64, int) {
	return func(all []*outcome) (float64, int) {
		n := 0
		for _, o := range all {
			if holds(o) {
				n++
			}
		}
		return float64(n) / float64(max(len(all), 1)), len(all)
	}
}

// quantile is that of a number of the outcomes that have it.
func quantile(q float64, of func(*outcome) (float64, bool)) func([]*outcome) (float64, int) {
	return func(all []*outcome) (float64, int) {
		var values []float64
		for _, o := range all {
			if v, ok := of(o); ok {
				values = append(values, v)
			}
		}
		if len(values) == 0 {
			return 0, 0
		}
		slices.Sort(values)
		return values[min(int(q*float64(len(values))), len(values)-1)], len(values)
	}
}

func found(o *outcome) bool { return o.alarm >= 0 && o.begin >= 0 }

func (o *outcome) hostile() bool {
	switch o.scenario.group {
	case groupFlood, groupPulse, groupScan, groupGuess, groupOther, groupHidden:
		return true
	}
	return false
}

func inGroup(groups ...string) func(*outcome) bool {
	return func(o *outcome) bool { return slices.Contains(groups, o.scenario.group) }
}

// delay is how many seconds after the end of the attack's first minute it was published.
func delay(o *outcome) (float64, bool) {
	return float64(60*max(0, o.alarm-o.begin) + published), found(o)
}

// sum adds up labels.
func sum(all []*outcome, labeller int) (l labels) {
	for _, o := range all {
		l.right += o.labelled[labeller].right
		l.wrong += o.labelled[labeller].wrong
		l.missed += o.labelled[labeller].missed
	}
	return l
}

func precision(labeller int) func([]*outcome) (float64, int) {
	return func(all []*outcome) (float64, int) {
		l := sum(all, labeller)
		return float64(l.right) / float64(max(l.right+l.wrong, 1)), l.right + l.wrong
	}
}

func recall(labeller int) func([]*outcome) (float64, int) {
	return func(all []*outcome) (float64, int) {
		l := sum(all, labeller)
		return float64(l.right) / float64(max(l.right+l.missed, 1)), l.right + l.missed
	}
}

// coverage is 0 where no rule was recommended.
func coverage(o *outcome) (float64, bool) { return o.coverage, true }

func collateral(o *outcome) (float64, bool) { return o.collateral, o.rule != nil && o.legitimate > 0 }

func honestBound(o *outcome) bool { return o.collateral <= o.rule.CollateralBound }

func tightBound(o *outcome) bool {
	return o.rule.CollateralBound <= 2*o.collateral+3/float64(o.rule.CollateralSample)
}

// perWeek is how many banners a site has in a week, those about true scanners left out.
func perWeek(all []*outcome) (float64, int) {
	banners, minutes := 0, 0
	for _, o := range all {
		banners, minutes = banners+o.banners-o.strange, minutes+o.minutes
	}
	return float64(banners) / (float64(max(minutes, 1)) / (7 * 24 * 60)), len(all)
}
