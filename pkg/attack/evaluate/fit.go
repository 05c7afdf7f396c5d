package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
)

// model is a logistic regression on the signals of a run's strongest finding.
type model struct {
	weights map[string]float64
	bias    float64
}

const (
	rounds   = 400
	step     = 0.3
	shrink   = 0.002 // keeps weights finite where a signal is in attacks only
	decision = 0.5
)

// fit learns from runs.
func fit(all []*outcome) *model {
	m := &model{weights: map[string]float64{}}
	for range rounds {
		gradient, bias := map[string]float64{}, 0.0
		for _, o := range all {
			miss := m.chance(o)
			if o.hostile() {
				miss--
			}
			bias += miss
			for _, signal := range slices.Sorted(maps.Keys(o.signals)) {
				gradient[signal] += miss
			}
		}
		n := float64(len(all))
		m.bias -= step * bias / n
		for signal, g := range gradient {
			m.weights[signal] -= step * (g/n + shrink*m.weights[signal])
		}
	}
	return m
}

func (m *model) chance(o *outcome) float64 {
	x := m.bias
	for _, signal := range slices.Sorted(maps.Keys(o.signals)) {
		x += m.weights[signal]
	}
	return 1 / (1 + math.Exp(-x))
}

// leaveOut fits points to all families of attacks but one, and asks for that one.
func leaveOut(all []*outcome) (lines []string) {
	families := map[string]bool{}
	for _, o := range all {
		if o.hostile() {
			families[o.scenario.group] = true
		}
	}
	for _, family := range slices.Sorted(maps.Keys(families)) {
		var learned, left []*outcome
		for _, o := range all {
			switch {
			case o.hostile() && o.scenario.group == family:
				left = append(left, o)
			case o.seed%2 == 0: // the runs of odd seeds without attack are asked for, too
				learned = append(learned, o)
			case !o.hostile():
				left = append(left, o)
			}
		}
		m := fit(learned)
		var hits, attacks, wrong, others float64
		for _, o := range left {
			called := m.chance(o) > decision
			switch {
			case o.hostile():
				attacks++
				if called {
					hits++
				}
			default:
				others++
				if called {
					wrong++
				}
			}
		}
		lines = append(lines, fmt.Sprintf("Weights fitted without the family %q (logistic regression on the same signals) find %.2f of it, and call %.3f of what is no attack one.",
			family, hits/math.Max(attacks, 1), wrong/math.Max(others, 1)))
	}
	return lines
}

// writePoints compares the points that are set by hand with fitted ones, on runs that neither has seen.
func writePoints(p printer, all, learned []*outcome) {
	promised := func(o *outcome) bool { return o.eligible || !o.hostile() }
	learned, all = where(learned, promised), where(all, func(o *outcome) bool { return promised(o) || o.scenario.group == groupOther })
	if len(learned) == 0 {
		return
	}
	m := fit(learned)
	byHand, byFit := func(o *outcome) bool { return o.banners > 0 }, func(o *outcome) bool { return m.chance(o) > decision }
	p("## Points by hand, and fitted\n")
	p("Points are set by hand. Beside them here: a logistic regression on the signals of each run's strongest finding, fitted on %d runs of other seeds. It sees only findings that the points "+
		"by hand made. Parts of the runs that are called an attack.\n", len(learned))
	p("| runs | by hand | fitted | of |\n|---|---|---|---|")
	for _, g := range []string{groupFlood, groupPulse, groupScan, groupGuess, groupOther, groupCrowd, groupOutage, groupNoise, groupCalm} {
		some := where(all, inGroup(g))
		hand, fitted := measured(some, share(byHand)), measured(some, share(byFit))
		p("| %s | %s | %s | %d |", groupNames[g], hand, fitted, fitted.n)
	}
	judged := where(all, promised)
	hand, fitted := balanced(judged, byHand, truthOf(judged)), balanced(judged, byFit, truthOf(judged))
	verdict := "The fitted ones are not better, so those by hand are kept."
	if fitted > hand {
		verdict = "The fitted ones are better."
	}
	p("\nBalanced accuracy where something is promised: by hand %.3f, fitted %.3f. %s The fitted weights: %s.\n", hand, fitted, verdict, m)
}

// String lists the weights, the greatest first.
func (m *model) String() string {
	signals := slices.SortedFunc(maps.Keys(m.weights), func(a, b string) int {
		return cmp.Or(cmp.Compare(m.weights[b], m.weights[a]), cmp.Compare(a, b))
	})
	text := fmt.Sprintf("always %.1f", m.bias)
	for _, s := range signals {
		text += fmt.Sprintf(", %s %.1f", s, m.weights[s])
	}
	return text
}
