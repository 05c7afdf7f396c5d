package reportwriter

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

const (
	chartAxis   = 8  // columns left of the chart
	chartMargin = 11 // columns right of it
	chartHeight = 6
	maxBarWidth = 6
)

// columnSpans are the times that one column of a chart may stand for.
var columnSpans = []time.Duration{
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 20 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour, 6 * time.Hour, 8 * time.Hour, 12 * time.Hour,
	24 * time.Hour, 2 * 24 * time.Hour, 7 * 24 * time.Hour, 14 * 24 * time.Hour, 28 * 24 * time.Hour, 91 * 24 * time.Hour, 364 * 24 * time.Hour,
}

// timeline is the steps of a site added up to as many columns as fit.
type timeline struct {
	start   time.Time
	span    time.Duration // of a column
	width   int           // cells of a column
	columns []step
	partly  string // says that the outermost columns are not whole
}

// chart draws requests over time, and under it where answers failed or were stopped. A single column tells nothing and is not drawn.
func chart(steps []step, screen Screen) []line {
	t, ok := newTimeline(steps, screen.width()-chartAxis-chartMargin)
	if !ok {
		return nil
	}
	lines := []line{{{text: "Requests over time", style: bold}, {text: "  each column is " + spanWords(t.span) + t.partly, style: dim}}}
	lines = append(lines, t.requestRows(screen)...)
	lines = append(lines, t.timeRow())
	return append(lines, t.sparks(screen)...)
}

func newTimeline(steps []step, room int) (timeline, bool) {
	if len(steps) < 2 {
		return timeline{}, false
	}
	first, last := steps[0].start, steps[len(steps)-1].start
	t := timeline{span: columnSpans[len(columnSpans)-1]}
	for _, span := range columnSpans {
		if span%steps[0].length == 0 && int(last.Sub(first.Truncate(span))/span)+1 <= room {
			t.span = span
			break
		}
	}
	t.start = first.Truncate(t.span)
	n := int(last.Sub(t.start)/t.span) + 1
	if n < 2 || n > room {
		return timeline{}, false
	}
	if end := t.start.Add(time.Duration(n) * t.span); first.After(t.start) || last.Add(steps[0].length).Before(end) {
		t.partly = " (first and last in part)"
	}
	t.columns = make([]step, n)
	t.width = max(1, min(maxBarWidth, room/n))
	for _, s := range steps {
		if i := int(s.start.Sub(t.start) / t.span); i >= 0 && i < n {
			c := &t.columns[i]
			c.requests += s.requests
			c.clientErrors += s.clientErrors
			c.serverErrors += s.serverErrors
			c.stopped += s.stopped
		}
	}
	return t, true
}

// requestRows are the bars from top to bottom with the axis on the left.
func (t *timeline) requestRows(screen Screen) []line {
	top := niceCeiling(t.most(func(s step) int64 { return s.requests }))
	axis := "│"
	if screen.ASCII {
		axis = "|"
	}
	lines := make([]line, chartHeight)
	for i := range lines {
		label := ""
		switch i {
		case 0:
			label = axisCount(top)
		case chartHeight / 2:
			label = axisCount(top / 2)
		}
		l := line{{text: rightAligned(label, chartAxis-2) + " " + axis, style: dim}}
		for _, c := range t.columns {
			level := float64(c.requests)/float64(top)*chartHeight - float64(chartHeight-1-i)
			l = l.with(t.cell(verticalLevel(screen, level, i == chartHeight-1 && c.requests > 0)), columnStyle(c))
		}
		lines[i] = l
	}
	return lines
}

// columnStyle colours columns in which a tenth or more failed at the server or was stopped; the sparklines below say the same.
func columnStyle(c step) style {
	switch {
	case c.requests == 0:
		return normal
	case c.serverErrors*10 >= c.requests:
		return red
	case c.stopped*10 >= c.requests:
		return yellow
	}
	return blue
}

// cell repeats a character over the width of a column and leaves a gap between wide columns.
func (t *timeline) cell(character string) string {
	if t.width < 3 {
		return strings.Repeat(character, t.width)
	}
	return strings.Repeat(character, t.width-1) + " "
}

var (
	levelGlyphs = []string{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}
	asciiLevels = []string{" ", ".", ":", "#"}
)

// verticalLevel is the character that is filled up to level, 0 to 1. What is above zero is visible where seen is set.
func verticalLevel(screen Screen, level float64, seen bool) string {
	glyphs := levelGlyphs
	if screen.ASCII {
		glyphs = asciiLevels
	}
	n := int(math.Round(min(max(level, 0), 1) * float64(len(glyphs)-1)))
	if n == 0 && seen {
		n = 1
	}
	return glyphs[n]
}

