package dashboard

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/schemas"
)

// title names the case.
func (c *siteCase) title() string {
	if c.said != nil {
		return strings.TrimSuffix(c.kind(), ".")
	}
	return c.Title(c.open)
}

// short names the case in a row of a table.
func (c *siteCase) short() string {
	switch v := c.Worst.Verdict; {
	case c.said != nil:
		return "said to be no attack"
	case v == schemas.Verdict_VERDICT_ATTACK:
		return "attack"
	case v == schemas.Verdict_VERDICT_SUSPECTED:
		return "looks like an attack"
	case attack.CalmTitle(c.Worst.Kind) != "":
		return strings.ToLower(attack.CalmTitle(c.Worst.Kind))
	}
	return "worth a look"
}

// now says in a word or two what goes on at a site.
func (c *siteCase) now() string {
	if c.said == nil && c.Worst.Verdict == schemas.Verdict_VERDICT_ATTACK {
		return "under attack"
	}
	return c.short()
}

// kind says in a sentence what the case looks like.
func (c *siteCase) kind() string {
	return sentence(attack.KindWords(c.Worst.Kind))
}

// size compares the case's largest minute with the usual, or its worst one where what is wrong is that too little comes.
func (c *siteCase) size() string {
	largest := c.Worst
	for _, f := range c.findings {
		if float64(c.Worst.Requests) >= c.Worst.NormalRequests && f.Requests > largest.Requests {
			largest = f
		}
	}
	return sizeOf(largest)
}

func sizeOf(f *schemas.Finding) string {
	requests, usual := float64(f.Requests), f.NormalRequests
	switch ratio := requests / math.Max(usual, 1); {
	case usual == 0 && f.Verdict >= schemas.Verdict_VERDICT_SUSPECTED || usual < 1 && requests < 1:
		return reportwriter.Plural(f.Requests, "request") + " a minute"
	case usual < 1:
		return fmt.Sprintf("%s a minute, where there is hardly one", reportwriter.Plural(f.Requests, "request"))
	case ratio >= 9.95:
		return fmt.Sprintf("%s times the usual %s requests a minute", rounds(ratio), rounds(usual))
	case ratio >= 1.25:
		return fmt.Sprintf("%.1f times the usual %s requests a minute", ratio, rounds(usual))
	case ratio >= 0.75:
		return fmt.Sprintf("about the usual %s requests a minute", rounds(usual))
	default:
		return fmt.Sprintf("%s a minute, where %s are usual", reportwriter.Plural(f.Requests, "request"), rounds(usual))
	}
}

func rounds(v float64) string { return reportwriter.Count(int64(math.Round(v))) }

// since says when the case began and how long it went on.
func (c *siteCase) since(now time.Time) string {
	begin := minuteWords(c.start, now)
	length := span(max(c.To.Sub(c.start), time.Minute))
	if c.open {
		return fmt.Sprintf("since %s UTC, for %s", begin, length)
	}
	return fmt.Sprintf("from %s to %s UTC, for %s", begin, minuteWords(c.To, now), length)
}

// minuteWords write a minute, with its day where that is not today.
func minuteWords(t, now time.Time) string {
	if t, now = t.UTC(), now.UTC(); t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04")
	}
	return t.UTC().Format("2 January 15:04")
}

// sentence gives words a capital letter and a full stop.
func sentence(words string) string {
	if words == "" {
		return ""
	}
	if !strings.HasSuffix(words, ".") {
		words += "."
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// shareWords write a share. Nothing is said to be 0 %, as what was not seen may be there.
func shareWords(share float64) string {
	if share < 0.0005 {
		return "hardly any"
	}
	return reportwriter.Percent(int64(math.Round(share*1e6)), 1e6)
}

// boundWords write a share that something is at most.
func boundWords(share float64) string { return fmt.Sprintf("%.1f %%", math.Ceil(share*1000-1e-9)/10) }
