package attack

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/schemas"
)

const seeds = 30

func always(time.Time) bool { return true }

// anything can be said to any proxy.
func anything(string, []*schemas.Condition) error { return nil }

// botnet is a flood of few clients that ask for the same thing with one agent.
func botnet(rate float64) crowd {
	return crowd{rate: rate, perClient: 60, uncached: 1, agents: map[string]float64{"MSIE 6": 1}, paths: map[string]float64{"/search": 1},
		countries: map[string]float64{"US": 0.5, "BR": 0.5}}
}

// followed lets minutes pass: a history of calm ones, then some with more.
func followed(seed uint64, calm crowd, minutes int, more ...func(minute int) []crowd) (before, during []*schemas.Finding) {
	w, site := newWorld(seed), NewSite("a.example", always, anything)
	for range 240 {
		before = append(before, site.Next(w.next(calm))...)
	}
	for n := range minutes {
		crowds := []crowd{calm}
		for _, m := range more {
			crowds = append(crowds, m(n)...)
		}
		during = append(during, site.Next(w.next(crowds...))...)
	}
	return before, during
}

func constant(c crowd) func(int) []crowd { return func(int) []crowd { return []crowd{c} } }

// alarmed is the first minute of those in which a case is open; -1: none.
func alarmed(findings []*schemas.Finding) int {
	for _, f := range findings {
		if f.Verdict >= schemas.Verdict_VERDICT_SUSPECTED {
			return int(f.Minute.AsTime().Sub(monday)/time.Minute) - 240
		}
	}
	return -1
}

// A flood of three times a site's traffic, and 100 requests a minute at least, is found by its second minute, on sites of every size whose readers are known.
func TestFloodsAreFound(t *testing.T) {
	for _, rate := range []float64{200, 1000, 5000} {
		for _, times := range []float64{3, 10} {
			late, missed := 0, 0
			for seed := range uint64(seeds) {
				before, during := followed(seed, readers(rate), 10, constant(botnet(rate*(times-1))))
				if alarmed(before) >= 0 {
					t.Errorf("seed %d: calm minutes are called %v", seed, before[0])
				}
				switch at := alarmed(during); {
				case at < 0:
					missed++
				case at > 1:
					late++
				}
			}
			if missed > 0 || late > seeds/10 {
				t.Errorf("%g requests a minute, flood of %g times: of %d floods %d are missed, %d late", rate, times, seeds, missed, late)
			}
		}
	}
}

// What is said of a flood is right, in numbers and words.
func TestEvidenceOfAFlood(t *testing.T) {
	_, during := followed(1, readers(1000), 5, constant(botnet(6000)))
	f := during[len(during)-1]
	if f.Verdict != schemas.Verdict_VERDICT_ATTACK || f.Kind != "cache_busting" || f.Confidence < 0.75 || f.NormalRequests < 900 || f.NormalRequests > 1100 ||
		!f.Started.AsTime().Equal(during[0].Minute.AsTime()) {
		t.Errorf("the finding is %v", f)
	}
	var words []string
	for _, e := range f.Evidence {
		words = append(words, fmt.Sprintf("%+d %s: %s", e.Points, e.Signal, e.Words))
	}
	for _, want := range []string{"+3 volume: 7.", "times the usual 1,00", "% of requests come with the agent MSIE 6, usually hardly any", "requests for each client, usually 5"} {
		if !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, want) }) {
			t.Errorf("nothing says %q: %q", want, words)
		}
	}
	if len(f.Standouts) == 0 || f.Standouts[0].Value != "MSIE 6" || f.Standouts[0].Share < 0.8 || f.Standouts[0].NormalShare > 0.01 {
		t.Errorf("what stands out is %v", f.Standouts)
	}
}

// A site that readers rush to is not attacked: the mix of agents and what each reader asks for are the usual ones.
func TestCrowdsOfReadersAreNoAttack(t *testing.T) {
	for _, rate := range []float64{200, 3000} {
		for _, times := range []float64{3, 8, 20} {
			for seed := range uint64(seeds) {
				rush := readers(rate * (times - 1))
				rush.paths, rush.referrer = map[string]float64{"/articles/{}": 0.4, "/static/{}": 0.6}, "social.example"
				_, during := followed(seed, readers(rate), 30, constant(rush))
				if alarmed(during) >= 0 {
					t.Fatalf("seed %d: a crowd of %g times is called %v", seed, times, during)
				}
				if len(during) == 0 || during[0].Kind != "flash_crowd" {
					t.Fatalf("seed %d: nothing is said of a crowd of %g times: %v", seed, times, during)
				}
			}
		}
	}
}

// A site that fails by itself, or whose new version asks for files that are not there, is in trouble and not attacked.
func TestTroubleOfTheSiteIsNoAttack(t *testing.T) {
	down := readers(1000)
	down.broken = 0.9
	_, during := followed(1, readers(0.0001), 0)
	w, site := newWorld(3), NewSite("a.example", always, anything)
	for range 240 {
		site.Next(w.next(readers(1000)))
	}
	for range 10 {
		during = append(during, site.Next(w.next(down))...)
	}
	if len(during) != 10 || alarmed(during) >= 0 || during[5].Kind != "origin_trouble" {
		t.Errorf("an outage is called %v", during)
	}
	broken := readers(400)
	broken.failing = 1
	_, during = followed(1, readers(1000), 10, constant(broken))
	if alarmed(during) >= 0 {
		t.Errorf("files that are not there are called %v", during)
	}
}

// Pulses of one minute in five are one case.
func TestPulsesAreOneCase(t *testing.T) {
	_, during := followed(1, readers(1000), 60, func(n int) []crowd {
		if n%5 == 0 {
			return []crowd{botnet(3000)}
		}
		return nil
	})
	if alarmed(during) < 0 || alarmed(during) > 15 || len(Cases(during)) != 1 {
		t.Errorf("pulses are called %v", Cases(during))
	}
}

