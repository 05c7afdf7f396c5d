package report

import (
	"math"
	"math/big"
	"math/bits"
)

// Log buckets: bucket i holds the whole numbers v with gamma^(i-1) < v <= gamma^i. Its value, 2*gamma^i/(gamma+1), is within 1 % of each
// of them. As uint64 is finite, so is the number of buckets. Whether a number is in a bucket is decided by whole numbers alone, so that
// every machine agrees.
const (
	gammaAbove = 101 // gamma is 1.01/0.99
	gammaBelow = 99
	gamma      = float64(gammaAbove) / gammaBelow

	// zeroBucket holds 0; bucket i of the definition has the number i+1 here.
	zeroBucket  = 0
	bucketCount = 2220

	// Numbers that share their highest bits share a cell. With 6 bits after the leading one a cell is narrower than a bucket, so that
	// the right bucket is the cell's first or the one after it.
	cellBits = 6
)

var (
	bucketMax   = makeBucketMax()
	bucketFirst = makeBucketFirst()
)

// makeBucketMax gives the largest whole number of each bucket.
func makeBucketMax() (maxima [bucketCount]uint64) {
	const fraction = 128 // bits; enough for the error of 2,200 divisions not to be seen, which a test shows against exact fractions
	power := new(big.Int).Lsh(big.NewInt(1), fraction)
	above, below, whole := big.NewInt(gammaAbove), big.NewInt(gammaBelow), new(big.Int)
	for i := 1; i < bucketCount; i++ {
		if whole.Rsh(power, fraction); whole.IsUint64() {
			maxima[i] = whole.Uint64()
		} else {
			maxima[i] = math.MaxUint64
		}
		power.Quo(power.Mul(power, above), below)
	}
	return maxima
}

// makeBucketFirst gives the first bucket that each cell may need.
func makeBucketFirst() (first [64 << cellBits]uint16) {
	bucket := 1
	for cell := range first {
		exponent, rest := cell>>cellBits, uint64(1<<cellBits|cell&(1<<cellBits-1))
		least := rest << exponent >> cellBits
		if exponent > cellBits {
			least = rest << (exponent - cellBits)
		}
		for bucketMax[bucket] < least {
			bucket++
		}
		first[cell] = uint16(bucket)
	}
	return first
}

// bucketOf returns the number of v's bucket.
func bucketOf(v uint64) uint16 {
	if v == 0 {
		return zeroBucket
	}
	exponent := bits.Len64(v) - 1
	cell := exponent<<cellBits | int(v<<(63-exponent)>>(63-cellBits))&(1<<cellBits-1)
	bucket := bucketFirst[cell]
	for bucketMax[bucket] < v {
		bucket++
	}
	return bucket
}

// bucketValue returns what stands for the numbers of a bucket.
func bucketValue(bucket uint16) float64 {
	if bucket == zeroBucket {
		return 0
	}
	power := 1.0
	for range bucket - 1 {
		power *= gamma
	}
	return 2 * power / (gamma + 1)
}
