package reportwriter

import (
	"bufio"
	"strings"
	"unicode/utf8"
)

// style is how a piece of text stands out. Colour never says anything that the text does not say too.
type style uint8

const (
	normal style = iota
	bold
	dim
	blue
	yellow
	red
)

var styleCodes = [...]string{"", "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[33m", "\x1b[31m"}

// span is a piece of a line. Its text has passed plain, so each of its runes is one column wide.
type span struct {
	text  string
	style style
}

type line []span

func (l line) width() int {
	n := 0
	for _, s := range l {
		n += utf8.RuneCountInString(s.text)
	}
	return n
}

// with appends a text, to the last span where that has the same style.
func (l line) with(text string, s style) line {
	if n := len(l); n > 0 && l[n-1].style == s {
		l[n-1].text += text
		return l
	}
	return append(l, span{text: text, style: s})
}

// padded fills up with spaces to a width.
func (l line) padded(width int) line {
	if missing := width - l.width(); missing > 0 {
		return append(l, span{text: strings.Repeat(" ", missing)})
	}
	return l
}

// printer writes lines, none wider than the screen. The buffer keeps the first error for Flush.
type printer struct {
	out    *bufio.Writer
	screen Screen
}

func (p *printer) lines(lines []line) {
	for _, l := range lines {
		p.line(l)
	}
}

func (p *printer) line(l line) {
	for _, s := range l.fitted(p.screen.width()) {
		text := s.text
		if p.screen.Color && s.style != normal && text != "" {
			text = styleCodes[s.style] + text + "\x1b[0m"
		}
		_, _ = p.out.WriteString(text) // Flush tells
	}
	_ = p.out.WriteByte('\n')
}

// fitted cuts the line at a width, and takes the spaces at its end away.
func (l line) fitted(width int) line {
	for i := range l {
		l[i].text = cut(l[i].text, width)
		width -= utf8.RuneCountInString(l[i].text)
	}
	for i := len(l) - 1; i >= 0; i-- {
		l[i].text = strings.TrimRight(l[i].text, " ")
		if l[i].text != "" {
			break
		}
	}
	return l
}

func cut(s string, width int) string {
	if len(s) <= width {
		return s
	}
	if runes := []rune(s); len(runes) > width {
		return string(runes[:max(width, 0)])
	}
	return s
}

// shortened takes the middle out of a text that is too long: beginnings and ends of paths tell more.
func shortened(s string, width int) string {
	runes := []rune(s)
	if len(runes) <= width || width < 5 {
		return cut(s, width)
	}
	tail := (width - 2) / 2
	return string(runes[:width-2-tail]) + ".." + string(runes[len(runes)-tail:])
}

// wrapped breaks a text at spaces. A word longer than the width stands on a line of its own.
func wrapped(text string, width int) []string {
	var lines []string
	current := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case current == "":
			current = word
		case utf8.RuneCountInString(current)+1+utf8.RuneCountInString(word) <= width:
			current += " " + word
		default:
			lines = append(lines, current)
			current = word
		}
	}
	if current != "" {
		lines = append(lines, current)
	}
	return lines
}

// beside puts two blocks of lines next to each other.
func beside(left, right []line, leftWidth int) []line {
	lines := make([]line, max(len(left), len(right)))
	for i := range lines {
		if i < len(left) {
			lines[i] = left[i]
		}
		if i < len(right) {
			lines[i] = append(lines[i].padded(leftWidth), right[i]...)
		}
	}
	return lines
}
