package storetest

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

// finding is one with evidence, told apart from others by its points.
func finding(host string, start time.Time, revision, points int) *schemas.Finding {
	return &schemas.Finding{
		Host: host, Minute: timestamppb.New(start), Started: timestamppb.New(start.Add(-time.Minute)), Revision: int32(revision), Points: int32(points),
		Verdict: schemas.Verdict_VERDICT_SUSPECTED, Kind: "volumetric", Confidence: 0.75, Requests: 1000, NormalRequests: 12.5,
		Evidence:  []*schemas.Evidence{{Signal: "volume", Observed: 1000, Normal: 12.5, Points: int32(points), Words: "80 times the usual requests"}},
		Standouts: []*schemas.Standout{{List: "top_agents", Value: "curl", Requests: 900, Share: 0.9, NormalShare: 0.01}},
		Rules:     &schemas.Rules{Status: "RULE_GENERATED", Recommendations: []*schemas.Recommendation{{Name: "fg-agent", Action: "deny", Coverage: 0.9}}},
	}
}

func (s *store) commitFindings(findings ...*schemas.Finding) {
	s.t.Helper()
	s.commit(&reportstore.Commit{Findings: findings})
}

func (s *store) findings(who access.SiteSet, host string, from, to time.Time) []*schemas.Finding {
	s.t.Helper()
	all, err := s.Findings(s.t.Context(), who, host, from, to)
	if err != nil {
		s.t.Fatalf("findings: %v", err)
	}
	return all
}

// allFindings are those that anybody may see.
func (s *store) allFindings() []*schemas.Finding {
	s.t.Helper()
	return s.findings(everything, "", time.Time{}, distant)
}

func findingsByHostAndMinute(t *testing.T, s *store) {
	var want []*schemas.Finding
	for _, host := range []string{"a.example", "b.example", "c.example"} {
		for m := range 3 {
			want = append(want, finding(host, noon.Add(time.Duration(m)*time.Minute), 0, m))
		}
	}
	mixed := slices.Clone(want)
	slices.Reverse(mixed)
	s.commitFindings(append(mixed[3:], mixed[:3]...)...)
	is(t, "findings", s.allFindings(), want)
	is(t, "findings of one site", s.findings(everything, "b.example", time.Time{}, distant), want[3:6])
	is(t, "findings of a stretch of time", s.findings(everything, "b.example", noon.Add(time.Minute), noon.Add(2*time.Minute)), want[4:5])
	is(t, "findings of it, off the minutes", s.findings(everything, "", noon.Add(1), noon.Add(time.Minute+1)), []*schemas.Finding{want[1], want[4], want[7]})
	is(t, "findings of no time", len(s.findings(everything, "", noon, noon)), 0)
	is(t, "findings of nobody", len(s.findings(everything, "none.example", time.Time{}, distant)), 0)
}

func findingsInRevisions(t *testing.T, s *store) {
	s.commitFindings(finding("a.example", noon, 0, 1), finding("a.example", noon.Add(time.Minute), 0, 2), finding("b.example", noon, 0, 3))
	s.commitFindings(finding("a.example", noon, 2, 4))
	s.commitFindings(finding("a.example", noon, 1, 5)) // comes late, and counts less
	s.commitFindings(finding("b.example", noon, 0, 6)) // replaces
	is(t, "latest findings", s.allFindings(),
		[]*schemas.Finding{finding("a.example", noon, 2, 4), finding("a.example", noon.Add(time.Minute), 0, 2), finding("b.example", noon, 0, 6)})
	s.commitFindings(finding("a.example", noon, 2, 7), finding("a.example", noon, 2, 8), finding("b.example", noon, 11, 9), finding("b.example", noon, 10, 10))
	is(t, "latest of one commit", s.findings(everything, "", noon, noon.Add(time.Minute)),
		[]*schemas.Finding{finding("a.example", noon, 2, 8), finding("b.example", noon, 11, 9)})
}

// detected is a commit of everything that detection leaves.
func detected(host string) *reportstore.Commit {
	return &reportstore.Commit{
		Rows: []reportstore.Row{minuteRow(reportstore.Closed, host, noon, lines{0, 9})}, Findings: []*schemas.Finding{finding(host, noon, 0, 1)},
		Observed: []reportstore.Observed{{Host: host, Minute: noon.Add(time.Minute), Data: []byte("seen")}},
		States:   []reportstore.DetectionState{{Host: host, Minute: noon, Data: []byte("state")}},
		Literals: []reportstore.Literal{literal(host, "fg-rule", time.Hour, "literal")},
	}
}

