package dashboard

import (
	"bytes"
	"strconv"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// drawing is a small chart that the server draws: path data of SVG for a line, in a box of drawingWidth by drawingHeight. It is empty where there is
// nothing to draw.
type drawing string

const (
	drawingWidth  = 120
	drawingHeight = 28
	// drawingSteps is how many values a drawing holds at most: more than that are added up in pairs, threes and so on.
	drawingSteps = 120
)

// drawCounts draws the requests of each slot. A slot without a point had none where it is known, and is left out where it is not.
func drawCounts(points []reportstore.Point, p period, knownTo time.Time) drawing {
	return draw(points, p, knownTo, func(point reportstore.Point) (float64, bool) { return float64(point.Requests), true })
}

func draw(points []reportstore.Point, p period, knownTo time.Time, value func(reportstore.Point) (float64, bool)) drawing {
	group := (p.slots() + drawingSteps - 1) / drawingSteps
	if len(points) == 0 || group == 0 {
		return ""
	}
	sums := make([]float64, (p.slots()+group-1)/group)
	highest := 0.0
	for _, point := range points {
		slot := int(point.Start.Sub(p.From)/p.step()) / group
		if v, ok := value(point); ok && slot >= 0 && slot < len(sums) {
			sums[slot] += v
			highest = max(highest, sums[slot])
		}
	}
	width := time.Duration(group) * p.step()
	first := int(points[0].Start.Sub(p.From) / width)
	last := len(sums) - 1
	known := points[len(points)-1].Start
	if knownTo.After(known) {
		known = knownTo
	}
	// The slot that runs now would look like a fall.
	for last > first && !p.From.Add(time.Duration(last+1)*width).Before(known) {
		last--
	}
	return trace(sums, first, last, highest)
}

// trace makes the path of the values from first to last.
func trace(values []float64, first, last int, highest float64) drawing {
	if highest == 0 {
		highest = 1
	}
	x := func(i int) string { return decimal(float64(i) * drawingWidth / float64(max(len(values)-1, 1))) }
	var line []byte
	for i := max(first, 0); i <= last; i++ {
		command := byte('L')
		if len(line) == 0 {
			command = 'M'
		}
		line = append(append(append(line, command), x(i)...), ' ')
		line = append(line, decimal(drawingHeight-1-values[i]/highest*(drawingHeight-2))...)
	}
	if !bytes.ContainsRune(line, 'L') {
		line = append(line, "h.1"...) // a dot
	}
	return drawing(line)
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// drawFindings draws the requests of minutes with a finding, and what is usual in them, on one scale. There is nothing to see in fewer than three.
func drawFindings(found []*schemas.Finding) (requests, usual drawing) {
	if len(found) < 3 {
		return "", ""
	}
	first := found[0].Minute.AsTime()
	minutes := int(found[len(found)-1].Minute.AsTime().Sub(first)/time.Minute) + 1
	group := (minutes + drawingSteps - 1) / drawingSteps
	seen, normal := make([]float64, (minutes+group-1)/group), make([]float64, (minutes+group-1)/group)
	highest, last := 0.0, 0.0
	for _, f := range found {
		at := int(f.Minute.AsTime().Sub(first)/time.Minute) / group
		seen[at], normal[at] = max(seen[at], float64(f.Requests)), max(normal[at], f.NormalRequests)
		highest = max(highest, seen[at], normal[at])
	}
	for i := range normal { // where nothing stood out, there was about what is usual
		if normal[i] == 0 {
			normal[i], seen[i] = last, max(seen[i], last)
		}
		last = normal[i]
	}
	return trace(seen, 0, len(seen)-1, highest), trace(normal, 0, len(normal)-1, highest)
}
