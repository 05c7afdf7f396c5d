package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

var errStop = errors.New("enough")

// totalOfAnyRange has three days of one host, each minute with its own number of lines.
func totalOfAnyRange(t *testing.T, s *store) {
	day := noon.Truncate(24 * time.Hour)
	minutes := []time.Time{
		day.Add(-2 * time.Minute), day, day.Add(time.Minute), day.Add(90 * time.Minute), day.Add(23*time.Hour + 59*time.Minute), day.Add(24 * time.Hour), day.Add(26 * time.Hour),
	}
	for level, span := range map[string]time.Duration{reportstore.Minute: time.Minute, reportstore.Hour: time.Hour, reportstore.Day: 24 * time.Hour} {
		slots := map[time.Time][]lines{}
		for i, m := range minutes {
			slots[m.Truncate(span)] = append(slots[m.Truncate(span)], lines{i * 1000, i*1000 + i + 1})
		}
		for start, of := range slots {
			s.commitRows(levelRow(reportstore.Closed, level, "a.example", start, of...))
		}
	}
	marks := append([]time.Time{day.Add(-24 * time.Hour), day.Add(time.Hour), day.Add(12 * time.Hour), day.Add(25 * time.Hour), day.Add(72 * time.Hour)}, minutes...)
	for _, from := range marks {
		for _, to := range marks {
			var want []lines
			for i, m := range minutes {
				if !m.Before(from) && m.Before(to) {
					want = append(want, lines{i * 1000, i*1000 + i + 1})
				}
			}
			is(t, "total from "+from.String()+" to "+to.String(), checksumOf(s.total("a.example", from, to)), checksum(want...))
		}
	}
	if sum := s.total("a.example", day.Add(2*time.Hour), day.Add(3*time.Hour)); sum != nil {
		t.Errorf("the total of nothing is %v", sum)
	}
	sum := s.total("a.example", day, day.Add(24*time.Hour))
	if len(sum.TopPaths) == 0 || sum.Latency == nil || sum.Visitors == nil {
		t.Errorf("the total lacks its lists: %v", sum)
	}
}

// While an hour is open its minutes are what is known of it; once they are gone, its own rows are.
func totalOfOpenHours(t *testing.T, s *store) {
	s.commitRows(minuteRow(reportstore.Closed, "a.example", noon, lines{0, 10}), minuteRow(reportstore.Provisional, "a.example", noon.Add(time.Minute), lines{10, 30}),
		levelRow(reportstore.Provisional, reportstore.Hour, "a.example", noon, lines{0, 10}))
	whole := func() reportstore.Checksum { return checksumOf(s.total("a.example", noon, noon.Add(time.Hour))) }
	is(t, "total of an open hour", whole(), checksum(lines{0, 30}))
	s.commitRows(levelRow(reportstore.Late, reportstore.Hour, "b.example", noon, lines{5, 9}))
	is(t, "total of an hour of which a late row is left", checksumOf(s.total("b.example", noon, noon.Add(time.Hour))), checksum(lines{5, 9}))
	s.commitRows(minuteRow(reportstore.Closed, "a.example", noon.Add(time.Minute), lines{10, 31}), levelRow(reportstore.Closed, reportstore.Hour, "a.example", noon, lines{0, 31}))
	is(t, "total of a closed hour", whole(), checksum(lines{0, 31}))
	is(t, "half of it", checksumOf(s.total("a.example", noon, noon.Add(30*time.Second))), checksum(lines{0, 10}))
}

