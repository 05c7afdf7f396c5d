package report

import (
	"slices"
	"testing"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// The sample is the requests with the smallest ids of all, whichever parts they came in; protected clients have one of their own.
func TestSampleIsThoseWithTheSmallestIDs(t *testing.T) {
	m := mix{seed: 3, lines: 5000, clients: 900, paths: 40, networks: 9, referrers: 9, agents: 9, k: 5}
	requests := m.requests()
	requests = append(requests, requests[:50]...) // copied lines
	var all, protected, suspect []Sampled
	parts := []*Summary{New(5), New(5), New(5)}
	for i := range requests {
		r := &requests[i]
		parts[i%3].Add(r)
		all = append(all, sampledOf(r))
		if r.Allowed || r.Class == vocabulary.ClientVerifiedBot {
			protected = append(protected, sampledOf(r))
		}
		if r.Status/100 == 4 || r.Method == vocabulary.MethodPost {
			suspect = append(suspect, sampledOf(r))
		}
	}
	parts[0].Merge(parts[1])
	parts[0].Merge(parts[2])
	got := map[Samples][]Sampled{}
	parts[0].EachSampled(func(d *Sampled, in Samples) {
		for _, of := range []Samples{InAll, InProtected, InSuspect} {
			if in&of != 0 {
				got[of] = append(got[of], *d)
			}
		}
	})
	for name, c := range map[string]struct {
		got, all []Sampled
		capacity int
	}{
		"all": {got[InAll], all, sampleCapacity}, "protected": {got[InProtected], protected, protectedCapacity}, "suspect": {got[InSuspect], suspect, suspectCapacity},
	} {
		slices.SortFunc(c.all, compareSampled)
		if !slices.Equal(c.got, c.all[:c.capacity]) {
			t.Errorf("%s: the sample is %v, want %v", name, c.got, c.all[:c.capacity])
		}
	}
}
