package integration

import (
	"fmt"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/teststream"
	"google.golang.org/genproto/googleapis/pubsub/v1"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/transform"
	"github.com/floodgauge/floodgauge/schemas"
)

const site = "news.example.org"

// noon is the minute around which these tests move.
var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// message is a log line of the n-th visitor at a time, as Pub/Sub delivers it at another.
func message(n int, event, arrival time.Time) *pubsub.PubsubMessage {
	line := fmt.Sprintf(`{"insertId":"id-%d-%d","jsonPayload":{"statusDetails":"response_sent_by_backend"},"httpRequest":{"requestMethod":"GET",`+
		`"requestUrl":"https://%s/article","status":200,"responseSize":"100","userAgent":"curl/8.5","remoteIp":"198.51.100.%d","latency":"0.01s"},`+
		`"timestamp":%q}`, n, event.UnixNano(), site, n, event.Format(time.RFC3339Nano))
	return &pubsub.PubsubMessage{Data: []byte(line), MessageId: fmt.Sprintf("m%d-%d", n, event.UnixNano()), PublishTime: timestamppb.New(arrival)}
}

func unboundedConfig() traffic.Config {
	spec := liveSpec()
	spec.Config.Levels, spec.Config.Findings = []string{traffic.Minute}, false
	spec.Config.Lateness = traffic.Late(time.Hour, time.Second)
	spec.Config.Summarize.MaxLateness = time.Hour
	return spec.Config
}

// runStream runs the unbounded graph with only its source replaced.
func runStream(t *testing.T, cfg traffic.Config, stream teststream.Config) collected {
	t.Helper()
	transform.SetKeys(testKeys())
	p, s := beam.NewPipelineWithRoot()
	out, err := traffic.BuildUnbounded(s, cfg, teststream.Create(s, stream))
	if err != nil {
		t.Fatal(err)
	}
	collectOutput(s, t.Name(), out)
	if err := ptest.Run(p); err != nil {
		t.Fatal(err)
	}
	return collectedBy(t.Name())
}

// stream builds a TestStream in words of this test.
type stream struct {
	t *testing.T
	teststream.Config
}

func (s *stream) send(n int, event, arrival time.Time) {
	s.t.Helper()
	s.put(event, message(n, event, arrival))
}

// put adds a message with the event time that its transport says.
func (s *stream) put(event time.Time, m *pubsub.PubsubMessage) {
	s.t.Helper()
	if err := s.AddElements(event.UnixMilli(), m); err != nil {
		s.t.Fatal(err)
	}
}

// watermark advances the watermark.
func (s *stream) watermark(to time.Time) {
	s.t.Helper()
	if err := s.AdvanceWatermark(to.UnixMilli()); err != nil {
		s.t.Fatal(err)
	}
}

func TestUnboundedPanes(t *testing.T) {
	in := &stream{t, teststream.NewConfig()}
	for n := range 12 { // on time: twelve visitors share the article
		in.send(n, noon.Add(time.Duration(n)*time.Second), noon.Add(time.Duration(n)*time.Second+time.Second))
	}
	in.watermark(noon.Add(61 * time.Second))
	for n := range 3 { // late: they arrive ten minutes after their minute
		in.send(20+n, noon.Add(30*time.Second), noon.Add(11*time.Minute))
	}
	in.AdvanceProcessingTime(2000)
	in.watermark(noon.Add(12 * time.Minute))
	in.send(30, noon.Add(40*time.Second), noon.Add(2*time.Hour))                  // beyond the limit
	in.send(31, noon.Add(3*time.Hour), noon.Add(13*time.Minute))                  // of the future
	in.watermark(noon.Add(50 * time.Minute))                                      // an idle source
	in.send(32, noon.Add(55*time.Minute), noon.Add(55*time.Minute+2*time.Second)) // and it is back
	in.AdvanceWatermarkToInfinity()

	got := runStream(t, unboundedConfig(), in.Config)
	checkPanes(t, got.rows)
	checkDiverted(t, got.dead)
	if sum := sumRows(got.rows); sum.lines != 16 {
		t.Errorf("%d lines in all panes, want 16", sum.lines)
	}
}

func checkPanes(t *testing.T, rows []*schemas.TrafficReport) {
	var onTime, late []*schemas.TrafficReport
	for _, r := range rows {
		if !r.GetMinute().AsTime().Equal(noon) {
			continue
		}
		if r.GetLateLines() == 0 {
			onTime = append(onTime, r)
		} else {
			late = append(late, r)
		}
	}
	if len(onTime) != 1 || onTime[0].GetLines() != 12 || len(onTime[0].GetTopPaths()) != 1 {
		t.Errorf("on-time pane: %v", onTime)
	}
	lines := int64(0)
	for _, r := range late {
		lines += r.GetLateLines()
		if len(r.GetTopPaths()) != 0 || len(r.GetVisitorsSketch()) != 0 {
			t.Errorf("a late pane shows lists: %v", r)
		}
	}
	if lines != 3 {
		t.Errorf("%d late lines in %d late panes, want 3", lines, len(late))
	}
}

func checkDiverted(t *testing.T, dead []logentry.DeadLetter) {
	by := map[logentry.Reason]int64{}
	for _, d := range dead {
		by[d.Reason] += d.Lines
	}
	if len(by) != 2 || by[logentry.ReasonTooLate] != 1 || by[logentry.ReasonFuture] != 1 {
		t.Errorf("dead letters %v, want one too late and one of the future", by)
	}
}

// totals are the conservation columns over rows.
type totals struct {
	lines int64
	xor   uint64
}

func sumRows(rows []*schemas.TrafficReport) (s totals) {
	for _, r := range rows {
		s.lines += r.GetLines()
		s.xor ^= r.GetLineXor()
	}
	return s
}
