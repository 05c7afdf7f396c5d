package loggen

import (
	"math"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

func TestRateFollowsTheRealDay(t *testing.T) {
	const bins = 48
	monday := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	g, err := New(Config{Seed: 9, Rate: 12, Start: monday, Duration: 24 * time.Hour, Shape: ShapeWorldCup98})
	if err != nil {
		t.Fatal(err)
	}
	real, err := worldcup98()
	if err != nil {
		t.Fatal(err)
	}
	var got, want [bins]float64
	var r Request
	total := 0
	for g.Next(&r) {
		got[(r.Time-monday.UnixNano())*bins/nanosecondsOfDay]++
		total++
	}
	for m := range minutesOfDay {
		want[m*bins/minutesOfDay] += real.at(monday.UnixNano() + int64(m)*minute)
	}
	if c := correlation(got[:], want[:]); c < 0.97 {
		t.Errorf("requests and the real day correlate by %.3f", c)
	}
	if rate := float64(total) / 86400; rate < 11.6 || rate > 12.4 {
		t.Errorf("the mean of the day is %.2f requests a second, want 12", rate)
	}
}

func TestEachDayOfTheShapeHasMeanOne(t *testing.T) {
	s, err := worldcup98()
	if err != nil {
		t.Fatal(err)
	}
	monday := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	for day := range 7 {
		start := monday.AddDate(0, 0, day).UnixNano()
		if mean := s.mean(start, start+nanosecondsOfDay); math.Abs(mean-1) > 1e-9 {
			t.Errorf("day %d: mean %g", day, mean)
		}
	}
}

func correlation(a, b []float64) float64 {
	var sa, sb, saa, sbb, sab float64
	for i := range a {
		sa, sb, saa, sbb, sab = sa+a[i], sb+b[i], saa+a[i]*a[i], sbb+b[i]*b[i], sab+a[i]*b[i]
	}
	n := float64(len(a))
	return (n*sab - sa*sb) / math.Sqrt((n*saa-sa*sa)*(n*sbb-sb*sb))
}

// traffic is a quarter of an hour of many requests, for looking at.
var traffic = sync.OnceValue(func() []Request {
	g, err := New(Config{Seed: 21, HostCount: 100, Rate: 300, Duration: 15 * time.Minute})
	if err != nil {
		return nil
	}
	return collect(g)
})

func TestEveryKindHasItsShare(t *testing.T) {
	list := traffic()
	var n [KindCount]float64
	for i := range list {
		n[list[i].Kind]++
	}
	low := [KindCount]float64{KindVisitor: 0.6, KindNATVisitor: 0.06, KindCrawler: 0.05, KindFalseCrawler: 0.002, KindMonitor: 0.01, KindAPIClient: 0.06,
		KindTool: 0.01}
	for k := range KindCount {
		if share := n[k] / float64(len(list)); share < low[k] {
			t.Errorf("%v: share %.4f, want %.4f at least", k, share, low[k])
		}
	}
}

func TestHostsArePopularByZipf(t *testing.T) {
	n := map[string]int{}
	list := traffic()
	for i := range list {
		n[list[i].Host]++
	}
	first, tenth := n[hostName(0)], n[hostName(9)]
	if ratio := float64(first) / float64(tenth); ratio < 6 || ratio > 16 {
		t.Errorf("the first host has %d requests, the tenth %d", first, tenth)
	}
	if len(n) < 100 {
		t.Errorf("only %d hosts of 100 have requests", len(n))
	}
}

func TestVisitsArePagesWithTheirFiles(t *testing.T) {
	type visitSeen struct{ pages, files, foreign int }
	visits := map[uint64]*visitSeen{}
	list := traffic()
	for i := range list {
		r := &list[i]
		if r.Kind != KindVisitor {
			continue
		}
		v := visits[r.Session]
		if v == nil {
			v = new(visitSeen)
			visits[r.Session] = v
		}
		if strings.HasPrefix(r.Path, "/static/") || strings.HasPrefix(r.Path, "/media/") || r.Path == "/favicon.ico" {
			v.files++
			if !strings.HasPrefix(r.Referrer, "https://"+r.Host+"/") {
				t.Fatalf("a file has a page of another site as referrer")
			}
			continue
		}
		v.pages++
		if !strings.HasPrefix(r.Referrer, "https://"+r.Host+"/") {
			v.foreign++
		}
	}
	several := 0
	for _, v := range visits {
		if v.foreign > 1 {
			t.Fatalf("a visit came from outside %d times", v.foreign)
		}
		if v.pages > 1 {
			several++
		}
	}
	if share := float64(several) / float64(len(visits)); share < 0.4 {
		t.Errorf("only %.2f of the visits have more than a page", share)
	}
}

func TestOfficesAreManyPeopleBehindOneAddress(t *testing.T) {
	agents := map[netip.Addr]map[string]bool{}
	list := traffic()
	for i := range list {
		if r := &list[i]; r.Kind == KindNATVisitor {
			if agents[r.Client] == nil {
				agents[r.Client] = map[string]bool{}
			}
			agents[r.Client][r.Agent] = true
		}
	}
	if len(agents) < 5 {
		t.Fatalf("only %d offices", len(agents))
	}
	for a, set := range agents {
		if len(set) < 5 {
			t.Errorf("%v has only %d agents", a, len(set))
		}
	}
}

func TestOnlyTrueCrawlersComeFromPublishedRanges(t *testing.T) {
	list := traffic()
	for i := range list {
		r := &list[i]
		inside := false
		for _, b := range bots {
			for _, p := range b.ranges {
				inside = inside || b.agent == r.Agent && p.Contains(r.Client)
			}
		}
		if inside != (r.Kind == KindCrawler) {
			t.Fatalf("a %v: address in the range of its agent: %v", r.Kind, inside)
		}
	}
}

func TestMonitorsLookAtEvenIntervals(t *testing.T) {
	last := map[uint64]int64{}
	every := map[uint64]int64{}
	list := traffic()
	for i := range list {
		r := &list[i]
		if r.Kind != KindMonitor {
			continue
		}
		if before, ok := last[r.Session]; ok {
			gap := (r.Time - before + 500*millisecond) / second
			if every[r.Session] != 0 && every[r.Session] != gap {
				t.Fatalf("a monitor waited %d s, then %d s", every[r.Session], gap)
			}
			every[r.Session] = gap
		}
		last[r.Session] = r.Time
	}
	if len(every) < 10 {
		t.Errorf("only %d monitors", len(every))
	}
}

func TestPeopleUseBothAddressFamilies(t *testing.T) {
	list := traffic()
	six, people := 0, 0
	for i := range list {
		if list[i].Kind == KindVisitor {
			people++
			if list[i].Client.Is6() {
				six++
			}
		}
	}
	if share := float64(six) / float64(people); share < 0.1 || share > 0.5 {
		t.Errorf("IPv6 has a share of %.2f", share)
	}
}

func TestSiteWithoutPolicyRefusesNobody(t *testing.T) {
	list := traffic()
	var seen [vocabulary.ActionCount]int
	for i := range list {
		r := &list[i]
		seen[r.Enforced]++
		if r.Enforced > vocabulary.ActionAllowed && (!r.site.policy || r.Status < 300) {
			t.Fatalf("action %v with status %d, policy %v", r.Enforced, r.Status, r.site.policy)
		}
	}
	for _, a := range []vocabulary.Action{vocabulary.ActionNone, vocabulary.ActionAllowed, vocabulary.ActionDenied, vocabulary.ActionThrottled,
		vocabulary.ActionBanned, vocabulary.ActionChallenged} {
		if seen[a] == 0 {
			t.Errorf("nothing was %v", a)
		}
	}
}
