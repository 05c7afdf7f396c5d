package storetest

import (
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

func commitIsVisible(t *testing.T, s *store) {
	row := minuteRow(reportstore.Provisional, "a.example", noon, lines{0, 90})
	s.commit(&reportstore.Commit{
		Read: []reportstore.Extent{extent("f", 0, 900)}, Rows: []reportstore.Row{row},
		Insert: []reportstore.Partial{{Level: reportstore.Minute, Host: "a.example", Start: noon, Data: []byte("summary")}},
	})
	is(t, "rows", s.all(reportstore.Minute), []reportstore.Row{row})
	state := s.state()
	is(t, "cursor", state.Cursor, []reportstore.Extent{extent("f", 0, 900)})
	is(t, "partials", len(state.Partials), 1)
	is(t, "check", s.check(), map[time.Time]reportstore.Checksum{noon: checksum(lines{0, 90})})
	points := s.series(reportstore.Minute)
	if len(points) != 1 {
		t.Fatalf("%d points, want 1", len(points))
	}
	p, r := points[0], row.Report
	is(t, "point", p, reportstore.Point{
		Start: noon, Requests: 90, ResponseBytes: r.ResponseBytes, StatusClass: r.StatusClass, CacheHits: sum(r.Cache.Hit, r.Cache.Validated),
		CacheHitBytes: sum(r.Cache.HitBytes, r.Cache.ValidatedBytes), Visitors: r.Visitors, P50: &r.Latency.P50, P95: &r.Latency.P95, P99: &r.Latency.P99,
		Lines: 90, Provisional: true,
	})
}

func sum(a, b int64) *int64 { a += b; return &a }

// A commit that cannot be kept as a whole leaves nothing.
func failedCommitLeavesNothing(t *testing.T, s *store) {
	s.commit(&reportstore.Commit{Read: []reportstore.Extent{extent("f", 0, 10)}})
	odd := minuteRow(reportstore.Closed, "a.example", noon.Add(time.Second), lines{0, 9}) // does not begin a minute
	err := s.Commit(t.Context(), &reportstore.Commit{
		ID: "c", Read: []reportstore.Extent{extent("f", 10, 20)}, Hosts: []string{"a.example"}, Sources: []reportstore.SourceState{{Source: "access", Lines: 9}},
		Insert:  []reportstore.Partial{{Level: reportstore.Minute, Host: "a.example", Start: noon}},
		Letters: []reportstore.DeadLetter{{Letter: &schemas.DeadLetter{Reason: "bad"}, At: noon}},
		Rows:    []reportstore.Row{minuteRow(reportstore.Closed, "a.example", noon, lines{0, 9}), odd},
	})
	if err == nil {
		t.Fatal("a row that begins no minute was kept")
	}
	state := s.state()
	is(t, "cursor", state.Cursor, []reportstore.Extent{extent("f", 0, 10)})
	is(t, "partials, hosts, sources", len(state.Partials)+len(state.Hosts)+len(state.Sources), 0)
	is(t, "rows", len(s.all(reportstore.Minute)), 0)
	letters, err := s.Letters(t.Context(), 10)
	is(t, "letters", len(letters), 0)
	fails(t, "letters", err, nil)
	s.commit(&reportstore.Commit{ID: "c", Rows: []reportstore.Row{minuteRow(reportstore.Closed, "a.example", noon, lines{0, 9})}})
	is(t, "rows once it is mended", len(s.all(reportstore.Minute)), 1)
}

func sameCommitTwice(t *testing.T, s *store) {
	c := &reportstore.Commit{
		ID: "once", Read: []reportstore.Extent{extent("f", 0, 10)}, Rows: []reportstore.Row{minuteRow(reportstore.Late, "a.example", noon, lines{0, 9})},
		Letters: []reportstore.DeadLetter{{Letter: &schemas.DeadLetter{Reason: "bad"}, At: noon}},
	}
	s.commit(c)
	s.commit(c)
	is(t, "check", s.check(), map[time.Time]reportstore.Checksum{noon: checksum(lines{0, 9})})
	letters, err := s.Letters(t.Context(), 10)
	is(t, "letters", len(letters), 1)
	fails(t, "letters", err, nil)
}

func staleCommits(t *testing.T, s *store) {
	s.commit(&reportstore.Commit{Read: []reportstore.Extent{extent("f", 100, 200)}})
	for _, again := range []reportstore.Extent{extent("f", 100, 200), extent("f", 50, 101), extent("f", 199, 300), extent("f", 0, 900), extent("f", 120, 130)} {
		err := s.Commit(t.Context(), &reportstore.Commit{
			Read: []reportstore.Extent{extent("g", 0, 10), again}, Rows: []reportstore.Row{minuteRow(reportstore.Late, "a.example", noon, lines{0, 9})},
		})
		fails(t, "a commit of what was read before", err, reportstore.ErrStale)
	}
	twice := &reportstore.Commit{Read: []reportstore.Extent{extent("h", 0, 10), extent("h", 5, 20)}}
	fails(t, "a commit that overlaps itself", s.Commit(t.Context(), twice), reportstore.ErrStale)
	is(t, "rows", len(s.all(reportstore.Minute)), 0)
	is(t, "cursor", s.state().Cursor, []reportstore.Extent{extent("f", 100, 200)})
}

func cursorIsMerged(t *testing.T, s *store) {
	for _, e := range []reportstore.Extent{
		extent("f", 0, 10), extent("f", 20, 30), extent("g", 10, 20), extent("f", 40, 50), extent("f", 30, 40), extent("f", 60, 60),
	} {
		s.commit(&reportstore.Commit{Read: []reportstore.Extent{e}})
	}
	is(t, "cursor", s.state().Cursor, []reportstore.Extent{extent("f", 0, 10), extent("f", 20, 50), extent("g", 10, 20)})
	s.commit(&reportstore.Commit{Read: []reportstore.Extent{extent("f", 10, 20), {Source: "other", File: "f", From: 0, To: 5}}})
	is(t, "cursor without its gap", s.state().Cursor,
		[]reportstore.Extent{extent("f", 0, 50), extent("g", 10, 20), {Source: "other", File: "f", From: 0, To: 5}})
}

func provisionalClosedLate(t *testing.T, s *store) {
	for n := 10; n <= 30; n += 10 {
		row := minuteRow(reportstore.Provisional, "a.example", noon, lines{0, n})
		s.commitRows(row)
		is(t, "rows while the minute is open", s.all(reportstore.Minute), []reportstore.Row{row})
	}
	end := minuteRow(reportstore.Closed, "a.example", noon, lines{0, 35})
	s.commitRows(end)
	is(t, "rows of the closed minute", s.all(reportstore.Minute), []reportstore.Row{end})
	late := []reportstore.Row{minuteRow(reportstore.Late, "a.example", noon, lines{35, 40}), minuteRow(reportstore.Late, "a.example", noon, lines{40, 60})}
	s.commitRows(late[0])
	s.commitRows(late[1])
	is(t, "rows with late ones", s.all(reportstore.Minute), []reportstore.Row{end, late[0], late[1]})
	is(t, "check", s.check(), map[time.Time]reportstore.Checksum{noon: checksum(lines{0, 60})})
	points := s.series(reportstore.Minute)
	if len(points) != 1 || points[0].Requests != 60 || points[0].Provisional {
		t.Errorf("points are %+v, want one of 60 requests", points)
	}
	is(t, "visitors of the closed row", points[0].Visitors, end.Report.Visitors)
}

func closedTwice(t *testing.T, s *store) {
	s.commitRows(minuteRow(reportstore.Closed, "a.example", noon, lines{0, 10}))
	for _, kind := range []reportstore.RowKind{reportstore.Closed, reportstore.Provisional} {
		err := s.Commit(t.Context(), &reportstore.Commit{Rows: []reportstore.Row{minuteRow(kind, "a.example", noon, lines{0, 20})}})
		if err == nil {
			t.Errorf("a row of kind %d was kept for a closed minute", kind)
		}
	}
	is(t, "check", s.check(), map[time.Time]reportstore.Checksum{noon: checksum(lines{0, 10})})
}

func partialsComeAndGo(t *testing.T, s *store) {
	part := func(level, host string, start time.Time, data string) reportstore.Partial {
		return reportstore.Partial{Level: level, Host: host, Start: start, Data: []byte(data)}
	}
	s.commit(&reportstore.Commit{Insert: []reportstore.Partial{part(reportstore.Minute, "a.example", noon, "1"), part(reportstore.Minute, "b.example", noon, "2")}})
	s.commit(&reportstore.Commit{Insert: []reportstore.Partial{part(reportstore.Minute, "a.example", noon, "3"), part(reportstore.Hour, "a.example", noon, "4")}})
	of, err := s.PartialsOf(t.Context(), reportstore.Minute, "a.example", noon)
	fails(t, "partials", err, nil)
	if len(of) != 2 || string(of[0].Data) != "1" || string(of[1].Data) != "3" || of[0].ID >= of[1].ID {
		t.Fatalf("partials are %v", of)
	}
	for _, p := range s.state().Partials {
		if p.Data != nil || p.Host == "" || !p.Start.Equal(noon) {
			t.Errorf("the state's partial is %v", p)
		}
	}
	s.commit(&reportstore.Commit{Delete: []int64{of[0].ID, of[1].ID}, Insert: []reportstore.Partial{part(reportstore.Hour, "a.example", noon, "5")}})
	of, err = s.PartialsOf(t.Context(), reportstore.Minute, "a.example", noon)
	fails(t, "partials", err, nil)
	is(t, "used partials", len(of), 0)
	is(t, "partials left", len(s.state().Partials), 3)
}

// closedSlots: a closed hour stays closed, though a minute that nobody had seen is open in it.
func closedSlots(t *testing.T, s *store) {
	s.commitRows(closed("a.example", noon, lines{0, 9})...)
	s.commitRows(minuteRow(reportstore.Provisional, "a.example", noon.Add(time.Minute), lines{9, 12}), minuteRow(reportstore.Closed, "b.example", noon, lines{12, 20}))
	for level, want := range map[string][]time.Time{reportstore.Minute: {noon}, reportstore.Hour: {noon}, reportstore.Day: {noon.Truncate(24 * time.Hour)}} {
		got, err := s.Closed(t.Context(), "a.example", level, want[0], distant)
		fails(t, "closed", err, nil)
		is(t, "closed slots of level "+level, got, want)
	}
	got, err := s.Closed(t.Context(), "a.example", reportstore.Minute, noon.Add(1), distant)
	fails(t, "closed", err, nil)
	is(t, "closed minutes after the last", len(got), 0)
}
