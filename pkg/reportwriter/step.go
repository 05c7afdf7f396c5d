package reportwriter

import (
	"time"

	"github.com/floodgauge/floodgauge/schemas"
)

// step is what the charts need of a minute's, hour's or day's row.
type step struct {
	start                                  time.Time
	length                                 time.Duration
	requests                               int64
	clientErrors, serverErrors, stopped    int64
	visitors, bytes, latency, cache, fives string // figures of the list of steps
}

var levelLengths = map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}

func stepOf(r *schemas.TrafficReport) step {
	length := levelLengths[r.Level]
	if length == 0 {
		length = time.Minute
	}
	return step{
		start: r.GetMinute().AsTime(), length: length, requests: r.Requests,
		clientErrors: r.StatusClass["4xx"], serverErrors: r.StatusClass["5xx"], stopped: stopped(r.Enforced),
		visitors: optionalFigure(r.Visitors, count), bytes: optionalFigure(r.ResponseBytes, byteCount),
		latency: latencyFigure(r), cache: cachedShare(r.Cache), fives: classShare(r, "5xx"),
	}
}

// stepList is one line for each step.
func stepList(screen Screen, steps []step) []line {
	heads := []string{"requests", "visitors", "sent", "cached", "5xx", "95 % in"}
	g := grid{title: map[time.Duration]string{time.Hour: "Hour by hour", 24 * time.Hour: "Day by day"}[steps[0].length], heads: heads, bars: true}
	layout := "2 Jan 15:04"
	if g.title == "" {
		g.title = "Minute by minute"
	} else if steps[0].length == 24*time.Hour {
		layout = "Mon 2 Jan"
	}
	for _, s := range steps {
		g.add(normal, s.requests, s.start.Format(layout), count(s.requests), s.visitors, s.bytes, s.cache, s.fives, s.latency)
	}
	return g.render(screen, screen.width())
}

// stopped counts what a policy kept from being answered as asked.
func stopped(enforced map[string]int64) int64 {
	return enforced["denied"] + enforced["throttled"] + enforced["banned"]
}

// optionalFigure writes "-" for what is not there.
func optionalFigure(v *int64, format func(int64) string) string {
	if v == nil {
		return "-"
	}
	return format(*v)
}

func latencyFigure(r *schemas.TrafficReport) string {
	if r.Latency == nil {
		return "-"
	}
	return duration(r.Latency.P95)
}

// cachedShare is the share of requests that the cache answered.
func cachedShare(c *schemas.Cache) string {
	return percent(c.GetHit()+c.GetValidated(), c.GetHit()+c.GetValidated()+c.GetMiss()+c.GetUncached())
}

// stoppedShare is "-" where no policy is logged.
func stoppedShare(r *schemas.TrafficReport) string {
	if missingOf(r).column("enforced", len(r.Enforced)) != "" {
		return "-"
	}
	return percent(stopped(r.Enforced), r.Requests)
}

func classShare(r *schemas.TrafficReport, class string) string {
	var total int64
	for _, n := range r.StatusClass {
		total += n
	}
	return percent(r.StatusClass[class], total)
}
