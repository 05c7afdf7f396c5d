package integration

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/engine"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/loggen"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
	"github.com/floodgauge/floodgauge/pkg/summarize"
	"github.com/floodgauge/floodgauge/pkg/transform"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

const (
	attackedMinutes = 90
	silentSite      = "two.example.net"
)

// attackedLog is the text of attackedLines.
func attackedLog(t *testing.T) (lines [][]byte) {
	t.Helper()
	for _, line := range attackedLines(t) {
		lines = append(lines, line.text)
	}
	return lines
}

// attackedLines have a flood from its 70th minute on, a site that is silent from the 75th to the 83rd, and a site that has a line in the first minute only.
// The lines have ids of their own, so that what is made of them depends on no file.
func attackedLines(t *testing.T) (lines []testLine) {
	t.Helper()
	g, err := loggen.New(loggen.Config{Seed: 5, Hosts: testSites, Start: midnight, Duration: attackedMinutes * time.Minute, Rate: 4, Format: "gcp",
		Attacks: []loggen.Attack{{Kind: loggen.AttackFlood, Clients: 30, PerMinute: 60, After: 70 * time.Minute, For: 6 * time.Minute}}})
	if err != nil {
		t.Fatal(err)
	}
	var r loggen.Request
	for g.Next(&r) {
		at := time.Unix(0, r.Time).UTC()
		minute := at.Sub(midnight) / time.Minute
		silent := r.Host == silentSite && minute >= 75 && minute < 83
		if !silent && (r.Host != "three.example.com" || minute == 0) {
			lines = append(lines, testLine{text: g.Write(nil, &r), host: r.Host, time: at, arrival: at})
		}
	}
	return lines
}

// attackedConfig is how they are counted.
func attackedConfig() summarize.Config {
	cfg := sitesConfig("gcp")
	cfg.Now = midnight.Add(2 * time.Hour)
	return cfg
}

// judgedPlainly judges the minutes of a loop's summaries one after the other.
func judgedPlainly(t *testing.T, cfg summarize.Config, file []byte) (found []*schemas.Finding) {
	t.Helper()
	loop := plainLoop{t, cfg, 1, rand.New(rand.NewPCG(1, 2))}
	s, err := summarize.New(&loop.cfg)
	if err != nil {
		t.Fatal(err)
	}
	merged := loop.merge(loop.bundles(s, fileBlocks(t, file, len(file)), func(logentry.DeadLetter) {}), traffic.Minute, time.Minute)
	known, last, hosts := map[time.Time]bool{}, time.Time{}, map[string]map[time.Time]*report.Summary{}
	for w, sum := range merged {
		known[w.start] = true
		if w.start.After(last) {
			last = w.start
		}
		if hosts[w.host] == nil {
			hosts[w.host] = map[time.Time]*report.Summary{}
		}
		hosts[w.host][w.start] = sum
	}
	for host, minutes := range hosts {
		site := attack.NewSite(host, func(minute time.Time) bool { return known[minute.UTC()] }, findings.Sayable)
		for minute := midnight; !minute.After(last); minute = minute.Add(time.Minute) {
			if sum := minutes[minute]; sum != nil {
				found = append(found, site.Next(attack.Observe(sum, sum.Report(host, minute, traffic.Minute)))...)
			}
		}
		found = append(found, site.Until(last.Add(-2*time.Minute))...)
	}
	sortFindings(found)
	return found
}

func sortFindings(all []*schemas.Finding) {
	slices.SortFunc(all, func(a, b *schemas.Finding) int {
		return cmp.Or(strings.Compare(a.Host, b.Host), a.Minute.AsTime().Compare(b.Minute.AsTime()))
	})
}

// TestBoundedRunsJudge: the graph finds what a plain loop over the same minutes finds, however the lines are ordered, and the files split and parted.
func TestBoundedRunsJudge(t *testing.T) {
	lines := attackedLog(t)
	cfg := attackedConfig()
	want := judgedPlainly(t, cfg, slices.Concat(lines...))
	checkFindings(t, want)
	for _, c := range []struct {
		name            string
		sitesOnly       bool
		files, branches int
		shuffled        bool
	}{
		{"one branch", true, 1, 1, false},
		{"two branches, names to be hidden", false, 1, 2, false},
		{"three files, shuffled", true, 3, 2, true},
		{"two files, shuffled, names to be hidden", false, 2, 3, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := cfg
			cfg.SitesOnly = c.sitesOnly
			lines := slices.Clone(lines)
			if c.shuffled {
				rand.New(rand.NewPCG(3, 4)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
			}
			got := judgedByGraph(t, cfg, lines, c.files, c.branches)
			if diff := gocmp.Diff(want, got, protocmp.Transform()); diff != "" {
				t.Errorf("findings (-plain loop +graph):\n%s", diff)
			}
		})
	}
}

