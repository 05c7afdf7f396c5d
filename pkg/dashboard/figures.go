package dashboard

import (
	"fmt"
	"math"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/schemas"
)

// figure is one of the large numbers.
type figure struct {
	Label  string
	Value  string
	Note   string // small, behind the value
	Change string
	// Trend is "better" or "worse" where that can be said, else "".
	Trend string
	// Missing says why there is no value.
	Missing string
}

// figures are the large numbers of a site, each with its change against the period before.
func (d *siteData) figures() []figure {
	r := d.total
	list := []figure{
		{Label: "Requests", Value: reportwriter.Short(r.Requests), Note: d.pace(r.Requests)},
		d.visitors(),
		d.optional("Bandwidth", r.ResponseBytes != nil, func() string { return reportwriter.Bytes(*r.ResponseBytes) }),
		d.optional("Served from cache", r.Cache != nil, func() string { return reportwriter.Percent(cached(r.Cache), r.Requests) }),
		d.optional("Server errors (5xx)", r.StatusClass != nil, func() string { return reportwriter.Percent(r.StatusClass["5xx"], r.Requests) }),
		d.optional("95 % answered within", r.Latency != nil, func() string { return reportwriter.Seconds(r.Latency.P95) }),
	}
	if r.ResponseBytes != nil {
		list[2].Note = d.bitrate(*r.ResponseBytes)
	}
	if n := r.StatusClass["5xx"]; n > 0 {
		list[4].Note = reportwriter.Count(n)
	}
	if d.comparable() {
		d.compare(list)
	}
	return list
}

func (d *siteData) optional(label string, logged bool, value func() string) figure {
	if !logged {
		return figure{Label: label, Missing: "not logged"}
	}
	return figure{Label: label, Value: value()}
}

// visitorsError is the standard error of an estimated number of visitors, in percent; small numbers are exact.
const (
	visitorsError = 1.6
	visitorsExact = 1024
)

func (d *siteData) visitors() figure {
	switch r := d.total; {
	case r.Visitors == nil && r.ClientsUnavailable != "":
		return figure{Label: "Visitors", Missing: "not available behind a delivery network"}
	case r.Visitors == nil:
		return figure{Label: "Visitors", Missing: "not logged"}
	case *r.Visitors > visitorsExact:
		return figure{Label: "Visitors", Value: reportwriter.Short(*r.Visitors), Note: fmt.Sprintf("estimate, ± %.2g %%", visitorsError)}
	default:
		return figure{Label: "Visitors", Value: reportwriter.Count(*r.Visitors)}
	}
}

func cached(c *schemas.Cache) int64 { return c.GetHit() + c.GetValidated() }

// elapsed is how much of the period is known: the part to come has no requests yet.
func (d *siteData) elapsed() time.Duration {
	end := d.period.To
	known := d.fresh.KnownTo
	if d.fresh.DataTo.After(known) {
		known = d.fresh.DataTo
	}
	if known.Before(end) {
		end = known
	}
	return max(end.Sub(d.begin()), time.Minute)
}

// begin is where the period's data begins: where there is none before it, the log begins in it.
func (d *siteData) begin() time.Time {
	if d.before == nil && d.total != nil && d.total.FirstEvent != nil {
		if first := d.total.FirstEvent.AsTime().Truncate(time.Minute); first.After(d.period.From) {
			return first
		}
	}
	return d.period.From
}

func (d *siteData) pace(n int64) string {
	rate := float64(n) / d.elapsed().Seconds()
	switch {
	case rate >= 10:
		return reportwriter.Short(int64(math.Round(rate))) + " a second"
	case rate >= 0.95:
		return fmt.Sprintf("%.1f a second", rate)
	case rate*60 >= 0.95:
		return fmt.Sprintf("%.2g a minute", rate*60)
	}
	return fmt.Sprintf("%.2g an hour", rate*3600)
}

func (d *siteData) bitrate(n int64) string {
	return reportwriter.Bits(n, d.elapsed())
}

// comparable tells whether the period before has data from its beginning on; else a change would say only that the log begins there.
func (d *siteData) comparable() bool {
	if d.before == nil || d.before.FirstEvent == nil {
		return false
	}
	before := d.period.before()
	return d.before.FirstEvent.AsTime().Sub(before.From) <= before.To.Sub(before.From)/10
}

func (d *siteData) comparedWords() string {
	before := d.period.before()
	if !d.comparable() {
		return "There is not enough data before to compare with."
	}
	return "Compared with as long before: " + before.Words() + "."
}

// compare writes the changes. Counts are compared as rates, as the period is not over yet.
func (d *siteData) compare(list []figure) {
	now, before := d.total, d.before
	rate := float64(d.elapsed()) / float64(d.period.To.Sub(d.period.From))
	list[0].Change = change(float64(now.Requests), float64(before.Requests)*rate)
	if now.Visitors != nil && before.Visitors != nil {
		list[1].Change = change(float64(*now.Visitors), float64(*before.Visitors))
	}
	if now.ResponseBytes != nil && before.ResponseBytes != nil {
		list[2].Change = change(float64(*now.ResponseBytes), float64(*before.ResponseBytes)*rate)
	}
	if now.Cache != nil && before.Cache != nil {
		list[3].sharePoints(cached(now.Cache), now.Requests, cached(before.Cache), before.Requests, 1)
	}
	if now.StatusClass != nil && before.StatusClass != nil {
		list[4].sharePoints(now.StatusClass["5xx"], now.Requests, before.StatusClass["5xx"], before.Requests, -1)
	}
	if now.Latency != nil && before.Latency != nil {
		list[5].Change = change(now.Latency.P95, before.Latency.P95)
		list[5].Trend = trend(before.Latency.P95-now.Latency.P95, 0.1*before.Latency.P95)
	}
}

const unchanged = "unchanged"

// change writes how much larger or smaller a value is: in percent, or in times where that is clearer.
func change(now, before float64) string {
	if before <= 0 {
		return ""
	}
	switch ratio := now / before; {
	case ratio >= 3:
		return fmt.Sprintf("%.3g ×", ratio)
	case math.Abs(ratio-1) < 0.005:
		return unchanged
	default:
		return signed(100*(ratio-1), "%")
	}
}

// sharePoints writes the change of a share in percentage points; sign is 1 where more is better.
func (f *figure) sharePoints(n, of, nBefore, ofBefore int64, sign float64) {
	if of == 0 || ofBefore == 0 {
		return
	}
	points := 100*float64(n)/float64(of) - 100*float64(nBefore)/float64(ofBefore)
	if math.Abs(points) < 0.05 {
		f.Change = unchanged
		return
	}
	f.Change = signed(points, "points")
	f.Trend = trend(sign*points, 0.5)
}

func signed(v float64, unit string) string {
	digits := 0
	if math.Abs(v) < 9.5 {
		digits = 1
	}
	sign := "+"
	if v < 0 {
		sign = "−"
	}
	return fmt.Sprintf("%s%.*f %s", sign, digits, math.Abs(v), unit)
}

func trend(better, threshold float64) string {
	switch {
	case better > threshold:
		return "better"
	case better < -threshold:
		return "worse"
	}
	return ""
}