// A silent site is told from a silent log.
func TestTrafficStopped(t *testing.T) {
	for _, read := range []bool{true, false} {
		w, site := newWorld(1), NewSite("a.example", func(m time.Time) bool { return read || m.Before(monday.Add(240*time.Minute)) }, anything)
		for range 240 {
			site.Next(w.next(readers(300)))
		}
		found := site.Until(monday.Add(260 * time.Minute))
		if stopped := len(found) == 18 && found[0].Kind == "traffic_stopped" && strings.Contains(found[0].Evidence[0].Words, "no request"); stopped != read {
			t.Errorf("that lines were read is %t, and what is found %v", read, found)
		}
	}
}

// A site that was taken down is not said to be silent for ever.
func TestSilenceBecomesUsual(t *testing.T) {
	w, site := newWorld(1), NewSite("a.example", always, anything)
	for range 240 {
		site.Next(w.next(readers(300)))
	}
	if n := len(site.Until(monday.Add(100 * time.Hour))); n != gaveUp-stoppedMinutes+1 {
		t.Errorf("it is said in %d minutes", n)
	}
}

// Within the first hour nothing is judged.
func TestNothingIsSaidWithoutHistory(t *testing.T) {
	w, site := newWorld(1), NewSite("a.example", always, anything)
	for n := range 59 {
		rate := 100.0
		if n > 30 {
			rate = 10_000
		}
		if found := site.Next(w.next(botnet(rate))); len(found) > 0 {
			t.Fatalf("minute %d is called %v", n, found)
		}
	}
	if minutes, enough := site.Learned(); minutes != 59 || enough {
		t.Errorf("it has learned from %d minutes, enough: %t", minutes, enough)
	}
}

// While a case is open nothing is learned; a day later it is said to be long.
func TestAttacksAreNotLearned(t *testing.T) {
	_, during := followed(1, readers(500), 25*60, constant(botnet(5000)))
	last := during[len(during)-1]
	if len(during) != 25*60 || !last.Prolonged || during[600].Prolonged || last.NormalRequests > 600 || last.Verdict != schemas.Verdict_VERDICT_ATTACK {
		t.Errorf("%d findings, the last %v", len(during), last)
	}
}

// A minute that is calm again is no finding: the attack's last minute is the case's.
func TestCasesEndWithTheAttack(t *testing.T) {
	_, during := followed(1, readers(1000), 30, func(n int) []crowd {
		if n < 8 {
			return []crowd{botnet(6000)}
		}
		return nil
	})
	if cases := Cases(during); len(cases) != 1 || cases[0].Findings != 8 || !cases[0].To.Equal(monday.Add(248*time.Minute)) || cases[0].OpenAt(monday.Add(258*time.Minute)) {
		t.Errorf("cases are %v", cases)
	}
}

// After an attack a site is judged as before it.
func TestCasesEnd(t *testing.T) {
	_, during := followed(1, readers(500), 120, func(n int) []crowd {
		if n < 20 || n > 80 {
			return []crowd{botnet(3000)}
		}
		return nil
	})
	if cases := Cases(during); len(cases) != 2 || cases[0].Findings < 20 || cases[1].Worst.Started.AsTime().Before(monday.Add(320*time.Minute)) {
		t.Errorf("cases are %v", cases)
	}
}

// Judging changes nothing that it was given, and depends on no order of lists.
func TestJudgeIsPure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, b := newWorld(rapid.Uint64Range(0, 1000).Draw(t, "seed")), NewBaseline()
		attackFrom := rapid.IntRange(0, 90).Draw(t, "attack from")
		for n := range 90 {
			crowds := []crowd{readers(rapid.Float64Range(0, 2000).Draw(t, "rate"))}
			if n >= attackFrom {
				crowds = append(crowds, botnet(2000))
			}
			r := w.next(crowds...)
			before, report := proto.CloneOf(b), proto.CloneOf(r)
			next, f := Judge(b, r)
			if !proto.Equal(b, before) || !proto.Equal(r, report) {
				t.Fatal("what was given is changed")
			}
			slices.Reverse(report.Row.TopAgents)
			slices.Reverse(report.Row.TopPaths)
			again, g := Judge(before, report)
			if !proto.Equal(next, again) || !proto.Equal(f, g) {
				t.Fatalf("it is judged\n%v\n%v and again\n%v\n%v", next, f, again, g)
			}
			b = next
		}
	})
}

// A baseline is bounded, whatever comes.
func TestBaselineIsBounded(t *testing.T) {
	b := NewBaseline()
	for n := range 300 {
		r := &schemas.TrafficReport{Host: "a.example", Minute: timestamppb.New(monday.Add(time.Duration(n) * time.Minute)), Requests: 1000, Rest: map[string]*schemas.ListRest{}}
		for _, list := range lists {
			r.Rest[list] = &schemas.ListRest{Requests: 500}
		}
		for i := range 500 {
			r.TopAgents = append(r.TopAgents, &schemas.TopValue{Value: fmt.Sprint("agent ", n, i), Requests: 1})
		}
		b, _ = Judge(b, &schemas.Observation{Row: r})
	}
	if size := proto.Size(b); size > 20_000 {
		t.Errorf("it takes %d bytes", size)
	}
}

// Another method's baseline is not used.
func TestBaselinesOfOtherMethodsAreLeft(t *testing.T) {
	w := newWorld(1)
	next, f := Judge(&schemas.Baseline{Version: version + 1, Learned: 1000}, w.next(readers(100)))
	if f != nil || next.Learned != 1 || next.Version != version {
		t.Errorf("it is %v", next)
	}
}
