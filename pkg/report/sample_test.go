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
	var all, protected []Sampled
	parts := []*Summary{New(5), New(5), New(5)}
	for i := range requests {
		r := &requests[i]
		parts[i%3].Add(r)
		all = append(all, sampledOf(r))
		if r.Allowed || r.Class == vocabulary.ClientVerifiedBot {
			protected = append(protected, sampledOf(r))
		}
	}
	parts[0].Merge(parts[1])
	parts[0].Merge(parts[2])
	slices.SortFunc(all, compareSampled)
	slices.SortFunc(protected, compareSampled)
	gotAll, gotProtected := parts[0].Sample()
	if !slices.Equal(gotAll, all[:sampleCapacity]) {
		t.Errorf("the sample is %v, want %v", gotAll, all[:sampleCapacity])
	}
	if !slices.Equal(gotProtected, protected[:protectedCapacity]) {
		t.Errorf("the sample of protected clients is %v, want %v", gotProtected, protected[:protectedCapacity])
	}
}
