package storetest

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

var (
	// noon is where most tests begin.
	noon    = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	distant = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
)

// k is what the k rule asks for: small, so that a few lines have lists.
const k = 2

// lines are the numbers of lines, from the first to the one before the last. Everything about a line follows from its number.
type lines struct{ from, to int }

func mix(n int) uint64 {
	x := uint64(n+1) * 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

func request(n int, at time.Time) *report.Request {
	client := mix(n % 17)
	r := &report.Request{
		Time: at.UnixNano() + int64(n%59)*int64(time.Second), LineID: mix(n), Weight: 1e6, Logged: vocabulary.Fields(1<<vocabulary.FieldCount - 1),
		Visitor: client, Group: uint32(client) | 1, Status: []uint16{200, 200, 304, 404, 503}[n%5], Method: vocabulary.MethodGet,
		Cache: vocabulary.Cache(1 + n%4), ResponseBytes: uint64(n%1000) * 100, Latency: int64(1+n%300) * int64(time.Millisecond),
		Path: fmt.Sprintf("/page/%d", n%7), Country: "DE", Agent: "Firefox",
	}
	binary.BigEndian.PutUint64(r.Client[:], client)
	return r
}

// summary adds up lines whose times follow start by less than a minute.
func summary(start time.Time, of ...lines) *report.Summary {
	s := report.New(k)
	for _, l := range of {
		for n := l.from; n < l.to; n++ {
			s.Add(request(n, start))
		}
	}
	return s
}

func rowOf(kind reportstore.RowKind, s *report.Summary, level, host string, start time.Time) reportstore.Row {
	if kind == reportstore.Late {
		return reportstore.Row{Kind: kind, Report: s.Fragment(host, start, level)}
	}
	return reportstore.Row{Kind: kind, Report: s.Report(host, start, level)}
}

// minuteRow is a row of the lines.
func minuteRow(kind reportstore.RowKind, host string, start time.Time, of ...lines) reportstore.Row {
	return rowOf(kind, summary(start, of...), reportstore.Minute, host, start)
}

// levelRow is an hour's or day's row of lines that come in its first minute.
func levelRow(kind reportstore.RowKind, level, host string, start time.Time, of ...lines) reportstore.Row {
	return rowOf(kind, summary(start, of...), level, host, start)
}

// closed are the rows of one host's minute at every level, as if there were no other minute.
func closed(host string, start time.Time, of ...lines) []reportstore.Row {
	return allLevels(reportstore.Closed, host, start, of...)
}

func allLevels(kind reportstore.RowKind, host string, start time.Time, of ...lines) (rows []reportstore.Row) {
	s := summary(start, of...)
	for _, level := range []string{reportstore.Minute, reportstore.Hour, reportstore.Day} {
		rows = append(rows, rowOf(kind, s, level, host, start.Truncate(reportstore.Span(level))))
	}
	return rows
}

func checksum(of ...lines) (sum reportstore.Checksum) {
	for _, l := range of {
		for n := l.from; n < l.to; n++ {
			sum.Lines++
			sum.XOR ^= mix(n)
		}
	}
	return sum
}

func checksumOf(r *schemas.TrafficReport) reportstore.Checksum {
	return reportstore.Checksum{Lines: r.GetLines(), XOR: r.GetLineXor()}
}

func extent(file string, from, to int64) reportstore.Extent {
	return reportstore.Extent{Source: "access", File: file, From: from, To: to}
}
