package integration

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/loggen"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// linesByMinute is two and a half hours of two sites, of which one is attacked near the end, by minute.
func linesByMinute(t *testing.T) (minutes [][]byte) {
	t.Helper()
	cfg := loggen.Config{Seed: 5, Hosts: []string{testSites[0], testSites[2]}, Start: midnight, Duration: 150 * time.Minute, Rate: 4, Format: "vhost-combined",
		Attacks: []loggen.Attack{{Kind: loggen.AttackFlood, Clients: 40, PerMinute: 60, After: 130 * time.Minute, For: 8 * time.Minute},
			{Kind: loggen.AttackLogin, Clients: 2, PerMinute: 30, After: 70 * time.Minute, For: 5 * time.Minute, Host: testSites[2]}}}
	_, err := loggen.Each(cfg, func(line []byte, r *loggen.Request) error {
		at := int(time.Unix(0, r.Time).Sub(midnight) / time.Minute)
		for len(minutes) <= at {
			minutes = append(minutes, nil)
		}
		minutes[at] = append(append(minutes[at], line...), '\n')
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return minutes
}

func storedFindings(t *testing.T, b *liveBox) []*schemas.Finding {
	t.Helper()
	found, err := b.store.Findings(t.Context(), access.Everything(), "", midnight, midnight.Add(24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestFindingsOfALiveRun: minutes are judged as they close, an attack is in the store with a case and its reasons soon after its first minute, and a run
// that reads all at once or is started anew again and again finds the same.
func TestFindingsOfALiveRun(t *testing.T) {
	minutes := linesByMinute(t)
	whole, broken := newLiveBox(t, sitesConfig("vhost-combined")), newLiveBox(t, sitesConfig("vhost-combined"))
	whole.now, broken.now = midnight, midnight
	for n, lines := range minutes {
		broken.write(lines)
		if n%15 != 14 && (n < 128 || n > 134) {
			continue
		}
		broken.now = midnight.Add(time.Duration(n)*time.Minute + 61*time.Second)
		broken.settle()
		broken.stop()
		broken.start()
	}
	for _, lines := range minutes {
		whole.write(lines)
	}
	whole.now = midnight.Add(150 * time.Minute)
	whole.settle()
	for _, b := range []*liveBox{whole, broken} {
		b.now = midnight.Add(155 * time.Minute)
		b.closeAll()
	}
	a, b := storedFindings(t, whole), storedFindings(t, broken)
	flood, login := 0, 0
	for _, f := range a {
		switch at := f.Minute.AsTime().Sub(midnight); {
		case f.Verdict < schemas.Verdict_VERDICT_SUSPECTED:
		case f.Host == testSites[0] && at >= 130*time.Minute && at < 138*time.Minute:
			flood++
		case f.Host == testSites[2] && at >= 70*time.Minute && at < 75*time.Minute:
			login++
		default:
			t.Errorf("nothing happened then: %v", f)
		}
	}
	if flood < 7 || login < 3 {
		t.Errorf("%d minutes of the flood and %d of the tries of passwords are found", flood, login)
	}
	if len(a) != len(b) {
		for _, f := range b {
			t.Log(f.Minute.AsTime(), f.Host, f.Verdict, f.Kind, f.Points, f.Requests, f.NormalRequests, f.Revision)
		}
		t.Fatalf("all at once %d findings, with restarts %d", len(a), len(b))
	}
	for i := range a {
		if !proto.Equal(a[i], b[i]) {
			t.Errorf("all at once\n%v\nwith restarts\n%v", a[i], b[i])
		}
	}
}

// graveKinds are the kinds of what may be an attack on a site.
func graveKinds(found []*schemas.Finding, host string) (kinds []string) {
	for _, f := range found {
		if f.Host == host && f.Verdict >= schemas.Verdict_VERDICT_SUSPECTED && !slices.Contains(kinds, f.Kind) {
			kinds = append(kinds, f.Kind)
		}
	}
	return kinds
}

// TestWordsOnCasesAreHeeded: from the first minute on that begins after somebody said that a case is no attack its kind is only worth a look, also after a start, and what is taken
// back counts no more.
func TestWordsOnCasesAreHeeded(t *testing.T) {
	minutes := linesByMinute(t)
	b := newLiveBox(t, sitesConfig("vhost-combined"))
	b.now = midnight
	read := func(from, to int) {
		for n := from; n < to; n++ {
			b.write(minutes[n])
			b.now = midnight.Add(time.Duration(n)*time.Minute + 61*time.Second)
			b.settle()
		}
	}
	started := midnight.Add(130 * time.Minute)
	say := func(at int, undone bool) {
		word := reportstore.Feedback{Host: testSites[0], Started: started, At: midnight.Add(time.Duration(at) * time.Minute), Expires: midnight.Add(48 * time.Hour), By: "test",
			Undone: undone, Kinds: graveKinds(storedFindings(t, b), testSites[0])}
		if err := b.store.PutFeedback(t.Context(), word); err != nil {
			t.Fatal(err)
		}
	}
	read(0, 133)
	say(133, false)
	read(133, 135)
	b.stop()
	b.start()
	read(135, 136)
	say(136, true)
	read(136, 142)
	for _, f := range storedFindings(t, b) {
		at := int(f.Minute.AsTime().Sub(midnight) / time.Minute)
		if f.Host != testSites[0] || at < 130 || at >= 138 {
			continue
		}
		if grave := f.Verdict >= schemas.Verdict_VERDICT_SUSPECTED; grave == (at == 133 || at == 134 || at == 135) {
			t.Errorf("minute %d: %v %v", at, f.Verdict, f.Evidence[len(f.Evidence)-1].Words)
		}
	}
}
