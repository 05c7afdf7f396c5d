package ingest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"cloud.google.com/go/pubsub/v2/pstest"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/spool"
)

const (
	testTopic        = "projects/p/topics/logs"
	testSubscription = "projects/p/subscriptions/logs"
)

// clientFor sets PUBSUB_EMULATOR_HOST and makes the topic.
func clientFor(t *testing.T, host string) *pubsub.Client {
	t.Helper()
	t.Setenv("PUBSUB_EMULATOR_HOST", host)
	client, err := pubsub.NewClient(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if _, err := client.TopicAdminClient.CreateTopic(t.Context(), &pubsubpb.Topic{Name: testTopic}); err != nil {
		t.Fatal(err)
	}
	return client
}

func subscribe(t *testing.T, client *pubsub.Client) {
	t.Helper()
	sub := &pubsubpb.Subscription{Name: testSubscription, Topic: testTopic, AckDeadlineSeconds: 10}
	if _, err := client.SubscriptionAdminClient.CreateSubscription(t.Context(), sub); err != nil {
		t.Fatal(err)
	}
}

// publish sends n messages and returns the lines that they are.
func publish(t *testing.T, client *pubsub.Client, n int) (want []string) {
	t.Helper()
	topic := client.Publisher(testTopic)
	var results []*pubsub.PublishResult
	for i := range n {
		want = append(want, fmt.Sprintf("{\"n\": %d,  \"ip\": \"%s\"}", i, canary))
		data := strings.Replace(want[i], "  ", "\n ", 1) + "\n" // pretty-printed
		results = append(results, topic.Publish(t.Context(), &pubsub.Message{Data: []byte(data)}))
	}
	for _, r := range results {
		if _, err := r.Get(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	topic.Stop()
	slices.Sort(want)
	return want
}

// watcher gathers problems, and tells when one comes.
type watcher struct {
	mu   sync.Mutex
	said []string
	news chan error
}

func newWatcher() *watcher { return &watcher{news: make(chan error, 1000)} }

func (w *watcher) problem(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.said = append(w.said, err.Error())
	}
	select {
	case w.news <- err:
	default:
	}
}

func (w *watcher) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.said)
}