func (s *store) nothingDetected(host string) {
	s.t.Helper()
	is(s.t, "findings", len(s.findings(everything, "", time.Time{}, distant)), 0)
	state, observed := s.detection(host)
	is(s.t, "that there is a state", state != nil, false)
	is(s.t, "observations", len(observed), 0)
	is(s.t, "literals", len(s.literals(everything, "", noon)), 0)
	is(s.t, "rows", len(s.all(reportstore.Minute)), 0)
}

// What detection leaves is visible with the rows of its commit or not at all, whichever part of the commit is bad.
func detectionIsVisibleAtOnce(t *testing.T, s *store) {
	s.commit(&reportstore.Commit{Read: []reportstore.Extent{extent("f", 0, 10)}})
	odd := noon.Add(time.Second) // begins no minute
	for what, spoil := range map[string]func(*reportstore.Commit){
		"a finding between minutes": func(c *reportstore.Commit) { c.Findings = append(c.Findings, finding("a.example", odd, 0, 1)) },
		"a finding without a time":  func(c *reportstore.Commit) { c.Findings = append(c.Findings, &schemas.Finding{Host: "a.example"}) },
		"no finding":                func(c *reportstore.Commit) { c.Findings = append(c.Findings, nil) },
		"an observation between minutes": func(c *reportstore.Commit) {
			c.Observed = append(c.Observed, reportstore.Observed{Host: "a.example", Minute: odd})
		},
		"a state between minutes": func(c *reportstore.Commit) {
			c.States = append(c.States, reportstore.DetectionState{Host: "a.example", Minute: odd})
		},
		"a row between minutes": func(c *reportstore.Commit) {
			c.Rows = append(c.Rows, minuteRow(reportstore.Closed, "a.example", odd, lines{0, 9}))
		},
	} {
		c := detected("a.example")
		spoil(c)
		if err := s.Commit(t.Context(), c); err == nil {
			t.Errorf("%s was kept", what)
		}
		s.nothingDetected("a.example")
	}
	stale := detected("a.example")
	stale.Read = []reportstore.Extent{extent("f", 5, 20)}
	fails(t, "a commit of what was read before", s.Commit(t.Context(), stale), reportstore.ErrStale)
	s.nothingDetected("a.example")
	good := detected("a.example")
	good.ID, good.Read = "once", []reportstore.Extent{extent("f", 10, 20)}
	s.commit(good)
	s.commit(&reportstore.Commit{ID: "once", Findings: []*schemas.Finding{finding("a.example", noon, 9, 9)}})
	is(t, "findings", s.allFindings(), good.Findings)
	state, observed := s.detection("a.example")
	is(t, "state", state, &good.States[0])
	is(t, "observations", observed, good.Observed)
	is(t, "rows", s.all(reportstore.Minute), good.Rows)
	is(t, "literals", s.literals(everything, "", noon), good.Literals)
}

// said gathers all that a set of sites is told of findings and feedback.
func said(t *testing.T, s *store, who access.SiteSet, hosts ...string) (findings []*schemas.Finding, feedback []reportstore.Feedback) {
	t.Helper()
	for _, host := range append(hosts, "", "%", "' OR ''='") {
		findings = append(findings, s.findings(who, host, time.Time{}, distant)...)
		feedback = append(feedback, s.feedback(who, host)...)
	}
	return findings, feedback
}

func nobodySeesAnothersFindings(t *testing.T, s *store) {
	hosts := []string{"a.example", "b.example", "c.example", vocabulary.OtherHosts}
	for i, host := range hosts {
		s.commitFindings(finding(host, noon, 0, i))
		s.putFeedback(word(host, noon, noon.Add(time.Hour), host))
	}
	for _, who := range []access.SiteSet{{}, everything.Narrow("none.example"), everything.Narrow("a.exampl", "%", "", "' OR 1=1 --"), everything.Narrow(vocabulary.OtherHosts)} {
		findings, feedback := said(t, s, who, hosts...)
		is(t, "findings and feedback for somebody else", len(findings)+len(feedback), 0)
	}
	two := everything.Narrow("a.example", "c.example")
	findings, feedback := said(t, s, two, hosts...)
	a, c := finding("a.example", noon, 0, 0), finding("c.example", noon, 0, 2)
	is(t, "findings for whose sites they are", findings, []*schemas.Finding{a, c, a, c})
	is(t, "feedback for whose sites it is", len(feedback), 4)
	is(t, "findings for all", len(s.allFindings()), 4)
	is(t, "findings of the bucket", len(s.findings(everything, vocabulary.OtherHosts, time.Time{}, distant)), 1)
	is(t, "feedback for all", len(s.feedback(everything, "")), 4)
}

