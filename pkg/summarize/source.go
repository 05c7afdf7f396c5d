package summarize

import (
	"math"
	"time"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

const (
	defaultAllowedDelay = 15 * time.Second
	minutesPerDay       = 24 * 60
	minTime             = math.MinInt64
	maxTime             = math.MaxInt64
	fullWeight          = 1_000_000 // of a line that stands for one request, in millionths
)

// source is an open logentry.Source.
type source struct {
	parser *logentry.Parser
	host   string
	sites  map[string]bool // that it may speak for; nil: any
	rates  []rate
}

// rate is a time range in which a line stands for more than one request.
type rate struct {
	from, to int64
	weight   uint64
}

func newSource(cfg *logentry.Source) (*source, error) {
	p, err := logentry.NewParser(cfg)
	if err != nil {
		return nil, err
	}
	s := &source{parser: p, host: cfg.Host}
	for _, site := range cfg.Sites {
		if s.sites == nil {
			s.sites = map[string]bool{}
		}
		s.sites[site] = true
	}
	for _, sr := range cfg.SampleRates {
		r := rate{from: minTime, to: maxTime, weight: uint64(math.Round(fullWeight / sr.Rate))}
		if !sr.From.IsZero() {
			r.from = sr.From.UnixNano()
		}
		if !sr.To.IsZero() {
			r.to = sr.To.UnixNano()
		}
		s.rates = append(s.rates, r)
	}
	return s, nil
}

// weight is how many requests a line at time t stands for, in millionths.
func (s *source) weight(t int64) uint64 {
	for _, r := range s.rates {
		if t >= r.from && t < r.to {
			return r.weight
		}
	}
	return fullWeight
}
