package report

import (
	"math"
	"slices"

	"github.com/floodgauge/floodgauge/schemas"
)

// SumLatencies merges distributions of latency as Sum does; nil where none is given. The mean is exact but for rounding.
func SumLatencies(all []*schemas.Distribution) *schemas.Distribution {
	return mergeDistributions(all, microsPerSecond)
}

func sumDistributions(rows []*schemas.TrafficReport, of func(*schemas.TrafficReport) *schemas.Distribution, per float64) *schemas.Distribution {
	var all []*schemas.Distribution
	for _, r := range rows {
		all = append(all, of(r))
	}
	return mergeDistributions(all, per)
}

// mergeDistributions adds buckets and takes the percentiles as a row does. per is how many of the buckets' unit one of the percentiles' is.
func mergeDistributions(all []*schemas.Distribution, per float64) *schemas.Distribution {
	var counts map[uint16]uint64
	weighted := 0.0
	for _, d := range all {
		if d == nil {
			continue
		}
		if counts == nil {
			counts = map[uint16]uint64{}
		}
		weighted += d.Mean * float64(d.Count)
		for _, b := range d.Buckets {
			number := bucketNumber(b.Index)
			counts[number] = add(counts[number], uint64(max(b.Count, 0)))
		}
	}
	if counts == nil {
		return nil
	}
	return asDistribution(counts, weighted, per)
}

func asDistribution(counts map[uint16]uint64, weighted, per float64) *schemas.Distribution {
	buckets := make([]bucket, 0, len(counts))
	for number, n := range counts {
		buckets = append(buckets, bucket{number: number, n: n})
	}
	slices.SortFunc(buckets, func(a, b bucket) int { return int(a.number) - int(b.number) })
	d := &schemas.Distribution{
		P50: percentile(buckets, 50) / per, P95: percentile(buckets, 95) / per, P99: percentile(buckets, 99) / per, Count: atMost(total(buckets)),
	}
	if d.Count > 0 {
		d.Mean = weighted / float64(d.Count)
	}
	for _, b := range buckets {
		d.Buckets = append(d.Buckets, &schemas.Bucket{Index: publicIndex(b.number), Count: atMost(b.n)})
	}
	return d
}

// bucketNumber is the inverse of publicIndex; what no row can hold is taken for the nearest bucket.
func bucketNumber(index int32) uint16 {
	if index == math.MinInt32 {
		return zeroBucket
	}
	return uint16(min(max(int64(index)+1, 1), bucketCount-1))
}
