package report

import "math"

// estimate returns about how many distinct visitors were added.
func (s *sketch) estimate() uint64 {
	if s.dense == nil {
		const m = 1 << sparsePrecision
		return uint64(math.Round(m * math.Log(m/float64(m-len(s.sparse)))))
	}
	return uint64(math.Round(estimateDense(s.dense)))
}

// estimateDense is the improved raw estimator of Ertl (New cardinality estimation algorithms for HyperLogLog sketches, 2017, algorithm 6).
// It needs no tables of measured bias, and is as good as they are. The conversions to float64 keep machines that can multiply and add in
// one step from rounding differently.
func estimateDense(ranks []byte) float64 {
	const m, q = float64(registers), 64 - precision
	var counts [maxRank + 1]float64
	for _, rank := range ranks {
		counts[rank]++
	}
	z := m * tau(1-counts[q+1]/m)
	for k := q; k >= 1; k-- {
		z = 0.5 * (z + counts[k])
	}
	z += m * sigma(counts[0]/m)
	return m * m / (2 * math.Ln2 * z)
}

// sigma corrects for registers that nothing fell into: x + x^2 + 2x^4 + 4x^8 + …
func sigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	for z, y := x, 1.0; ; y += y {
		x *= x
		before := z
		z += float64(x * y)
		if z == before {
			return z
		}
	}
}

// tau corrects for registers at the highest rank.
func tau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	for z, y := 1-x, 1.0; ; {
		x = math.Sqrt(x)
		before := z
		y *= 0.5
		z -= float64((1 - x) * (1 - x) * y)
		if z == before {
			return z / 3
		}
	}
}
