package report

import (
	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/schemas"
)

// LateRow turns a published row into a further row of a slot that has one already: the row that Summary.Fragment gives of the same lines, all of them
// late. Lists and visitors are gone, what the lists had counts as rest.
//
// Of lists that were cut for their length, Rest.hidden lacks the values that were cut off; of sampled logs, Rest.requests may differ by rounding.
func LateRow(row *schemas.TrafficReport) *schemas.TrafficReport {
	late := proto.CloneOf(row)
	late.LateLines, late.Visitors, late.VisitorsSketch = late.Lines, nil, nil
	for _, v := range late.TopPaths {
		hide(late, "top_paths", v.Requests)
	}
	for _, v := range late.TopNetworks {
		hide(late, "top_networks", v.Requests)
	}
	for name, list := range map[string][]*schemas.TopValue{"top_countries": late.TopCountries, "top_referrers": late.TopReferrers, "top_agents": late.TopAgents} {
		for _, v := range list {
			hide(late, name, v.Requests)
		}
	}
	late.TopPaths, late.TopNetworks, late.TopCountries, late.TopReferrers, late.TopAgents = nil, nil, nil, nil, nil
	return late
}

// hide counts a value of a list as rest.
func hide(row *schemas.TrafficReport, list string, requests int64) {
	rest := row.Rest[list]
	if rest == nil {
		return
	}
	rest.Requests, rest.Hidden = plus(rest.Requests, requests), rest.Hidden+1
}
