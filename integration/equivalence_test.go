package integration

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/teststream"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/pubsub/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/engine"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/summarize"
	"github.com/floodgauge/floodgauge/pkg/transform"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// equivalenceLines, and these templates, keep every list below its capacity, where results do not depend on splits.
const equivalenceLines = 6000

var fewPaths = []string{"/media/{dir}/{file...}", "/docs/{version}/{page...}"}

func sitesConfig(format string) summarize.Config {
	return summarize.Config{K: 3, Sites: siteNames, SitesOnly: true, PathTemplates: fewPaths, Keys: testKeys(), Now: midnight.Add(time.Hour),
		MaxLateness: time.Hour, Sources: []logentry.Source{{Name: "test", Format: format}}}
}

var allLevels = []string{traffic.Minute, traffic.Hour, traffic.Day}

// TestEveryEngineGivesTheSameRows: a loop over blocks in any split and order, the bounded graph with any number of branches, and the unbounded
// graph without late lines are one definition.
func TestEveryEngineGivesTheSameRows(t *testing.T) {
	for _, format := range []string{"gcp", "vhost-combined"} {
		t.Run(format, func(t *testing.T) {
			log := makeLog(t, format, equivalenceLines, within(14*time.Second))
			want := plainOutcome(t, &log)
			checkMeaningful(t, want)
			t.Run("bounded", func(t *testing.T) { checkBounded(t, &log, want) })
			t.Run("unbounded", func(t *testing.T) { checkUnbounded(t, &log) })
		})
	}
}

// plainOutcome is the same for every split of the file.
func plainOutcome(t *testing.T, log *testLog) outcome {
	t.Helper()
	file := log.file()
	loop := plainLoop{t, sitesConfig(log.format), 1, rand.New(rand.NewPCG(1, 2))}
	want, counts := loop.run(fileBlocks(t, file, len(file)))
	for _, split := range []struct{ workers, blockBytes int }{{2, 100_000}, {3, 1}, {7, 5000}} {
		loop.workers = split.workers
		got, other := loop.run(fileBlocks(t, file, split.blockBytes))
		sameOutcome(t, fmt.Sprintf("%d workers", split.workers), want, got)
		if counts != other {
			t.Errorf("%d workers count %+v, one counts %+v", split.workers, other, counts)
		}
	}
	return want
}

// checkMeaningful keeps the comparison from becoming empty: there are rows of every level with lists, all below capacity, and dead letters.
func checkMeaningful(t *testing.T, o outcome) {
	t.Helper()
	levels := map[string]int{}
	for _, row := range o.rows {
		levels[row.GetLevel()]++
		for name, rest := range row.GetRest() {
			if rest.GetError() != 0 {
				t.Errorf("%v: the list %s is beyond its capacity, where rows may differ", windowOf(row), name)
			}
		}
		if row.GetHost() != vocabulary.OtherHosts && len(row.GetTopPaths()) == 0 {
			t.Errorf("%v has no path", windowOf(row))
		}
	}
	if levels[traffic.Minute] < 18 || levels[traffic.Hour] < 6 || levels[traffic.Day] < 6 {
		t.Errorf("too few rows: %v", levels)
	}
	if len(o.dead) < 2 {
		t.Errorf("too few kinds of dead letters: %v", o.dead)
	}
}

func checkBounded(t *testing.T, log *testLog, want outcome) {
	for _, branches := range []int{1, 2, 3} {
		t.Run(fmt.Sprintf("%d branches", branches), func(t *testing.T) {
			cfg := sitesConfig(log.format)
			cfg.SitesOnly = branches > 1 // named sites keep their rows either way
			got, counts := runBounded(t, traffic.Config{Summarize: cfg, Levels: allLevels}, log.file(), branches)
			sameOutcome(t, "the bounded graph", want, got)
			if int(counts.Lines) != len(log.lines) {
				t.Errorf("%d lines are counted, want %d", counts.Lines, len(log.lines))
			}
		})
	}
}

// runBounded runs the bounded graph over a file in an engine of its own. Each branch reads several ranges that begin anywhere.
func runBounded(t *testing.T, cfg traffic.Config, file []byte, branches int) (outcome, summarize.Counts) {
	t.Helper()
	dir := t.TempDir()
	path, results := filepath.Join(dir, "access.log"), filepath.Join(dir, "results")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(results, 0o700); err != nil {
		t.Fatal(err)
	}
	spec := traffic.Spec{Local: &traffic.LocalSpec{Config: cfg, Branches: ranges(path, file, branches), Dir: results}}
	res, err := engine.Run(t.Context(), engine.Job{Spec: spec, Keys: testKeys()})
	if err != nil {
		t.Fatal(err)
	}
	rows, dead, err := transform.ReadLocal(results)
	if err != nil || len(res.Problems) > 0 {
		t.Fatal(err, res.Problems)
	}
	out := newOutcome(rows)
	for _, d := range dead {
		out.bury(d.GetReason(), d.GetLines(), d.GetLength())
	}
	return out, res.Counts
}

