package attack

import (
	"cmp"
	"math"
	"slices"

	"github.com/floodgauge/floodgauge/schemas"
)

const (
	// version is the method's; baselines of others are not used.
	version = 1
	// forget is what a new minute weighs, once there is history.
	forget = 0.05
	// hoursForget is what a new week weighs in the mean of an hour of the week.
	hoursForget = 0.5
	// history is how many minutes a baseline learns from before it judges.
	history = 60
	// maxShares bounds the values that a list's usual mix holds; the least are counted together.
	maxShares = 64
	// maxStep is by how many deviations a minute can move the mean: a flood that is not yet a case must not become normal.
	maxStep     = 3
	hoursOfWeek = 7 * 24
)

// NewBaseline knows nothing of a site.
func NewBaseline() *schemas.Baseline { return &schemas.Baseline{Version: version} }

// learn moves a level towards a value, by a weight of up to 1. The first values weigh alike.
func learn(l *schemas.Level, x, weight float64) *schemas.Level {
	if l == nil {
		return &schemas.Level{Mean: x, Learned: 1}
	}
	a := weight * math.Max(forget, 1/float64(l.Learned+1))
	d := x - l.Mean
	l.Mean += a * d
	l.Variance = (1 - a) * (l.Variance + a*d*d)
	l.Learned++
	return l
}

// learnShares moves a usual mix towards a minute's.
func learnShares(s *schemas.Shares, mix map[string]float64) *schemas.Shares {
	if s == nil || s.Shares == nil {
		s = &schemas.Shares{Shares: map[string]float64{}, Learned: s.GetLearned()}
	}
	blend(s.Shares, mix, math.Max(forget, 1/float64(s.Learned+1)))
	s.Learned++
	return s
}

// blend moves shares towards a mix by a part of the way.
func blend(shares, mix map[string]float64, part float64) {
	for value := range shares {
		shares[value] *= 1 - part
	}
	for value, share := range mix {
		shares[value] += part * share
	}
	foldShares(shares)
}

// foldShares keeps the largest shares and adds the others up. Ties are broken by value.
func foldShares(shares map[string]float64) {
	if len(shares) <= maxShares {
		return
	}
	type share struct {
		value string
		part  float64
	}
	values := make([]share, 0, len(shares))
	for value, part := range shares {
		values = append(values, share{value, part})
	}
	slices.SortFunc(values, func(a, b share) int { return cmp.Or(cmp.Compare(b.part, a.part), cmp.Compare(a.value, b.value)) })
	for _, v := range values[maxShares-1:] {
		if v.value != others {
			shares[others] += v.part
			delete(shares, v.value)
		}
	}
}

// learnHour takes a minute into the hour of the week that it is in.
func learnHour(b *schemas.Baseline, x float64) {
	b.HourSum += x
	b.HourMinutes++
}

// endHour closes an hour of the week.
func endHour(b *schemas.Baseline, hour int) {
	if len(b.Hours) == 0 {
		b.Hours = make([]float64, hoursOfWeek)
	}
	if b.HourMinutes > 0 {
		mean := b.HourSum / float64(b.HourMinutes)
		if before := b.Hours[hour]; before > 0 {
			mean = before + hoursForget*(mean-before)
		}
		b.Hours[hour] = mean
	}
	b.HourSum, b.HourMinutes = 0, 0
}

// usualAt is how many requests a minute of an hour of the week usually has; 0 where no earlier week is known.
func usualAt(b *schemas.Baseline, hour int) float64 {
	if len(b.Hours) == 0 {
		return 0
	}
	return math.Expm1(b.Hours[hour])
}
