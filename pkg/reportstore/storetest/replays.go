package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

func lateReplay(t *testing.T, s *store) {
	s.commitRows(closed("a.example", noon, lines{0, 20})...)
	r := &reportstore.Replay{ID: "late", Rows: allLevels(reportstore.Late, "a.example", noon, lines{20, 50})}
	s.publish(r)
	again, err := s.Publish(t.Context(), r)
	fails(t, "the same replay again", err, nil)
	is(t, "published again", again, false)
	is(t, "check", s.check(), map[time.Time]reportstore.Checksum{noon: checksum(lines{0, 50})})
	agree(t, s, "a.example", lines{0, 50})
	is(t, "kinds", kinds(s.all(reportstore.Minute)), []reportstore.RowKind{reportstore.Closed, reportstore.Late})
	more := allLevels(reportstore.Late, "a.example", noon, lines{50, 60})
	s.publish(&reportstore.Replay{ID: "more", Rows: more, Parts: []string{"file 1", "file 2"}})
	if published, err := s.Publish(t.Context(), &reportstore.Replay{ID: "again", Rows: more, Parts: []string{"file 3", "file 2"}}); err == nil || published {
		t.Error("lines of a file were added twice")
	}
	s.publish(&reportstore.Replay{ID: "third", Rows: allLevels(reportstore.Late, "a.example", noon, lines{60, 70}), Parts: []string{"file 3"}})
	agree(t, s, "a.example", lines{0, 70})
}

func kinds(rows []reportstore.Row) (kinds []reportstore.RowKind) {
	for _, r := range rows {
		kinds = append(kinds, r.Kind)
	}
	return kinds
}

// agree checks that every level has all lines, and totals too.
func agree(t tester, s *store, host string, of ...lines) {
	t.Helper()
	for _, level := range []string{reportstore.Minute, reportstore.Hour, reportstore.Day} {
		got := reportstore.Checksum{}
		for _, r := range s.rows(everything, host, level) {
			got.Lines, got.XOR = got.Lines+r.Report.Lines, got.XOR^r.Report.LineXor
		}
		is(t, "rows of level "+level, got, checksum(of...))
	}
	is(t, "total", checksumOf(s.total(host, noon.Add(-100*24*time.Hour), distant)), checksum(of...))
}

// Late rows that come while an hour and a day are open count beside the row that closes them.
func lateReplayOfOpenHour(t *testing.T, s *store) {
	s.commitRows(minuteRow(reportstore.Closed, "a.example", noon, lines{0, 20}))
	s.publish(&reportstore.Replay{ID: "late", Rows: allLevels(reportstore.Late, "a.example", noon, lines{20, 50})})
	is(t, "total", checksumOf(s.total("a.example", noon, noon.Add(time.Hour))), checksum(lines{0, 50}))
	s.commitRows(levelRow(reportstore.Closed, reportstore.Hour, "a.example", noon, lines{0, 20}),
		levelRow(reportstore.Closed, reportstore.Day, "a.example", noon.Truncate(24*time.Hour), lines{0, 20}))
	agree(t, s, "a.example", lines{0, 50})
}

func rebuild(t *testing.T, s *store) {
	day := noon.Truncate(24 * time.Hour)
	s.commitRows(closed("a.example", noon, lines{0, 20})...)
	s.commitRows(allLevels(reportstore.Late, "a.example", noon, lines{20, 25})...)
	s.commitRows(closed("gone.example", noon, lines{30, 40})...)
	next := closed("a.example", noon.Add(24*time.Hour), lines{100, 110})
	s.commitRows(next...)
	rows := closed("a.example", noon, lines{0, 50})
	s.publish(&reportstore.Replay{ID: "rebuilt", Rebuild: true, From: day, To: day.Add(24 * time.Hour), Rows: slices.Clone(rows)})
	for i, level := range []string{reportstore.Minute, reportstore.Hour, reportstore.Day} {
		is(t, "rows of level "+level, s.all(level), []reportstore.Row{rows[i], next[i]})
	}
	s.commitRows(minuteRow(reportstore.Late, "a.example", noon, lines{50, 51}), levelRow(reportstore.Late, reportstore.Hour, "a.example", noon, lines{50, 51}),
		levelRow(reportstore.Late, reportstore.Day, "a.example", day, lines{50, 51}))
	agree(t, s, "a.example", lines{0, 51}, lines{100, 110})
}

