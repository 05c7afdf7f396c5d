package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

func (s *store) detection(host string) (*reportstore.DetectionState, []reportstore.Observed) {
	s.t.Helper()
	state, observed, err := s.Detection(s.t.Context(), host, time.Time{})
	if err != nil {
		s.t.Fatalf("detection: %v", err)
	}
	return state, observed
}

// seen is an observation of a host so many minutes after noon.
func seen(host string, minutes int, data string) reportstore.Observed {
	return reportstore.Observed{Host: host, Minute: noon.Add(time.Duration(minutes) * time.Minute), Data: []byte(data)}
}

func stateOf(host string, minutes int, data string) reportstore.DetectionState {
	return reportstore.DetectionState(seen(host, minutes, data))
}

func detectionGoesOn(t *testing.T, s *store) {
	state, observed := s.detection("a.example")
	is(t, "that a site that nobody knows has something", state != nil || observed != nil, false)
	s.commit(&reportstore.Commit{Observed: []reportstore.Observed{seen("a.example", 3, "3"), seen("a.example", 1, "1"), seen("b.example", 2, "b")}})
	s.commit(&reportstore.Commit{Observed: []reportstore.Observed{seen("a.example", 2, "2"), seen("a.example", 1, "1 again")}})
	state, observed = s.detection("a.example")
	is(t, "that there is a state", state != nil, false)
	is(t, "what was observed, in order", observed, []reportstore.Observed{seen("a.example", 1, "1 again"), seen("a.example", 2, "2"), seen("a.example", 3, "3")})
	first := stateOf("a.example", 2, "first")
	s.commit(&reportstore.Commit{
		States:   []reportstore.DetectionState{first},
		Observed: []reportstore.Observed{seen("a.example", 4, "4"), seen("a.example", 0, "0")}, // of the same commit, and before the state
	})
	state, observed = s.detection("a.example")
	is(t, "state", state, &first)
	is(t, "what was observed since", observed, []reportstore.Observed{seen("a.example", 3, "3"), seen("a.example", 4, "4")})
	s.commit(&reportstore.Commit{Observed: []reportstore.Observed{seen("a.example", 2, "late")}})
	_, since := s.detection("a.example")
	is(t, "what was observed since, with what comes late", since, observed)
	second := stateOf("a.example", 4, "second")
	s.commit(&reportstore.Commit{States: []reportstore.DetectionState{second}})
	state, observed = s.detection("a.example")
	is(t, "state", state, &second)
	is(t, "what is left of the observations", len(observed), 0)
	s.commit(&reportstore.Commit{States: []reportstore.DetectionState{stateOf("a.example", -9, "back")}})
	_, observed = s.detection("a.example")
	is(t, "observations that were taken in, for a state that goes back in time", len(observed), 0)
	state, observed = s.detection("b.example")
	is(t, "that another site has a state", state != nil, false)
	is(t, "what was observed of another site", observed, []reportstore.Observed{seen("b.example", 2, "b")})
	empty := reportstore.DetectionState{Host: "b.example", Minute: noon}
	s.commit(&reportstore.Commit{States: []reportstore.DetectionState{empty}, Observed: []reportstore.Observed{{Host: "b.example", Minute: noon.Add(time.Hour)}}})
	state, observed = s.detection("b.example")
	is(t, "that the state goes back in time and is empty", state != nil && state.Minute.Equal(noon) && len(state.Data) == 0, true)
	is(t, "what was observed since then", len(observed), 2)
}

// formerStates: a state is there for those who go on from a minute before the next one, with what is kept of the minutes between, and for two days.
func formerStates(t *testing.T, s *store) {
	for n := range 60 {
		s.commit(&reportstore.Commit{Observed: []reportstore.Observed{seen("a.example", 60*n-1, "before"), seen("a.example", 60*n+1, "after")},
			States: []reportstore.DetectionState{stateOf("a.example", 60*n, fmt.Sprint(n))}})
	}
	s.commit(&reportstore.Commit{Observed: []reportstore.Observed{seen("a.example", 3543, "since")}, States: []reportstore.DetectionState{stateOf("b.example", 0, "b")}})
	for minute, want := range map[int]string{60 * 11: "", 60*11 + 1: "11", 60 * 30: "29", 60*30 + 1: "30", 3540: "58", 3541: "59", 3542: "59 after", 9999: "59 after since"} {
		state, since, err := s.Detection(t.Context(), "a.example", noon.Add(time.Duration(minute)*time.Minute))
		fails(t, "detection", err, nil)
		got := ""
		if state != nil {
			got = string(state.Data)
		}
		for _, o := range since {
			got += " " + string(o.Data)
		}
		is(t, fmt.Sprintf("what there is to go on from before minute %d", minute), got, want)
	}
}

