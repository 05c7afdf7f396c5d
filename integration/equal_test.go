package integration

import (
	"bytes"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/loggen"
	"github.com/floodgauge/floodgauge/pkg/replay"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
	"github.com/floodgauge/floodgauge/schemas"
)

const (
	equalMinutes = 140
	rebuiltFrom  = 120 // in the flood
)

// equalLines are the lines of each minute of two sites: the one is flooded from the 115th to the 124th, the other is silent from the 114th to the 128th.
func equalLines(t *testing.T) (minutes [][]byte) {
	t.Helper()
	g, err := loggen.New(loggen.Config{Seed: 5, Hosts: []string{testSites[0], silentSite}, Start: midnight, Duration: equalMinutes * time.Minute, Rate: 4, Format: "gcp",
		Attacks: []loggen.Attack{{Kind: loggen.AttackFlood, Clients: 30, PerMinute: 60, After: 115 * time.Minute, For: 9 * time.Minute, Host: testSites[0]}}})
	if err != nil {
		t.Fatal(err)
	}
	minutes = make([][]byte, equalMinutes)
	var r loggen.Request
	for g.Next(&r) {
		n := time.Unix(0, r.Time).UTC().Sub(midnight) / time.Minute
		if r.Host != silentSite || n < 114 || n >= 128 {
			minutes[n] = g.Write(minutes[n], &r)
		}
	}
	return minutes
}

// judgedLive judges minutes as they come, with starts of the program between. In the flood somebody says that it is no attack, and takes that back.
func judgedLive(t *testing.T, minutes [][]byte) *liveBox {
	t.Helper()
	b := newLiveBox(t, attackedConfig())
	b.now = midnight
	dataRing(t, b.data)
	for n, lines := range minutes {
		b.write(lines)
		b.now = midnight.Add(time.Duration(n)*time.Minute + 61*time.Second)
		said := n == 117 || n == 121
		if n%20 != 19 && !said && (n < 113 || n > 127) {
			continue
		}
		b.settle()
		if said {
			word := reportstore.Feedback{Host: testSites[0], Started: midnight.Add(115 * time.Minute), At: b.now, Expires: midnight.Add(48 * time.Hour), By: "test",
				Undone: n == 121, Kinds: graveKinds(storedFindings(t, b), testSites[0])}
			if err := b.store.PutFeedback(t.Context(), word); err != nil {
				t.Fatal(err)
			}
		}
		if n%20 == 19 || n == 118 || n == 127 {
			b.stop()
			b.start()
		}
	}
	b.now = midnight.Add(145 * time.Minute)
	b.closeAll()
	return b
}

// checkEqualFindings keeps the comparison from becoming empty.
func checkEqualFindings(t *testing.T, all []*schemas.Finding) {
	t.Helper()
	attacked, heeded, stopped := 0, 0, 0
	for _, f := range all {
		switch minute := f.Minute.AsTime().Sub(midnight) / time.Minute; {
		case f.Verdict >= schemas.Verdict_VERDICT_SUSPECTED && (f.Host != testSites[0] || minute < 115 || minute > 126 || minute >= 119 && minute < 123):
			t.Errorf("minute %d of %s is called %v", minute, f.Host, f)
		case f.Verdict >= schemas.Verdict_VERDICT_SUSPECTED:
			attacked++
		case slices.ContainsFunc(f.Evidence, func(e *schemas.Evidence) bool { return e.Signal == "feedback" }):
			heeded++
		case f.Kind == "traffic_stopped" && f.Host == silentSite:
			stopped++
		}
	}
	if attacked < 4 || heeded != 4 || stopped < 5 {
		t.Fatalf("%d minutes of the flood, %d that are said to be no attack and %d of the silence are found: %v", attacked, heeded, stopped, all)
	}
}

// rebuiltFindings rebuilds in a data folder and returns all of its findings.
func rebuiltFindings(t *testing.T, b *liveBox, data string, from, to time.Time, lines []byte) []*schemas.Finding {
	t.Helper()
	o := b.options(true, b.lost("rebuilt.log", lines))
	o.Data, o.From, o.To = data, from, to
	if res, err := replay.Run(t.Context(), o); err != nil || !res.Published {
		t.Fatalf("the rebuild: %v, %v", res, err)
	}
	store, err := sqlite.OpenReadOnly(data)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	found, err := store.Findings(t.Context(), access.Everything(), "", midnight, midnight.Add(24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// saidIn keeps words in a new data folder.
func saidIn(t *testing.T, said []reportstore.Feedback) (data string) {
	t.Helper()
	data = t.TempDir()
	dataRing(t, data)
	store, err := sqlite.Open(data, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for _, f := range said {
		if err := store.PutFeedback(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	return data
}

// TestEveryEngineFindsTheSame: a live run in slices and with restarts, one bounded run, a rebuild of everything in a new data folder, and two of hours where
// the live run was give equal findings, given the same words on cases. Between these two hours there is a case, and a silence; the last rebuild has no lines
// from before the state that it goes on from. No line is late; nothing else of a finding may differ.
func TestEveryEngineFindsTheSame(t *testing.T) {
	minutes := equalLines(t)
	b := judgedLive(t, minutes)
	want := storedFindings(t, b)
	checkEqualFindings(t, want)
	said, err := b.store.Said(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	known := equalMinutes
	for _, host := range []string{testSites[0], silentSite} {
		state, _, err := b.store.Detection(t.Context(), host, midnight.Add(rebuiltFrom*time.Minute))
		if err != nil || state == nil {
			t.Fatalf("the state of %s: %v, %v", host, state, err)
		}
		known = min(known, int(state.Minute.Sub(midnight)/time.Minute))
	}
	b.stop()
	defer b.start() // which the end of the test stops
	same := func(name string, got []*schemas.Finding) {
		t.Helper()
		if diff := gocmp.Diff(want, got, protocmp.Transform()); diff != "" {
			t.Errorf("%s: findings (-live +others):\n%s", name, diff)
		}
	}
	words := &schemas.SiteSeed{Host: testSites[0], State: &schemas.SiteState{Words: findings.Words(said)[testSites[0]]}}
	cfg := attackedConfig()
	cfg.Now = b.now
	same("a bounded run", judgedByGraph(t, cfg, minutes, 2, 2, words))
	same("a rebuild of all", rebuiltFindings(t, b, saidIn(t, said), time.Time{}, time.Time{}, slices.Concat(minutes...)))
	last := midnight.Add(rebuiltFrom * time.Minute)
	same("a rebuild before the last hour", rebuiltFindings(t, b, b.data, last.Add(-time.Hour), last, slices.Concat(minutes...)))
	same("a rebuild of the last hour", rebuiltFindings(t, b, b.data, last, time.Time{}, bytes.Join(minutes[known+1:], nil)))
}
