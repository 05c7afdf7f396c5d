package ingest

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"cloud.google.com/go/pubsub/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/floodgauge/floodgauge/pkg/spool"
)

const (
	// At most so much is held in memory, and so many messages share a wait for the disk.
	maxMessages     = 5000
	maxMessageBytes = 64 << 20
	// maxBackoff bounds how long a subscription that cannot be read is left alone.
	maxBackoff = time.Minute
	// steadyAfter is how long Pub/Sub must not refuse for a subscription to count as readable though nothing comes.
	steadyAfter = 15 * time.Second
	// redeliveredAfter is when messages come again that were on their way when the program was killed; Pub/Sub takes no less.
	redeliveredAfter = 10 * time.Second
	// stopWithin is how long messages that are being kept when it ends may take.
	stopWithin = 5 * time.Second
)

// Pull reads a Pub/Sub subscription ("projects/P/subscriptions/S") into the spool until ctx is done. A message is one line, and is acknowledged
// when it is on disk; one that comes again, as its acknowledgement was lost, is kept once (see spool.Record). While the spool has no room, messages
// wait at Pub/Sub. problem is told what is wrong, and nil when that is over, from several goroutines. Credentials come from the environment as for
// all Google Cloud clients, and PUBSUB_EMULATOR_HOST counts. It returns an error only where subscription is none.
func Pull(ctx context.Context, subscription, source string, s *spool.Spool, problem func(error)) error {
	parts := strings.Split(subscription, "/")
	if len(parts) != 4 || parts[0] != "projects" || parts[2] != "subscriptions" || parts[1] == "" || parts[3] == "" {
		return fmt.Errorf("%q is no Pub/Sub subscription: write projects/PROJECT/subscriptions/NAME", subscription)
	}
	p := &puller{source: source, spool: s, problem: problem}
	for backoff := time.Second; ; backoff = min(2*backoff, maxBackoff) {
		err := p.receive(ctx, parts[1], parts[3])
		if ctx.Err() != nil {
			return nil
		}
		if p.works.Load() {
			backoff = time.Second
		}
		p.works.Store(false)
		problem(pubsubProblem(subscription, err, backoff))
		p.told.Store(true)
		if !wait(ctx, backoff) {
			return nil
		}
	}
}

// puller reads one subscription.
type puller struct {
	source  string
	spool   *spool.Spool
	problem func(error)
	works   atomic.Bool // Pub/Sub has not refused for a while
	told    atomic.Bool // problem knows that it did
}

// receive pulls until ctx is done or Pub/Sub refuses.
func (p *puller) receive(ctx context.Context, project, subscription string) error {
	client, err := pubsub.NewClient(ctx, project)
	if err != nil {
		return err
	}
	defer client.Close()
	sub := client.Subscriber(subscription)
	sub.ReceiveSettings.MaxOutstandingMessages = maxMessages
	sub.ReceiveSettings.MaxOutstandingBytes = maxMessageBytes
	sub.ReceiveSettings.MaxDurationPerAckExtension = redeliveredAfter
	sub.ReceiveSettings.ShutdownOptions = &pubsub.ShutdownOptions{Timeout: stopWithin, Behavior: pubsub.ShutdownBehaviorWaitForProcessing}
	steady := time.AfterFunc(steadyAfter, p.work)
	defer steady.Stop()
	return sub.Receive(ctx, p.message)
}

// work notes that the subscription can be read.
func (p *puller) work() {
	p.works.Store(true)
	if p.told.CompareAndSwap(true, false) {
		p.problem(nil)
	}
}

// message keeps one message.
func (p *puller) message(ctx context.Context, m *pubsub.Message) {
	p.work()
	line := bytes.TrimSpace(m.Data)
	if len(line) == 0 {
		m.Ack()
		return
	}
	line = bounded(bytes.ReplaceAll(line, []byte{'\n'}, []byte{' '}))
	if keep(ctx, p.spool, p.source, []spool.Record{{Data: line, ID: m.ID, Arrival: m.PublishTime}}, p.problem) {
		m.Ack()
		return
	}
	m.Nack()
}

// pubsubProblem explains why a subscription cannot be read.
func pubsubProblem(subscription string, err error, retry time.Duration) error {
	what := "Pub/Sub ended the connection"
	switch code := status.Code(err); code {
	case codes.OK:
	case codes.NotFound:
		what = "it does not exist; create it or mend its name"
	case codes.PermissionDenied, codes.Unauthenticated:
		what = "these credentials may not read it; give them the role roles/pubsub.subscriber"
	case codes.Unavailable, codes.DeadlineExceeded:
		what = "Pub/Sub cannot be reached; check the network"
	case codes.Unknown:
		what = "Pub/Sub cannot be used; check the credentials (GOOGLE_APPLICATION_CREDENTIALS) and the network"
	default:
		what = "Pub/Sub answers " + code.String()
	}
	return fmt.Errorf("the subscription %s cannot be read: %s; it is tried again in %v", subscription, what, retry)
}
