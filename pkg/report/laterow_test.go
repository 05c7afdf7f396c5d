package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
)

// A published row of late lines, stripped, is the row that their summary would have given.
func TestLateRowIsTheFragment(t *testing.T) {
	for _, requests := range [][]Request{nil, threeRequests(), newTraffic(7, 300).requests(400)} {
		for _, k := range []int{3, 5, 10} {
			s := summarize(k, requests)
			row := s.Report("example.org", timeOf(minuteStart), "minute")
			if k == 3 && len(requests) > 3 && len(row.TopPaths)*len(row.TopCountries)*len(row.TopNetworks)*len(row.TopAgents)*len(row.TopReferrers) == 0 {
				t.Fatal("the row has an empty list, which tests nothing")
			}
			before := s.Report("example.org", timeOf(minuteStart), "minute")
			got := LateRow(row)
			s.MarkLate()
			if diff := cmp.Diff(s.Fragment("example.org", timeOf(minuteStart), "minute"), got, protocmp.Transform()); diff != "" {
				t.Errorf("%d requests, k %d (-fragment +late row):\n%s", len(requests), k, diff)
			}
			if diff := cmp.Diff(before, row, protocmp.Transform()); diff != "" {
				t.Errorf("the published row was changed:\n%s", diff)
			}
		}
	}
}
