// Package storetest is the suite of tests that every store of reports must pass: what is in a commit is visible at once or not at all, nothing counts
// twice, replays replace or add as they say, and nobody sees another's site. It tests through the contract alone; what a store does when it is killed,
// damaged or full is tested beside it.
package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// Run runs the suite. open returns a new, empty store, which is closed when its test ends.
func Run(t *testing.T, open func(t *testing.T) reportstore.Writer) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *store)
	}{
		{"CommitIsVisibleAtOnce", commitIsVisible},
		{"FailedCommitLeavesNothing", failedCommitLeavesNothing},
		{"SameCommitTwice", sameCommitTwice},
		{"StaleCommits", staleCommits},
		{"CursorIsMerged", cursorIsMerged},
		{"ProvisionalThenClosedThenLate", provisionalClosedLate},
		{"ClosedTwice", closedTwice},
		{"ClosedSlots", closedSlots},
		{"PartialsComeAndGo", partialsComeAndGo},
		{"StateSurvives", stateSurvives},
		{"SetAsideExtents", setAside},
		{"PercentilesOfSeveralRows", percentilesOfSeveralRows},
		{"IncompleteMinutes", incompleteMinutes},
		{"SitesByRequests", sitesByRequests},
		{"NobodySeesAnothersSite", nobodySeesAnothers},
		{"OtherHostsAreNobodys", otherHosts},
		{"RowsInOrder", rowsInOrder},
		{"TotalOfAnyRange", totalOfAnyRange},
		{"TotalOfOpenHours", totalOfOpenHours},
		{"SeriesOfOpenSlots", seriesOfOpenSlots},
		{"LateReplay", lateReplay},
		{"LateReplayOfOpenHour", lateReplayOfOpenHour},
		{"LateReplayOfNewSlots", lateReplayOfNewSlots},
		{"Rebuild", rebuild},
		{"RebuildOfPartOfDay", rebuildOfPartOfDay},
		{"RebuildInOpenDay", rebuildInOpenDay},
		{"RebuildTwiceAndOverlapping", rebuildTwice},
		{"RebuildRefusals", rebuildRefusals},
		{"LiveLinesAfterRebuild", liveAfterRebuild},
		{"Retention", retention},
		{"Forgotten", forgotten},
		{"Status", status},
		{"FindingsByHostAndMinute", findingsByHostAndMinute},
		{"FindingsInRevisions", findingsInRevisions},
		{"NobodySeesAnothersFindings", nobodySeesAnothersFindings},
		{"RebuildReplacesFindings", rebuildReplacesFindings},
		{"LateReplayAddsFindings", lateReplayAddsFindings},
		{"DetectionIsVisibleAtOnce", detectionIsVisibleAtOnce},
		{"DetectionGoesOn", detectionGoesOn},
		{"FormerStates", formerStates},
		{"LatestFeedback", latestFeedback},
		{"ForgottenDetection", forgottenDetection},
		{"DetectionExpires", detectionExpires},
		{"ManyFindingsExpire", manyFindingsExpire},
		{"LatestLiterals", latestLiterals},
		{"NobodySeesAnothersLiterals", nobodySeesAnothersLiterals},
		{"LiteralsExpire", literalsExpire},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, &store{Writer: open(t), t: t}) })
	}
	t.Run("NothingIsLostOrCountedTwice", func(t *testing.T) { conservation(t, open) })
}

// store is a store under test with the calls that every test makes.
type store struct {
	reportstore.Writer
	t tester
}

// tester is a *testing.T or a *rapid.T.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Context() context.Context
}

var everything = access.Everything()

func (s *store) commit(c *reportstore.Commit) {
	s.t.Helper()
	if err := s.Commit(s.t.Context(), c); err != nil {
		s.t.Fatalf("commit: %v", err)
	}
}

func (s *store) commitRows(rows ...reportstore.Row) {
	s.t.Helper()
	s.commit(&reportstore.Commit{Rows: rows})
}

func (s *store) publish(r *reportstore.Replay) {
	s.t.Helper()
	published, err := s.Publish(s.t.Context(), r)
	if err != nil {
		s.t.Fatalf("publish: %v", err)
	}
	if !published {
		s.t.Fatal("a new replay was taken for one that was published before")
	}
}

// all is every row of a level that anybody may see.
func (s *store) all(level string) []reportstore.Row {
	s.t.Helper()
	return s.rows(everything, "", level)
}

func (s *store) rows(who access.SiteSet, host, level string) (rows []reportstore.Row) {
	s.t.Helper()
	err := s.Rows(s.t.Context(), who, host, level, time.Time{}, distant, func(r reportstore.Row) error {
		rows = append(rows, r)
		return nil
	})
	if err != nil {
		s.t.Fatalf("rows: %v", err)
	}
	return rows
}

func (s *store) series(level string) []reportstore.Point {
	s.t.Helper()
	points, err := s.Series(s.t.Context(), everything, "a.example", level, time.Time{}, distant)
	if err != nil {
		s.t.Fatalf("series: %v", err)
	}
	return points
}

func (s *store) total(host string, from, to time.Time) *schemas.TrafficReport {
	s.t.Helper()
	sum, err := s.Total(s.t.Context(), everything, host, from, to)
	if err != nil {
		s.t.Fatalf("total: %v", err)
	}
	return sum
}

func (s *store) state() *reportstore.State {
	s.t.Helper()
	state, err := s.State(s.t.Context())
	if err != nil {
		s.t.Fatalf("state: %v", err)
	}
	return state
}

func (s *store) check() map[time.Time]reportstore.Checksum {
	s.t.Helper()
	sums, err := s.Check(s.t.Context(), time.Time{}, distant)
	if err != nil {
		s.t.Fatalf("check: %v", err)
	}
	return sums
}

// is compares what is with what should be.
func is(t tester, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", what, diff)
	}
}

func fails(t tester, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got error %v, want %v", what, got, want)
	}
}

// linesOf adds up the lines of rows.
func linesOf(rows []reportstore.Row) (n int64) {
	for _, r := range rows {
		n += r.Report.Lines
	}
	return n
}