// ranges cuts a file into several pieces for each branch, at any byte and, every second time, right where a line begins.
func ranges(path string, file []byte, branches int) [][]logsource.Range {
	const perBranch = 3
	all, n, from := make([][]logsource.Range, branches), branches*perBranch, 0
	for i := range n {
		to := len(file) * (i + 1) / n
		if i%2 == 0 {
			to += bytes.IndexByte(file[to:], '\n') + 1
		}
		all[i%branches] = append(all[i%branches], logsource.Range{Path: path, From: int64(from), To: int64(to), Size: int64(len(file))})
		from = to
	}
	return all
}

// checkUnbounded compares with a loop over the same messages, whose ids are not a file's.
func checkUnbounded(t *testing.T, log *testLog) {
	loop := plainLoop{t, sitesConfig(log.format), 1, rand.New(rand.NewPCG(3, 4))}
	want, _ := loop.run(log.messageBlocks())
	sameOutcome(t, "the unbounded graph", want, runUnbounded(t, log))
}

// runUnbounded runs the unbounded graph with only its source replaced. The watermark follows the arrival of lines by 20 s.
func runUnbounded(t *testing.T, log *testLog) outcome {
	t.Helper()
	in := &stream{t, teststream.NewConfig()}
	for i := 0; i < len(log.lines); {
		n := log.together(i)
		in.putAll(log, i, i+n)
		i += n
		if i < len(log.lines) {
			in.AdvanceProcessingTime(max(log.lines[i].arrival.Sub(log.lines[i-n].arrival).Milliseconds(), 1))
			in.watermark(log.lines[i].arrival.Add(-20 * time.Second))
		}
	}
	in.AdvanceProcessingTime(time.Minute.Milliseconds())
	in.AdvanceWatermarkToInfinity()
	got := runStream(t, traffic.Config{Summarize: sitesConfig(log.format), Levels: allLevels, Lateness: traffic.Late(time.Hour, time.Second)}, in.Config)
	out := newOutcome(got.rows)
	for _, d := range got.dead {
		out.bury(d.Reason.String(), d.Lines, d.Length)
	}
	return out
}

// together returns how many lines from the i-th on arrive within half a minute.
func (l *testLog) together(i int) int {
	n := slices.IndexFunc(l.lines[i:], func(line testLine) bool { return line.arrival.Sub(l.lines[i].arrival) > 30*time.Second })
	if n < 0 {
		return len(l.lines) - i
	}
	return n
}

// putAll adds lines as messages, those of a minute together, as each addition is a round of the whole graph.
func (s *stream) putAll(log *testLog, from, to int) {
	s.t.Helper()
	earliest, messages := map[time.Time]time.Time{}, map[time.Time][]any{}
	for i := from; i < to; i++ {
		line := &log.lines[i]
		minute := line.time.Truncate(time.Minute)
		if len(messages[minute]) == 0 || line.time.Before(earliest[minute]) {
			earliest[minute] = line.time
		}
		messages[minute] = append(messages[minute],
			&pubsub.PubsubMessage{Data: line.text, MessageId: testMessageID(i), PublishTime: timestamppb.New(line.arrival)})
	}
	for _, minute := range slices.SortedFunc(maps.Keys(messages), time.Time.Compare) {
		if err := s.AddElements(earliest[minute].UnixMilli(), messages[minute]...); err != nil {
			s.t.Fatal(err)
		}
	}
}

func sameOutcome(t *testing.T, what string, want, got outcome) {
	t.Helper()
	if !maps.Equal(want.dead, got.dead) {
		t.Errorf("%s: dead letters %v, want %v", what, got.dead, want.dead)
	}
	if len(want.rows) != len(got.rows) {
		t.Fatalf("%s gives %d rows, want %d", what, len(got.rows), len(want.rows))
	}
	for i, row := range want.rows {
		if !proto.Equal(row, got.rows[i]) {
			t.Fatalf("%s: %v differs (-want +got):\n%s", what, windowOf(row), cmp.Diff(row, got.rows[i], protocmp.Transform()))
		}
	}
}
