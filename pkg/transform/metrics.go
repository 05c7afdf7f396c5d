package transform

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/metrics"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// namespace of the metrics of this package.
const namespace = "floodgauge"

// counter pairs a metric with the count it carries.
type counter struct {
	metric beam.Counter
	field  func(*summarize.Counts) *int64
}

var counters = func() map[string]counter {
	m := map[string]counter{}
	add := func(name string, field func(*summarize.Counts) *int64) {
		m[name] = counter{beam.NewCounter(namespace, name), field}
	}
	add("lines", func(c *summarize.Counts) *int64 { return &c.Lines })
	add("entries", func(c *summarize.Counts) *int64 { return &c.Entries })
	add("bytes", func(c *summarize.Counts) *int64 { return &c.Bytes })
	add("outside_range", func(c *summarize.Counts) *int64 { return &c.OutsideRange })
	add("other_host", func(c *summarize.Counts) *int64 { return &c.OtherHost })
	add("no_host", func(c *summarize.Counts) *int64 { return &c.NoHost })
	add("unknown_site", func(c *summarize.Counts) *int64 { return &c.UnknownSite })
	add("over_cap", func(c *summarize.Counts) *int64 { return &c.OverCap })
	for r := logentry.OK + 1; r < logentry.ReasonCount; r++ {
		add("dead_"+r.String(), func(c *summarize.Counts) *int64 { return &c.Dead[r] })
	}
	return m
}()

// reportCounts adds to the metrics what came since reported, and returns now.
func reportCounts(ctx context.Context, now, reported summarize.Counts) summarize.Counts {
	for _, c := range counters {
		if d := *c.field(&now) - *c.field(&reported); d != 0 {
			c.metric.Inc(ctx, d)
		}
	}
	return now
}

// CountsOf reads the counts back from a finished job's metrics.
func CountsOf(results *metrics.Results) summarize.Counts {
	var c summarize.Counts
	if results == nil {
		return c
	}
	for _, r := range results.Query(func(m beam.MetricResult) bool { return m.Namespace() == namespace }).Counters() {
		if f, ok := counters[r.Name()]; ok {
			*f.field(&c) += r.Result()
		}
	}
	return c
}
