package attack

import (
	"math"
	"math/bits"

	"github.com/floodgauge/floodgauge/schemas"
)

const (
	standsOut    = 4.0 // deviations
	overwhelming = 8.0
	// leastExcess is how many requests more than usual a minute must have: below that, small sites would be alarmed all day.
	leastExcess = 100
	// rampDrift is what a minute may exceed the mean by, in deviations, without adding to a ramp; rampAlarm is the sum that is one.
	rampDrift = 0.5
	rampAlarm = 8.0
	// leastRamp is how many times the usual a ramp has come to when it counts.
	leastRamp = 2.0
	// recentMinutes are looked at for pulses.
	recentMinutes, latestMinutes = 15, 3
)

// volume is what a minute's requests are against the usual.
type volume struct {
	requests, normal float64
	z                float64 // deviations above the mean
	alarm            bool    // in a way that counts
	pulse            bool    // by minutes that are apart
	ramp             bool
}

// deviation is that of log(1+requests), not below what chance alone gives at that rate.
func deviation(l *schemas.Level) float64 {
	rate := math.Expm1(l.GetMean())
	return math.Sqrt(math.Max(l.GetVariance(), 0.01+1/(1+rate)))
}

// look holds a minute against the baseline and notes in it whether it stands out.
func look(b *schemas.Baseline, requests int64) volume {
	v := volume{requests: float64(requests), normal: math.Expm1(b.Volume.GetMean())}
	v.z = (math.Log1p(v.requests) - b.Volume.GetMean()) / deviation(b.Volume)
	enough := v.requests-v.normal >= leastExcess
	stands := v.z > standsOut && enough
	b.Recent = b.Recent << 1 & (1<<recentMinutes - 1)
	if stands {
		b.Recent |= 1
	}
	latest, recent := bits.OnesCount32(b.Recent&(1<<latestMinutes-1)), bits.OnesCount32(b.Recent)
	v.pulse = stands && recent >= 3 && latest < 2
	v.alarm = stands && (latest >= 2 || v.pulse || v.z > overwhelming)
	b.Ramp = math.Max(0, b.Ramp+math.Min(v.z, maxStep)-rampDrift)
	v.ramp = b.Ramp > rampAlarm && enough && v.requests > leastRamp*v.normal
	return v
}

// learnVolume takes a minute into the mean, by so much as it may move it.
func learnVolume(b *schemas.Baseline, requests int64) {
	x := math.Log1p(float64(requests))
	if b.Volume.GetLearned() >= history {
		reach := maxStep * deviation(b.Volume)
		x = math.Max(b.Volume.Mean-reach, math.Min(b.Volume.Mean+reach, x))
	}
	b.Volume = learn(b.Volume, x, 1)
	learnHour(b, x)
}
