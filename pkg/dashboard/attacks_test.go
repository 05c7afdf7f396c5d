package dashboard

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// flooded makes minutes in [from, to) those of a flood with one agent.
func flooded(from, to time.Time) func(*schemas.TrafficReport) *schemas.TrafficReport {
	return func(r *schemas.TrafficReport) *schemas.TrafficReport {
		if m := r.Minute.AsTime(); m.Before(from) || !m.Before(to) {
			return r
		}
		flood := 9 * r.Requests
		r.Requests += flood
		r.Lines += flood
		r.StatusClass["2xx"] += flood
		r.Clients["tool"] += flood
		r.Cache.Miss += flood
		r.TopAgents = append([]*schemas.TopValue{entry("python-requests", flood, flood)}, r.TopAgents...)
		r.TopPaths = append([]*schemas.TopPath{pathRow("/find", flood, flood, 0, flood)}, r.TopPaths...)
		return r
	}
}

func TestAttacksAreShown(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 5, teaTime, flooded(teaTime.Add(-6*time.Minute), teaTime))
	p.store.fillMinutes("b.example", 5, teaTime, flooded(teaTime.Add(-45*time.Minute), teaTime.Add(-35*time.Minute)))
	p.store.fillMinutes("calm.example", 5, teaTime, full)
	p.store.fillLevel("new.example", reportstore.Minute, 5, teaTime, 20*time.Minute, full)
	p.says("/sites/a.example", "This site is under attack", "Since 13:58 UTC", "times the usual", "come with the agent python-requests, usually hardly any", "went past the cache")
	p.says("/sites/b.example", "What stood out in the last 24 hours", "Attack: From 25 November 13:19 to 13:29 UTC", "python-requests")
	p.hides("/sites/b.example", "This site is under attack")
	p.hides("/sites/calm.example", "attack", "stood out")
	p.says("/sites/new.example", "less than an hour of history")
	p.hides("/sites/a.example", "less than an hour of history")
}

// Nobody knows that an attack goes on when its last request was long ago, or nothing is collected.
func TestAttacksOfLongAgoAreOver(t *testing.T) {
	for name, live := range map[string]Live{"nothing came since": {Since: teaTime.Add(-time.Hour), LastCommit: teaTime.Add(30 * time.Minute)}, "stopped": {}} {
		p := newPage(t)
		p.store.fillMinutes("a.example", 5, teaTime, flooded(teaTime.Add(-6*time.Minute), teaTime))
		p.set(teaTime.Add(30 * time.Minute))
		p.live.Store(&live)
		p.hides("/sites/a.example?range=6h", "This site is under attack")
		if !strings.Contains(p.get("/sites/a.example?range=6h"), "Attack: From 25 November 13:58") {
			t.Errorf("%s: the attack is not said", name)
		}
	}
}

// What is said follows the minutes that are closed, also after a page was looked at.
func TestAttacksAreFollowed(t *testing.T) {
	p := newPage(t)
	later := teaTime.Add(20 * time.Minute)
	p.store.fillMinutes("a.example", 5, teaTime, full)
	p.hides("/sites/a.example", "under attack")
	p.set(later)
	for minute := teaTime.Truncate(time.Minute); minute.Before(later.Add(-time.Minute)); minute = minute.Add(time.Minute) {
		p.store.put(reportstore.Closed, flooded(teaTime.Add(15*time.Minute), later)(report("a.example", reportstore.Minute, minute, 5)))
	}
	p.says("/sites/a.example", "under attack")
	p.store.fail = fmt.Errorf("the disk is gone")
	if code := p.do(local("GET", "/sites/a.example")).Code; code != 500 {
		t.Errorf("a broken store is answered by %d", code)
	}
	p.store.fail = nil
	p.says("/sites/a.example", "under attack")
}

func TestFindingsAsJSON(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 5, teaTime, flooded(teaTime.Add(-6*time.Minute), teaTime))
	var answer struct {
		Host     string
		Known    bool
		Findings []struct {
			Verdict, Kind, Minute string
			Evidence              []struct{ Words string }
		}
	}
	if err := json.Unmarshal([]byte(p.get("/api/v1/sites/a.example/findings")), &answer); err != nil {
		t.Fatal(err)
	}
	last := len(answer.Findings) - 1
	if answer.Host != "a.example" || !answer.Known || last < 3 || answer.Findings[last].Verdict != "VERDICT_ATTACK" || len(answer.Findings[last].Evidence) < 3 {
		t.Errorf("the answer is %+v", answer)
	}
}

// The sites that are followed are bounded, and the one that nobody asked for longest gives way.
func TestFollowedSitesAreBounded(t *testing.T) {
	j := newJudges()
	for n := range 2 * maxJudged {
		j.of("often", teaTime.Add(time.Duration(n)*time.Second))
		j.of(fmt.Sprint("site", n), teaTime.Add(time.Duration(n)*time.Second))
	}
	if len(j.sites) > maxJudged || j.sites["often"] == nil || j.sites["site0"] != nil {
		t.Errorf("%d sites are followed", len(j.sites))
	}
}
