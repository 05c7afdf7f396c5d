package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
)

// target is one figure that is to be reached.
type target struct {
	name, goal string
	of         func(all []*outcome) figure
}

func targets() []target {
	only := func(keep func(*outcome) bool, of func([]*outcome) (float64, int)) func([]*outcome) figure {
		return func(all []*outcome) figure { return measured(where(all, keep), of) }
	}
	eligible := func(groups ...string) func(*outcome) bool {
		return func(o *outcome) bool { return o.eligible && inGroup(groups...)(o) }
	}
	promised := eligible(groupFlood, groupPulse, groupScan, groupGuess)
	byClients := func(o *outcome) bool { return promised(o) && o.clientCase }
	ruled := func(o *outcome) bool { return o.rule != nil && o.hostile() }
	flooded := func(o *outcome) bool { return o.hostile() && o.scenario.group != groupHidden }
	return []target{
		{"seconds from the end of the attack's first minute to the finding, median", "≤ 90", only(promised, quantile(0.5, delay))},
		{"the same, 95th percentile", "≤ 210", only(promised, quantile(0.95, delay))},
		{"the same where clients gave it away, median", "≤ 60", only(byClients, quantile(0.5, delay))},
		{"floods of 3 times and 100 a minute that were found", "≥ 0.97", only(eligible(groupFlood), share(found))},
		{"scanners that were found", "≥ 0.97", only(eligible(groupScan), share(found))},
		{"tries of passwords that were found", "≥ 0.97", only(eligible(groupGuess), share(found))},
		{"pulses that were found", "≥ 0.9", only(eligible(groupPulse), share(found))},
		{"banners without cause for a site and week, calm", "≤ 0.05", only(inGroup(groupCalm), perWeek)},
		{"crowds, sales, mails and deploys with a banner", "≤ 0.05", only(inGroup(groupCrowd), share(func(o *outcome) bool { return o.banners > 0 }))},
		{"offices, crawlers and monitoring with a banner", "≤ 0.05", only(inGroup(groupNoise), share(func(o *outcome) bool { return o.banners > 0 }))},
		{"outages with 100 requests a minute and more that are called the origin's trouble", "≥ 0.9", only(func(o *outcome) bool {
			return o.scenario.group == groupOutage && o.rate >= 100
		}, share(func(o *outcome) bool { return o.kinds["origin_trouble"] > 0 && o.banners == 0 }))},
		{"requests of accused clients that are the attack's", "≥ 0.98", only(func(*outcome) bool { return true }, precision(ours))},
		{"requests of the attack whose clients are accused (mimics left out)", "≥ 0.85", only(flooded, recall(ours))},
		{"true coverage of rules, none counts as 0, median (mimics left out)", "≥ 0.8", only(flooded, quantile(0.5, coverage))},
		{"true collateral of rules, 95th percentile", "≤ 0.01", only(ruled, quantile(0.95, collateral))},
		{"rules whose collateral is within the published bound", "≥ 0.95", only(ruled, share(honestBound))},
		{"rules whose bound is at most twice the truth and 3/n", "≥ 0.9", only(ruled, share(tightBound))},
	}
}

func writeReport(out io.Writer, all, learned []*outcome, seeds int, first uint64) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	p("# How well attacks are found\n")
	p("Made by `go run ./pkg/attack/evaluate -seeds %d -first %d > pkg/attack/EVALUATION.md`. Do not edit.\n", seeds, first)
	p("Every scenario is a log of `floodgauge loggen`: a site with the day of a real one (WorldCup98), a history, then what the scenario is called, for 10 minutes "+
		"(ramps, pulses, offices and crawlers 30, the sale of every day an hour, calm four hours). The lines go through the program's own parser, summaries and judge. %d seeds, %d runs. "+
		"In brackets: 95 %% interval by drawing the seeds again, %d times.\n", seeds, len(all), resamples)
	writePasts(p, all)
	p("These numbers rank methods. They are no promise about a real site: the generator and the judge were written by the same people.\n")
	p("| measure | to reach | measured | of |\n|---|---|---|---|")
	for _, t := range targets() {
		f := t.of(all)
		p("| %s | %s | %s | %d |", t.name, t.goal, f, f.n)
	}
	p("\nA finding is published %d seconds after the end of its minute: the allowed delay, and the time of a slice. Of ramps, the first minute is the first in which they are three "+
		"times the usual.\n", published)
	writeCells(p, all)
	writeLabellers(p, all)
	writeRules(p, all)
	writePoints(p, all, learned)
	writeChecks(p, all)
}

// writePasts says which histories there are, and how many runs have each.
func writePasts(p printer, all []*outcome) {
	text := ""
	for i, past := range pasts {
		seeds := map[uint64]bool{}
		some := where(all, func(o *outcome) bool { return o.scenario.past == past })
		for _, o := range some {
			seeds[o.seed] = true
		}
		if i > 0 {
			text += "; "
		}
		text += fmt.Sprintf("%s (%d seeds, %d runs)", past.name, len(seeds), len(some))
	}
	p("The histories: %s.\n", text)
}

type printer func(format string, args ...any)