// Charts by hour and by day have, while a slot is open, what its minutes have: as much as the total says.
func seriesOfOpenSlots(t *testing.T, s *store) {
	day := noon.Truncate(24 * time.Hour)
	s.commit(&reportstore.Commit{
		Rows: []reportstore.Row{
			levelRow(reportstore.Closed, reportstore.Hour, "a.example", noon.Add(-time.Hour), lines{0, 10}), minuteRow(reportstore.Closed, "a.example", noon, lines{10, 30}),
			minuteRow(reportstore.Provisional, "a.example", noon.Add(time.Minute), lines{30, 45}), levelRow(reportstore.Provisional, reportstore.Hour, "a.example", noon, lines{10, 30}),
		},
		Insert: []reportstore.Partial{
			{Level: reportstore.Day, Host: "a.example", Start: day, Data: []byte("x")}, {Level: reportstore.Hour, Host: "a.example", Start: noon, Data: []byte("y")},
			{Level: reportstore.Minute, Host: "a.example", Start: noon.Add(time.Minute), Data: []byte("z")},
		},
	})
	for level, want := range map[string][]int64{reportstore.Minute: {20, 15}, reportstore.Hour: {10, 35}, reportstore.Day: {45}} {
		points, err := s.Series(t.Context(), access.Everything(), "a.example", level, day, day.Add(24*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, p := range points {
			got = append(got, p.Lines)
		}
		is(t, "lines by "+level, got, want)
		if last := points[len(points)-1]; !last.Provisional || last.P50 == nil || last.StatusClass == nil || last.ResponseBytes == nil {
			t.Errorf("by %s the last point is %+v", level, last)
		}
	}
	for _, level := range []string{reportstore.Minute, reportstore.Hour, reportstore.Day} {
		sites, _, err := s.Sites(t.Context(), access.Everything(), reportstore.SitesQuery{Level: level, From: day, To: day.Add(24 * time.Hour)})
		if err != nil || len(sites) != 1 {
			t.Fatalf("%d sites, %v", len(sites), err)
		}
		want, sum := map[string]int64{reportstore.Minute: 35, reportstore.Hour: 45, reportstore.Day: 45}[level], int64(0)
		for _, p := range sites[0].Points {
			sum += p.Requests
		}
		is(t, "requests of the site and of its chart by "+level, []int64{sites[0].Requests, sum}, []int64{want, want})
	}
	is(t, "the total", checksumOf(s.total("a.example", day, day.Add(24*time.Hour))).Lines, int64(45))
}

func retention(t *testing.T, s *store) {
	old := noon.Add(-48 * time.Hour)
	for i := range 30 {
		start := old.Add(time.Duration(i) * 2 * time.Hour)
		s.commitRows(minuteRow(reportstore.Closed, "a.example", start, lines{i, i + 1}), levelRow(reportstore.Closed, reportstore.Hour, "a.example", start, lines{i, i + 1}))
	}
	for i := range 3 {
		start := old.Truncate(24 * time.Hour).Add(time.Duration(i) * 24 * time.Hour)
		s.commitRows(levelRow(reportstore.Closed, reportstore.Day, "a.example", start, lines{i, i + 1}))
	}
	s.commit(&reportstore.Commit{Insert: []reportstore.Partial{{Level: reportstore.Minute, Host: "a.example", Start: old, Data: []byte("x")},
		{Level: reportstore.Minute, Host: "a.example", Start: noon, Data: []byte("y")}}})
	keep := reportstore.Retention{Minutes: 6*time.Hour + 30*time.Minute, Hours: 30 * time.Hour}
	for range 2 {
		if err := s.Expire(t.Context(), noon, keep); err != nil {
			t.Fatal(err)
		}
		is(t, "first minute", s.all(reportstore.Minute)[0].Report.Minute.AsTime(), noon.Add(-6*time.Hour))
		is(t, "first hour, of the first whole day", s.all(reportstore.Hour)[0].Report.Minute.AsTime(), noon.Add(-36*time.Hour))
		is(t, "days", len(s.all(reportstore.Day)), 3)
		is(t, "partials", len(s.state().Partials), 1)
	}
	is(t, "rows of the last hours", len(s.rows(everything, "a.example", reportstore.Minute)), 9)
}

// forgotten: nothing is left of a site, at any level, and the others keep all of theirs.
func forgotten(t *testing.T, s *store) {
	for _, host := range []string{"a.example", "b.example"} {
		s.commitRows(minuteRow(reportstore.Closed, host, noon, lines{0, 9}), levelRow(reportstore.Closed, reportstore.Hour, host, noon, lines{0, 9}),
			levelRow(reportstore.Closed, reportstore.Day, host, noon.Truncate(24*time.Hour), lines{0, 9}))
		s.commit(&reportstore.Commit{Insert: []reportstore.Partial{{Level: reportstore.Minute, Host: host, Start: noon.Add(time.Minute), Data: []byte("x")}}})
	}
	for _, want := range []bool{true, false} {
		found, err := s.Forget(t.Context(), "a.example")
		fails(t, "forget", err, nil)
		is(t, "that there was something", found, want)
		for _, level := range []string{reportstore.Minute, reportstore.Hour, reportstore.Day} {
			is(t, "rows of the site at level "+level, len(s.rows(everything, "a.example", level)), 0)
			is(t, "rows of others at level "+level, len(s.rows(everything, "b.example", level)), 1)
		}
		is(t, "partials", len(s.state().Partials), 1)
	}
	s.commitRows(minuteRow(reportstore.Closed, "a.example", noon.Add(time.Hour), lines{9, 12}))
	is(t, "rows of the site that came later", len(s.rows(everything, "a.example", reportstore.Minute)), 1)
}