// everyDetection is all that is kept of detection, as a text.
func everyDetection(s *store, hosts ...string) (all string) {
	s.t.Helper()
	all = fmt.Sprintln(len(s.allFindings()), len(s.feedback(everything, "")))
	for _, host := range hosts {
		state, observed := s.detection(host)
		all += fmt.Sprintln(host, state, observed)
	}
	return all
}

// forgottenDetection: nothing is left of a site, and others keep all of theirs.
func forgottenDetection(t *testing.T, s *store) {
	for _, host := range []string{"b.example", "a.example"} {
		c := detected(host)
		c.Rows = nil // a site may be known by detection alone
		s.commit(c)
		s.putFeedback(word(host, noon, noon, "x"))
	}
	for _, want := range []bool{true, false} {
		found, err := s.Forget(t.Context(), "a.example")
		fails(t, "forget", err, nil)
		is(t, "that there was something", found, want)
		state, observed := s.detection("a.example")
		is(t, "that the site has a state", state != nil, false)
		is(t, "its observations", len(observed), 0)
		is(t, "findings that are left", s.allFindings(), detected("b.example").Findings)
		is(t, "literals that are left", s.literals(everything, "", noon), detected("b.example").Literals)
		is(t, "feedback that is left", s.feedback(everything, ""), []reportstore.Feedback{word("b.example", noon, noon, "x")})
		state, observed = s.detection("b.example")
		is(t, "the other site's state", state, &detected("b.example").States[0])
		is(t, "the other site's observations", observed, detected("b.example").Observed)
	}
	s.commitRows(minuteRow(reportstore.Closed, "new.example", noon, lines{0, 9})) // which may get the number that the site had
	state, observed := s.detection("new.example")
	is(t, "that a new site has a state", state != nil, false)
	is(t, "what a new site has", len(observed)+len(s.findings(everything, "new.example", time.Time{}, distant))+len(s.feedback(everything, "new.example"))+len(s.literals(everything, "new.example", noon)), 0)
}

func detectionExpires(t *testing.T, s *store) {
	for i := range 30 {
		s.commitFindings(finding("a.example", noon.Add(time.Duration(2*i-48)*time.Hour), i%2, i))
	}
	old := reportstore.Observed{Host: "a.example", Minute: noon.Add(-time.Hour - time.Minute), Data: []byte("old")}
	young := reportstore.Observed{Host: "a.example", Minute: noon.Add(-time.Hour), Data: []byte("young")}
	state := reportstore.DetectionState{Host: "a.example", Minute: noon.Add(-9000 * time.Hour), Data: []byte("state")}
	s.commit(&reportstore.Commit{States: []reportstore.DetectionState{state}, Observed: []reportstore.Observed{old, young}})
	gone := word("a.example", noon.Add(-37*time.Hour), noon.Add(-time.Minute), "gone")
	holds := word("b.example", noon.Add(-37*time.Hour), noon.Add(time.Minute), "holds")
	recent := word("a.example", noon.Add(-36*time.Hour), noon.Add(-time.Minute), "recent")
	s.putFeedback(gone, holds, recent)
	everyHour := everyDetection(s, "a.example", "b.example")
	if err := s.Expire(t.Context(), noon, reportstore.Retention{}); err != nil {
		t.Fatal(err)
	}
	is(t, "all of it while everything is kept for ever", everyDetection(s, "a.example", "b.example"), everyHour)
	for range 2 {
		if err := s.Expire(t.Context(), noon, reportstore.Retention{Minutes: time.Hour, Hours: 30 * time.Hour}); err != nil {
			t.Fatal(err)
		}
		is(t, "first finding, of the first whole day", s.allFindings()[0].Minute.AsTime(), noon.Add(-36*time.Hour))
		is(t, "findings", len(s.allFindings()), 24)
		kept, observed := s.detection("a.example")
		is(t, "that an old state is kept", kept != nil, false)
		is(t, "observations", observed, []reportstore.Observed{young})
		is(t, "feedback", s.feedback(everything, ""), []reportstore.Feedback{recent, holds})
	}
}

