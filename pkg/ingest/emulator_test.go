package ingest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2"

	"github.com/floodgauge/floodgauge/pkg/ingest/emulator"
	"github.com/floodgauge/floodgauge/pkg/spool"
)

// TestRealEmulator: messages of which the first deliveries were kept, but not acknowledged, come again and are kept once.
func TestRealEmulator(t *testing.T) {
	const n = 2000
	client := clientFor(t, emulator.Start(t))
	subscribe(t, client)
	want := publish(t, client, n)
	s, w := openSpool(t, 0), newWatcher()
	keepWithoutAcknowledging(t, client, s, n/4)
	if got := len(kept(t, s, "pubsub")); got < n/4 || got == n {
		t.Fatalf("%d of %d messages are kept at first", got, n)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	stop := pulling(t, s, w)
	for ctx.Err() == nil && len(kept(t, s, "pubsub")) < n {
		wait(ctx, 100*time.Millisecond) // the emulator tells nobody what it has delivered
	}
	stop()
	checkMessages(t, s, want)
	if said := w.all(); len(said) > 0 {
		t.Errorf("problems: %v", said)
	}
}

// keepWithoutAcknowledging keeps at least n messages whose acknowledgement is lost.
func keepWithoutAcknowledging(t *testing.T, client *pubsub.Client, s *spool.Spool, n int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	sub := client.Subscriber(testSubscription)
	sub.ReceiveSettings.MaxOutstandingMessages = n
	sub.ReceiveSettings.MaxDurationPerAckExtension = redeliveredAfter
	err := sub.Receive(ctx, func(_ context.Context, m *pubsub.Message) {
		line := strings.Replace(strings.TrimSpace(string(m.Data)), "\n", " ", 1)
		if err := s.Append("pubsub", []spool.Record{{Data: []byte(line), ID: m.ID, Arrival: m.PublishTime}}); err != nil {
			t.Error(err)
		}
		if len(kept(t, s, "pubsub")) >= n {
			cancel()
		}
		m.Nack()
	})
	if err != nil {
		t.Fatal(fmt.Errorf("the subscription cannot be read: %w", err))
	}
}
