package attack

import (
	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/schemas"
)

// Observe takes out of a closed minute what detection needs. row is what sum.Report gives of it, and is not changed.
func Observe(sum *report.Summary, row *schemas.TrafficReport) *schemas.Observation {
	slim := proto.CloneOf(row)
	slim.Latency, slim.ResponseSize, slim.VisitorsSketch, slim.Status, slim.Protocols, slim.OriginErrors = nil, nil, nil, nil, nil, nil
	o := &schemas.Observation{Row: slim, RefusedPosts: int64(sum.RefusedPosts())}
	accused := map[uint32]bool{}
	o.Clients = evidenceOf(sum, accused)
	all, protected, suspect := sum.Sample()
	o.Sample, o.Protected, o.Suspect = sampled(all, accused), sampled(protected, nil), sampled(suspect, accused)
	return o
}

func sampled(requests []report.Sampled, accused map[uint32]bool) []*schemas.SampledRequest {
	out := make([]*schemas.SampledRequest, len(requests))
	for i := range requests {
		d := &requests[i]
		out[i] = &schemas.SampledRequest{Id: d.ID, Path: d.Path, Agent: d.Agent, Referrer: d.Referrer, Country: d.Country, Network: d.Network,
			Status: uint32(d.Status), Method: uint32(d.Method), Class: uint32(d.Class), Static: d.Static, Miss: d.Miss, Query: d.Query,
			Accused: d.Client != 0 && accused[d.Client]}
	}
	return out
}