// manyFindingsExpire has more of them than a store may want to delete at once.
func manyFindingsExpire(t *testing.T, s *store) {
	c := &reportstore.Commit{}
	for i := range 2500 {
		c.Findings = append(c.Findings, &schemas.Finding{Host: "a.example", Minute: finding("", noon.Add(time.Duration(i)*time.Minute), 0, 0).Minute})
	}
	s.commit(c)
	if err := s.Expire(t.Context(), noon.Add(20*24*time.Hour), reportstore.Retention{Hours: 24 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	is(t, "findings", len(s.allFindings()), 0)
}

func word(host string, started, expires time.Time, by string) reportstore.Feedback {
	return reportstore.Feedback{Host: host, Started: started, At: started.Add(time.Minute), Expires: expires, By: by}
}

func (s *store) putFeedback(words ...reportstore.Feedback) {
	s.t.Helper()
	for _, f := range words {
		if err := s.PutFeedback(s.t.Context(), f); err != nil {
			s.t.Fatalf("feedback: %v", err)
		}
	}
}

func (s *store) feedback(who access.SiteSet, host string) []reportstore.Feedback {
	s.t.Helper()
	all, err := s.Feedback(s.t.Context(), who, host, time.Time{}, distant)
	if err != nil {
		s.t.Fatalf("feedback: %v", err)
	}
	return all
}

// The latest word on a case counts by when it was said, in whatever order words come; whether it holds is the reader's to say.
func latestFeedback(t *testing.T, s *store) {
	later := noon.Add(10 * time.Minute)
	first := reportstore.Feedback{Host: "a.example", Started: noon, At: later, Expires: later.Add(24 * time.Hour), By: "anna", Kinds: []string{"pulse", "scanner"}}
	undone := reportstore.Feedback{Host: "a.example", Started: noon, At: later.Add(time.Minute), By: "bert", Undone: true}
	expired := reportstore.Feedback{Host: "a.example", Started: noon.Add(time.Hour), At: noon.Add(time.Hour), Expires: noon.Add(time.Hour + 1), By: "anna"}
	other := reportstore.Feedback{Host: "0.example", Started: noon.Add(2 * time.Hour), At: later, Expires: later, By: "Zoë O'Neil"}
	s.putFeedback(first, expired, other)
	is(t, "feedback by host and case", s.feedback(everything, ""), []reportstore.Feedback{other, first, expired})
	s.putFeedback(undone)
	is(t, "feedback that was taken back", s.feedback(everything, "a.example"), []reportstore.Feedback{undone, expired})
	s.putFeedback(first) // comes late
	is(t, "feedback with an old word", s.feedback(everything, "a.example"), []reportstore.Feedback{undone, expired})
	again := undone
	again.Undone, again.Expires = false, later.Add(48*time.Hour)
	s.putFeedback(again) // at the same time
	is(t, "feedback with a word at the same time", s.feedback(everything, "a.example"), []reportstore.Feedback{again, expired})
	said, err := s.Said(t.Context())
	fails(t, "what was said", err, nil)
	is(t, "every word, in order of time", said, []reportstore.Feedback{first, other, first, undone, again, expired})
	for from, want := range map[time.Time]int{noon: 2, noon.Add(time.Minute): 1, noon.Add(2 * time.Hour): 0} {
		got, err := s.Feedback(t.Context(), everything, "a.example", from, noon.Add(2*time.Hour))
		fails(t, "feedback", err, nil)
		is(t, "feedback on cases that began from "+from.String(), len(got), want)
	}
	got, err := s.Feedback(t.Context(), everything, "", noon.Add(-time.Hour), noon)
	fails(t, "feedback", err, nil)
	is(t, "feedback on cases before", len(got), 0)
	if err := s.PutFeedback(t.Context(), reportstore.Feedback{Host: "a.example", Started: noon.Add(time.Second), At: later}); err == nil {
		t.Error("feedback on a case that begins between minutes was kept")
	}
}
