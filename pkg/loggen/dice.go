package loggen

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// dice draws random numbers. It works in whole numbers: results are the same on every machine, whatever its floating-point unit
// fuses or rounds.
type dice struct{ pcg rand.PCG }

// newDice makes the stream of one purpose. Streams of different purposes are independent, so a new one leaves the others as they were.
func newDice(seed, purpose, item uint64) *dice {
	d := new(dice)
	d.reseed(seed, purpose, item)
	return d
}

func (d *dice) reseed(seed, purpose, item uint64) {
	d.pcg.Seed(mix(seed^purpose<<48), mix(item+purpose))
}

func (d *dice) bits() uint64 { return d.pcg.Uint64() }

// below draws from 0 to n-1.
func (d *dice) below(n int) int { return int(d.below64(uint64(n))) }

func (d *dice) below64(n uint64) uint64 {
	hi, _ := bits.Mul64(d.pcg.Uint64(), n)
	return hi
}

// between draws from low to high, both included.
func (d *dice) between(low, high int64) int64 {
	return low + int64(d.below64(uint64(high-low+1)))
}

// chance is true in ppm of a million draws.
func (d *dice) chance(ppm int) bool { return d.below(million) < ppm }

// exponential draws with the given mean.
func (d *dice) exponential(mean int64) int64 { return scaled(mean, exponentials[d.below(quantiles)]) }

// skewed draws log-normally around the median: a sixth of the draws is above 2.7 times the median.
func (d *dice) skewed(median int64) int64 { return scaled(median, lognormals[d.below(quantiles)]) }

const (
	million = 1_000_000

	quantiles = 4096
	unitBits  = 20
	unit      = 1 << unitBits // fixed point of the quantile tables
)

var exponentials, lognormals = exponentialTable(), lognormalTable()

func exponentialTable() (t [quantiles]uint64) {
	for i := range t {
		t[i] = fixed(-math.Log1p(-quantile(i)))
	}
	return t
}

func lognormalTable() (t [quantiles]uint64) {
	for i := range t {
		t[i] = fixed(math.Exp(math.Sqrt2 * math.Erfinv(2*quantile(i)-1)))
	}
	return t
}

func quantile(i int) float64 { return (float64(i) + 0.5) / quantiles }

func fixed(x float64) uint64 { return uint64(math.Round(x * unit)) }

func scaled(v int64, factor uint64) int64 {
	hi, lo := bits.Mul64(uint64(v), factor)
	return int64(hi<<(64-unitBits) | lo>>unitBits)
}

// mix is SplitMix64's finisher: it turns neighbouring numbers into unrelated ones.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
