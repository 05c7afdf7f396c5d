package loggen

// pace is a stream of arrivals: independent of each other (Poisson), at a mean rate that follows a shape over the day.
type pace struct {
	dice *dice
	// at is the time of the next arrival, Unix nanoseconds.
	at    int64
	rate  float64 // arrivals per nanosecond where the tempo is 1
	tempo tempo   // nil for an even rate
	end   int64   // nobody comes then or later
}

// tempo is how a rate moves: it is relative to the mean, and the same until a time after the given one.
type tempo interface {
	level(t int64) (relative float64, until int64)
}

// newPace starts a stream at the given time. The rate is in arrivals per second; at rate 0 nobody ever comes.
func newPace(d *dice, rate float64, s *shape, start int64) *pace {
	if s == nil {
		return newPaceWithin(d, rate, nil, start, never)
	}
	return newPaceWithin(d, rate, s, start, never)
}

// newPaceWithin is a stream with an end.
func newPaceWithin(d *dice, rate float64, t tempo, start, end int64) *pace {
	p := &pace{dice: d, rate: rate / second, tempo: t, at: start, end: end}
	if rate <= 0 {
		p.at = never
		return p
	}
	p.advance()
	return p
}

const (
	second = 1_000_000_000
	minute = 60 * second
)

// advance moves to the next arrival. Conversions to float64 keep compilers from fusing operations, which would change the last bit.
func (p *pace) advance() {
	need := float64(exponentials[p.dice.below(quantiles)]) / unit
	for {
		rate, until := p.rate, p.end
		if p.tempo != nil {
			relative, change := p.tempo.level(p.at)
			rate, until = float64(p.rate*relative), min(change, p.end)
		}
		step := float64(need / rate)
		if step < float64(until-p.at) {
			p.at += int64(step)
			return
		}
		if until == p.end {
			p.at = never
			return
		}
		need = need - float64(float64(until-p.at)*rate)
		if need < 0 {
			need = 0
		}
		p.at = until
	}
}
