package ingest

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2"

	"github.com/floodgauge/floodgauge/pkg/spool"
)

// startEmulator runs Google's emulator of Pub/Sub and returns its address.
func startEmulator(t *testing.T) string {
	t.Helper()
	jar := emulatorJar(t)
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(address)
	cmd := exec.CommandContext(t.Context(), "java", "-Xmx512m", "-jar", jar, "--host=127.0.0.1", "--port="+port)
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = cmd.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	said := bufio.NewScanner(out)
	for said.Scan() {
		if strings.Contains(said.Text(), "Server started") {
			go func() {
				for said.Scan() {
					_ = said.Text() // so that it never waits for a reader
				}
			}()
			return address
		}
	}
	t.Fatal("the emulator of Pub/Sub ended before it was ready")
	return ""
}

func emulatorJar(t *testing.T) string {
	t.Helper()
	roots := []string{"/usr/lib/google-cloud-sdk"}
	if gcloud, err := exec.LookPath("gcloud"); err == nil {
		if gcloud, err = filepath.EvalSymlinks(gcloud); err == nil {
			roots = append(roots, filepath.Dir(filepath.Dir(gcloud)))
		}
	}
	for _, root := range roots {
		jars, _ := filepath.Glob(filepath.Join(root, "platform", "pubsub-emulator", "lib", "*.jar")) // the pattern is valid
		if len(jars) > 0 {
			return jars[0]
		}
	}
	t.Skip("Google's emulator of Pub/Sub is not here: the machines of the gate have it, elsewhere gcloud components install pubsub-emulator brings it")
	return ""
}

// TestRealEmulator: messages of which the first deliveries were kept, but not acknowledged, come again and are kept once.
func TestRealEmulator(t *testing.T) {
	const n = 2000
	client := clientFor(t, startEmulator(t))
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
