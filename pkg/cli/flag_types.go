package cli

import (
	"math"
	"strconv"
	"time"

	"github.com/floodgauge/floodgauge/pkg/config"
)

// minimum is a whole number of at least 1; 0 where the flag is not given.
type minimum int

// UnmarshalText reads the flag's value.
func (m *minimum) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 {
		return usagef("write a whole number of at least 1, such as 10")
	}
	*m = minimum(n)
	return nil
}

// threshold is the k of the k rule; 0 where the flag is not given.
type threshold int

// UnmarshalText reads the flag's value.
func (k *threshold) UnmarshalText(text []byte) error {
	v, err := config.ParseK(string(text))
	if err != nil {
		return usageError{err.Error()}
	}
	*k = threshold(v)
	return nil
}

// rate is a share of requests, above 0 and at most 1; 0 where the flag is not given.
type rate float64

// UnmarshalText reads the flag's value.
func (r *rate) UnmarshalText(text []byte) error {
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		v = 0
	}
	if err := config.CheckRate(v); err != nil {
		return usageError{err.Error()}
	}
	*r = rate(v)
	return nil
}

// positive is a number above 0; 0 where the flag is not given.
type positive float64

// UnmarshalText reads the flag's value.
func (p *positive) UnmarshalText(text []byte) error {
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(v > 0) || math.IsInf(v, 1) {
		return usagef("write a number above 0, such as 250")
	}
	*p = positive(v)
	return nil
}

// duration is a length of time above 0; 0 where the flag is not given.
type duration time.Duration

// UnmarshalText reads the flag's value.
func (d *duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil || v <= 0 {
		return usagef("write a length of time with its unit, such as 90s, 10m or 24h")
	}
	*d = duration(v)
	return nil
}
