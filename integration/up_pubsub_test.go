package integration

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"

	"github.com/floodgauge/floodgauge/pkg/ingest/emulator"
)

// TestUpPullsFromPubSub: entries that a log sink would publish are counted, each once, also when the program is started again in between. That what was not
// acknowledged comes again, and counts once, is shown by the tests of pkg/ingest.
func TestUpPullsFromPubSub(t *testing.T) {
	address := emulator.Start(t)
	t.Setenv("PUBSUB_EMULATOR_HOST", address)
	client, err := pubsub.NewClient(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	const topic, subscription = "projects/test/topics/logs", "projects/test/subscriptions/logs"
	if _, err := client.TopicAdminClient.CreateTopic(t.Context(), &pubsubpb.Topic{Name: topic}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.SubscriptionAdminClient.CreateSubscription(t.Context(), &pubsubpb.Subscription{Name: subscription, Topic: topic}); err != nil {
		t.Fatal(err)
	}
	b := newBox(t)
	writeFile(t, b.path("home", "floodgauge.yaml"), []byte("sources:\n  - {pubsub: "+subscription+", format: gcp}\n"))
	const n = 3000
	lines := bytes.Split(bytes.TrimSpace(logSince(t, time.Now().Add(-20*time.Minute), "gcp", n)), []byte("\n"))
	publisher := client.Publisher(topic)
	publish := func(lines [][]byte) {
		var sent []*pubsub.PublishResult
		for _, line := range lines {
			sent = append(sent, publisher.Publish(t.Context(), &pubsub.Message{Data: line}))
		}
		for _, s := range sent {
			if _, err := s.Get(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	start := func() *running {
		cmd := b.command(t, "up", "--listen", "127.0.0.1:0", "--config", "floodgauge.yaml")
		cmd.Env = append(cmd.Env, "PUBSUB_EMULATOR_HOST="+address)
		return watch(t, cmd)
	}
	r := start()
	publish(lines[:n/2])
	await(t, "the first lines", func() bool { return counted(t, b) == n/2 })
	r.stop(t)
	r = start()
	publish(lines[n/2:])
	await(t, "all lines", func() bool { return counted(t, b) >= n })
	if got := counted(t, b); got != n {
		t.Errorf("%d lines are counted, want %d", got, n)
	}
	if code := r.stop(t); code != 0 {
		t.Errorf("exit code %d: %s", code, r.said)
	}
	if end := b.run(t, nil, "audit", "--config", "floodgauge.yaml"); end.code != 0 {
		t.Errorf("the audit of the spool ends with %d: %s", end.code, end.left["standard output"])
	}
}

// counted is how many lines the store of a box has.
func counted(t *testing.T, b *box) int {
	t.Helper()
	out := b.run(t, nil, "query", "--format", "csv", "SELECT coalesce(sum(lines), 0) AS n FROM traffic WHERE level = 'minute'").left["standard output"]
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(string(out), "n")))
	if err != nil {
		return 0 // there is no store yet
	}
	return n
}
