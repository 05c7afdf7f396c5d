package attack

import (
	"time"

	"github.com/floodgauge/floodgauge/schemas"
)

// Case is a stretch of findings of one site.
type Case struct {
	Host string
	// From is the first minute with a finding, To the end of the last one.
	From, To time.Time
	// Worst is the finding with most points, the earliest of them: it says what the case is.
	Worst    *schemas.Finding
	Findings int
	// Requests are those of all minutes with a finding, Normal what these usually have.
	Requests int64
	Normal   float64
}

// Cases joins findings of one site, in order, whose minutes are less than ten minutes apart.
func Cases(findings []*schemas.Finding) []Case {
	var cases []Case
	for _, f := range findings {
		if f.Verdict == schemas.Verdict_VERDICT_NORMAL && f.Kind == "" {
			continue // late lines took back what was off
		}
		minute := f.Minute.AsTime()
		if n := len(cases); n == 0 || minute.Sub(cases[n-1].To) >= quietMinutes*time.Minute {
			cases = append(cases, Case{Host: f.Host, From: minute, Worst: f})
		}
		cases[len(cases)-1].Add(f)
	}
	return cases
}

// Add takes in the next finding of the case.
func (c *Case) Add(f *schemas.Finding) {
	c.To = f.Minute.AsTime().Add(time.Minute)
	c.Findings++
	c.Requests += f.Requests
	c.Normal += f.NormalRequests
	if f.Verdict > c.Worst.Verdict || f.Verdict == c.Worst.Verdict && f.Points > c.Worst.Points {
		c.Worst = f
	}
}

// OpenAt tells whether a case goes on at the end of what is judged.
func (c *Case) OpenAt(end time.Time) bool { return end.Sub(c.To) < quietMinutes*time.Minute }
