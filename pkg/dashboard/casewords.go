package dashboard

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/schemas"
)

// kindWords say what a case looks like.
var kindWords = map[string]string{
	"volumetric":          "a flood of requests",
	"cache_busting":       "a flood that goes past the cache",
	"slow_ramp":           "a flood that grows without a pause",
	"pulse":               "a flood that comes in pulses",
	"brute_force":         "passwords are being guessed",
	"credential_stuffing": "stolen passwords are being tried",
	"scanner":             "somebody looks for weak spots",
	"scraper":             "programs copy the site",
	"crawler":             "a crawler is busier than usual",
	"error_storm":         "unusual requests, or many that fail",
	"origin_trouble":      "the site answers with errors",
	"flash_crowd":         "many readers at once",
	"traffic_stopped":     "no traffic arrives",
}

// calmTitles are for what is no attack whatever it is.
var calmTitles = map[string]string{
	"flash_crowd": "Many readers at once", "origin_trouble": "The site answers with errors", "traffic_stopped": "No traffic arrives",
}

// watchWords say what may be going on where little speaks for it.
var watchWords = map[string]string{
	"brute_force": "passwords may be guessed", "credential_stuffing": "stolen passwords may be tried", "scanner": "somebody may look for weak spots",
	"scraper": "programs may copy the site", "cache_busting": "more requests than usual go past the cache", "volumetric": "more requests than usual",
	"slow_ramp": "more and more requests", "pulse": "more requests than usual, in pulses",
}

var verdictWords = map[schemas.Verdict]string{
	schemas.Verdict_VERDICT_UNKNOWN: "not known yet", schemas.Verdict_VERDICT_NORMAL: "no attack", schemas.Verdict_VERDICT_WATCH: "worth a look",
	schemas.Verdict_VERDICT_SUSPECTED: "probably an attack", schemas.Verdict_VERDICT_ATTACK: "attack",
}

// title names the case.
func (c *siteCase) title() string {
	switch f := c.Worst; {
	case c.said != nil:
		return strings.TrimSuffix(c.kind(), ".")
	case f.Verdict == schemas.Verdict_VERDICT_ATTACK && c.open:
		return "This site is under attack"
	case f.Verdict == schemas.Verdict_VERDICT_ATTACK:
		return "This site was under attack"
	case f.Verdict == schemas.Verdict_VERDICT_SUSPECTED && c.open:
		return "This looks like an attack"
	case f.Verdict == schemas.Verdict_VERDICT_SUSPECTED:
		return "This looked like an attack"
	case calmTitles[f.Kind] != "":
		return calmTitles[f.Kind]
	default:
		return "Worth a look: " + cmp.Or(watchWords[f.Kind], kindWords[f.Kind], "more requests than usual")
	}
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
	case calmTitles[c.Worst.Kind] != "":
		return strings.ToLower(calmTitles[c.Worst.Kind])
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
	return sentence(cmp.Or(kindWords[c.Worst.Kind], strings.ReplaceAll(c.Worst.Kind, "_", " ")))
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