// A rebuild replaces the findings of its hours, of all hosts and revisions, and no others.
func rebuildReplacesFindings(t *testing.T, s *store) {
	end := noon.Add(time.Hour)
	before, after := finding("a.example", noon.Add(-time.Minute), 1, 1), finding("b.example", end, 0, 2)
	s.commitFindings(before, after, finding("a.example", noon, 0, 3), finding("a.example", noon, 1, 4), finding("gone.example", end.Add(-time.Minute), 5, 5))
	r := &reportstore.Replay{
		ID: "rebuilt", Rebuild: true, From: noon, To: end, Rows: closed("a.example", noon, lines{0, 20}),
		Findings: []*schemas.Finding{finding("b.example", end.Add(-time.Minute), 0, 6), finding("a.example", noon, 0, 7)},
	}
	s.publish(r)
	want := []*schemas.Finding{before, r.Findings[1], r.Findings[0], after}
	is(t, "findings", s.allFindings(), want)
	s.commitFindings(finding("a.example", noon, 1, 8))
	again, err := s.Publish(t.Context(), r)
	fails(t, "the same rebuild again", err, nil)
	is(t, "published again", again, false)
	want[1] = finding("a.example", noon, 1, 8)
	is(t, "findings later", s.allFindings(), want)
	for _, odd := range []*schemas.Finding{finding("a.example", noon.Add(-time.Minute), 0, 9), finding("a.example", end, 0, 9), finding("a.example", noon.Add(1), 0, 9), {}} {
		bad := &reportstore.Replay{ID: "odd", Rebuild: true, Force: true, From: noon, To: end, Findings: []*schemas.Finding{finding("a.example", noon, 3, 9), odd}}
		if _, err := s.Publish(t.Context(), bad); err == nil {
			t.Errorf("a finding of %v was published", odd.GetMinute().AsTime())
		}
	}
	is(t, "findings after refusals", s.allFindings(), want)
	s.publish(&reportstore.Replay{ID: "none", Rebuild: true, Force: true, From: noon, To: end})
	is(t, "findings after a rebuild that has none", s.allFindings(), []*schemas.Finding{before, after})
}

// A late replay's findings are the next revisions of their minutes, whatever revision they say.
func lateReplayAddsFindings(t *testing.T, s *store) {
	next := noon.Add(time.Minute)
	s.commitFindings(finding("a.example", noon, 4, 1), finding("b.example", noon, 0, 2))
	given := []*schemas.Finding{finding("a.example", noon, 0, 3), finding("a.example", next, 7, 4), finding("b.example", noon, 0, 5), finding("b.example", noon, 0, 6)}
	handed := []*schemas.Finding{proto.CloneOf(given[0]), proto.CloneOf(given[1]), proto.CloneOf(given[2]), proto.CloneOf(given[3])}
	r := &reportstore.Replay{ID: "late", Rows: closed("a.example", noon, lines{0, 9}), Findings: handed}
	s.publish(r)
	want := []*schemas.Finding{finding("a.example", noon, 5, 3), finding("a.example", next, 0, 4), finding("b.example", noon, 2, 6)}
	is(t, "findings", s.allFindings(), want)
	is(t, "what was handed over", handed, given)
	again, err := s.Publish(t.Context(), r)
	fails(t, "the same replay again", err, nil)
	is(t, "published again", again, false)
	bad := &reportstore.Replay{ID: "odd", Findings: []*schemas.Finding{finding("a.example", noon, 0, 9), finding("a.example", noon.Add(time.Second), 0, 9)}}
	if _, err := s.Publish(t.Context(), bad); err == nil {
		t.Error("a finding between minutes was published")
	}
	is(t, "findings at the end", s.allFindings(), want)
}
