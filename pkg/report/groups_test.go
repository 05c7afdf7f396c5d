package report

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A set is what a map says it is: its members up to k-1, sealed from k on; whatever else lives in the same memory.
func TestGroupSetsAreSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom([]int{1, 2, 3, 4, 9, 10, 17, 100, MaxK}).Draw(t, "k")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		g := &groupSets{k: k}
		sets, truth := make([]groupSet, 20), make([]map[uint32]bool, 20)
		for range rapid.IntRange(0, 40).Draw(t, "100 additions") * 100 {
			at, group := rng.IntN(len(sets)), uint32(rng.IntN(2*k+2))
			if truth[at] == nil || rng.IntN(200) == 0 { // a value that was dropped comes again
				g.release(&sets[at])
				sets[at], truth[at] = groupSet{}, map[uint32]bool{}
			}
			g.add(&sets[at], group)
			if group != 0 {
				truth[at][group] = true
			}
		}
		for at := range sets {
			checkSet(t, g, &sets[at], truth[at])
		}
	})
}

func checkSet(t *rapid.T, g *groupSets, s *groupSet, truth map[uint32]bool) {
	if got, want := g.enough(*s), len(truth) >= g.k || g.k == 1; got != want {
		t.Fatalf("k %d, %d distinct groups: enough = %v", g.k, len(truth), got)
	}
	if s.n == sealed {
		return
	}
	members := g.members(s)
	if len(members) != len(truth) || !slices.IsSorted(members) {
		t.Fatalf("%d members, want %d in order", len(members), len(truth))
	}
	for _, m := range members {
		if !truth[m] {
			t.Fatal("a member that was never added")
		}
	}
}

func TestGroupSetsJoin(t *testing.T) {
	a, b := &groupSets{k: 5}, &groupSets{k: 5}
	var left, right, full, none groupSet
	for g := range uint32(3) {
		a.add(&left, g+1)
		b.add(&right, g+2)
	}
	for g := range uint32(5) {
		b.add(&full, g+1)
	}
	a.join(&left, b, &right)
	if want := []uint32{1, 2, 3, 4}; !slices.Equal(a.members(&left), want) {
		t.Errorf("{1 2 3} and {2 3 4} make %v", a.members(&left))
	}
	a.join(&none, b, &full)
	if !a.enough(none) {
		t.Error("the union with a set that has enough has not enough")
	}
}
