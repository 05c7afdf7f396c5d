package report

import (
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

// hashOf is a uniform hash of a visitor's number, as the keyed hash of the pipeline is.
func hashOf(visitor uint64) uint64 {
	x := (visitor + 1) * 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// sketchOf holds the visitors from..to-1, each seen twice.
func sketchOf(from, to uint64) *sketch {
	s := &sketch{}
	for v := from; v < to; v++ {
		s.values += 2
		s.add(hashOf(v))
		s.add(hashOf(v))
	}
	return s
}

const (
	sketchesFile = "testdata/sketches.tsv"
	oracleFile   = "testdata/sketch_oracle.tsv"
)

// sketchSizes are on both sides of where a sketch becomes dense.
var sketchSizes = []uint64{0, 1, 3, 10, 100, 500, 1000, 1024, 1025, 1100, 2000, 10_000, 100_000}

// sketchesTSV has, for each size, the sketch of all visitors and those of the even and the odd half of them.
func sketchesTSV() string {
	var b strings.Builder
	for _, n := range sketchSizes {
		fmt.Fprintf(&b, "%d\t%x\t%x\t%x\n", n, sketchOf(0, n).bigQuery(), sketchOf(0, n/2).bigQuery(), sketchOf(n/3, n).bigQuery())
	}
	return b.String()
}

// The bytes are those that Google's zetasketch read: testdata/sketch_oracle.py wrote what it makes of them.
func TestSketchBytesAreThoseThatZetasketchRead(t *testing.T) {
	got := sketchesTSV()
	if *update {
		if err := os.WriteFile(sketchesFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(sketchesFile)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Error("sketches changed: run go test -update, then testdata/sketch_oracle.py, and look at what it says")
	}
}

func TestSketchEstimatesAsZetasketchDoes(t *testing.T) {
	file, err := os.ReadFile(oracleFile)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(file)), "\n")
	if len(lines) != len(sketchSizes) {
		t.Fatalf("%s has %d lines, want one for each of %d sketches: run testdata/sketch_oracle.py", oracleFile, len(lines), len(sketchSizes))
	}
	for _, line := range lines {
		var n, values, result, merged uint64
		if _, err := fmt.Sscan(line, &n, &values, &result, &merged); err != nil {
			t.Fatal(err)
		}
		s := sketchOf(0, n)
		union := sketchOf(0, n/2)
		union.merge(sketchOf(n/3, n))
		if values != s.values {
			t.Errorf("%d visitors: zetasketch reads %d values, want %d", n, values, s.values)
		}
		within(t, fmt.Sprintf("%d visitors: estimate beside zetasketch's", n), float64(s.estimate()), float64(result), tolerance(s))
		within(t, fmt.Sprintf("%d visitors: merged estimate beside zetasketch's", n), float64(union.estimate()), float64(merged), tolerance(s))
	}
}

// tolerance: sparse sketches are estimated by the same formula; dense ones by another estimator.
func tolerance(s *sketch) float64 {
	if s.dense == nil {
		return 0
	}
	return 0.01
}

func within(t *testing.T, what string, got, want, share float64) {
	t.Helper()
	if math.Abs(got-want) > share*want {
		t.Errorf("%s: got %v, want %v within %v %%", what, got, want, 100*share)
	}
}

func TestSketchError(t *testing.T) {
	for _, n := range []uint64{1, 2, 5, 10, 50, 200, 1000, 5000, 50_000, 1_000_000} {
		squares, tries := 0.0, 30
		for try := range tries {
			from := uint64(try) << 32
			e := (float64(sketchOf(from, from+n).estimate()) - float64(n)) / float64(n)
			squares += e * e
		}
		limit := 0.02 // 1.04/sqrt(4096) is 0.016
		if n <= maxSparse {
			limit = 0.005
		}
		if rms := math.Sqrt(squares / float64(tries)); rms > limit {
			t.Errorf("%d visitors: relative error %.4f, want at most %v", n, rms, limit)
		}
	}
}

func TestSketchIsTheSameInEveryOrderAndSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(0, 3000).Draw(t, "visitors")
		parts := rapid.IntRange(1, 5).Draw(t, "parts")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		whole := sketchOf(0, n)
		split := make([]sketch, parts)
		for _, v := range rng.Perm(int(n)) {
			at := rng.IntN(parts)
			split[at].values += 2
			split[at].add(hashOf(uint64(v)))
			split[rng.IntN(parts)].add(hashOf(uint64(v)))
		}
		merged := &sketch{}
		for _, at := range rng.Perm(parts) {
			merged.merge(&split[at])
		}
		if diff := cmp.Diff(whole.appendTo(nil), merged.appendTo(nil)); diff != "" {
			t.Fatalf("merged sketch differs from the whole (-whole +merged):\n%s", diff)
		}
	})
}

// The sparse form keeps the highest rank of an index whose register's extra bits are 0, and dense registers take it over.
func TestSketchKeepsHighestRank(t *testing.T) {
	low, high := uint64(5)<<52|1<<40, uint64(5)<<52|1<<20
	for _, order := range [][]uint64{{low, high}, {high, low}} {
		s := &sketch{}
		for _, v := range order {
			s.add(v)
		}
		if len(s.sparse) != 1 {
			t.Fatalf("two visitors of one index take %d places", len(s.sparse))
		}
		s.makeDense()
		if got, want := s.dense[5], rankOf(high, precision); got != want {
			t.Errorf("register 5 has rank %d, want %d", got, want)
		}
	}
}

func TestSketchDenseEqualsAddedDense(t *testing.T) {
	late := sketchOf(0, 1000)
	late.makeDense()
	early := &sketch{values: 2000, dense: make([]byte, registers)}
	for v := range uint64(1000) {
		early.add(hashOf(v))
	}
	if !slices.Equal(late.dense, early.dense) {
		t.Error("registers of a sketch that was sparse differ from those of one that never was")
	}
}

func TestSketchHoldsNoHash(t *testing.T) {
	hash := hashOf(42)
	encoded := hex.EncodeToString(sketchOf(42, 43).bigQuery())
	var whole [8]byte
	binary.BigEndian.PutUint64(whole[:], hash)
	if strings.Contains(encoded, hex.EncodeToString(whole[:4])) {
		t.Error("the sketch holds the visitor's hash")
	}
}
