package report

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// skewedValues are numbers of which small ones come often, n of them.
func skewedValues(rng *rand.Rand, n, distinct int, skew float64) []int {
	zipf := rand.NewZipf(rng, skew, 1, uint64(distinct-1))
	values := make([]int, n)
	for i := range values {
		values[i] = int(zipf.Uint64())
	}
	return values
}

// Whatever the merge tree, every count is a lower bound, count and what it lacks an upper one, no absent value has more than missed, and
// missed is at most N/(capacity+1).
func TestListBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		n := rapid.IntRange(1, 20).Draw(t, "1,000 lines") * 1000
		values := skewedValues(rng, n, rapid.IntRange(1, 50).Draw(t, "100 values")*100, rapid.Float64Range(1.01, 2).Draw(t, "skew"))
		parts := make([]*Summary, rapid.IntRange(1, 12).Draw(t, "parts"))
		for i := range parts {
			parts[i] = New(1)
		}
		truth := map[network]uint64{}
		for _, v := range values {
			truth[network(v+1)]++
			parts[rng.IntN(len(parts))].Add(&Request{Network: uint32(v + 1)})
		}
		checkBounds(t, &mergeTree(t, rng, parts).networks.table, truth, networkCapacity, uint64(n))
	})
}

func checkBounds[K key[K], V any](t interface{ Errorf(string, ...any) }, table *table[K, V], truth map[K]uint64, capacity int, n uint64) {
	if table.missed*uint64(capacity+1) > n {
		t.Errorf("missed is %d, want at most %d/%d", table.missed, n, capacity+1)
	}
	for i, e := range table.entries {
		if want := truth[e.key]; e.count > want || table.upper(i) < want || table.lack(i) > table.missed {
			t.Errorf("count %d lacking at most %d (missed %d) for a truth of %d", e.count, table.lack(i), table.missed, want)
		}
	}
	for key, want := range truth {
		if table.find(key) < 0 && want > table.missed {
			t.Errorf("a key with %d has no entry, missed is %d", want, table.missed)
		}
	}
}

// Equals at the edge of the capacity go together: no order of arrival decides who stays.
func TestPruneDropsTiesTogether(t *testing.T) {
	for heavy, want := range map[int]int{57: 57, networkCapacity: networkCapacity, networkCapacity + 1: 0} {
		for _, reverse := range []bool{false, true} {
			l, sets := list[network]{}, &groupSets{k: 1}
			for i := range 2 * networkCapacity {
				key := i + 1
				if reverse {
					key = 2*networkCapacity - i
				}
				l.count(network(key), &line{}, networkCapacity, sets)
				if key <= heavy {
					l.count(network(key), &line{}, networkCapacity, sets)
				}
			}
			l.shrink(networkCapacity, sets)
			if len(l.entries) != want {
				t.Errorf("%d values sent twice, the others once, reverse %v: %d entries stay, want %d", heavy, reverse, len(l.entries), want)
			}
		}
	}
}

// The table finds what was put in, with and without an index, and after many prunes.
func TestTableFindsItsKeys(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var l list[text]
	sets := &groupSets{k: 3}
	for i := range 5000 {
		l.count(text(fmt.Sprint(rng.IntN(2000))), &line{group: uint32(i + 1)}, pathCapacity, sets)
		if i%97 > 0 {
			continue
		}
		for at, e := range l.entries {
			if found := l.find(e.key); found != at {
				t.Fatalf("after %d lines: entry %d is found at %d", i+1, at, found)
			}
		}
		if l.find("none") >= 0 {
			t.Fatal("a key that was never put in is found")
		}
	}
}

// Dropped values give their memory back.
func TestPruneFreesSetsOfGroups(t *testing.T) {
	var l list[text]
	sets := &groupSets{k: 10}
	for i := range 100_000 {
		for g := range 5 {
			l.count(text(fmt.Sprint(i)), &line{group: uint32(i*5 + g + 1)}, pathCapacity, sets)
		}
	}
	// Chunks of 2, 4 and 8 words for each entry at most.
	if most := 2 * pathCapacity * (2 + 4 + 8); len(sets.words) > most {
		t.Errorf("sets hold %d words for %d entries, want at most %d", len(sets.words), len(l.entries), most)
	}
}