func (t *timeline) most(value func(step) int64) int64 {
	var most int64
	for _, c := range t.columns {
		most = max(most, value(c))
	}
	return most
}

// niceCeiling is the next even round number, so that half of it is whole too.
func niceCeiling(n int64) int64 {
	for unit := int64(1); ; unit *= 10 {
		for _, nice := range []int64{2, 4, 6, 8} {
			if nice*unit >= n || unit > math.MaxInt64/100 {
				return nice * unit
			}
		}
	}
}

// timeRow writes times below the columns that begin with them, as many as fit.
func (t *timeline) timeRow() line {
	layout, every := t.labels()
	row := []rune(strings.Repeat(" ", chartAxis+len(t.columns)*t.width+8))
	end := 0
	for i := range t.columns {
		start := t.start.Add(time.Duration(i) * t.span)
		position := chartAxis + i*t.width
		if !start.Equal(start.Truncate(every)) || position < end {
			continue
		}
		text := start.Format(layout)
		copy(row[position:], []rune(text))
		end = position + len(text) + 1
	}
	return line{{text: strings.TrimRight(string(row), " "), style: dim}}
}

// labels chooses how times are written and how far they are apart: clocks up to two days, then dates.
func (t *timeline) labels() (string, time.Duration) {
	layout, least := "15:04", t.span
	if t.length() > 48*time.Hour {
		layout, least = "2 Jan", max(t.span, 24*time.Hour)
	}
	if t.length() > year {
		layout = "Jan 2006"
	}
	for _, every := range columnSpans {
		if cells := int(every/t.span) * t.width; every >= least && every%t.span == 0 && cells >= len(layout)+3 {
			return layout, every
		}
	}
	return layout, columnSpans[len(columnSpans)-1]
}

// sparks are one row each for trouble that there was, with the column in which it was greatest.
func (t *timeline) sparks(screen Screen) []line {
	var lines []line
	for _, s := range []struct {
		label string
		style style
		value func(step) int64
	}{
		{"5xx", red, func(s step) int64 { return s.serverErrors }},
		{"4xx", yellow, func(s step) int64 { return s.clientErrors }},
		{"stopped", yellow, func(s step) int64 { return s.stopped }},
	} {
		most := t.most(s.value)
		if most == 0 {
			continue
		}
		l := line{{text: rightAligned(s.label, chartAxis-1) + " ", style: dim}}
		text := ""
		for _, c := range t.columns {
			text += t.cell(verticalLevel(screen, float64(s.value(c))/float64(most), s.value(c) > 0))
		}
		lines = append(lines, append(l, span{text: text, style: s.style}, span{text: "  max " + axisCount(most), style: dim}))
	}
	return append(lines, t.peak(screen)...)
}

// peak says in words when most happened.
func (t *timeline) peak(screen Screen) []line {
	words := func(one, many string, value func(step) int64) string {
		most := t.most(value)
		if most == 0 {
			return ""
		}
		i := slices.IndexFunc(t.columns, func(s step) bool { return value(s) == most })
		return fmt.Sprintf("%s at %s", pluralOf(most, one, many), t.start.Add(time.Duration(i)*t.span).Format(t.clock()))
	}
	parts := slices.DeleteFunc([]string{
		words("request", "requests", func(s step) int64 { return s.requests }),
		words("server error", "server errors", func(s step) int64 { return s.serverErrors }),
		words("stopped", "stopped", func(s step) int64 { return s.stopped }),
	}, func(text string) bool { return text == "" })
	if len(parts) == 0 {
		return nil
	}
	return indented("Most in one column: "+strings.Join(parts, ", ")+".", screen.width(), dim)
}

func (t *timeline) clock() string {
	switch {
	case t.length() > year:
		return "2 Jan 2006"
	case t.span >= 24*time.Hour:
		return "2 Jan"
	case t.length() > 24*time.Hour:
		return "2 Jan 15:04"
	}
	return "15:04"
}

// year is from which length on a day and a month do not name a time.
const year = 365 * 24 * time.Hour

// length is the time that all columns stand for.
func (t *timeline) length() time.Duration { return t.span * time.Duration(len(t.columns)) }

// indented is a paragraph two columns from the left.
func indented(text string, width int, s style) []line {
	lines := paragraph(text, width-gridIndent, s)
	for i := range lines {
		lines[i] = append(line{{text: "  "}}, lines[i]...)
	}
	return lines
}
