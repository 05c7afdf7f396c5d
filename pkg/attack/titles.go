package attack

import (
	"cmp"
	"strings"

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

// VerdictWords are a verdict as people read it, without a capital letter.
func VerdictWords(v schemas.Verdict) string { return verdictWords[v] }

// KindWords say what a case of a kind looks like, as a sentence without a capital letter and a full stop.
func KindWords(kind string) string {
	return cmp.Or(kindWords[kind], strings.ReplaceAll(kind, "_", " "))
}

// CalmTitle is the title of cases of a kind that is no attack whatever it is; empty for other kinds.
func CalmTitle(kind string) string { return calmTitles[kind] }

// Title says what the case is, as a sentence without a full stop. open tells that it goes on.
func (c *Case) Title(open bool) string {
	switch f := c.Worst; {
	case f.Verdict == schemas.Verdict_VERDICT_ATTACK && open:
		return "This site is under attack"
	case f.Verdict == schemas.Verdict_VERDICT_ATTACK:
		return "This site was under attack"
	case f.Verdict == schemas.Verdict_VERDICT_SUSPECTED && open:
		return "This looks like an attack"
	case f.Verdict == schemas.Verdict_VERDICT_SUSPECTED:
		return "This looked like an attack"
	default:
		return cmp.Or(CalmTitle(f.Kind), "Worth a look: "+cmp.Or(watchWords[f.Kind], kindWords[f.Kind], "more requests than usual"))
	}
}

// OverTitle says that the case, which was taken for an attack, has just ended: a sentence without a full stop.
func (c *Case) OverTitle() string {
	if c.Worst.Verdict == schemas.Verdict_VERDICT_ATTACK {
		return "The attack is over"
	}
	return "What looked like an attack is over"
}