// A day of which some hours are rebuilt is the sum of its hours.
func rebuildOfPartOfDay(t *testing.T, s *store) {
	later := noon.Add(3 * time.Hour)
	day := noon.Truncate(24 * time.Hour)
	for _, host := range []string{"a.example", "gone.example"} {
		s.commitRows(minuteRow(reportstore.Closed, host, noon, lines{0, 20}), levelRow(reportstore.Closed, reportstore.Hour, host, noon, lines{0, 20}),
			minuteRow(reportstore.Closed, host, later, lines{20, 30}), levelRow(reportstore.Closed, reportstore.Hour, host, later, lines{20, 30}),
			levelRow(reportstore.Closed, reportstore.Day, host, day, lines{0, 30}))
	}
	s.commitRows(closed("gone-too.example", noon, lines{40, 50})...)
	rows := append(closed("a.example", noon, lines{0, 20}, lines{500, 600}), closed("new.example", noon, lines{700, 720})...)
	s.publish(&reportstore.Replay{ID: "part", Rebuild: true, From: noon, To: noon.Add(time.Hour), Rows: rows})
	agree(t, s, "a.example", lines{0, 30}, lines{500, 600})
	agree(t, s, "gone.example", lines{20, 30})
	agree(t, s, "new.example", lines{700, 720})
	is(t, "what a host has of which nothing is left", s.total("gone-too.example", day, distant) == nil, true)
	if sum := s.rows(everything, "a.example", reportstore.Day)[0]; sum.Kind != reportstore.Closed || len(sum.Report.TopPaths) == 0 || sum.Report.Visitors == nil {
		t.Errorf("the day's row is %v", sum)
	}
}

// A run that closes a day later, of which an hour was rebuilt meanwhile, does not bring back what was replaced.
func rebuildInOpenDay(t *testing.T, s *store) {
	day := noon.Truncate(24 * time.Hour)
	s.commit(&reportstore.Commit{
		Rows: []reportstore.Row{minuteRow(reportstore.Closed, "a.example", noon, lines{0, 20}), levelRow(reportstore.Closed, reportstore.Hour, "a.example", noon, lines{0, 20}),
			levelRow(reportstore.Provisional, reportstore.Day, "a.example", day, lines{0, 20})},
		Insert: []reportstore.Partial{{Level: reportstore.Day, Host: "a.example", Start: day, Data: []byte("lines 0 to 20")}},
	})
	s.publish(&reportstore.Replay{ID: "r", Rebuild: true, From: noon, To: noon.Add(time.Hour), Rows: closed("a.example", noon, lines{0, 20}, lines{500, 600})})
	agree(t, s, "a.example", lines{0, 20}, lines{500, 600})
	is(t, "kind of the open day", kinds(s.all(reportstore.Day)), []reportstore.RowKind{reportstore.Provisional})
	later := noon.Add(2 * time.Hour)
	s.commitRows(levelRow(reportstore.Closed, reportstore.Day, "a.example", day, lines{0, 30}),
		minuteRow(reportstore.Closed, "a.example", later, lines{20, 30}), levelRow(reportstore.Closed, reportstore.Hour, "a.example", later, lines{20, 30}))
	agree(t, s, "a.example", lines{0, 30}, lines{500, 600})
	is(t, "kind of the closed day", kinds(s.all(reportstore.Day)), []reportstore.RowKind{reportstore.Closed})
}

func rebuildTwice(t *testing.T, s *store) {
	hours := []time.Time{noon, noon.Add(time.Hour), noon.Add(2 * time.Hour)}
	batch := func(from, to, lines0 int) (rows []reportstore.Row) {
		for i := from; i < to; i++ {
			of := lines{i * 1000, i*1000 + lines0}
			rows = append(rows, minuteRow(reportstore.Closed, "a.example", hours[i], of), levelRow(reportstore.Closed, reportstore.Hour, "a.example", hours[i], of))
		}
		return rows
	}
	r := &reportstore.Replay{ID: "first", Rebuild: true, From: hours[0], To: hours[2], Rows: batch(0, 2, 10)}
	s.publish(r)
	again, err := s.Publish(t.Context(), r)
	fails(t, "the same rebuild again", err, nil)
	is(t, "published again", again, false)
	agree(t, s, "a.example", lines{0, 10}, lines{1000, 1010})
	s.publish(&reportstore.Replay{ID: "overlapping", Rebuild: true, From: hours[1], To: hours[2].Add(time.Hour), Rows: batch(1, 3, 20)})
	agree(t, s, "a.example", lines{0, 10}, lines{1000, 1020}, lines{2000, 2020})
	again, err = s.Publish(t.Context(), r)
	fails(t, "the first rebuild once more", err, nil)
	is(t, "published once more", again, false)
	agree(t, s, "a.example", lines{0, 10}, lines{1000, 1020}, lines{2000, 2020})
}

