package report

import (
	"math"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/schemas"
)

// Sum adds up rows of one host: of a slot that has several, or of a stretch of time. It is nil where there are none, and a copy of a single row. Rows
// must be disjoint (no minute beside its hour). The result is at level "all" and begins where the first row does.
//
// Counters, and the counts of distributions, are exact: neither order nor grouping matters (they stop at the largest int64). Percentiles are those of
// the merged distributions. A field is "not logged" where no row with lines logged it.
//
// What a row has left out cannot be had back, so the rest has bounds:
//   - Lists add up what the rows list. A value that a row does not list may have had up to that row's rest: Rest.error grows by it, and is 0 only
//     where nothing can be missing. Rest.hidden is the most that one row hid; there may be more.
//   - Visitors of rows of one UTC day are the estimate of their merged sketches, and at least what the largest row has: rows of fewer than k visitors
//     have no sketch, so beside others they may not count. Those of different days add up. Rows that do not know their visitors count none.
func Sum(rows []*schemas.TrafficReport) *schemas.TrafficReport {
	switch len(rows) {
	case 0:
		return nil
	case 1:
		return proto.CloneOf(rows[0])
	}
	s := &schemas.TrafficReport{Host: rows[0].Host, Level: "all"}
	var logged loggedRows
	var visitors visitorDays
	for _, r := range rows {
		addCounters(s, r)
		addTimes(s, r)
		logged.add(r)
		visitors.add(r)
	}
	s.SampleRate = 1
	if s.Requests > 0 {
		s.SampleRate = min(float64(s.Lines)/float64(s.Requests), 1)
	}
	s.Latency = sumDistributions(rows, (*schemas.TrafficReport).GetLatency, microsPerSecond)
	s.ResponseSize = sumDistributions(rows, (*schemas.TrafficReport).GetResponseSize, 1)
	logged.write(s)
	visitors.write(s)
	sumLists(s, rows)
	return s
}

func plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// plusKnown adds a figure that may not be known; the sum is known where one of them is.
func plusKnown(a, b *int64) *int64 {
	if b == nil {
		return a
	}
	if a == nil {
		return proto.Int64(*b)
	}
	return proto.Int64(plus(*a, *b))
}

func plusEach[K comparable](to, from map[K]int64) map[K]int64 {
	if to == nil && from != nil {
		to = make(map[K]int64, len(from))
	}
	for k, n := range from {
		to[k] = plus(to[k], n)
	}
	return to
}

func addCounters(s, r *schemas.TrafficReport) {
	s.Requests, s.Lines, s.LateLines = plus(s.Requests, r.Requests), plus(s.Lines, r.Lines), plus(s.LateLines, r.LateLines)
	s.LineXor ^= r.LineXor
	s.RequestBytes, s.ResponseBytes = plusKnown(s.RequestBytes, r.RequestBytes), plusKnown(s.ResponseBytes, r.ResponseBytes)
	s.Status, s.StatusClass = plusEach(s.Status, r.Status), plusEach(s.StatusClass, r.StatusClass)
	s.Methods, s.Protocols = plusEach(s.Methods, r.Methods), plusEach(s.Protocols, r.Protocols)
	s.Enforced, s.Preview = plusEach(s.Enforced, r.Enforced), plusEach(s.Preview, r.Preview)
	s.OriginErrors, s.Clients = plusEach(s.OriginErrors, r.OriginErrors), plusEach(s.Clients, r.Clients)
	s.Cache = addCache(s.Cache, r.Cache)
	if s.K == 0 || r.K > 0 && r.K < s.K {
		s.K = r.K // a value that is listed has reached at least the smallest
	}
}

func addCache(s, r *schemas.Cache) *schemas.Cache {
	if r == nil {
		return s
	}
	if s == nil {
		s = &schemas.Cache{}
	}
	return &schemas.Cache{
		Hit: plus(s.Hit, r.Hit), HitBytes: plus(s.HitBytes, r.HitBytes),
		Validated: plus(s.Validated, r.Validated), ValidatedBytes: plus(s.ValidatedBytes, r.ValidatedBytes),
		Miss: plus(s.Miss, r.Miss), MissBytes: plus(s.MissBytes, r.MissBytes),
		Uncached: plus(s.Uncached, r.Uncached), UncachedBytes: plus(s.UncachedBytes, r.UncachedBytes),
		FillBytes: plus(s.FillBytes, r.FillBytes),
	}
}

func addTimes(s, r *schemas.TrafficReport) {
	if s.Minute == nil || r.Minute.AsTime().Before(s.Minute.AsTime()) {
		s.Minute = timestamppb.New(r.Minute.AsTime())
	}
	if r.FirstEvent != nil && (s.FirstEvent == nil || r.FirstEvent.AsTime().Before(s.FirstEvent.AsTime())) {
		s.FirstEvent = timestamppb.New(r.FirstEvent.AsTime())
	}
	if r.LastEvent != nil && (s.LastEvent == nil || r.LastEvent.AsTime().After(s.LastEvent.AsTime())) {
		s.LastEvent = timestamppb.New(r.LastEvent.AsTime())
	}
}

// loggedRows adds up how many lines log each field that some row says it lacks.
type loggedRows struct {
	rows   []*schemas.TrafficReport
	fields []string
}

func (l *loggedRows) add(r *schemas.TrafficReport) {
	if r.Lines == 0 {
		return // it says nothing of fields
	}
	l.rows = append(l.rows, r)
	l.fields = append(l.fields, r.NotLogged...)
	for f := range r.PartlyLogged {
		l.fields = append(l.fields, f)
	}
}

func (l *loggedRows) write(s *schemas.TrafficReport) {
	slices.Sort(l.fields)
	for _, f := range slices.Compact(l.fields) {
		lines := int64(0)
		for _, r := range l.rows {
			lines = plus(lines, linesWith(r, f))
		}
		switch {
		case lines == 0:
			s.NotLogged = append(s.NotLogged, f)
		case lines < s.Lines:
			if s.PartlyLogged == nil {
				s.PartlyLogged = map[string]int64{}
			}
			s.PartlyLogged[f] = lines
		}
	}
}

// linesWith is how many lines of a row log a field.
func linesWith(r *schemas.TrafficReport, field string) int64 {
	if slices.Contains(r.NotLogged, field) {
		return 0
	}
	if lines, partly := r.PartlyLogged[field]; partly {
		return lines
	}
	return r.Lines
}

// dayOf is the UTC day that a row's visitors are of, and false for a row of several.
func dayOf(r *schemas.TrafficReport) (time.Time, bool) {
	day := func(t *timestamppb.Timestamp) time.Time { return t.AsTime().Truncate(24 * time.Hour) }
	if r.Level != "all" {
		return day(r.Minute), true
	}
	return day(r.FirstEvent), r.FirstEvent != nil && day(r.FirstEvent).Equal(day(r.LastEvent))
}
