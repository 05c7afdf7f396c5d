package loggen

import (
	"strconv"
	"time"
)

const lowerHex = "0123456789abcdef"

// appendHex appends the last n hexadecimal digits of v.
func appendHex(dst []byte, v uint64, n int) []byte {
	for shift := 4 * (n - 1); shift >= 0; shift -= 4 {
		dst = append(dst, lowerHex[v>>shift&15])
	}
	return dst
}

const base36 = "0123456789abcdefghijklmnopqrstuvwxyz"

// appendBase36 appends n digits of v, the lowest first.
func appendBase36(dst []byte, v uint64, n int) []byte {
	for range n {
		dst = append(dst, base36[v%36])
		v /= 36
	}
	return dst
}

// appendPadded appends the last n decimal digits of v.
func appendPadded(dst []byte, v uint64, n int) []byte {
	at := len(dst)
	dst = append(dst, "00000000000000000000"[:n]...)
	for i := at + n - 1; i >= at; i-- {
		dst[i] = byte('0' + v%10)
		v /= 10
	}
	return dst
}

func appendUint(dst []byte, v uint64) []byte { return strconv.AppendUint(dst, v, 10) }

// appendDecimal appends nanoseconds as seconds with the given number of decimal places, cut, not rounded.
func appendDecimal(dst []byte, ns int64, places int) []byte {
	dst = append(appendUint(dst, uint64(ns)/second), '.')
	return appendPadded(dst, uint64(ns)%second/powersOfTen[9-places], places)
}

var powersOfTen = [...]uint64{1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000}

// calendar writes times; it keeps the last day, as most lines are of the same one.
type calendar struct {
	layout string
	day    int64
	date   []byte
}

// newCalendar writes dates in a layout of package time, UTC.
func newCalendar(layout string) *calendar { return &calendar{layout: layout, day: -1} }

const nanosecondsOfDay = 24 * 60 * minute

// appendTime appends date and time of day, to the second.
func (c *calendar) appendTime(dst []byte, t int64) []byte {
	day := t / nanosecondsOfDay
	if day != c.day {
		c.day, c.date = day, time.Unix(0, t).UTC().AppendFormat(c.date[:0], c.layout)
	}
	dst = append(dst, c.date...)
	s := uint64(t % nanosecondsOfDay / second)
	dst = append(appendPadded(dst, s/3600, 2), ':')
	dst = append(appendPadded(dst, s/60%60, 2), ':')
	return appendPadded(dst, s%60, 2)
}
