package report

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestScaleIsExactArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scale{lines: rapid.Uint64Range(1, 1<<40).Draw(t, "lines")}
		s.weight = s.lines*lineWeight + rapid.Uint64Range(0, 1<<60).Draw(t, "more")
		v := rapid.Uint64().Draw(t, "v")
		per := new(big.Int).Mul(new(big.Int).SetUint64(s.lines), big.NewInt(lineWeight))
		want := new(big.Int).Mul(new(big.Int).SetUint64(v), new(big.Int).SetUint64(s.weight))
		want.Add(want, new(big.Int).Rsh(per, 1)).Quo(want, per)
		if !want.IsInt64() {
			want.SetInt64(math.MaxInt64)
		}
		if got := s.of(v); got != want.Int64() {
			t.Fatalf("%d × %d / %d = %d, want %d", v, s.weight, per, got, want)
		}
	})
}

func TestScaleAtItsLimits(t *testing.T) {
	for _, s := range []scale{{}, {lines: math.MaxUint64, weight: math.MaxUint64}, {lines: 1 << 60, weight: 1}, {weight: 5}, {lines: 1, weight: math.MaxUint64}} {
		if got := s.of(math.MaxUint64); got < 0 {
			t.Errorf("%+v: %d", s, got)
		}
		if rate := s.rate(); rate < 0 || rate > 1 || math.IsNaN(rate) {
			t.Errorf("%+v: rate %v", s, rate)
		}
	}
}

// Parts add up to the scaled whole, however small they are.
func TestSpreadAddsUp(t *testing.T) {
	s := scale{lines: 1000, weight: 1_400_000_000}
	parts := spread{scale: s}
	sum := int64(0)
	for range 1000 {
		sum += parts.next(1)
	}
	if sum != 1400 {
		t.Errorf("1000 lines at 1.4 requests make %d, want 1400", sum)
	}
}
