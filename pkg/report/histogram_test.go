package report

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The table of bucket limits against exact fractions: limit i is the whole part of (101/99)^i.
func TestBucketLimitsAreExact(t *testing.T) {
	power := big.NewRat(1, 1)
	largest := new(big.Int).SetUint64(math.MaxUint64)
	for i := 1; i < bucketCount; i++ {
		want := new(big.Int).Quo(power.Num(), power.Denom())
		if want.Cmp(largest) > 0 {
			want = largest
		}
		if i < 400 || i%37 == 0 || i > bucketCount-5 { // exact fractions grow to thousands of digits
			if got := new(big.Int).SetUint64(bucketMax[i]); got.Cmp(want) != 0 {
				t.Fatalf("limit of bucket %d is %d, want %d", i, got, want)
			}
		}
		power.Mul(power, big.NewRat(gammaAbove, gammaBelow))
	}
	if bucketMax[bucketCount-1] != math.MaxUint64 || bucketMax[bucketCount-2] == math.MaxUint64 {
		t.Errorf("the last two limits are %d and %d, want only the last to be the largest number", bucketMax[bucketCount-2], bucketMax[bucketCount-1])
	}
}

func TestEveryNumberIsInItsBucket(t *testing.T) {
	check := func(v uint64) {
		b := bucketOf(v)
		if bucketMax[b] < v || b > 1 && bucketMax[b-1] >= v {
			t.Fatalf("%d is in bucket %d with limits %d and %d", v, b, bucketMax[b-1], bucketMax[b])
		}
		if value := bucketValue(b); math.Abs(value-float64(v)) > 0.010000001*float64(v) {
			t.Fatalf("%d reads %v: more than 1 %% off", v, value)
		}
	}
	for v := range uint64(100_000) {
		check(v)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200_000 {
		check(rng.Uint64() >> rng.IntN(64))
	}
	for _, limit := range bucketMax {
		check(limit)
		check(limit + 1) // 0 after the last
	}
}

func TestPercentilesAreWithinOnePercent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		n := rapid.SampledFrom([]int{1, 2, 3, 99, 100, 101, 1000, 5000}).Draw(t, "numbers")
		spread := rapid.Float64Range(0, 4).Draw(t, "spread")
		s := New(1)
		sizes := make([]uint64, n)
		for i := range sizes {
			sizes[i] = uint64(math.Exp(6 + spread*rng.NormFloat64()))
			s.Add(&Request{Logged: allFields, ResponseBytes: sizes[i], Latency: int64(sizes[i]) * 1000})
		}
		slices.Sort(sizes)
		row := s.Report("example.org", timeOf(0), "minute")
		for percent, got := range map[int][2]float64{
			50: {row.GetResponseSize().GetP50(), row.GetLatency().GetP50()},
			95: {row.GetResponseSize().GetP95(), row.GetLatency().GetP95()}, 99: {row.GetResponseSize().GetP99(), row.GetLatency().GetP99()},
		} {
			want := float64(sizes[(n*percent+99)/100-1])
			for i, per := range []float64{1, microsPerSecond} {
				if math.Abs(got[i]*per-want) > 0.0100001*want {
					t.Fatalf("p%d of %d numbers: got %v, want %v", percent, n, got[i], want/per)
				}
			}
		}
	})
}

func TestLatencyIsRoundedToMicroseconds(t *testing.T) {
	for nanos, want := range map[int64]uint64{-5: 0, 0: 0, 499: 0, 500: 1, 1499: 1, 1500: 2, math.MaxInt64: 9_223_372_036_854_776} {
		s := New(1)
		s.Add(&Request{Logged: allFields, Latency: nanos})
		s.settle()
		if s.latency.sum != want || s.latency.buckets[0].number != bucketOf(want) {
			t.Errorf("%d ns count as %d µs in bucket %d, want %d µs", nanos, s.latency.sum, s.latency.buckets[0].number, want)
		}
	}
}

// Merging buckets is exact addition.
func TestMergedBucketsAddUp(t *testing.T) {
	a, b := &histogram{sum: 3, buckets: []bucket{{1, 1}, {5, 2}}}, &histogram{sum: 4, buckets: []bucket{{0, 7}, {5, 1}, {9, 1}}}
	a.merge(b)
	if want := []bucket{{0, 7}, {1, 1}, {5, 3}, {9, 1}}; !slices.Equal(a.buckets, want) || a.sum != 7 {
		t.Errorf("merged: sum %d, buckets %v; want 7, %v", a.sum, a.buckets, want)
	}
}

func BenchmarkBucketOf(b *testing.B) {
	var numbers [1024]uint64
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range numbers {
		numbers[i] = uint64(math.Exp(10 + 2*rng.NormFloat64()))
	}
	b.ReportAllocs()
	sum := 0
	for i := 0; b.Loop(); i++ {
		sum += int(bucketOf(numbers[i%len(numbers)]))
	}
	_ = sum
}