// pulling pulls until the test calls stop.
func pulling(t *testing.T, s *spool.Spool, w *watcher) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- Pull(ctx, testSubscription, "pubsub", s, w.problem) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// checkMessages wants each line once, in a block with an id and an arrival.
func checkMessages(t *testing.T, s *spool.Spool, want []string) {
	t.Helper()
	got := kept(t, s, "pubsub")
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("%d messages are kept of %d, the first %.60q", len(got), len(want), slices.Concat(got, []string{""})[0])
	}
	for _, u := range s.Unread("pubsub", nil) {
		err := logsource.ReadRange(context.Background(), u.Range, logsource.Options{}, func(b *logentry.Block) error {
			if age := time.Since(time.Unix(0, b.Arrival)); b.ID == "" || age < -time.Minute || age > time.Hour {
				t.Errorf("a block with id %q arrived %v ago", b.ID, age)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// acks counts the messages that are acknowledged, loses the first of them, and tells when all are.
type acks struct {
	mu    sync.Mutex
	lose  int
	want  int
	acked map[string]int
	done  chan struct{}
}

// React implements pstest.Reactor.
func (a *acks) React(req any) (handled bool, ret any, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	ids := req.(*pubsubpb.AcknowledgeRequest).GetAckIds()
	if a.lose > 0 {
		a.lose -= len(ids)
		return true, &emptypb.Empty{}, nil
	}
	for _, id := range ids {
		a.acked[id]++
	}
	if len(a.acked) == a.want {
		close(a.done)
		a.want = -1
	}
	return false, nil, nil
}

func TestMessageWhoseAcknowledgementWasLostIsKeptOnce(t *testing.T) {
	pstest.SetMinAckDeadline(time.Second)
	defer pstest.ResetMinAckDeadline()
	const n = 500
	a := &acks{lose: 100, want: n, acked: map[string]int{}, done: make(chan struct{})}
	server := pstest.NewServer(pstest.ServerReactorOption{FuncName: "Acknowledge", Reactor: a})
	defer server.Close()
	client := clientFor(t, server.Addr)
	sub := &pubsubpb.Subscription{Name: testSubscription, Topic: testTopic, AckDeadlineSeconds: 1}
	if _, err := client.SubscriptionAdminClient.CreateSubscription(t.Context(), sub); err != nil {
		t.Fatal(err)
	}
	want := publish(t, client, n)
	s, w := openSpool(t, 0), newWatcher()
	stop := pulling(t, s, w)
	<-a.done
	stop()
	checkMessages(t, s, want)
	twice := 0
	for _, m := range server.Messages() {
		if m.Deliveries > 1 {
			twice++
		}
	}
	if twice == 0 || len(w.all()) > 0 {
		t.Errorf("%d messages came again, want some; problems: %v", twice, w.all())
	}
}

func TestMessagesWaitWhileTheSpoolIsFull(t *testing.T) {
	const n = 50
	a := &acks{want: n, acked: map[string]int{}, done: make(chan struct{})}
	server := pstest.NewServer(pstest.ServerReactorOption{FuncName: "Acknowledge", Reactor: a})
	defer server.Close()
	client := clientFor(t, server.Addr)
	subscribe(t, client)
	want := publish(t, client, n)
	s, w := openSpool(t, 1000), newWatcher()
	stop := pulling(t, s, w)
	if err := <-w.news; err == nil || !strings.Contains(err.Error(), "the spool is full") {
		t.Fatalf("problem = %v", err)
	}
	var got []string
	cursor := logsource.Cursor{}
	for waiting := true; waiting; {
		select {
		case <-a.done:
			waiting = false
		case <-w.news:
		}
		for _, u := range s.Unread("pubsub", cursor) {
			got = append(got, linesIn(t, u.Range)...)
			cursor.Add(u.File, logsource.Span{From: u.Range.From, To: u.Range.To})
		}
		s.Unread("pubsub", cursor)
	}
	stop()
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("%d messages were kept of %d", len(got), n)
	}
}

func linesIn(t *testing.T, r logsource.Range) (lines []string) {
	t.Helper()
	err := logsource.ReadRange(context.Background(), r, logsource.Options{}, func(b *logentry.Block) error {
		lines = append(lines, string(b.Data))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestSubscriptionThatDoesNotExistYet(t *testing.T) {
	a := &acks{want: 10, acked: map[string]int{}, done: make(chan struct{})}
	server := pstest.NewServer(pstest.ServerReactorOption{FuncName: "Acknowledge", Reactor: a})
	defer server.Close()
	client := clientFor(t, server.Addr)
	s, w := openSpool(t, 0), newWatcher()
	stop := pulling(t, s, w)
	if err := <-w.news; err == nil || !strings.Contains(err.Error(), testSubscription+" cannot be read: it does not exist") {
		t.Fatalf("problem = %v", err)
	}
	subscribe(t, client)
	want := publish(t, client, 10)
	<-a.done
	for err := range w.news {
		if err == nil {
			break // it is over
		}
	}
	stop()
	checkMessages(t, s, want)
	for _, text := range w.all() {
		if strings.Contains(text, canary) {
			t.Errorf("a problem quotes a message: %s", text)
		}
	}
}

func TestNoSubscription(t *testing.T) {
	for _, name := range []string{"", "logs", "projects/p/topics/logs", "projects//subscriptions/x"} {
		if err := Pull(t.Context(), name, "a", nil, nil); err == nil || !strings.Contains(err.Error(), "write projects/PROJECT/subscriptions/NAME") {
			t.Errorf("%q: %v", name, err)
		}
	}
}
