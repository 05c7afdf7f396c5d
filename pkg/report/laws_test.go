package report

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// mix says how many distinct values the requests of a law have.
type mix struct {
	seed                                                  uint64
	lines, clients, paths, networks, referrers, agents, k int
}

// drawMix draws a mix that stays below every capacity.
func drawMix(t *rapid.T) mix {
	return mix{
		seed: rapid.Uint64().Draw(t, "seed"), lines: rapid.SampledFrom([]int{0, 1, 30, 600}).Draw(t, "lines"),
		clients: rapid.SampledFrom([]int{1, 20, 400}).Draw(t, "clients"), paths: rapid.SampledFrom([]int{1, 9, pathCapacity}).Draw(t, "paths"),
		networks: rapid.SampledFrom([]int{1, 9, networkCapacity}).Draw(t, "networks"), referrers: rapid.SampledFrom([]int{1, 9, referrerCapacity}).Draw(t, "referrers"),
		agents: rapid.SampledFrom([]int{1, 9, agentCapacity}).Draw(t, "agents"), k: rapid.SampledFrom([]int{1, 2, 3, 10, 40}).Draw(t, "k"),
	}
}

// requests makes lines of every kind, odd ones among them. A client sends at most as many paths and agents as its entry has places for.
func (m mix) requests() []Request {
	rng := rand.New(rand.NewPCG(m.seed, 2))
	requests := make([]Request, m.lines)
	for i := range requests {
		requests[i] = m.request(rng)
	}
	return requests
}

func (m mix) request(rng *rand.Rand) Request {
	r := Request{
		Time: minuteStart + rng.Int64N(60e9), LineID: rng.Uint64(), Late: rng.IntN(9) == 0, Weight: lineWeight,
		Status: uint16(rng.IntN(650)), Method: vocabulary.Method(rng.IntN(12)), Protocol: vocabulary.Protocol(rng.IntN(8)),
		Cache: vocabulary.Cache(rng.IntN(6)), Enforced: vocabulary.Action(rng.IntN(9)), Preview: vocabulary.Action(rng.IntN(9)),
		OriginError: vocabulary.OriginError(rng.IntN(10)), Class: vocabulary.ClientClass(rng.IntN(8)), RequestBytes: rng.Uint64() >> rng.IntN(64),
		ResponseBytes: rng.Uint64() >> rng.IntN(64), CacheFillBytes: rng.Uint64() >> 30, Latency: int64(rng.Uint64() >> rng.IntN(64)),
		Static: rng.IntN(2) == 0, CDNPeer: rng.IntN(20) == 0,
	}
	r.Allowed, r.Query = r.LineID%9 == 0, r.LineID%4 == 0
	r.Logged = allFields
	if rng.IntN(10) == 0 {
		r.Logged = vocabulary.Fields(rng.Uint32())
	}
	if rng.IntN(5) == 0 {
		r.Weight = uint64(rng.IntN(5e6))
	}
	client := rng.IntN(m.clients)
	m.setClient(&r, uint64(client))
	path := client*7 + rng.IntN(pathPlaces)
	r.Path, r.PathHash = fmt.Sprintf("/p/%d", path%m.paths), uint32(hashOf(uint64(path)))
	r.AgentHash = uint32(hashOf(uint64(client*3 + rng.IntN(agentPlaces))))
	r.Agent = fmt.Sprint("agent ", rng.IntN(m.agents))
	if n := rng.IntN(m.referrers + 1); n < m.referrers {
		r.Referrer = fmt.Sprintf("host-%d.example", n)
	}
	return r
}

// setClient fills in what follows from a client's address; number 0 stands for a client that is not known.
func (m mix) setClient(r *Request, number uint64) {
	if number == 0 {
		return
	}
	binary.BigEndian.PutUint64(r.Client[:], hashOf(number))
	r.Group = uint32(hashOf(number / 2))
	r.Visitor = hashOf(number + 1<<40)
	r.Country = string([]byte{'A' + byte(number%26), 'A' + byte(number/26%9)})
	r.Network = uint32(1 + number%uint64(m.networks))
}

// fataler is a *testing.T, *testing.F or *rapid.T.
type fataler interface{ Fatal(...any) }

// copyOf is an equal summary that shares nothing, made through the encoding.
func copyOf(t fataler, s *Summary) *Summary {
	copied, err := Decode(s.AppendBinary(nil))
	if err != nil {
		t.Fatal(err)
	}
	return copied
}

func merged(t *rapid.T, a, b *Summary) *Summary {
	m := copyOf(t, a)
	m.Merge(copyOf(t, b))
	return m
}

func sameBytes(t *rapid.T, law string, a, b *Summary) {
	if !bytes.Equal(a.AppendBinary(nil), b.AppendBinary(nil)) {
		t.Fatalf("%s: encodings differ", law)
	}
}

func TestMergeHasIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMix(t)
		s := summarize(m.k, m.requests())
		sameBytes(t, "s + empty = s", s, merged(t, s, New(m.k)))
		sameBytes(t, "empty + s = s", s, merged(t, New(m.k), s))
	})
}

