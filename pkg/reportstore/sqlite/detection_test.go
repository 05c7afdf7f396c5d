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

func TestDetectionSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	want := detectedAt(noon.Unix())
	said := reportstore.Feedback{Host: "a.example", Started: noon, At: noon, Expires: now, By: "anna"}
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
	state, observed, err := s.Detection(t.Context(), "a.example")
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
