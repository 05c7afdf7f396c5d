package attack

import (
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/schemas"
)

// Observe takes out of a closed minute what detection needs. row is what sum.Report gives of it; it is not changed, and its lists are shared.
func Observe(sum *report.Summary, row *schemas.TrafficReport) *schemas.Observation {
	slim := &schemas.TrafficReport{Host: row.Host, Minute: row.Minute, Level: row.Level, Requests: row.Requests, Lines: row.Lines, LateLines: row.LateLines,
		LineXor: row.LineXor, FirstEvent: row.FirstEvent, LastEvent: row.LastEvent, Visitors: row.Visitors, StatusClass: row.StatusClass, Cache: row.Cache,
		Methods: row.Methods, Clients: row.Clients, TopPaths: row.TopPaths, TopAgents: row.TopAgents, TopNetworks: row.TopNetworks,
		TopCountries: row.TopCountries, TopReferrers: row.TopReferrers, Rest: row.Rest, SampleRate: row.SampleRate, NotLogged: row.NotLogged,
		PartlyLogged: row.PartlyLogged, ClientsUnavailable: row.ClientsUnavailable, K: row.K}
	o := &schemas.Observation{Row: slim, RefusedPosts: int64(sum.RefusedPosts())}
	accused := map[uint32]bool{}
	o.Clients = evidenceOf(sum, accused)
	o.Sample = sampleOf(sum, accused)
	return o
}
