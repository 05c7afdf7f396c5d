package integration

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/teststream"
	gocmp "github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/pubsub/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/transform"
	"github.com/floodgauge/floodgauge/schemas"
)

func init() { register.Function1x2(splitSeed) }

// splitSeed parts a host from its state.
func splitSeed(seed []byte) (string, []byte) {
	host, state, _ := bytes.Cut(seed, []byte{0})
	return string(host), state
}

func detectConfig() traffic.Config {
	return traffic.Config{Summarize: attackedConfig(), Levels: []string{traffic.Minute}, Findings: true, Lateness: traffic.Late(time.Hour, time.Second)}
}

// detected runs the unbounded graph, with the last states of an earlier run.
func detected(t *testing.T, name string, cfg traffic.Config, in teststream.Config, earlier map[string][][]byte) collected {
	t.Helper()
	name = t.Name() + " " + name
	transform.SetKeys(testKeys())
	p, s := beam.NewPipelineWithRoot()
	messages := teststream.Create(s, in)
	var states []beam.PCollection
	if len(earlier) > 0 {
		var seeds [][]byte
		for host, all := range earlier {
			seeds = append(seeds, slices.Concat([]byte(host), []byte{0}, lastState(t, all)))
		}
		states = append(states, beam.ParDo(s, splitSeed, beam.CreateList(s, seeds)))
	}
	out, err := traffic.BuildUnbounded(s, cfg, messages, states...)
	if err != nil {
		t.Fatal(err)
	}
	collectOutput(s, name, out)
	if err := ptest.Run(p); err != nil {
		t.Fatal(err)
	}
	got := collectedBy(name)
	sortFindings(got.findings)
	return got
}

// lastState is the state after the latest minute.
func lastState(t *testing.T, all [][]byte) (last []byte) {
	t.Helper()
	var latest time.Time
	for _, encoded := range all {
		state := &schemas.SiteState{}
		if err := proto.Unmarshal(encoded, state); err != nil {
			t.Fatal(err)
		}
		if at := state.GetBaseline().GetMinute().AsTime(); last == nil || at.After(latest) {
			last, latest = encoded, at
		}
	}
	return last
}

// byMinute parts lines by their minute, from one to another.
func byMinute(lines []testLine, from, to int) [][]testLine {
	minutes := make([][]testLine, to-from)
	for _, line := range lines {
		if n := int(line.time.Sub(midnight)/time.Minute) - from; n >= 0 && n < len(minutes) {
			minutes[n] = append(minutes[n], line)
		}
	}
	return minutes
}

// sendLines adds lines of a minute together, as each addition is a round of the whole graph.
func (s *stream) sendLines(lines []testLine, suffix string) {
	s.t.Helper()
	if len(lines) == 0 {
		return
	}
	var messages []any
	for _, line := range lines {
		messages = append(messages, &pubsub.PubsubMessage{Data: line.text, MessageId: string(line.text[:40]) + suffix, PublishTime: timestamppb.New(line.arrival)})
	}
	if err := s.AddElements(lines[0].time.UnixMilli(), messages...); err != nil {
		s.t.Fatal(err)
	}
}

// inOrder sends minutes as they are. The watermark moves in steps of ten before the attack, as each step is a round, too.
func inOrder(t *testing.T, lines []testLine, from, to int) teststream.Config {
	in := &stream{t, teststream.NewConfig()}
	for n, minute := range byMinute(lines, from, to) {
		in.sendLines(minute, "")
		if over := from + n + 1; over%10 == 0 || over > 65 {
			in.watermark(midnight.Add(time.Duration(over) * time.Minute))
		}
	}
	in.AdvanceWatermarkToInfinity()
	return in.Config
}

// scrambled sends minutes out of order and in parts, and lines of the flood that come late.
func scrambled(t *testing.T, lines []testLine) teststream.Config {
	in := &stream{t, teststream.NewConfig()}
	minutes := byMinute(lines, 0, attackedMinutes)
	for n := 0; n < len(minutes); n += 3 {
		for _, i := range []int{n + 2, n, n + 1} {
			in.sendLines(minutes[i][len(minutes[i])/2:], "")
		}
		for _, i := range []int{n + 1, n + 2, n} {
			in.sendLines(minutes[i][:len(minutes[i])/2], "")
		}
		in.watermark(midnight.Add(time.Duration(n+3) * time.Minute))
		if n == 72 {
			late := slices.Clone(minutes[n])
			for i := range late {
				late[i].arrival = late[i].arrival.Add(5 * time.Minute)
			}
			in.sendLines(late, "late")
			in.AdvanceProcessingTime(2000)
		}
	}
	in.AdvanceWatermarkToInfinity()
	return in.Config
}

// TestUnboundedRunsJudge: an unbounded run finds what a plain loop over the same minutes finds, however they come; so do two runs, of which the second goes on
// from the states of the first.
func TestUnboundedRunsJudge(t *testing.T) {
	lines := attackedLines(t)
	want := judgedPlainly(t, attackedConfig(), slices.Concat(attackedLog(t)...))
	checkFindings(t, want)
	same := func(name string, got []*schemas.Finding) {
		t.Helper()
		if diff := gocmp.Diff(want, got, protocmp.Transform()); diff != "" {
			t.Errorf("%s: findings (-plain loop +graph):\n%s", name, diff)
		}
	}
	same("in order", detected(t, "in order", detectConfig(), inOrder(t, lines, 0, attackedMinutes), nil).findings)
	same("out of order", detected(t, "out of order", detectConfig(), scrambled(t, lines), nil).findings)
	const restart = 73 // in the flood
	first := detected(t, "before", detectConfig(), inOrder(t, lines, 0, restart), nil)
	second := detected(t, "after", detectConfig(), inOrder(t, lines, restart, attackedMinutes), first.states)
	both := append(first.findings, second.findings...)
	sortFindings(both)
	same("with a restart", both)
}

// TestDrainsAreNotJudged: where the watermark goes to the end of time, minutes that are not over by the delay are not judged.
func TestDrainsAreNotJudged(t *testing.T) {
	cfg := detectConfig()
	cfg.Lateness = traffic.Late(time.Hour, 30*time.Minute)
	begin := time.Now().Truncate(time.Minute).Add(-40 * time.Minute)
	in := &stream{t, teststream.NewConfig()}
	for _, minute := range []int{0, 1, 2, 3, 35, 36, 37} {
		at := begin.Add(time.Duration(minute) * time.Minute)
		for n := range 5 {
			m := message(n, at, at)
			m.Data = bytes.ReplaceAll(m.Data, []byte(site), []byte(testSites[0]))
			in.put(at, m)
		}
		in.watermark(at.Add(time.Minute))
	}
	in.AdvanceWatermarkToInfinity()
	got := detected(t, "", cfg, in.Config, nil)
	last := &schemas.SiteState{}
	if err := proto.Unmarshal(lastState(t, got.states[testSites[0]]), last); err != nil {
		t.Fatal(err)
	}
	if want := begin.Add(3 * time.Minute); !last.GetBaseline().GetMinute().AsTime().Equal(want) || len(got.rows) < 7 {
		t.Errorf("%d rows; the last minute that was judged is %v, want %v", len(got.rows), last.GetBaseline().GetMinute().AsTime(), want)
	}
}
