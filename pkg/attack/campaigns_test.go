package attack

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/schemas"
)

// Cases of several sites at one time, of one kind and with one mark, are a campaign; what differs in one of these is none.
func TestCampaigns(t *testing.T) {
	at := func(minute int) time.Time { return monday.Add(time.Duration(minute) * time.Minute) }
	of := func(host string, from, to int, kind, agent string) Case {
		f := &schemas.Finding{Host: host, Kind: kind, Verdict: schemas.Verdict_VERDICT_ATTACK, Standouts: []*schemas.Standout{
			{List: "top_agents", Value: agent}, {List: "top_countries", Value: "DE"}, {List: "top_paths", Value: "/login"}}}
		return Case{Host: host, From: at(from), To: at(to), Worst: f}
	}
	calm := of("e.example", 0, 10, "brute_force", "curl")
	calm.Worst.Verdict = schemas.Verdict_VERDICT_WATCH
	all := Campaigns([]Case{of("b.example", 5, 12, "brute_force", "curl"), of("a.example", 0, 10, "brute_force", "curl"), calm,
		of("c.example", 40, 50, "brute_force", "curl"), of("d.example", 3, 9, "scanner", "curl"), of("a.example", 11, 15, "brute_force", "Nikto")})
	var got []string
	for _, c := range all {
		text := strings.Join(c.Marks, ",")
		for _, one := range c.Cases {
			text += fmt.Sprintf(" %s %d", one.Host, int(one.From.Sub(monday)/time.Minute))
		}
		got = append(got, text)
	}
	want := "path /login a.example 0 a.example 11 b.example 5|agent curl a.example 0 b.example 5"
	if strings.Join(got, "|") != want {
		t.Errorf("campaigns are %q, want %q", strings.Join(got, "|"), want)
	}
}