// writeCells shows every scenario and size, so that the worst is seen.
func writeCells(p printer, all []*outcome) {
	p("## By scenario and size\n")
	p("Banners (suspected or attack), as a part of the runs. Attacks of which nothing is promised are in brackets: they are less than twice the site's own traffic or less than 100 requests a minute, or know how the judge works.\n")
	p("| scenario | 5 a minute | 100 a minute | 3,000 a minute |\n|---|---|---|---|")
	worst, cell := 2.0, ""
	for i := range scenarios {
		s := &scenarios[i]
		row := ""
		for _, rate := range sizes {
			some := where(all, func(o *outcome) bool { return o.scenario.name == s.name && o.rate == rate })
			v, n := share(func(o *outcome) bool { return o.banners > 0 })(some)
			if n == 0 {
				row += " – |"
				continue
			}
			text := fmt.Sprintf("%.2f", v)
			if some[0].hostile() && !some[0].eligible {
				text = "(" + text + ")"
			} else if some[0].eligible && v < worst {
				worst, cell = v, fmt.Sprintf("%s, %.0f requests a minute", s.name, rate)
			}
			row += " " + text + " |"
		}
		p("| %s |%s", s.name, row)
	}
	p("\nThe worst cell of attacks that are to be found: %s, %.2f.\n", cell, worst)
	writeSales(p, all)
}

// writeSales says how often sites had a banner in the days before something happens.
func writeSales(p printer, all []*outcome) {
	banners, strange, days := 0, 0, 0.0
	for _, o := range where(all, func(o *outcome) bool { return o.scenario.name == everyDaySale }) {
		banners, strange, days = banners+o.pastBanners, strange+o.pastStrange, days+o.scenario.past.lasts.Hours()/24
	}
	if days > 0 {
		p("In the %.0f days of the histories with a sale each day there were %d banners, %d of them about scanners, which every site has. "+
			"The hour of the week before is known to the judge from the eighth day on.\n", days, banners, strange)
	}
}

func writeLabellers(p printer, all []*outcome) {
	p("## Beside what people use today\n")
	p("Requests of clients that each way accuses by one minute's counts. This program accuses only while a case is open.\n")
	p("| way | precision | recall, mimics left out | honest requests accused |\n|---|---|---|---|")
	attacks := where(all, func(o *outcome) bool { return o.hostile() && o.scenario.group != groupHidden })
	honest := where(all, func(o *outcome) bool { return !o.hostile() })
	for i, name := range labellerNames {
		p("| %s | %s | %s | %d |", name, measured(all, precision(i)), measured(attacks, recall(i)), sum(honest, i).wrong)
	}
	p("")
}

func writeRules(p printer, all []*outcome) {
	p("## Rules\n")
	p("The best rule of the last minute that had any. Coverage counts 0 where there was none.\n")
	p("| scenario | runs with a rule | coverage, median | collateral, 95th percentile |\n|---|---|---|---|")
	for i := range scenarios {
		s := &scenarios[i]
		some := where(all, func(o *outcome) bool { return o.scenario.name == s.name })
		if len(some) == 0 || !some[0].hostile() {
			continue
		}
		with, _ := share(func(o *outcome) bool { return o.rule != nil })(some)
		covered, _ := quantile(0.5, coverage)(some)
		hurt, n := quantile(0.95, collateral)(some)
		text := "–"
		if n > 0 {
			text = fmt.Sprintf("%.4f", hurt)
		}
		p("| %s | %.2f | %.2f | %s |", s.name, with, covered, text)
	}
	p("")
}

// writeChecks shows that the figures can fail.
func writeChecks(p printer, all []*outcome) {
	p("## Checks of the evaluation itself\n")
	judged := where(all, func(o *outcome) bool { return o.eligible || !o.hostile() })
	truth, banner := truthOf(judged), func(o *outcome) bool { return o.banners > 0 }
	p("- Banner against truth, balanced accuracy: %.3f. With the truth shuffled: %.3f.", balanced(judged, banner, truth), shuffled(judged, banner, truth))
	for _, line := range leaveOut(judged) {
		p("- %s", line)
	}
	dead := 0
	for _, o := range all {
		dead += o.dead
	}
	p("- Lines that could not be read: %d.", dead)
}

// truthOf tells which of the runs are attacks.
func truthOf(all []*outcome) []bool {
	truth := make([]bool, len(all))
	for i, o := range all {
		truth[i] = o.hostile()
	}
	return truth
}

// balanced is the mean of the parts of attacks and of other runs that are called right.
func balanced(all []*outcome, called func(*outcome) bool, truth []bool) float64 {
	var right, n [2]float64
	for i, o := range all {
		side := 0
		if truth[i] {
			side = 1
		}
		n[side]++
		if called(o) == truth[i] {
			right[side]++
		}
	}
	return (right[0]/math.Max(n[0], 1) + right[1]/math.Max(n[1], 1)) / 2
}

func shuffled(all []*outcome, called func(*outcome) bool, truth []bool) float64 {
	mixed := append([]bool(nil), truth...)
	rng := rand.New(rand.NewPCG(3, 4))
	rng.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	return balanced(all, called, mixed)
}
