package reportwriter

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// grid is a table with one column of labels on the left, columns of figures, and bars on the right where there is room for them.
type grid struct {
	title string   // stands above the labels
	heads []string // stand above the figures
	rows  []gridRow
	bars  bool
	// aligned makes the label column as wide as that of the page's other sections.
	aligned bool
}

type gridRow struct {
	label   string
	figures []string
	value   int64 // length of the bar
	style   style
}

const (
	gridIndent = 2
	gridGap    = 2
	leastLabel = 16
	leastBar   = 6
	longestBar = 40
	// Columns are at least so wide, so that the sections of a page line up.
	firstFigure = 10
	laterFigure = 6
)

func (g *grid) add(s style, value int64, label string, figures ...string) {
	g.rows = append(g.rows, gridRow{label: label, figures: figures, value: value, style: s})
}

// render draws the grid for a width.
func (g *grid) render(screen Screen, width int) []line {
	widths := g.figureWidths()
	label := g.labelWidth(widths, width)
	bar := min(longestBar, width-gridIndent-label-gridGap-sum(widths))
	if !g.bars || bar < leastBar {
		bar = 0
	}
	lines := []line{g.head(label, widths)}
	longest := g.longest()
	for _, row := range g.rows {
		l := line{{text: strings.Repeat(" ", gridIndent) + leftAligned(shortened(row.label, label), label), style: row.style}}
		for i, figure := range row.figures {
			l = append(l, span{text: rightAligned(figure, widths[i]), style: row.style})
		}
		if drawn := barOf(screen, row.value, longest, bar); drawn != "" {
			l = append(l, span{text: strings.Repeat(" ", gridGap)}, span{text: drawn, style: max(row.style, blue)})
		}
		lines = append(lines, l)
	}
	return lines
}

// figureWidths include the gap before each column.
func (g *grid) figureWidths() []int {
	widths := make([]int, len(g.heads))
	for i, head := range g.heads {
		least := laterFigure
		if i == 0 {
			least = firstFigure
		}
		widths[i] = gridGap + max(least, utf8.RuneCountInString(head))
	}
	for _, row := range g.rows {
		for i, figure := range row.figures {
			widths[i] = max(widths[i], gridGap+utf8.RuneCountInString(figure))
		}
	}
	return widths
}

func (g *grid) labelWidth(figures []int, width int) int {
	label := utf8.RuneCountInString(g.title) - gridIndent
	for _, row := range g.rows {
		label = max(label, utf8.RuneCountInString(row.label))
	}
	room := width - gridIndent - sum(figures)
	if g.bars {
		room -= gridGap + leastBar
	}
	if g.aligned {
		label = max(label, width*2/5)
	}
	return max(leastLabel, min(label, room))
}

func (g *grid) head(label int, widths []int) line {
	l := line{{text: leftAligned(g.title, gridIndent+label), style: bold}}
	for i, head := range g.heads {
		l = append(l, span{text: rightAligned(head, widths[i]), style: dim})
	}
	return l
}

func (g *grid) longest() int64 {
	var longest int64
	for _, row := range g.rows {
		longest = max(longest, row.value)
	}
	return longest
}

var (
	barEighths   = []string{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"}
	asciiEighths = []string{"", "|", "|", "|", "|", "|", "|", "|"}
)

// barOf draws value as a bar of at most width columns, which stands for longest. Any value above 0 is visible.
func barOf(screen Screen, value, longest int64, width int) string {
	if value <= 0 || longest <= 0 || width <= 0 {
		return ""
	}
	eighths := max(1, int(float64(value)/float64(longest)*float64(8*width)+0.5))
	full, part := "█", barEighths
	if screen.ASCII {
		full, part = "#", asciiEighths
		if eighths >= 8 {
			return strings.Repeat(full, (eighths+4)/8)
		}
	}
	return strings.Repeat(full, eighths/8) + part[eighths%8]
}

func leftAligned(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

func rightAligned(s string, width int) string {
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s))) + s
}

func sum(widths []int) int {
	total := 0
	for _, w := range widths {
		total += w
	}
	return total
}

// sortedByCount orders the names of a map by falling count, then by name.
func sortedByCount[K interface{ ~string | ~int32 }](counts map[K]int64) []K {
	names := sortedKeys(counts)
	slices.SortStableFunc(names, func(a, b K) int {
		switch {
		case counts[a] > counts[b]:
			return -1
		case counts[a] < counts[b]:
			return 1
		}
		return 0
	})
	return names
}
