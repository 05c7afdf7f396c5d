package loggen

// pace is a stream of arrivals: independent of each other (Poisson), at a mean rate that follows a shape over the day.
type pace struct {
	dice *dice
	// at is the time of the next arrival, Unix nanoseconds.
	at    int64
	rate  float64 // arrivals per nanosecond where the shape is 1
	shape *shape  // nil for an even rate
}

// newPace starts a stream at the given time. The rate is in arrivals per second; at rate 0 nobody ever comes.
func newPace(d *dice, rate float64, s *shape, start int64) *pace {
	p := &pace{dice: d, rate: rate / second, shape: s, at: start}
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
		rate, end := p.rate, int64(never)
		if p.shape != nil {
			rate = float64(p.rate * p.shape.at(p.at))
			end = p.at - p.at%minute + minute
		}
		step := float64(need / rate)
		if step < float64(end-p.at) {
			p.at += int64(step)
			return
		}
		if end == never {
			p.at = never
			return
		}
		need = need - float64(float64(end-p.at)*rate)
		if need < 0 {
			need = 0
		}
		p.at = end
	}
}
