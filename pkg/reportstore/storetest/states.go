package storetest

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

func stateSurvives(t *testing.T, s *store) {
	first := reportstore.SourceState{
		Source: "access", Frontier: noon, Newest: noon.Add(time.Second), Lines: 3, Bytes: 300, Dead: map[string]int64{"no_time": 1},
		Behind: 5, Oldest: noon, Problem: "it is gone",
	}
	second := reportstore.SourceState{Source: "b"}
	s.commit(&reportstore.Commit{
		Hosts: []string{"b.example", "a.example"}, HostSources: map[string][]string{"a.example": {"access"}}, Sources: []reportstore.SourceState{second, first},
	})
	s.commit(&reportstore.Commit{Hosts: []string{"a.example"}, HostSources: map[string][]string{"a.example": {"b", "access"}, "c.example": {"b"}}})
	state := s.state()
	is(t, "hosts", state.Hosts, []string{"a.example", "b.example"})
	is(t, "sources of hosts", state.HostSources, map[string][]string{"a.example": {"access", "b"}, "c.example": {"b"}})
	is(t, "sources", state.Sources, []reportstore.SourceState{first, second})
	first.Dead, first.Problem, first.Lines = map[string]int64{"no_host": 2}, "", 9
	s.commit(&reportstore.Commit{Sources: []reportstore.SourceState{first}})
	is(t, "sources", s.state().Sources, []reportstore.SourceState{first, second})
}

func setAside(t *testing.T, s *store) {
	e := extent("f", 10, 20)
	plain := reportstore.DeadLetter{Letter: &schemas.DeadLetter{Source: "access", Reason: "bad", Lines: 3}, At: noon}
	whole := reportstore.DeadLetter{
		Letter: &schemas.DeadLetter{Source: "access", Reason: "crash", File: 1 << 63}, At: noon.Add(time.Minute), Extent: &e, Tries: 1, Next: noon.Add(time.Hour),
	}
	c := &reportstore.Commit{Letters: []reportstore.DeadLetter{plain, whole}}
	s.commit(c)
	letters, err := s.Letters(t.Context(), 10)
	fails(t, "letters", err, nil)
	if len(letters) != 2 {
		t.Fatalf("%d letters, want 2", len(letters))
	}
	plain.ID, whole.ID = c.Letters[0].ID, c.Letters[1].ID
	is(t, "letters, newest first", letters, []reportstore.DeadLetter{whole, plain})
	is(t, "extents set aside", s.state().SetAside, []reportstore.DeadLetter{whole})
	whole.Tries, whole.Next = 2, noon.Add(2*time.Hour)
	s.commit(&reportstore.Commit{Retried: []reportstore.DeadLetter{whole}})
	is(t, "extents set aside", s.state().SetAside, []reportstore.DeadLetter{whole})
	s.commit(&reportstore.Commit{Resolved: []int64{whole.ID}})
	is(t, "extents set aside", len(s.state().SetAside), 0)
	letters, err = s.Letters(t.Context(), 1)
	fails(t, "letters", err, nil)
	is(t, "letters", letters, []reportstore.DeadLetter{plain})
}

func status(t *testing.T, s *store) {
	e := extent("f", 0, 9)
	s.commit(&reportstore.Commit{
		Rows: []reportstore.Row{
			minuteRow(reportstore.Provisional, "a.example", noon, lines{0, 59}), minuteRow(reportstore.Closed, "a.example", noon.Add(-time.Minute), lines{0, 9}),
		},
		Insert: []reportstore.Partial{{Level: reportstore.Minute, Host: "a.example", Start: noon, Data: []byte("x")},
			{Level: reportstore.Minute, Host: "b.example", Start: noon.Add(time.Minute), Data: []byte("x")}},
		Sources: []reportstore.SourceState{{Source: "a", Dead: map[string]int64{"bad": 1}}, {Source: "b", Dead: map[string]int64{"bad": 2, "worse": 3}}},
		Letters: []reportstore.DeadLetter{{Letter: &schemas.DeadLetter{}, At: noon.Add(time.Hour), Extent: &e}, {Letter: &schemas.DeadLetter{}, At: noon, Extent: &e},
			{Letter: &schemas.DeadLetter{}, At: noon.Add(-time.Hour)}},
		Incomplete: []reportstore.Slot{{Level: reportstore.Minute, Start: noon}},
	})
	got, err := s.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.LastCommit.IsZero() || got.Bytes == 0 || len(got.Sources) != 2 {
		t.Errorf("status is %+v", got)
	}
	is(t, "last event", got.LastEvent, noon.Add(58*time.Second))
	is(t, "open minutes", got.OpenMinutes, 2)
	is(t, "dead lines", got.DeadLines, map[string]int64{"bad": 3, "worse": 3})
	is(t, "set aside", got.SetAside, 2)
	is(t, "oldest set aside", got.SetAsideOldest, noon)
	is(t, "incomplete", got.Incomplete, 1)
}

func incompleteMinutes(t *testing.T, s *store) {
	s.commitRows(append(closed("a.example", noon, lines{0, 9}), minuteRow(reportstore.Closed, "a.example", noon.Add(time.Minute), lines{0, 9}))...)
	s.commit(&reportstore.Commit{Incomplete: []reportstore.Slot{
		{Level: reportstore.Minute, Start: noon.Add(time.Minute)}, {Level: reportstore.Minute, Start: noon.Add(time.Hour)},
	}})
	marks := func(level string) (marks []bool) {
		for _, p := range s.series(level) {
			marks = append(marks, p.Incomplete)
		}
		return marks
	}
	is(t, "marked minutes", marks(reportstore.Minute), []bool{false, true})
	is(t, "marked hours", marks(reportstore.Hour), []bool{true})
	is(t, "marked days", marks(reportstore.Day), []bool{true})
	s.commit(&reportstore.Commit{Complete: []reportstore.Slot{{Level: reportstore.Minute, Start: noon.Add(time.Minute)}}})
	is(t, "marked minutes", marks(reportstore.Minute), []bool{false, false})
	is(t, "marked hours", marks(reportstore.Hour), []bool{false})
}

func percentilesOfSeveralRows(t *testing.T, s *store) {
	all := summary(noon, lines{0, 500})
	s.commitRows(minuteRow(reportstore.Closed, "a.example", noon, lines{0, 40}), minuteRow(reportstore.Late, "a.example", noon, lines{40, 300}),
		minuteRow(reportstore.Late, "a.example", noon, lines{300, 500}))
	want := all.Report("a.example", noon, reportstore.Minute).Latency
	p := s.series(reportstore.Minute)[0]
	is(t, "percentiles", []*float64{p.P50, p.P95, p.P99}, []*float64{proto.Float64(want.P50), proto.Float64(want.P95), proto.Float64(want.P99)})
}
