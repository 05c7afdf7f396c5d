package integration

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pkg/loggen"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// lineAt is a line of a client that asks for a path.
func lineAt(at time.Time, client int, path, agent string) string {
	return fmt.Sprintf("one.example.org:443 198.51.%d.%d - - [%s] \"GET %s HTTP/1.1\" 200 512 \"-\" \"%s\"\n", client/250, 1+client%250, at.Format(clfLayout), path, agent)
}

const (
	firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	chrome  = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)

// calmThenFlood are three hours of readers, with a flood in five minutes of the last ten.
func calmThenFlood() []byte {
	var log strings.Builder
	for minute := range 180 {
		at := midnight.Add(time.Duration(minute) * time.Minute)
		for n := range 120 {
			agent := firefox
			if n%3 > 0 {
				agent = chrome
			}
			log.WriteString(lineAt(at.Add(time.Duration(n)*time.Second/2), n%60, fmt.Sprintf("/articles/%d", n), agent))
		}
		for n := range 1200 {
			if minute >= 170 && minute < 175 {
				log.WriteString(lineAt(at.Add(time.Duration(n)*time.Second/20), 1000+n%20, "/search", "python-requests/2.32"))
			}
		}
	}
	return []byte(log.String())
}

// TestGeneratedAttacksAreFound: in three hours of generated traffic the minutes of a flood open a case, and nothing else does.
func TestGeneratedAttacksAreFound(t *testing.T) {
	for _, kind := range []string{"", loggen.AttackFlood, loggen.AttackCacheBusting} {
		cfg := loggen.Config{Seed: 5, Hosts: testSites[:1], Start: midnight, Duration: 3 * time.Hour, Rate: 10, Format: "vhost-combined"}
		if kind != "" {
			cfg.Attacks = []loggen.Attack{{Kind: kind, Clients: 40, PerMinute: 90, After: 150 * time.Minute, For: 8 * time.Minute}}
		}
		var log bytes.Buffer
		if _, err := loggen.Generate(t.Context(), cfg, &log, nil); err != nil {
			t.Fatal(err)
		}
		b := newLiveBox(t, sitesConfig("vhost-combined"))
		b.now = midnight.Add(185 * time.Minute)
		b.write(log.Bytes())
		b.settle()
		b.closeAll()
		_, stdout, _ := command(t.Context(), "attacks", "--data", b.data, "--from", "2026-05-05", "--to", "2026-05-06", "--format", "json")
		grave := 0
		for line := range strings.Lines(stdout) {
			var f schemas.Finding
			if err := protojson.Unmarshal([]byte(line), &f); err != nil {
				t.Fatal(err)
			}
			if f.Verdict < schemas.Verdict_VERDICT_SUSPECTED {
				continue
			}
			if at := f.Minute.AsTime().Sub(midnight); kind == "" || at < 150*time.Minute || at >= 158*time.Minute {
				t.Errorf("%q: minute %v is called %s", kind, at, line)
			}
			grave++
		}
		if kind != "" && grave < 7 {
			t.Errorf("%s: %d of its 8 minutes are found", kind, grave)
		}
	}
}

// keepsAFinding puts a finding of a minute into the store, and a state of detection as of the last one.
func keepsAFinding(t *testing.T, b *liveBox, minute time.Time) {
	t.Helper()
	err := b.store.Commit(t.Context(), &reportstore.Commit{
		Findings: []*schemas.Finding{{
			Host: "one.example.org", Minute: timestamppb.New(minute), Revision: 100, Verdict: schemas.Verdict_VERDICT_WATCH, Kind: "scanner", Requests: 140, NormalRequests: 120,
			Rules: &schemas.Rules{Status: "NO_USABLE_RULE_FOUND", Words: "none is good enough"},
		}},
		States: []reportstore.DetectionState{{Host: "one.example.org", Minute: midnight.Add(180 * time.Minute)}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAttacksOfAStore: a flood is found in what is kept, and said with its reasons; before it nothing is.
func TestAttacksOfAStore(t *testing.T) {
	b := newLiveBox(t, sitesConfig("vhost-combined"))
	b.now = midnight.Add(185 * time.Minute)
	b.write(calmThenFlood())
	b.settle()
	b.closeAll()
	args := []string{"attacks", "--data", b.data, "--host", "one.example.org", "--from", "2026-05-04", "--to", "2026-05-06"}
	code, stdout, stderr := command(t.Context(), args...)
	for _, want := range []string{"one.example.org: attack, volumetric", "02:50 to", "times the usual 120 requests a minute", "python-requests", "tools or without an agent"} {
		if code != 0 || !strings.Contains(stdout, want) {
			t.Fatalf("exit code %d, and %q is not said: %s%s", code, want, stdout, stderr)
		}
	}
	if strings.Contains(stdout, "No \"up\" has judged") == strings.Contains(stdout, "The verdicts are those of \"up\"") {
		t.Errorf("who judged is not said: %s", stdout)
	}
	if n := strings.Count(stdout, "UTC, "); n != 1 {
		t.Errorf("there are %d cases: %s", n, stdout)
	}
	_, stdout, _ = command(t.Context(), append(args, "--format", "json")...)
	for line := range strings.Lines(stdout) {
		var f schemas.Finding
		if err := protojson.Unmarshal([]byte(line), &f); err != nil || f.Minute.AsTime().Before(midnight.Add(170*time.Minute)) {
			t.Errorf("%v: %s", err, line)
		}
	}
	for _, quiet := range [][]string{{"--from", "2026-05-05 00:30", "--to", "2026-05-05 02:30"}, {"--from", "2026-04-01", "--to", "2026-04-02"}} {
		code, stdout, stderr := command(t.Context(), append([]string{"attacks", "--data", b.data}, quiet...)...)
		if code != 0 || !strings.Contains(stdout, "Nothing stands out") {
			t.Errorf("%v: exit code %d: %s%s", quiet, code, stdout, stderr)
		}
	}
	if strings.Contains(stdout, "198.51") {
		t.Error("somebody is named")
	}
	args[6], args[8] = "2026-05-05 01:00", "2026-05-05 02:00"
	keepsAFinding(t, b, midnight.Add(100*time.Minute))
	code, stdout, stderr = command(t.Context(), args...)
	for _, want := range []string{"one.example.org: worth a look, scanner", "Rules: NO_USABLE_RULE_FOUND: none is good enough", "The verdicts are those of \"up\""} {
		if code != 0 || !strings.Contains(stdout, want) || strings.Count(stdout, "UTC, ") != 1 {
			t.Errorf("what is kept: exit code %d, and %q is not said: %s%s", code, want, stdout, stderr)
		}
	}
}
