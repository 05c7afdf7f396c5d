package integration

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/loggen"
	"github.com/floodgauge/floodgauge/pkg/replay"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
	"github.com/floodgauge/floodgauge/pkg/spool"
	"github.com/floodgauge/floodgauge/schemas"
)

// recentLog is a log of some minutes two hours ago: `up` keeps no minutes of long ago.
func recentLog(t *testing.T, lines int64) testLog {
	t.Helper()
	g, err := loggen.New(loggen.Config{Seed: 5, Hosts: testSites, Start: time.Now().Add(-2 * time.Hour).Truncate(time.Minute), Duration: 6 * time.Minute, Lines: lines,
		Format: "vhost-combined"})
	if err != nil {
		t.Fatal(err)
	}
	log := testLog{format: "vhost-combined"}
	var r loggen.Request
	for g.Next(&r) {
		log.lines = append(log.lines, testLine{text: g.Write(nil, &r)})
	}
	return log
}

// TestCommandsBesideARunningUp: real processes that share a data folder.
func TestCommandsBesideARunningUp(t *testing.T) {
	log := recentLog(t, 2000)
	live, lost := parted(&log, 0.3)
	b := newBox(t)
	data, path, lostPath := b.path("keep", "data"), b.path("home", "access.log"), b.path("home", "lost.log")
	writeFile(t, path, live)
	writeFile(t, lostPath, lost)
	up := startUp(t, b, path, "--data", data)
	says := func(code int, want string, args ...string) {
		t.Helper()
		o := b.run(t, nil, append(args, "--data", data)...)
		if said := string(o.left["standard output"]) + o.stderr(); o.code != code || !strings.Contains(said, want) {
			t.Errorf("%v: exit code %d: %s\nwant %d: %s", args, o.code, said, code, want)
		}
	}
	store, err := sqlite.OpenReadOnly(data)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	await(t, "the log", func() bool {
		status, err := store.Status(t.Context())
		return err == nil && len(status.Sources) == 1 && status.Sources[0].Lines == int64(bytes.Count(live, []byte("\n")))
	})
	says(0, "published", "replay", "--mode", "late", lostPath)
	says(0, "published before", "replay", "--mode", "late", lostPath)
	says(0, "0 minutes differ", "audit", path, lostPath)
	says(1, "no dead letter 7 that can be tried again", "deadletters", "retry", "7")
	says(0, "two.example.net", "query", "SELECT DISTINCT host FROM traffic ORDER BY 1")
	if code := up.stop(t); code != 0 {
		t.Errorf("up: exit code %d: %s", code, up.said)
	}
	says(0, "0 minutes differ", "audit", path, lostPath)
}

// TestRetryIsPickedUpByTheLiveRun: what was set aside, and waits for a command, is tried by the run that holds the store.
func TestRetryIsPickedUpByTheLiveRun(t *testing.T) {
	b := newLiveBox(t, sitesConfig("vhost-combined"))
	extent := reportstore.Extent{Source: "test", File: "4096-gone", From: 10, To: 20}
	letter := reportstore.DeadLetter{At: b.now, Extent: &extent, Tries: 5, Letter: &schemas.DeadLetter{Source: "test", Reason: "set_aside"}}
	b.stop()
	store, err := sqlite.Open(b.data, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Commit(t.Context(), &reportstore.Commit{Letters: []reportstore.DeadLetter{letter}}); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	b.start()
	b.settle()
	if got := b.tries(); got != 5 {
		t.Fatalf("it was tried %d times without a command", got)
	}
	b.serving(func() {
		if code, stdout, stderr := command(t.Context(), "deadletters", "retry", "all", "--data", b.data); code != 0 || !strings.Contains(stdout, "1 part") {
			t.Errorf("exit code %d: %s%s", code, stdout, stderr)
		}
	})
	b.settle()
	if got := b.tries(); got != 6 {
		t.Errorf("it was tried %d times, want once more", got)
	}
}

// tries is how often the only stretch that is set aside was tried.
func (b *liveBox) tries() int {
	b.t.Helper()
	letters, err := b.store.Letters(b.t.Context(), 2)
	if err != nil || len(letters) != 1 {
		b.t.Fatalf("%d letters, %v", len(letters), err)
	}
	return letters[0].Tries
}

// TestAuditOfTheSpool: lines whose log names them have the same ids whatever brought them, so a store that was filled from a file agrees with a spool
// that has the same lines, and disagrees by the minute with one that has another.
func TestAuditOfTheSpool(t *testing.T) {
	log := makeLog(t, "gcp", 1200, within(time.Second))
	b := replayBox(t, "gcp")
	b.now = b.now.Add(72 * time.Hour)
	b.stop()
	kept, err := spool.Open(filepath.Join(b.data, "spool"), spool.Options{})
	if err != nil {
		t.Fatal(err)
	}
	file := log.file()
	half := bytes.IndexByte(file[len(file)/2:], '\n') + len(file)/2 + 1
	for _, lines := range [][]byte{file[:half], file[half:]} {
		if err := kept.Append("shop", []spool.Record{{Data: lines, Arrival: midnight.Add(time.Hour)}}); err != nil {
			t.Fatal(err)
		}
	}
	res, err := replay.Run(t.Context(), b.options(false, b.lost("access.log", file)))
	if err != nil || !res.Published {
		t.Fatalf("%v, %v", res, err)
	}
	b.start()
	b.exact()
	extra := bytes.ReplaceAll(file[:bytes.IndexByte(file, '\n')+1], []byte(`"insertId":"`), []byte(`"insertId":"x`))
	if err := kept.Append("shop", []spool.Record{{Data: extra, Arrival: midnight.Add(time.Hour)}}); err != nil {
		t.Fatal(err)
	}
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := command(t.Context(), "audit", "--data", b.data)
	if code != 1 || !strings.Contains(stdout, "2026-05-04 23:57 UTC: the logs have") || !strings.Contains(stdout, "1 minute differs") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}
