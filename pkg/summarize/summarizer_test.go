package summarize_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/summarize"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func testConfig() summarize.Config {
	seed := bytes.Repeat([]byte{7}, privacy.SeedSize)
	return summarize.Config{K: 1, Now: noon.Add(time.Hour), Keys: privacy.KeySpec{Line: seed, Seed: seed},
		Sources: []logentry.Source{{Name: "test", Format: "vhost-combined"}}}
}

// line is a request of a visitor to a host at a time.
func line(host string, visitor int, at time.Time) string {
	return fmt.Sprintf("%s:443 198.51.100.%d - - [%s] \"GET /article HTTP/1.1\" 200 100 \"-\" \"curl/8.5\"\n", host, visitor, at.Format("02/Jan/2006:15:04:05 -0700"))
}

// result is what a Summarizer made of some blocks.
type result struct {
	rows   map[string]*schemas.TrafficReport // by host and minute
	dead   []logentry.DeadLetter
	counts summarize.Counts
}

func run(t *testing.T, cfg summarize.Config, blocks ...logentry.Block) result {
	t.Helper()
	s, err := summarize.New(&cfg)
	if err != nil {
		t.Fatal(err)
	}
	r := result{rows: map[string]*schemas.TrafficReport{}}
	for i := range blocks {
		s.Add(&blocks[i], func(d logentry.DeadLetter) { r.dead = append(r.dead, d) })
	}
	s.Flush(func(host string, minute int64, sum *report.Summary) {
		start := time.Unix(minute*60, 0).UTC()
		r.rows[host+" "+start.Format("15:04")] = sum.Report(host, start, "minute")
	})
	r.counts = s.Counts()
	return r
}

func (r *result) lines() map[string]int64 {
	n := map[string]int64{}
	for name, row := range r.rows {
		n[name] = row.Lines
	}
	return n
}

// A client on the operator's list is known for one, whatever it says that it is.
func TestAllowedClients(t *testing.T) {
	keys, err := privacy.RandomKeys()
	if err != nil {
		t.Fatal(err)
	}
	cfg := summarize.Config{K: 1, Now: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), Keys: keys.Export(), Allow: []string{"198.51.100.0/24"},
		Sources: []logentry.Source{{Name: "test", Format: "combined", Host: "a.example"}}}
	s, err := summarize.New(&cfg)
	if err != nil {
		t.Fatal(err)
	}
	line := " - - [04/May/2026:12:00:00 +0000] \"GET /own HTTP/1.1\" 200 5 \"-\" \"curl/8\"\n"
	s.Add(&logentry.Block{Data: []byte("198.51.100.9" + line + "192.0.2.1" + line)}, func(logentry.DeadLetter) { t.Error("a dead letter") })
	allowed, protected := 0, 0
	s.Flush(func(_ string, _ int64, sum *report.Summary) {
		sum.EachClient(func(c *report.Client) {
			if c.Allowed {
				allowed++
			}
		})
		sum.EachSampled(func(_ *report.Sampled, in report.Samples) {
			if in&report.InProtected != 0 {
				protected++
			}
		})
	})
	if allowed != 1 || protected != 1 {
		t.Errorf("%d clients are allowed, %d requests protected; want one of each", allowed, protected)
	}
	cfg.Allow = []string{"nobody"}
	if _, err := summarize.New(&cfg); err == nil {
		t.Error("no address is taken for one")
	}
}

func TestRowsByHostAndMinute(t *testing.T) {
	got := run(t, testConfig(), logentry.Block{Data: []byte(line("a.example.org", 1, noon) + line("b.example.org", 1, noon) + "\n" +
		line("a.example.org", 2, noon.Add(59*time.Second)) + line("a.example.org", 3, noon.Add(time.Minute)))})
	want := map[string]int64{"a.example.org 12:00": 2, "a.example.org 12:01": 1, "b.example.org 12:00": 1}
	if d := cmp.Diff(want, got.lines()); d != "" {
		t.Error("lines by row (-want +got):\n" + d)
	}
	if got.counts.Lines != 4 || got.counts.Entries != 4 {
		t.Errorf("counts %+v: a blank line is no line", got.counts)
	}
}

