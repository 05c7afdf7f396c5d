package integration

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/teststream"
	"google.golang.org/genproto/googleapis/pubsub/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// liveMessages sends lines as Pub/Sub does, all with the same canary as their id.
func liveMessages(t *testing.T, in *teststream.Config, lines []string, event, arrival time.Time) {
	t.Helper()
	for _, line := range lines {
		m := &pubsub.PubsubMessage{Data: []byte(line), MessageId: messageID, PublishTime: timestamppb.New(arrival),
			Attributes: map[string]string{secret("label"): secret("label")}}
		if err := in.AddElements(event.UnixMilli(), m); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNoCanaryComesOutLive runs the unbounded graph over messages full of canaries, on time, late and too late, and looks at the messages that it
// would publish.
func TestNoCanaryComesOutLive(t *testing.T) {
	gcp := logFormats[0]
	in := teststream.NewConfig()
	lines := slices.Concat(gcp.goodLines(), gcp.brokenLines())
	liveMessages(t, &in, lines, noonOfLogs, noonOfLogs.Add(time.Second))
	if err := in.AdvanceWatermark(noonOfLogs.Add(2 * time.Minute).UnixMilli()); err != nil {
		t.Fatal(err)
	}
	liveMessages(t, &in, lines, noonOfLogs, noonOfLogs.Add(10*time.Minute))
	liveMessages(t, &in, gcp.goodLines(), noonOfLogs, noonOfLogs.Add(3*time.Hour))
	in.AdvanceWatermarkToInfinity()

	cfg := unboundedConfig()
	cfg.Summarize.Sites = map[string]string{gcp.site(): gcp.site()}
	got := runStream(t, cfg, in)
	s := newScanner(append(slices.Concat(neverOut(), sharedOnly), canary{"message", messageID})...)
	look := func(b []byte, err error) {
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range s.find(b) {
			t.Errorf("a message holds %s", n)
		}
	}
	late, hosts := int64(0), map[string]bool{}
	for _, row := range got.rows {
		if err := privacy.CheckMessage(row); err != nil {
			t.Error(err)
		}
		look(proto.Marshal(row))
		look(protojson.Marshal(row))
		late += row.GetLateLines()
		hosts[row.GetHost()] = true
	}
	for _, d := range got.dead {
		look(json.Marshal(d))
		if d.MessageHash == 0 {
			t.Errorf("a dead letter does not say of which message: %v", d)
		}
	}
	if len(hosts) != 2 || !hosts[gcp.site()] || !hosts[vocabulary.OtherHosts] || late == 0 || len(got.dead) == 0 {
		t.Errorf("hosts %v, %d late lines, %d dead letters", hosts, late, len(got.dead))
	}
}
