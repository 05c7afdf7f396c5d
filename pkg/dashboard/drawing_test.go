package dashboard

import (
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

func counted(from time.Time, requests ...int64) []reportstore.Point {
	var points []reportstore.Point
	for i, n := range requests {
		if n >= 0 { // no row
			points = append(points, reportstore.Point{Start: from.Add(time.Duration(i) * time.Minute), Requests: n})
		}
	}
	return points
}

func TestDrawing(t *testing.T) {
	from := teaTime.Truncate(time.Hour)
	p := period{From: from, To: from.Add(5 * time.Minute), Level: reportstore.Minute}
	for _, c := range []struct {
		name   string
		points []reportstore.Point
		known  time.Duration
		want   drawing
	}{
		{"nothing", nil, 5 * time.Minute, ""},
		{"a slot without a row had no requests", counted(from, 10, -1, 5, 10), 5 * time.Minute, "M0.0 1.0L30.0 27.0L60.0 14.0L90.0 1.0"},
		{"the slot that runs is left out", counted(from, 10, 10, 2), 3*time.Minute - 10*time.Second, "M0.0 1.0L30.0 1.0"},
		{"what is not known is left out", counted(from, 10, 10), 2*time.Minute + time.Second, "M0.0 1.0L30.0 1.0"},
		{"before the first row nothing is said", counted(from, -1, -1, 10, 5), 4*time.Minute + time.Second, "M60.0 1.0L90.0 14.0"},
		{"one slot is a dot", counted(from, -1, 10), time.Minute, "M30.0 1.0h.1"},
	} {
		if got := drawCounts(c.points, p, from.Add(c.known)); got != c.want {
			t.Errorf("%s: %s, not %s", c.name, got, c.want)
		}
	}
}

func TestDrawingsAreShort(t *testing.T) {
	from := teaTime.Truncate(time.Hour)
	long := make([]int64, 1440)
	for i := range long {
		long[i] = int64(i)
	}
	p := period{From: from, To: from.Add(24 * time.Hour), Level: reportstore.Minute}
	if n := strings.Count(string(drawCounts(counted(from, long...), p, p.To)), "L"); n > drawingSteps {
		t.Errorf("a day is drawn by %d lines", n)
	}
}
