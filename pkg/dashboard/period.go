package dashboard

import (
	"fmt"
	"net/url"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// period is the stretch of time that somebody looks at: whole slots of a level.
type period struct {
	Name  string // of the range; empty for one given by its ends
	From  time.Time
	To    time.Time // excluded
	Level string
}

// chosen is a range that the pages offer.
type chosen struct {
	Name, Words string
	span        time.Duration
}

var ranges = []chosen{
	{"15m", "15 min", 15 * time.Minute}, {"1h", "1 h", time.Hour}, {"6h", "6 h", 6 * time.Hour}, {"24h", "24 h", day},
	{"7d", "7 d", 7 * day}, {"30d", "30 d", 30 * day}, {"90d", "90 d", 90 * day}, {"1y", "1 year", 365 * day},
}

const (
	day = 24 * time.Hour
	// defaultRange is shown where none is asked for.
	defaultRange = "1h"
	// maxPoints is how many slots one answer covers at most.
	maxPoints = 2000
	// minuteSpan is the longest period that is shown by the minute, hourSpan by the hour.
	minuteSpan = day
	hourSpan   = 40 * day
)

// readPeriod finds the period that an address asks for: range=1h up to now, or from and to. There are none longer than maxPoints days.
func readPeriod(q url.Values, now time.Time, keep reportstore.Retention) (period, error) {
	p, err := readEnds(q, now)
	if err != nil {
		return period{}, err
	}
	if step := q.Get("step"); step != "" {
		if step != reportstore.Minute && step != reportstore.Hour && step != reportstore.Day {
			return period{}, badRequest("step is minute, hour or day.")
		}
		p.Level = step
	} else {
		p.Level = levelFor(p.From, p.To, now, keep)
	}
	return p.aligned()
}

func readEnds(q url.Values, now time.Time) (period, error) {
	if q.Get("from") == "" && q.Get("to") == "" {
		name := q.Get("range")
		if name == "" {
			name = defaultRange
		}
		for _, r := range ranges {
			if r.Name == name {
				return period{Name: name, From: now.Add(-r.span), To: now}, nil
			}
		}
		return period{}, badRequest("There is no such range: 15m, 1h, 6h, 24h, 7d, 30d, 90d and 1y are.")
	}
	from, err := readTime("from", q.Get("from"))
	if err != nil {
		return period{}, err
	}
	to := now
	if q.Get("to") != "" {
		if to, err = readTime("to", q.Get("to")); err != nil {
			return period{}, err
		}
	}
	if to.After(now) {
		to = now
	}
	if !from.Before(to) {
		return period{}, badRequest("The period ends before it begins, or has not begun yet: choose an earlier beginning (times are in UTC).")
	}
	return period{From: from, To: to}, nil
}

// timeForms are how times may be written: as the JSON interface gives them, and as browsers' fields for a time do, which means UTC.
var timeForms = []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02T15:04:05", time.DateOnly}

func readTime(what, text string) (time.Time, error) {
	for _, form := range timeForms {
		if t, err := time.Parse(form, text); err == nil && t.Year() >= 1995 && t.Year() < 10000 {
			return t.UTC(), nil
		}
	}
	return time.Time{}, badRequest(fmt.Sprintf("%s is a time in UTC, such as 2026-11-25T14:00Z.", what))
}

// levelFor is the finest level that gives few enough points and that the store still keeps.
func levelFor(from, to, now time.Time, keep reportstore.Retention) string {
	kept := func(d time.Duration) bool { return d == 0 || from.After(now.Add(-d)) }
	switch span := to.Sub(from); {
	case span <= minuteSpan && kept(keep.Minutes):
		return reportstore.Minute
	case span <= hourSpan && kept(keep.Hours):
		return reportstore.Hour
	}
	return reportstore.Day
}

// aligned moves the ends to whole slots. A named range keeps its length, so that it always has the same number of points.
func (p period) aligned() (period, error) {
	span := reportstore.Span(p.Level)
	if to := p.To.Truncate(span); to.Before(p.To) {
		to = to.Add(span)
		if p.Name != "" {
			p.From = p.From.Add(to.Sub(p.To))
		}
		p.To = to
	}
	p.From = p.From.Truncate(span)
	if p.slots() > maxPoints {
		return period{}, badRequest(fmt.Sprintf("That is more than %d points: choose a shorter period or a longer step.", maxPoints))
	}
	return p, nil
}

func (p period) step() time.Duration { return reportstore.Span(p.Level) }

func (p period) slots() int { return int(p.To.Sub(p.From) / p.step()) }

// before is the period of the same length that ends where p begins.
func (p period) before() period {
	return period{From: p.From.Add(-p.To.Sub(p.From)), To: p.From, Level: p.Level}
}

// query is the period as it stands in an address.
func (p period) query() url.Values {
	if p.Name != "" {
		return url.Values{"range": {p.Name}}
	}
	return url.Values{"from": {p.From.Format(timeForms[1])}, "to": {p.To.Format(timeForms[1])}}
}

// Words name the period.
func (p period) Words() string {
	for _, r := range ranges {
		if r.Name == p.Name {
			return "the last " + r.Words
		}
	}
	return p.From.Format("2 Jan 2006 15:04") + " to " + p.To.Format("2 Jan 2006 15:04") + " UTC"
}
