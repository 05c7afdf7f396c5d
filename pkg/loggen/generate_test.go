package loggen

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"testing"
	"time"
)

// writerFunc is an io.Writer made of a function.
type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestGenerateStopsAfterAWholeLine(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var log bytes.Buffer
	out := writerFunc(func(p []byte) (int, error) {
		if log.Len() > 1<<20 {
			cancel()
		}
		return log.Write(p)
	})
	stats, err := Generate(ctx, Config{Rate: 1000}, out, nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if int64(log.Len()) != stats.Bytes || int64(bytes.Count(log.Bytes(), []byte{'\n'})) != stats.Lines || log.Bytes()[log.Len()-1] != '\n' {
		t.Errorf("%d bytes written, counted %+v", log.Len(), stats)
	}
}

func TestGenerateSaysWhichFileCannotBeWritten(t *testing.T) {
	full := errors.New("no space left on device")
	failing := writerFunc(func([]byte) (int, error) { return 0, full })
	for _, c := range []struct {
		out, truth io.Writer
		want       string
	}{{failing, nil, "write the log: no space left on device"}, {io.Discard, failing, "write the truth: no space left on device"}} {
		if _, err := Generate(t.Context(), Config{Lines: 1000}, c.out, c.truth); !errors.Is(err, full) || err.Error() != c.want {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
}

// testClock is a clock that stands still but for those who wait.
type testClock struct{ now time.Time }

func (c *testClock) clock() Clock {
	return Clock{Now: func() time.Time { return c.now }, Wait: func(ctx context.Context, d time.Duration) error {
		c.now = c.now.Add(d)
		return ctx.Err()
	}}
}

func TestFollowWritesEachLineWhenItsTimeHasCome(t *testing.T) {
	start := time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC)
	clock := &testClock{now: start}
	writes := 0
	out := writerFunc(func(p []byte) (int, error) {
		if len(p) > 0 {
			writes++
		}
		for line := range bytes.Lines(p) {
			at, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 10, 64)
			if err != nil {
				return 0, err
			}
			if late := clock.now.Sub(time.UnixMicro(at)); late < 0 || late > time.Second {
				t.Errorf("a line was written %v after its time", late)
			}
		}
		return len(p), nil
	})
	stats, err := Follow(t.Context(), Config{Rate: 50, Duration: time.Minute, Format: "%{usec}t"}, out, nil, clock.clock())
	if err != nil {
		t.Fatal(err)
	}
	if took := clock.now.Sub(start); took < 59*time.Second || took > 61*time.Second {
		t.Errorf("a minute of log took %v", took)
	}
	if writes < 500 || stats.Lines < 2000 {
		t.Errorf("%d writes, %+v", writes, stats)
	}
}

func TestFollowEndsWithItsContext(t *testing.T) {
	clock := &testClock{now: time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC)}
	ctx, cancel := context.WithCancel(t.Context())
	lines := 0
	out := writerFunc(func(p []byte) (int, error) {
		if lines += bytes.Count(p, []byte{'\n'}); lines > 100 {
			cancel()
		}
		return len(p), nil
	})
	stats, err := Follow(ctx, Config{Rate: 50}, out, nil, clock.clock())
	if !errors.Is(err, context.Canceled) || stats.Lines != int64(lines) {
		t.Errorf("error %v, %d lines written, counted %+v", err, lines, stats)
	}
}

func TestWallClockWaitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := WallClock().Wait(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func BenchmarkFormats(b *testing.B) {
	for _, format := range Formats() {
		b.Run(format, func(b *testing.B) {
			g := generator(b, Config{Seed: 1, HostCount: 300, Rate: 1667, Format: format})
			var r Request
			line := make([]byte, 0, 4096)
			for range 20_000 { // the sites are made on their first request
				g.Next(&r)
				line = g.Write(line[:0], &r)
			}
			total := 0
			b.ReportAllocs()
			for b.Loop() {
				g.Next(&r)
				line = g.Write(line[:0], &r)
				total += len(line)
			}
			b.SetBytes(int64(total / b.N))
		})
	}
}
