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
	pathless := of("f.example", 2, 8, "brute_force", "curl")
	pathless.Worst.Standouts = pathless.Worst.Standouts[:1]
	cases := []Case{of("b.example", 5, 12, "brute_force", "curl"), of("a.example", 0, 10, "brute_force", "curl"), calm,
		of("c.example", 40, 50, "brute_force", "curl"), of("d.example", 3, 9, "scanner", "curl"), of("a.example", 11, 15, "brute_force", "Nikto")}
	const path = "path /login a.example 0 a.example 11 b.example 5"
	if got := campaignWords(cases); got != path { // those with curl are among them
		t.Errorf("campaigns are %q, want %q", got, path)
	}
	if got, want := campaignWords(append(cases, pathless)), path+"|agent curl a.example 0 b.example 5 f.example 2"; got != want {
		t.Errorf("campaigns are %q, want %q", got, want)
	}
}

func campaignWords(cases []Case) string {
	var got []string
	for _, c := range Campaigns(cases) {
		text := strings.Join(c.Marks, ",")
		for _, one := range c.Cases {
			text += fmt.Sprintf(" %s %d", one.Host, int(one.From.Sub(monday)/time.Minute))
		}
		got = append(got, text)
	}
	return strings.Join(got, "|")
}
