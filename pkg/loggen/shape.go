package loggen

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
)

// The real requests per minute of one week, Monday to Sunday, UTC: see data/README.md.
//
//go:embed data/worldcup98-week.u16.gz
var worldcup98Gzip []byte

const (
	minutesOfDay  = 24 * 60
	minutesOfWeek = 7 * minutesOfDay
	// mondayOffset moves Unix time, which began on a Thursday, to weeks that begin on Monday.
	mondayOffset = 3 * minutesOfDay
)

// shape is how busy each minute of a week is, relative to the mean of its day, which is 1.
type shape struct{ minutes [minutesOfWeek]float64 }

// at gives the relative rate at a time in Unix nanoseconds.
func (s *shape) at(t int64) float64 {
	m := (t/minute + mondayOffset) % minutesOfWeek
	if m < 0 {
		m += minutesOfWeek
	}
	return s.minutes[m]
}

// level is at for a pace: it is the same up to the next minute.
func (s *shape) level(t int64) (relative float64, until int64) { return s.at(t), t - t%minute + minute }

// mean gives the mean relative rate from start to end, to the minute.
func (s *shape) mean(start, end int64) float64 {
	sum, n := 0.0, 0.0
	for t := start; t < end && n < minutesOfWeek; t += minute {
		sum += s.at(t)
		n++
	}
	if n == 0 {
		return 1
	}
	return sum / n
}

var worldcup98 = sync.OnceValues(func() (*shape, error) {
	zr, err := gzip.NewReader(bytes.NewReader(worldcup98Gzip))
	if err != nil {
		return nil, fmt.Errorf("embedded daily shape: %w", err)
	}
	raw, err := io.ReadAll(zr)
	if err != nil {
		return nil, fmt.Errorf("embedded daily shape: %w", err)
	}
	if len(raw) != 2*minutesOfWeek {
		return nil, fmt.Errorf("embedded daily shape: %d bytes instead of %d", len(raw), 2*minutesOfWeek)
	}
	s := new(shape)
	for day := range 7 {
		normalise(s.minutes[day*minutesOfDay:][:minutesOfDay], raw[day*minutesOfDay*2:])
	}
	return s, nil
})

// normalise scales the little-endian counts of one day to mean 1.
func normalise(day []float64, raw []byte) {
	sum := 0.0
	for i := range day {
		day[i] = float64(binary.LittleEndian.Uint16(raw[2*i:]))
		sum += day[i]
	}
	for i := range day {
		day[i] = day[i] * minutesOfDay / sum
	}
}
