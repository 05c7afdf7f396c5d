package integration

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/cli"
	"github.com/floodgauge/floodgauge/pkg/inbox"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/replay"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

// replayBox is a live box whose data folder commands can work with.
func replayBox(t *testing.T, format string) *liveBox {
	t.Helper()
	b := newLiveBox(t, sitesConfig(format))
	dataRing(t, b.data)
	return b
}

// dataRing gives a data folder the keys of the tests.
func dataRing(t *testing.T, data string) {
	t.Helper()
	keys := testKeys()
	ring, err := json.Marshal(object{"version": 1, "line": keys.Line, "seed": object{"seed": keys.Seed, "made": time.Now().UTC()}})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(data, "day-keys.json"), ring)
}

// lost writes lines into a file that the live run does not follow.
func (b *liveBox) lost(name string, lines []byte) (path string) {
	b.t.Helper()
	path = filepath.Join(filepath.Dir(b.path), name)
	writeFile(b.t, path, lines)
	return path
}

// options are those of a replay by the box's clock.
func (b *liveBox) options(rebuild bool, files ...string) *replay.Options {
	b.t.Helper()
	expanded, _, err := logsource.Expand(files)
	if err != nil {
		b.t.Fatal(err)
	}
	cfg := b.cfg
	cfg.Now, cfg.Sources = b.now, nil
	for _, f := range expanded {
		cfg.Sources = append(cfg.Sources, logentry.Source{Name: f.Path, Format: b.cfg.Sources[0].Format})
	}
	return &replay.Options{Rebuild: rebuild, Files: expanded, Summarize: cfg, Data: b.data, Keys: testKeys(), Note: b.t.Logf}
}

// replay replays beside the live run, which answers.
func (b *liveBox) replay(o *replay.Options) (res *replay.Result, err error) {
	b.t.Helper()
	b.serving(func() { res, err = replay.Run(b.t.Context(), o) })
	return res, err
}

// serving lets the live run do what is asked of it while f works.
func (b *liveBox) serving(f func()) {
	b.t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-done:
			return
		case <-look.C:
			if asked, _ := inbox.Find(replay.Inbox(b.data), b.now); len(asked) > 0 {
				b.settle()
			}
		}
	}
}

// published replays and wants it to be published, or to be known.
func (b *liveBox) published(o *replay.Options, want bool) {
	b.t.Helper()
	res, err := b.replay(o)
	if err != nil {
		b.t.Fatal(err)
	}
	if res.Published != want {
		b.t.Fatalf("published is %t, want %t", res.Published, want)
	}
}