func rebuildRefusals(t *testing.T, s *store) {
	s.commitRows(closed("a.example", noon, lines{0, 20})...)
	s.commitRows(minuteRow(reportstore.Provisional, "a.example", noon.Add(time.Hour), lines{0, 20}))
	s.commit(&reportstore.Commit{Insert: []reportstore.Partial{{Level: reportstore.Minute, Host: "b.example", Start: noon.Add(2 * time.Hour), Data: []byte("x")}}})
	before := s.all(reportstore.Minute)
	try := func(r reportstore.Replay) error {
		r.Rebuild = true
		published, err := s.Publish(t.Context(), &r)
		is(t, "published", published, false)
		return err
	}
	fewer := reportstore.Replay{ID: "fewer", From: noon, To: noon.Add(time.Hour), Rows: closed("b.example", noon, lines{0, 19})}
	fails(t, "a rebuild with fewer lines", try(fewer), reportstore.ErrFewerLines)
	fails(t, "a rebuild of an open minute", try(reportstore.Replay{ID: "open", From: noon, To: noon.Add(2 * time.Hour), Force: true}), reportstore.ErrOpen)
	fails(t, "a rebuild of a minute that has parts", try(reportstore.Replay{ID: "parts", From: noon.Add(2 * time.Hour), To: noon.Add(3 * time.Hour)}), reportstore.ErrOpen)
	for _, odd := range []reportstore.Replay{
		{ID: "half", From: noon, To: noon.Add(30 * time.Minute)}, {ID: "none", From: noon, To: noon}, {From: noon, To: noon.Add(time.Hour)},
		{ID: "outside", From: noon.Add(-time.Hour), To: noon, Rows: closed("a.example", noon, lines{0, 20})},
		{ID: "twice", From: noon, To: noon.Add(time.Hour), Rows: append(closed("a.example", noon, lines{0, 20}), closed("a.example", noon, lines{0, 20})...)},
	} {
		if err := try(odd); err == nil {
			t.Errorf("replay %q was published", odd.ID)
		}
	}
	is(t, "rows after refusals", s.all(reportstore.Minute), before)
	fewer.Rebuild, fewer.Force = true, true
	s.publish(&fewer)
	is(t, "total of the forced rebuild", checksumOf(s.total("b.example", noon, noon.Add(time.Hour))), checksum(lines{0, 19}))
}

// Lines that a live run reads of a minute that was rebuilt before it came there are kept beside the rebuilt ones.
func liveAfterRebuild(t *testing.T, s *store) {
	s.publish(&reportstore.Replay{ID: "r", Rebuild: true, From: noon, To: noon.Add(time.Hour), Rows: closed("a.example", noon, lines{0, 20})})
	s.commitRows(minuteRow(reportstore.Provisional, "a.example", noon, lines{20, 30}))
	s.commitRows(minuteRow(reportstore.Closed, "a.example", noon, lines{20, 40}))
	s.commitRows(levelRow(reportstore.Closed, reportstore.Hour, "a.example", noon, lines{20, 40}),
		levelRow(reportstore.Closed, reportstore.Day, "a.example", noon.Truncate(24*time.Hour), lines{20, 40}))
	agree(t, s, "a.example", lines{0, 40})
}

// Whole rows of a late replay keep their lists where a slot has no row and no live run will close it, and are counters elsewhere.
func lateReplayOfNewSlots(t *testing.T, s *store) {
	hour := time.Hour
	s.commit(&reportstore.Commit{Rows: closed("a.example", noon.Add(hour), lines{0, 20}), Sources: []reportstore.SourceState{{Source: "access"}}})
	rows := append(closed("a.example", noon, lines{100, 120}), minuteRow(reportstore.Closed, "a.example", noon.Add(hour), lines{20, 25}),
		levelRow(reportstore.Closed, reportstore.Hour, "a.example", noon.Add(hour), lines{20, 25}),
		minuteRow(reportstore.Closed, "a.example", noon.Add(2*hour), lines{30, 35}),
		levelRow(reportstore.Closed, reportstore.Hour, "a.example", noon.Add(2*hour), lines{30, 35}))
	rows[2] = levelRow(reportstore.Closed, reportstore.Day, "a.example", noon.Truncate(24*hour), lines{100, 120}, lines{20, 25}, lines{30, 35})
	s.publish(&reportstore.Replay{ID: "late", Rows: rows})
	agree(t, s, "a.example", lines{0, 25}, lines{30, 35}, lines{100, 120})
	minutes := s.all(reportstore.Minute)
	is(t, "kinds of minutes", kinds(minutes), []reportstore.RowKind{reportstore.Closed, reportstore.Closed, reportstore.Late, reportstore.Late})
	is(t, "the new minute", minutes[0].Report, rows[0].Report)
	is(t, "the late row", minutes[2].Report, report.LateRow(rows[3].Report))
	is(t, "kinds of the day", kinds(s.all(reportstore.Day)), []reportstore.RowKind{reportstore.Closed, reportstore.Late})
	// The minute after the last event is closed by a live run later.
	s.commitRows(minuteRow(reportstore.Closed, "a.example", noon.Add(2*hour), lines{40, 45}))
	is(t, "kinds of minutes later", kinds(s.all(reportstore.Minute)),
		[]reportstore.RowKind{reportstore.Closed, reportstore.Closed, reportstore.Late, reportstore.Closed, reportstore.Late})
}
