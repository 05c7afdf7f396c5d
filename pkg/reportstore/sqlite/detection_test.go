package sqlite

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// judged is a finding whose points tell its minute and revision.
func judged(host string, start time.Time, revision int32) *schemas.Finding {
	return &schemas.Finding{
		Host: host, Minute: timestamp(start.Unix()), Revision: revision, Points: 5 + revision, Verdict: schemas.Verdict_VERDICT_SUSPECTED, Kind: "pulse",
		Confidence: 0.75, Requests: 1000, NormalRequests: 12.5,
	}
}

// detectedAt is what detection leaves of a minute.
func detectedAt(second int64) *reportstore.Commit {
	start := startOf(second)
	return &reportstore.Commit{
		Findings: []*schemas.Finding{judged("a.example", start, 1)},
		Observed: []reportstore.Observed{{Host: "a.example", Minute: start, Data: []byte("seen")}},
		States:   []reportstore.DetectionState{{Host: "a.example", Minute: start.Add(-reportstore.Span(reportstore.Minute)), Data: []byte("state")}},
		Literals: []reportstore.Literal{{Host: "a.example", Name: "fg-a", Expires: start.Add(2 * time.Hour), Data: []byte("literal")}},
	}
}

// A host is judged through the last minute that detection has seen, and listed if minutes of it were closed.
func TestJudged(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	row := func(kind reportstore.RowKind, host string, minutes int) reportstore.Row {
		return plain(kind, host, at(minutes), 3)
	}
	err := s.Commit(t.Context(), &reportstore.Commit{
		Rows: []reportstore.Row{
			row(reportstore.Closed, "b.example", 1), row(reportstore.Late, "b.example", 7), row(reportstore.Provisional, "b.example", 9),
			row(reportstore.Closed, "a.example", 2), row(reportstore.Closed, "a.example", 20), row(reportstore.Provisional, "open.example", 3),
			row(reportstore.Closed, "seen.example", 4),
		},
		States: []reportstore.DetectionState{
			{Host: "b.example", Minute: at(5)}, {Host: "seen.example", Minute: at(1)}, {Host: "other.example", Minute: at(5)},
		},
		Observed: []reportstore.Observed{{Host: "seen.example", Minute: at(3)}, {Host: "seen.example", Minute: at(2)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := readOnly(t, dir).Judged(t.Context(), noon, at(20))
	if err != nil {
		t.Fatal(err)
	}
	want := []Judged{{"a.example", at(2), at(2), time.Time{}}, {"b.example", at(1), at(7), at(5)}, {"seen.example", at(4), at(4), at(3)}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDetectionSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	want := detectedAt(noon.Unix())
	said := reportstore.Feedback{Host: "a.example", Started: noon, At: noon, Expires: now, By: "anna", Kinds: []string{"pulse", "scanner"}}
	s, err := Open(dir, clock)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if err := s.PutFeedback(t.Context(), said); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = opened(t, dir)
	state, observed, err := s.Detection(t.Context(), "a.example", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	findings, err := readOnly(t, dir).Findings(t.Context(), access.Everything(), "", noon, now)
	if err != nil {
		t.Fatal(err)
	}
	feedback, err := readOnly(t, dir).Feedback(t.Context(), access.Everything(), "", noon, now)
	if err != nil {
		t.Fatal(err)
	}
	literals, err := readOnly(t, dir).Literals(t.Context(), access.Everything(), "", noon)
	if err != nil {
		t.Fatal(err)
	}
	got := &reportstore.Commit{Findings: findings, Literals: literals, Observed: observed, States: []reportstore.DetectionState{*state}}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]reportstore.Feedback{said}, feedback); diff != "" {
		t.Errorf("feedback after a restart (-want +got):\n%s", diff)
	}
}
