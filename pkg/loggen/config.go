package loggen

import (
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode"
)

// Config says what to make. Its zero value is one hundred requests a second to twenty sites in Google's format, without end.
type Config struct {
	// Seed: the same seed gives the same log.
	Seed uint64
	// Hosts are the names of the sites, the most popular first. Optional.
	Hosts []string
	// HostCount is how many names to make up where Hosts is empty. Default 20.
	HostCount int
	// Start is the time of the first request, more or less. Default 2026-05-04 12:00 UTC.
	Start time.Time
	// Duration is how long the log is. Optional: without it and without Lines there is no end.
	Duration time.Duration
	// Rate is requests per second over all hosts, as the mean of a whole day. Default 100. Where Duration and Lines are given, they say it.
	Rate float64
	// Lines is the exact number of lines. Optional. Together with Duration, the lines take about that time, and rather less than more.
	Lines int64
	// Format is the name of a format, an nginx log_format or an Apache LogFormat. Default "gcp".
	Format string
	// Shape is how the rate moves over the day: "flat", or "worldcup98" for a real one (UTC). Default "flat".
	Shape string
	// Attacks come on top of that. Optional.
	Attacks []Attack
}

// The shapes of a day.
const (
	ShapeFlat       = "flat"
	ShapeWorldCup98 = "worldcup98"
)

const (
	mostHosts   = 100_000 // a site takes some 10 kB
	highestRate = 1_000_000
	lowestRate  = 0.000001
	longest     = 100 * 366 * 24 * time.Hour
	mostPages   = 2048 // more than any site has

	// headroom makes the rate a little higher where Lines and Duration are given, so that the lines end within the time.
	headroom = 1.01
)

var defaultStart = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// validate sets the defaults and reports all mistakes.
func (c *Config) validate() error {
	c.setDefaults()
	var errs []error
	mistake := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	mistake(c.HostCount < 1 || c.HostCount > mostHosts, "hosts: %d; take 1 to %d", c.HostCount, mostHosts)
	rate := c.askedRate()
	mistake(!(rate >= lowestRate && rate <= highestRate), "rate: %g requests a second; take %.6f to %d", rate, lowestRate, highestRate)
	mistake(c.Lines < 0, "lines: %d; take 1 or more, or 0 for no limit", c.Lines)
	mistake(c.Duration < 0 || c.Duration > longest, "duration: %v; take more than 0 and at most a hundred years, or 0 for no limit", c.Duration)
	mistake(c.Start.Year() < 1995 || c.Start.Year() > 2100, "start: year %d; take 1995 to 2100", c.Start.Year())
	mistake(c.Shape != ShapeFlat && c.Shape != ShapeWorldCup98, "shape: %q is unknown; take %q or %q", c.Shape, ShapeFlat, ShapeWorldCup98)
	for i, h := range c.Hosts {
		mistake(!isHostName(h), "hosts: name %d is no host name; take letters, digits, dots and hyphens, such as news.example.org", i+1)
	}
	if len(errs) == 0 && len(c.Attacks) > 0 {
		c.Attacks = slices.Clone(c.Attacks)
		hosts := c.hostNames()
		for i := range c.Attacks {
			errs = append(errs, c.Attacks[i].validate(hosts))
		}
	}
	return errors.Join(errs...)
}

func (c *Config) setDefaults() {
	if c.HostCount == 0 && len(c.Hosts) == 0 {
		c.HostCount = 20
	}
	if len(c.Hosts) > 0 {
		c.HostCount = len(c.Hosts)
	}
	if c.Rate == 0 {
		c.Rate = 100
	}
	if c.Start.IsZero() {
		c.Start = defaultStart
	}
	if c.Format == "" {
		c.Format = FormatGCP
	}
	if c.Shape == "" {
		c.Shape = ShapeFlat
	}
}

func isHostName(h string) bool {
	for _, c := range h {
		if !(c == '.' || c == '-' || unicode.IsDigit(c) || unicode.IsLower(c)) || c > unicode.MaxASCII {
			return false
		}
	}
	return h != "" && len(h) <= 253
}

func (c *Config) hostNames() []string {
	if len(c.Hosts) > 0 {
		return c.Hosts
	}
	names := make([]string, c.HostCount)
	for i := range names {
		names[i] = hostName(i)
	}
	return names
}

// askedRate gives the mean over the log, in requests per second.
func (c *Config) askedRate() float64 {
	if c.Lines > 0 && c.Duration > 0 {
		return float64(c.Lines) / c.Duration.Seconds()
	}
	return c.Rate
}

// meanRate gives requests per second where the shape is 1.
func (c *Config) meanRate(s *shape) float64 {
	if c.Lines == 0 || c.Duration == 0 {
		return c.Rate
	}
	mean := c.askedRate() * headroom
	if s == nil {
		return mean
	}
	start := c.Start.UnixNano()
	const people = 1 - crawlerShare - apiShare - toolShare - monitorShare // only they follow the shape
	return mean / (1 - people + float64(people*s.mean(start, start+int64(c.Duration))))
}
