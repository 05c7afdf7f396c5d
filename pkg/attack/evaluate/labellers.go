package main

import (
	"math"
	"slices"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/schemas"
)

// The ways to tell abusers by one minute: ours, and what people use today.
const (
	ours      = iota
	fixed500  // more than 500 requests a minute (a limit that guides propose)
	p99       // more than 99 of a hundred clients of the hour before (Google's recipe for throttling)
	tenMeans  // more than ten times the mean of all clients of the minute, of at least 10 clients (foxsec)
	crowdSec  // buckets of the hub: 11 failing paths, 6 refused posts, 40 distinct paths that are no files
	labellers // how many there are
)

var labellerNames = [labellers]string{"this program", "500 a minute", "99th percentile of the hour before", "10 × the mean", "CrowdSec's thresholds"}

// usual is what a way to tell abusers knows from before.
type usual struct{ p99 float64 }

// learnUsual takes the counts of the clients of some minutes.
func learnUsual(counts []float64) *usual {
	slices.Sort(counts)
	if len(counts) == 0 {
		return &usual{p99: math.Inf(1)}
	}
	return &usual{p99: counts[len(counts)*99/100]}
}

// label is the clients that each way accuses; f is what we found in the minute.
func (u *usual) label(sum *report.Summary, f *schemas.Finding) (called [labellers]map[uint32]bool) {
	for i := range called {
		called[i] = map[uint32]bool{}
	}
	requests, clients := 0.0, 0.0
	sum.EachClient(func(c *report.Client) { requests, clients = requests+float64(c.Requests), clients+1 })
	sum.EachClient(func(c *report.Client) {
		token := short4(c.Token)
		n := float64(c.Requests)
		for i, accused := range [labellers]bool{
			ours:     f.GetVerdict() >= schemas.Verdict_VERDICT_SUSPECTED && attack.Accused(f, attack.LabelOf(c)),
			fixed500: n > 500,
			p99:      n > u.p99,
			tenMeans: clients >= 10 && n > 10*requests/clients,
			crowdSec: c.FailedPaths >= 11 || c.Posts >= 6 && c.Failed >= 6 || c.Paths >= 40 && 2*c.Static < c.Requests,
		} {
			if accused {
				called[i][token] = true
			}
		}
	})
	return called
}
