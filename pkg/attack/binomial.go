package attack

import "math"

// upperBound is the largest share of which hits in n draws would come with a chance of at least 5 %: with 95 % confidence the true share is not above it
// (Clopper and Pearson, 1934). Without hits it is about 3/n; of nothing it is 1.
func upperBound(hits, n int) float64 {
	if n == 0 || hits >= n {
		return 1
	}
	low, high := float64(hits)/float64(n), 1.0
	for range 40 {
		if mid := (low + high) / 2; atMost(hits, n, mid) > 0.05 {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// atMost is the chance of no more than hits in n draws of a share of p.
func atMost(hits, n int, p float64) float64 {
	all, _ := math.Lgamma(float64(n + 1))
	sum := 0.0
	for k := 0; k <= hits; k++ {
		a, _ := math.Lgamma(float64(k + 1))
		b, _ := math.Lgamma(float64(n - k + 1))
		sum += math.Exp(all - a - b + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
	}
	return sum
}