// The header of a log of CloudFront is no line of it, wherever files were put together.
func TestHeaderLinesAreNoLines(t *testing.T) {
	cfg := testConfig()
	cfg.Sources = []logentry.Source{{Name: "test", Format: "#Fields: date time cs-method x-host-header"}}
	header := "#Version: 1.0\n#Fields: date time cs-method x-host-header\n"
	request := "2026-05-04\t12:00:00\tGET\ta.example.org\n"
	got := run(t, cfg, logentry.Block{Data: []byte(header + request + header + request)})
	if got.counts.Lines != 2 || got.counts.Entries != 2 || len(got.dead) != 0 {
		t.Errorf("counts %+v, dead letters %+v", got.counts, got.dead)
	}
}

func TestSites(t *testing.T) {
	cfg := testConfig()
	cfg.SitesOnly = true
	cfg.Sites = map[string]string{"a.example.org": "a.example.org", "www.a.example.org": "a.example.org"}
	got := run(t, cfg, logentry.Block{Data: []byte(line("a.example.org", 1, noon) + line("WWW.a.example.org.", 1, noon) + line("unknown.example", 1, noon) +
		line("198.51.100.1", 1, noon))})
	want := map[string]int64{"a.example.org 12:00": 2, vocabulary.OtherHosts + " 12:00": 2}
	if d := cmp.Diff(want, got.lines()); d != "" {
		t.Error("lines by row (-want +got):\n" + d)
	}
	if got.counts.UnknownSite != 1 || got.counts.NoHost != 1 {
		t.Errorf("counts %+v", got.counts)
	}
}

func TestSourceSpeaksForItsOwnSitesOnly(t *testing.T) {
	cfg := testConfig()
	cfg.Sites = map[string]string{"a.example.org": "a.example.org", "www.a.example.org": "a.example.org", "b.example.org": "b.example.org"}
	other := cfg.Sources[0]
	cfg.Sources[0].Sites = []string{"a.example.org", "new.example.org"}
	cfg.Sources = append(cfg.Sources, other)
	text := line("a.example.org", 1, noon) + line("www.a.example.org", 1, noon) + line("new.example.org", 1, noon) + line("b.example.org", 1, noon) +
		line("unknown.example", 1, noon)
	got := run(t, cfg, logentry.Block{Source: 0, Data: []byte(text)}, logentry.Block{Source: 1, File: 1, Data: []byte(text)})
	want := map[string]int64{"a.example.org 12:00": 4, "new.example.org 12:00": 2, "b.example.org 12:00": 1, "unknown.example 12:00": 1,
		vocabulary.OtherHosts + " 12:00": 2}
	if d := cmp.Diff(want, got.lines()); d != "" {
		t.Error("lines by row (-want +got):\n" + d)
	}
	if got.counts.UnknownSite != 2 {
		t.Errorf("%d lines are counted as of unknown sites, want 2", got.counts.UnknownSite)
	}
}

func TestSourceMaySpeakForItsOwnHostOnlyIfThatIsAmongItsSites(t *testing.T) {
	for sites, want := range map[string]string{"a.example.org": vocabulary.OtherHosts, "b.example.org": "b.example.org"} {
		cfg := testConfig()
		cfg.Sources[0].Host, cfg.Sources[0].Sites = "b.example.org", []string{sites}
		got := run(t, cfg, logentry.Block{Data: []byte(line("-", 1, noon))})
		if d := cmp.Diff(map[string]int64{want + " 12:00": 1}, got.lines()); d != "" {
			t.Errorf("sites %s: lines by row (-want +got):\n%s", sites, d)
		}
	}
}

func TestDeadLettersAreJoined(t *testing.T) {
	good := line("a.example.org", 1, noon)
	text := good + "garbage\nmore of it\n" + good + line("a.example.org", 1, noon.Add(2*time.Hour)) + line("a.example.org", 1, time.Unix(9, 0))
	got := run(t, testConfig(), logentry.Block{Source: 0, File: 5, Offset: 1000, Data: []byte(text)})
	start := 1000 + int64(len(good))
	after := start + int64(len("garbage\nmore of it\n")+len(good))
	future := int64(len(line("a.example.org", 1, noon.Add(2*time.Hour))))
	want := []logentry.DeadLetter{
		{File: 5, Offset: start, Length: 19, Lines: 2, Reason: logentry.ReasonNoMatch},
		{File: 5, Offset: after, Length: future, Lines: 1, Reason: logentry.ReasonFuture},
		{File: 5, Offset: after + future, Length: int64(len(text)) + 1000 - after - future, Lines: 1, Reason: logentry.ReasonPast},
	}
	if d := cmp.Diff(want, got.dead); d != "" {
		t.Error("dead letters (-want +got):\n" + d)
	}
	if got.counts.Lines != 6 || got.counts.Entries != 2 {
		t.Errorf("counts %+v", got.counts)
	}
}

