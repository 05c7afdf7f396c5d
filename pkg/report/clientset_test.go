package report

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// TestClientSets: however requests are spread over summaries and however their sets are merged, k is reached exactly when k distinct groups are there.
func TestClientSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 12).Draw(t, "k")
		groups := rapid.SliceOf(rapid.Uint32Range(0, 20)).Draw(t, "groups")
		parts := rapid.IntRange(1, 4).Draw(t, "parts")
		distinct := map[uint32]bool{}
		sums := make([]*Summary, parts)
		for i := range sums {
			sums[i] = New(k)
		}
		for i, g := range groups {
			sums[i%parts].Add(&Request{Group: g})
			if g != 0 {
				distinct[g] = true
			}
		}
		forward, backward := []byte(nil), []byte(nil)
		for i := range sums {
			forward = MergeClientSets(forward, sums[i].ClientSet(), k)
			backward = MergeClientSets(sums[parts-1-i].ClientSet(), backward, k)
		}
		if EnoughClients(forward) != (len(distinct) >= k) {
			t.Fatalf("%d distinct groups, k %d: enough %v", len(distinct), k, EnoughClients(forward))
		}
		if !bytes.Equal(forward, backward) {
			t.Fatal("the order of merges matters")
		}
	})
}
