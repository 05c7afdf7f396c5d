package sqlite

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// accused is a finding with as much in it as an attack's minute has.
func accused(n int) *schemas.Finding {
	f := judged(site(n%20), noon.Add(time.Duration(n/20)*time.Minute), 0)
	f.Started, f.AccusedRequests, f.AccusedClients = timestamp(noon.Unix()), proto.Int64(int64(n)), proto.Float64(1/float64(n+1))
	for i, signal := range []string{"volume", "ramp", "agents", "paths", "networks", "cache_misses", "requests_per_client", "automated"} {
		v := float64(mix(n*8+i)%100_000) / 7
		f.Evidence = append(f.Evidence, &schemas.Evidence{
			Signal: signal, Observed: v, Normal: v / 30, Points: int32(i), Words: fmt.Sprintf("%.1f of it in a minute, usually %.1f at this hour of the week", v, v/30),
		})
		f.Standouts = append(f.Standouts, &schemas.Standout{List: "top_paths", Value: fmt.Sprintf("/articles/{}/section-%d", mix(i)%64), Requests: int64(v), Share: v / 1e5})
	}
	f.Rules = &schemas.Rules{Status: "RULE_GENERATED", Words: "There are two rules that stop most of it."}
	for i := range 2 {
		f.Rules.Recommendations = append(f.Rules.Recommendations, &schemas.Recommendation{
			Name: fmt.Sprint("fg-post-login-", i), Conditions: []*schemas.Condition{{Field: "path", Value: "/login"}, {Field: "agent", Value: "curl"}}, Action: "throttle",
			Count: 100, Seconds: 60, Coverage: 0.9, CollateralBound: 0.001, CollateralSample: 3000, Confidence: 0.9, Expires: f.Minute,
			Words: "It would stop 90 % of the attack, and hurt less than 0.1 % of the usual requests of any network, country or agent family.",
		})
	}
	return f
}

// Findings of attacks on 20 sites: bytes on the disk for each, a day of one site, and the last hour of all.
func BenchmarkFindings(b *testing.B) {
	s := opened(b, b.TempDir())
	const n = 20 * 1440
	for m := 0; m < n; m += 1000 {
		c := &reportstore.Commit{}
		for i := m; i < min(m+1000, n); i++ {
			c.Findings = append(c.Findings, accused(i))
		}
		if err := s.Commit(b.Context(), c); err != nil {
			b.Fatal(err)
		}
	}
	var pages int64
	if err := s.writer.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		b.Fatal(err)
	}
	end := noon.Add(24 * time.Hour)
	for name, c := range map[string]struct {
		host  string
		hours time.Duration
		want  int
	}{"day": {site(7), 24, 1440}, "hour": {"", 1, 1200}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				all, err := s.Findings(b.Context(), access.Everything(), c.host, end.Add(-c.hours*time.Hour), end)
				if err != nil || len(all) != c.want {
					b.Fatal(len(all), err)
				}
			}
			b.ReportMetric(float64(pages*4096)/n, "B/finding")
		})
	}
}