// checkFindings keeps the comparison from becoming empty.
func checkFindings(t *testing.T, all []*schemas.Finding) {
	t.Helper()
	attacked, stopped := 0, 0
	for _, f := range all {
		switch minute := f.Minute.AsTime().Sub(midnight) / time.Minute; {
		case f.Verdict >= schemas.Verdict_VERDICT_SUSPECTED && (f.Host != testSites[0] || minute < 70 || minute > 85):
			t.Errorf("minute %d of %s is called %v", minute, f.Host, f)
		case f.Verdict >= schemas.Verdict_VERDICT_SUSPECTED:
			attacked++
		case f.Kind == "traffic_stopped" && f.Host == silentSite:
			stopped++
		}
	}
	if attacked < 5 || stopped < 5 {
		t.Fatalf("%d minutes of the flood and %d of the silence are found: %v", attacked, stopped, all)
	}
}

// judgedByGraph runs the bounded graph over lines that are dealt out to files.
func judgedByGraph(t *testing.T, cfg summarize.Config, lines [][]byte, files, branches int, from ...*schemas.SiteSeed) []*schemas.Finding {
	t.Helper()
	dir, results, source := t.TempDir(), t.TempDir(), cfg.Sources[0]
	cfg.Sources = nil
	var all []logsource.File
	for i := range files {
		var text []byte
		for n := i; n < len(lines); n += files {
			text = append(text, lines[n]...)
		}
		path := filepath.Join(dir, fmt.Sprintf("access-%d.log", i))
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		all, cfg.Sources = append(all, logsource.File{Path: path, Size: int64(len(text))}), append(cfg.Sources, source)
	}
	states, err := transform.WriteStates(dir, from)
	if err != nil {
		t.Fatal(err)
	}
	spec := traffic.Spec{Local: &traffic.LocalSpec{Dir: results, Branches: logsource.Split(all, branches), States: states,
		Config: traffic.Config{Summarize: cfg, Levels: []string{traffic.All}, Findings: true}}}
	if _, err := engine.Run(t.Context(), engine.Job{Spec: spec, Keys: testKeys()}); err != nil {
		t.Fatal(err)
	}
	found, err := transform.ReadFindings(results)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestBucketIsJudged: the requests for names that nobody shares are judged together.
func TestBucketIsJudged(t *testing.T) {
	cfg := attackedConfig()
	cfg.Sites = map[string]string{silentSite: silentSite}
	found := judgedByGraph(t, cfg, attackedLog(t), 1, 2)
	if !slices.ContainsFunc(found, func(f *schemas.Finding) bool {
		return f.Host == vocabulary.OtherHosts && f.Verdict >= schemas.Verdict_VERDICT_SUSPECTED
	}) {
		t.Errorf("no attack on %s: %v", vocabulary.OtherHosts, found)
	}
}

// TestRebuildsJudge: a rebuild publishes the findings of its hours, with the hour before for history where the files have it, and says where they do not; late
// lines are not judged.
func TestRebuildsJudge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	writeFile(t, path, slices.Concat(attackedLog(t)...))
	for _, c := range []struct {
		args            []string
		found, explains bool
	}{
		{[]string{"--mode", "rebuild", "--from", "2026-05-05 01:00"}, true, false},
		{[]string{"--mode", "rebuild", "--to", "2026-05-05 01:00"}, false, true},
		{[]string{"--mode", "rebuild"}, true, true},
		{[]string{"--mode", "late"}, false, false},
	} {
		data := t.TempDir()
		dataRing(t, data)
		code, stdout, stderr := command(t.Context(), append(append([]string{"replay", "--data", data}, c.args...), path)...)
		if code != 0 || strings.Contains(stderr, "not known up to 2026-05-05 01:00") != c.explains {
			t.Fatalf("%v: exit code %d\n%s%s", c.args, code, stdout, stderr)
		}
		store, err := sqlite.OpenReadOnly(data)
		if err != nil {
			t.Fatal(err)
		}
		found, err := store.Findings(t.Context(), access.Everything(), testSites[0], midnight, midnight.Add(2*time.Hour))
		if err = errors.Join(err, store.Close()); err != nil {
			t.Fatal(err)
		}
		grave := 0
		for _, f := range found {
			if f.Verdict >= schemas.Verdict_VERDICT_SUSPECTED {
				grave++
			}
		}
		if (grave >= 5) != c.found || len(found) > 0 && slices.Contains(c.args, "--from") && found[0].Minute.AsTime().Before(midnight.Add(time.Hour)) {
			t.Errorf("%v: %d grave findings, %v", c.args, grave, found)
		}
	}
}