// Messages have no place in a file, so their dead letters point by their id.
func TestDeadLettersOfMessagesPointByTheirID(t *testing.T) {
	got := run(t, testConfig(), logentry.Block{ID: "message-1", Data: []byte("garbage")}, logentry.Block{ID: "message-2", Data: []byte("garbage")})
	if len(got.dead) != 2 || got.dead[0].MessageHash == 0 || got.dead[1].MessageHash == 0 || got.dead[0].MessageHash == got.dead[1].MessageHash {
		t.Errorf("dead letters %+v cannot be told apart", got.dead)
	}
}

func TestBrokenAndTooLongLines(t *testing.T) {
	text := line("a.example.org", 1, noon) + line("a.example.org", 2, noon)[:40]
	got := run(t, testConfig(), logentry.Block{Data: []byte(text), Broken: true}, logentry.Block{Offset: 500, TooLong: 5 << 20})
	if got.counts.Entries != 1 || got.counts.Dead[logentry.ReasonTruncated] != 1 || got.counts.Dead[logentry.ReasonTooLong] != 1 {
		t.Errorf("counts %+v", got.counts)
	}
	if d := got.dead[1]; d.Offset != 500 || d.Length != 5<<20 || d.Lines != 1 {
		t.Errorf("too long line: %+v", d)
	}
}

func TestLimitsOfTheRun(t *testing.T) {
	cfg := testConfig()
	cfg.From, cfg.To, cfg.Hosts = noon, noon.Add(time.Minute), []string{"a.example.org"}
	got := run(t, cfg, logentry.Block{Data: []byte(line("a.example.org", 1, noon.Add(-time.Second)) + line("a.example.org", 1, noon) +
		line("a.example.org", 1, noon.Add(time.Minute)) + line("b.example.org", 1, noon))})
	if d := cmp.Diff(map[string]int64{"a.example.org 12:00": 1}, got.lines()); d != "" {
		t.Error("lines by row (-want +got):\n" + d)
	}
	if got.counts.OutsideRange != 2 || got.counts.OtherHost != 1 || got.counts.Entries != 4 {
		t.Errorf("counts %+v", got.counts)
	}
}

func TestSampledLinesStandForMore(t *testing.T) {
	cfg := testConfig()
	cfg.Sources[0].SampleRates = []logentry.SampleRate{{To: noon.Add(time.Minute), Rate: 0.1}}
	got := run(t, cfg, logentry.Block{Data: []byte(line("a.example.org", 1, noon) + line("a.example.org", 1, noon.Add(time.Minute)))})
	first, second := got.rows["a.example.org 12:00"], got.rows["a.example.org 12:01"]
	if first.Requests != 10 || first.Lines != 1 || second.Requests != 1 {
		t.Errorf("%d and %d requests for a line each; want 10 and 1", first.Requests, second.Requests)
	}
}

func TestMistakesOfTheConfigurationAreExplained(t *testing.T) {
	cfg := testConfig()
	cfg.Sources[0].Format = "$nonsense"
	if _, err := summarize.New(&cfg); err == nil {
		t.Error("a format without a time is accepted")
	}
	cfg = testConfig()
	cfg.K = 0
	if _, err := summarize.New(&cfg); err == nil {
		t.Error("k = 0 is accepted")
	}
}

// TestFlushOldKeepsTheNewestMinutes: what is handed over early is complete if the log is nearly in order.
func TestFlushOldKeepsTheNewestMinutes(t *testing.T) {
	cfg := testConfig()
	s, err := summarize.New(&cfg)
	if err != nil {
		t.Fatal(err)
	}
	var text string
	for m := range 5 {
		text += line("a.example.org", 1, noon.Add(time.Duration(m)*time.Minute))
	}
	s.Add(&logentry.Block{Data: []byte(text)}, func(logentry.DeadLetter) { t.Error("a dead letter") })
	count := func(flush func(func(string, int64, *report.Summary))) (n int) {
		flush(func(string, int64, *report.Summary) { n++ })
		return n
	}
	if early, rest := count(s.FlushOld), count(s.Flush); early != 3 || rest != 2 {
		t.Errorf("%d early and %d at the end; want 3 and 2", early, rest)
	}
	if s.Size() != 0 {
		t.Errorf("%d bytes are held after a flush", s.Size())
	}
}