// command runs a command line in this process.
func command(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = cli.Run(ctx, args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

// exact wants that the store has the very lines of the files.
func (b *liveBox) exact(files ...string) {
	b.t.Helper()
	code, stdout, stderr := command(b.t.Context(), append([]string{"audit", "--data", b.data}, files...)...)
	if code != 0 || !strings.Contains(stdout, "lines agree, 0 minutes differ") || strings.Contains(stderr, "minutes not compared") {
		b.t.Fatalf("audit: exit code %d\n%s%s", code, stdout, stderr)
	}
}

// parted deals a log's lines out at random: most to the live log, the others to a file that never arrived.
func parted(log *testLog, share float64) (live, lost []byte) {
	rng := rand.New(rand.NewPCG(21, 22))
	for _, line := range log.lines {
		if rng.Float64() < share {
			lost = append(lost, line.text...)
		} else {
			live = append(live, line.text...)
		}
	}
	return live, lost
}

// TestRebuiltRowsAreTheLiveOnes: the live run, one bounded run, and a rebuild over what the live run left give equal rows.
func TestRebuiltRowsAreTheLiveOnes(t *testing.T) {
	log := makeLog(t, "vhost-combined", equivalenceLines, within(14*time.Second))
	want, _ := runBounded(t, traffic.Config{Summarize: sitesConfig(log.format), Levels: allLevels}, log.file(), 2)
	b := replayBox(t, log.format)
	b.write(log.file())
	b.settle()
	b.closeAll()
	sameOutcome(t, "the live run", want, liveOutcome(t, b))
	b.published(b.options(true, b.path), true)
	sameOutcome(t, "the rebuild", want, liveOutcome(t, b))
	b.exact(b.path)
}

// TestLateReplayAddsCountersOnly: at every level and slot the counters are those of both files; late rows have no lists and no visitors; the same replay
// twice changes nothing, and lines that are there already are refused.
func TestLateReplayAddsCountersOnly(t *testing.T) {
	log := makeLog(t, "vhost-combined", equivalenceLines, within(14*time.Second))
	live, lost := parted(&log, 0.2)
	b := replayBox(t, log.format)
	b.write(live)
	b.settle()
	b.closeAll()
	path := b.lost("lost.log", lost)
	b.published(b.options(false, path), true)
	b.exact(b.path, path)
	rows := b.rows()
	checkLateRows(t, rows)
	cfg := traffic.Config{Summarize: sitesConfig(log.format), Levels: allLevels}
	first, _ := runBounded(t, cfg, live, 1)
	second, _ := runBounded(t, cfg, lost, 1)
	var got []*schemas.TrafficReport
	for _, r := range rows {
		got = append(got, r.Report)
	}
	if diff := cmp.Diff(counters(append(first.rows, second.rows...)), counters(got), protocmp.Transform()); diff != "" {
		t.Errorf("counters (-both files +store):\n%s", diff)
	}
	b.published(b.options(false, path), false)
	if _, err := b.replay(b.options(false, b.path)); err == nil || !strings.Contains(err.Error(), "has these very lines of") {
		t.Errorf("the live log as late lines: error %v", err)
	}
	if diff := cmp.Diff(rows, b.rows(), protocmp.Transform()); diff != "" {
		t.Errorf("the second replay changed rows:\n%s", diff)
	}
	b.exact(b.path, path)
}

func checkLateRows(t *testing.T, rows []reportstore.Row) {
	t.Helper()
	late := 0
	for _, r := range rows {
		if r.Kind != reportstore.Late {
			continue
		}
		late++
		if lists := len(r.Report.TopPaths) + len(r.Report.TopAgents) + len(r.Report.TopReferrers); lists > 0 || r.Report.Visitors != nil || r.Report.LateLines != r.Report.Lines {
			t.Errorf("%v is late and has %d values in lists, visitors %v, %d of %d lines late", windowOf(r.Report), lists, r.Report.Visitors, r.Report.LateLines, r.Report.Lines)
		}
	}
	if late == 0 {
		t.Error("no row is late")
	}
}

// counters are what adds up over the rows of each slot.
func counters(rows []*schemas.TrafficReport) map[window]*schemas.TrafficReport {
	by := map[window][]*schemas.TrafficReport{}
	for _, r := range rows {
		by[windowOf(r)] = append(by[windowOf(r)], r)
	}
	sums := map[window]*schemas.TrafficReport{}
	for at, rows := range by {
		s := report.Sum(rows)
		sums[at] = &schemas.TrafficReport{Requests: s.Requests, Lines: s.Lines, LineXor: s.LineXor, RequestBytes: s.RequestBytes, ResponseBytes: s.ResponseBytes,
			Status: s.Status, StatusClass: s.StatusClass, Methods: s.Methods, Protocols: s.Protocols, Clients: s.Clients, Cache: s.Cache,
			FirstEvent: s.FirstEvent, LastEvent: s.LastEvent}
	}
	return sums
}

// TestReplaysInAnyOrderAreExact: rebuilds twice and overlapping, with more lines than before, late lines after a rebuild, both from a live log and from a
// replay, and a rebuild over these: after each of them the store has every line once.
func TestReplaysInAnyOrderAreExact(t *testing.T) {
	log := makeLog(t, "vhost-combined", equivalenceLines, within(14*time.Second))
	live, lost := parted(&log, 0.3)
	cut := bytes.LastIndexByte(live[:len(live)*4/5], '\n') + 1
	b := replayBox(t, log.format)
	b.write(live[:cut])
	b.settle()
	b.closeAll()
	path := b.lost("lost.log", lost)
	hour := b.options(true, b.path)
	hour.From, hour.To = midnight.Add(-time.Hour), midnight
	b.published(hour, true)
	b.exact(b.path)
	b.published(hour, false)
	b.published(b.options(true, b.path, path), true) // overlaps the hour, and has more lines
	b.exact(b.path, path)
	b.write(live[cut:]) // the live log grows: late lines of rebuilt minutes
	b.settle()
	b.exact(b.path, path)
	more := b.lost("more.log", bytes.ReplaceAll(lost, []byte("GET "), []byte("PUT ")))
	b.published(b.options(false, more), true)
	b.exact(b.path, path, more)
	last := b.lost("last.log", bytes.ReplaceAll(lost, []byte("GET "), []byte("HEAD ")))
	b.published(b.options(false, more, last), true) // of which one is there already
	b.exact(b.path, path, more, last)
	b.now = b.now.Add(time.Minute) // so long is the log silent
	if _, err := b.replay(b.options(true, b.path, path)); err == nil || !strings.Contains(err.Error(), reportstore.ErrFewerLines.Error()) {
		t.Errorf("a rebuild with fewer lines: error %v", err)
	}
	b.stop() // and once without a live run
	res, err := replay.Run(t.Context(), b.options(true, more, path, b.path, last))
	if err != nil || !res.Published {
		t.Fatalf("the last rebuild: %v, %v", res, err)
	}
	b.start()
	b.closeAll()
	b.exact(b.path, path, more, last)
}

// TestRebuildRefusesWhatIsNotRead: minutes that are open, hours that a live run has not come to, with and without that run.
func TestRebuildRefusesWhatIsNotRead(t *testing.T) {
	log := makeLog(t, "vhost-combined", 600, within(time.Second))
	b := replayBox(t, log.format)
	b.write(log.file())
	b.now = midnight.Add(3 * time.Minute)
	b.settle()
	for _, running := range []bool{true, false} {
		var err error
		if running {
			_, err = b.replay(b.options(true, b.path))
		} else {
			b.stop()
			_, err = replay.Run(t.Context(), b.options(true, b.path))
			b.start()
		}
		if err == nil || !strings.Contains(err.Error(), reportstore.ErrOpen.Error()) {
			t.Errorf("with a run %t: error %v", running, err)
		}
	}
	b.closeAll()
	b.exact(b.path)
}

// TestHalfDoneReplaysAreInvisible: replays that are killed at random moments, with a live run and without, leave nothing that counts; the next one is
// whole, and a further one changes nothing.
func TestHalfDoneReplaysAreInvisible(t *testing.T) {
	log := makeLog(t, "vhost-combined", equivalenceLines, within(14*time.Second))
	live, lost := parted(&log, 0.3)
	b := replayBox(t, log.format)
	b.write(live)
	b.settle()
	b.closeAll()
	path := b.lost("lost.log", lost)
	seen := map[int64]bool{}
	before := b.lines()
	start := time.Now()
	b.program(t.Context(), "audit", "--data", b.data, b.path) // as much work
	took := time.Since(start)
	args := []string{"replay", "--mode", "late", "--data", b.data, path}
	rng := rand.New(rand.NewPCG(31, 32))
	for i := range 5 {
		held := i%2 == 0
		if !held {
			b.stop()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rng.Int64N(int64(took))))
		work := func() { b.program(ctx, args...) }
		if held {
			b.serving(work)
		} else {
			work()
			b.start()
		}
		cancel()
		seen[b.lines()] = true
	}
	b.settle()
	b.serving(func() { b.program(t.Context(), args...) })
	b.exact(b.path, path)
	delete(seen, before)
	delete(seen, b.lines())
	if len(seen) > 0 {
		t.Errorf("between kills the store had neither %d lines nor %d: %v", before, b.lines(), seen)
	}
}

// lines is how many lines the store has.
func (b *liveBox) lines() (lines int64) {
	b.t.Helper()
	sums, err := b.store.Check(b.t.Context(), midnight.Add(-48*time.Hour), midnight.Add(48*time.Hour))
	if err != nil {
		b.t.Fatal(err)
	}
	for _, s := range sums {
		lines += s.Lines
	}
	return lines
}

// program runs the program in a process of its own, which is killed when ctx ends.
func (b *liveBox) program(ctx context.Context, args ...string) {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(os.Environ(), programVariable+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil && ctx.Err() == nil {
		b.t.Errorf("floodgauge %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// requestLine is a line in the format vhost-combined.
func requestLine(host string, client int, at time.Time) string {
	return fmt.Sprintf("%s:443 192.0.2.%d - - [%s] \"GET / HTTP/1.1\" 200 1000 \"-\" \"Mozilla/5.0\"\n", host, client, at.Format("02/Jan/2006:15:04:05 -0700"))
}

// TestRebuildKeepsNames: a host that enough clients asked for once keeps its name in an hour in which few did.
func TestRebuildKeepsNames(t *testing.T) {
	cfg := sitesConfig("vhost-combined")
	cfg.Sites, cfg.SitesOnly = nil, false
	b := newLiveBox(t, cfg)
	dataRing(t, b.data)
	var log strings.Builder
	for client := range 5 {
		log.WriteString(requestLine("shop.example.org", client, midnight.Add(-time.Hour+time.Duration(client)*time.Second)))
	}
	log.WriteString(requestLine("shop.example.org", 1, midnight.Add(time.Minute)))
	log.WriteString(requestLine("hidden.example.org", 1, midnight.Add(2*time.Minute)))
	b.write([]byte(log.String()))
	b.settle()
	b.closeAll()
	o := b.options(true, b.path)
	o.From, o.To = midnight, midnight.Add(time.Hour)
	b.published(o, true)
	hosts := map[string]int64{}
	for _, r := range b.rows() {
		if r.Report.Level == traffic.Minute && !r.Report.Minute.AsTime().Before(midnight) {
			hosts[r.Report.Host] += r.Report.Lines
		}
	}
	if diff := cmp.Diff(map[string]int64{"shop.example.org": 1, vocabulary.OtherHosts: 1}, hosts); diff != "" {
		t.Errorf("hosts of the rebuilt hour (-want +got):\n%s", diff)
	}
	b.exact(b.path)
}

// TestLiveLinesOfReplayedMinutes: the live run learns of minutes that a replay gave their first row, and lines that it reads of them later are late ones.
func TestLiveLinesOfReplayedMinutes(t *testing.T) {
	b := replayBox(t, "vhost-combined")
	b.write([]byte(requestLine("one.example.org", 1, midnight) + requestLine("two.example.net", 1, midnight) + requestLine("two.example.net", 1, midnight.Add(9*time.Minute))))
	b.settle()
	b.closeAll()
	b.write([]byte(requestLine("one.example.org", 2, midnight))) // the run has asked which minutes of this host are closed
	b.settle()
	path := b.lost("lost.log", []byte(requestLine("one.example.org", 3, midnight.Add(5*time.Minute))))
	b.published(b.options(false, path), true)
	b.write([]byte(requestLine("one.example.org", 4, midnight.Add(5*time.Minute))))
	b.settle()
	b.closeAll()
	b.exact(b.path, path)
	var kinds []reportstore.RowKind
	for _, r := range b.rows() {
		if r.Report.Level == traffic.Minute && r.Report.Minute.AsTime().Equal(midnight.Add(5*time.Minute)) {
			kinds = append(kinds, r.Kind)
		}
	}
	if diff := cmp.Diff([]reportstore.RowKind{reportstore.Closed, reportstore.Late}, kinds); diff != "" {
		t.Errorf("kinds of the replayed minute's rows (-want +got):\n%s", diff)
	}
}