func TestMergeIsCommutativeAndAssociative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMix(t)
		var parts [3]*Summary
		for i := range parts {
			parts[i] = New(m.k)
		}
		for i, r := range m.requests() {
			parts[int(hashOf(uint64(i))%3)].Add(&r)
		}
		a, b, c := parts[0], parts[1], parts[2]
		sameBytes(t, "a + b = b + a", merged(t, a, b), merged(t, b, a))
		sameBytes(t, "(a + b) + c = a + (b + c)", merged(t, merged(t, a, b), c), merged(t, a, merged(t, b, c)))
	})
}

// What was merged may be read until what it was merged into changes again: the graph gives one minute to several steps.
func TestMergeLeavesTheOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMix(t)
		a, b := New(m.k), New(m.k)
		for i, r := range m.requests() {
			[]*Summary{a, b}[hashOf(uint64(i))%2].Add(&r)
		}
		before := b.AppendBinary(nil)
		copyOf(t, a).Merge(b)
		if !bytes.Equal(before, b.AppendBinary(nil)) {
			t.Fatal("Merge changed the other summary")
		}
		copyOf(t, a).MergeUnsampled(b)
		if !bytes.Equal(before, b.AppendBinary(nil)) {
			t.Fatal("MergeUnsampled changed the other summary")
		}
	})
}

// Commutativity holds above capacity, too.
func TestMergeIsCommutativeAboveCapacity(t *testing.T) {
	for seed := range uint64(4) {
		m := mix{seed: seed, lines: 20_000, clients: 9000, paths: 3000, networks: 900, referrers: 900, agents: 500, k: 10}
		a := summarize(m.k, m.requests())
		m.seed += 100
		b := summarize(m.k, m.requests())
		ab, ba := copyOf(t, a), copyOf(t, b)
		ab.Merge(copyOf(t, b))
		ba.Merge(copyOf(t, a))
		if !bytes.Equal(ab.AppendBinary(nil), ba.AppendBinary(nil)) {
			t.Errorf("seed %d: a + b differs from b + a", seed)
		}
	}
}

// Any split of the lines, in any order, merged by any tree, with or without the coder between, gives the summary of one loop.
func TestSplitOrderAndCoderChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMix(t)
		requests := m.requests()
		rng := rand.New(rand.NewPCG(m.seed, 3))
		parts := make([]*Summary, rapid.IntRange(1, 8).Draw(t, "parts"))
		for i := range parts {
			parts[i] = New(m.k)
		}
		for _, i := range rng.Perm(len(requests)) {
			parts[rng.IntN(len(parts))].Add(&requests[i])
		}
		sameBytes(t, "split, shuffled, merged", summarize(m.k, requests), mergeTree(t, rng, parts))
	})
}

// mergeTree merges neighbours in random order until one summary is left.
func mergeTree(t fataler, rng *rand.Rand, parts []*Summary) *Summary {
	for len(parts) > 1 {
		i, j := rng.IntN(len(parts)), rng.IntN(len(parts)-1)
		if j >= i {
			j++
		}
		if rng.IntN(2) == 0 {
			parts[j] = copyOf(t, parts[j])
		}
		parts[i].Merge(parts[j])
		parts[j] = parts[len(parts)-1]
		parts = parts[:len(parts)-1]
	}
	return parts[0]
}

// Merging what went through the coder equals merging what did not, above capacity as well.
func TestCoderChangesNothingAboveCapacity(t *testing.T) {
	m := mix{seed: 5, lines: 12_000, clients: 9000, paths: 3000, networks: 900, referrers: 900, agents: 500, k: 10}
	plain, coded := New(m.k), New(m.k)
	for part := range uint64(6) {
		m.seed = part
		plain.Merge(summarize(m.k, m.requests()))
		coded.Merge(copyOf(t, summarize(m.k, m.requests())))
		coded = copyOf(t, coded)
	}
	if !bytes.Equal(plain.AppendBinary(nil), coded.AppendBinary(nil)) {
		t.Error("a summary that went through the coder merges otherwise than one that did not")
	}
}

// With different k the larger one holds, and a value that reached only the smaller one is not shown.
func TestMergeOfDifferentKIsSafe(t *testing.T) {
	m := mix{seed: 1, lines: 300, clients: 200, paths: 20, networks: 5, referrers: 5, agents: 5, k: 3}
	for _, order := range []string{"larger into smaller", "smaller into larger"} {
		small, large := summarize(3, m.requests()), New(100)
		r := m.requests()[0]
		large.Add(&r)
		if order == "smaller into larger" {
			small, large = large, small
		}
		small.Merge(large)
		row := small.Report("example.org", timeOf(minuteStart), "minute")
		if row.GetK() != 100 || len(row.GetTopPaths()) > 0 || small.Clients() >= 100 {
			t.Errorf("%s: k = %d, %d paths shown, %d clients; want 100, 0, fewer than 100", order, row.GetK(), len(row.GetTopPaths()), small.Clients())
		}
		copyOf(t, small)
	}
}
