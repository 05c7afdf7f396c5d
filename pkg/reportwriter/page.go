package reportwriter

import (
	"fmt"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/schemas"
)

// twoColumns is the width from which sections stand side by side.
const (
	twoColumns = 116
	columnGap  = 4
	factLabel  = 14
)

// page is everything about one site.
func (s *site) page(page Page) []line {
	screen := page.Screen
	blocks := [][]line{s.head(screen), facts(s.row, page), chart(s.steps, screen)}
	if page.Steps && len(s.steps) > 0 {
		blocks = append(blocks, stepList(screen, s.steps))
	}
	blocks = append(blocks, sections(s.row, screen)...)
	blocks = append(blocks, notes(s.row, page))
	var lines []line
	for _, block := range blocks {
		if len(block) > 0 {
			lines = append(append(lines, block...), nil)
		}
	}
	return lines[:len(lines)-1]
}

func (s *site) head(screen Screen) []line {
	r := s.row
	rule := "─"
	if screen.ASCII {
		rule = "-"
	}
	lines := []line{{{text: shortened(plain(r.Host, screen.ASCII), screen.width()), style: bold}}, {{text: strings.Repeat(rule, screen.width()), style: dim}}}
	if r.FirstEvent != nil && r.LastEvent != nil {
		first, last := r.FirstEvent.AsTime(), r.LastEvent.AsTime()
		text := timeRange(first, last)
		if d := last.Sub(first); d >= 10*time.Minute {
			text += " (" + spanWords(d.Round(time.Minute)) + ")"
		}
		lines = append(lines, line{{text: text}})
	}
	if r.SampleRate > 0 && r.SampleRate < 1 {
		text := fmt.Sprintf("Scaled from a %s sample of the log: %s lines stand for %s requests.", samplePercent(r.SampleRate), count(r.Lines), count(r.Requests))
		lines = append(lines, paragraph(text, screen.width(), yellow)...)
	}
	return lines
}

func samplePercent(rate float64) string { return fmt.Sprintf("%.3g %%", 100*rate) }

// timeRange names the day once where it is one day. Seconds are shown where minutes would hide how short the time is.
func timeRange(first, last time.Time) string {
	clock := "15:04"
	if last.Sub(first) < 10*time.Minute {
		clock = "15:04:05"
	}
	end := clock
	if first.Format(time.DateOnly) != last.Format(time.DateOnly) {
		end = "Mon 2 Jan 2006, " + clock
	}
	return first.Format("Mon 2 Jan 2006, "+clock) + " to " + last.Format(end) + " UTC"
}

// facts are the figures that matter most, one a line, in words.
func facts(r *schemas.TrafficReport, page Page) []line {
	var lines []line
	screen := page.Screen
	add := func(label, text string, s style) {
		for i, part := range wrapped(text, screen.width()-gridIndent-factLabel) {
			if i > 0 {
				label = ""
			}
			lines = append(lines, line{{text: "  " + leftAligned(label, factLabel), style: dim}, {text: part, style: s}})
		}
	}
	add("Requests", requestsFact(r), bold)
	add("Visitors", visitorsFact(r, page), normal)
	add("Data sent", sentFact(r), normal)
	add("From cache", cacheFact(r.Cache), normal)
	add("Errors", errorsFact(r), errorStyle(r))
	add("Answer time", latencyFact(r.Latency), normal)
	add("Stopped", stoppedFact(r), normal)
	return lines
}

func requestsFact(r *schemas.TrafficReport) string {
	text := count(r.Requests)
	if d := eventSpan(r); d >= time.Minute {
		text += ", " + pace(r.Requests, d) + " on average"
	}
	return text
}

func eventSpan(r *schemas.TrafficReport) time.Duration {
	if r.FirstEvent == nil || r.LastEvent == nil {
		return 0
	}
	return r.LastEvent.AsTime().Sub(r.FirstEvent.AsTime())
}

func visitorsFact(r *schemas.TrafficReport, page Page) string {
	switch {
	case r.Visitors != nil:
		return visitorsWords(r)
	case r.ClientsUnavailable == "cdn":
		text := "not available: these are your CDN's addresses"
		if page.ClientsHelp != "" {
			text += "; what to change is at the end of this page"
		}
		return text
	case r.ClientsUnavailable != "":
		return "not available: " + plain(r.ClientsUnavailable, page.Screen.ASCII)
	}
	return "not logged"
}

// visitorsWords also say what the number is not: nobody is followed from one day to the next, and a sample has not met everybody.
func visitorsWords(r *schemas.TrafficReport) string {
	text := pluralOf(*r.Visitors, "address", "different addresses")
	if *r.Visitors >= 1000 {
		text = "about " + text
	}
	if r.SampleRate > 0 && r.SampleRate < 1 {
		text += " in the sample; the whole number is larger"
	}
	if r.FirstEvent != nil && r.LastEvent != nil && r.FirstEvent.AsTime().Format(time.DateOnly) != r.LastEvent.AsTime().Format(time.DateOnly) {
		text += ", counted per day and added: who came on two days counts twice"
	}
	return text
}

func sentFact(r *schemas.TrafficReport) string {
	if r.ResponseBytes == nil {
		return "not logged"
	}
	text := byteCount(*r.ResponseBytes)
	if d := eventSpan(r); d >= time.Minute {
		text += ", " + bitRate(*r.ResponseBytes, d) + " on average"
	}
	if r.RequestBytes != nil {
		text += "; received " + byteCount(*r.RequestBytes)
	}
	return text
}

func cacheFact(c *schemas.Cache) string {
	if c == nil {
		return "not logged"
	}
	bytes := percent(c.HitBytes+c.ValidatedBytes, c.HitBytes+c.ValidatedBytes+c.MissBytes+c.UncachedBytes)
	return cachedShare(c) + " of requests, " + bytes + " of bytes"
}

func errorsFact(r *schemas.TrafficReport) string {
	if why := missingOf(r).column("status_class", len(r.StatusClass)); why != "" {
		return why
	}
	text := classShare(r, "5xx") + " failed at the server (5xx), " + classShare(r, "4xx") + " refused or not found (4xx)"
	if r.StatusClass["none"] > 0 {
		text += ", " + classShare(r, "none") + " got no answer"
	}
	return text
}

// errorStyle marks what a person must not overlook: a twentieth or more of the answers is 5xx.
func errorStyle(r *schemas.TrafficReport) style {
	if r.Requests > 0 && r.StatusClass["5xx"]*20 >= r.Requests {
		return red
	}
	return normal
}

func latencyFact(d *schemas.Distribution) string {
	if d == nil {
		return "not logged"
	}
	return fmt.Sprintf("half within %s, 95 %% within %s, 99 %% within %s", duration(d.P50), duration(d.P95), duration(d.P99))
}

func stoppedFact(r *schemas.TrafficReport) string {
	if why := missingOf(r).column("enforced", len(r.Enforced)); why != "" {
		return why
	}
	n := stopped(r.Enforced)
	if n == 0 {
		return "nothing"
	}
	return fmt.Sprintf("%s requests (%s) by your security rules", count(n), percent(n, r.Requests))
}
