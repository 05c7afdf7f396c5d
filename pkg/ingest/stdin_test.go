package ingest

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/spool"
)

func noProblem(t *testing.T) func(error) {
	return func(err error) { t.Errorf("problem: %v", err) }
}

func TestPumpKeepsAllLines(t *testing.T) {
	s := openSpool(t, 0)
	text := lines(20000) + strings.Repeat("y", 3<<20) + "\nlast line without an end"
	if err := Pump(t.Context(), strings.NewReader(text), "stdin", s, noProblem(t)); err != nil {
		t.Fatal(err)
	}
	want := append(strings.Split(strings.TrimSuffix(lines(20000), "\n"), "\n"), "too long", "last line without an end")
	if diff := cmp.Diff(want, kept(t, s, "stdin")); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// inBubble runs f with a clock that goes on when all wait.
func inBubble(t *testing.T, max int64, f func(t *testing.T, s *spool.Spool)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := spool.Open(dir, spool.Options{MaxBytes: max})
		if err != nil {
			t.Fatal(err)
		}
		f(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func say(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
}

func TestPumpKeepsWholeLinesWithinASecond(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, s *spool.Spool) {
		in, out := io.Pipe()
		done := make(chan error)
		go func() { done <- Pump(t.Context(), in, "stdin", s, noProblem(t)) }()
		for _, step := range []struct {
			text string
			want []string
		}{{"one\ntw", []string{"one"}}, {"o", []string{"one"}}, {"\nthree\n", []string{"one", "two", "three"}}} {
			say(t, out, step.text)
			<-time.After(time.Second)
			if diff := cmp.Diff(step.want, kept(t, s, "stdin")); diff != "" {
				t.Errorf("a second after %q (-want +got):\n%s", step.text, diff)
			}
		}
		if err := errors.Join(out.Close(), <-done); err != nil {
			t.Error(err)
		}
	})
}

func TestPumpWaitsForRoom(t *testing.T) {
	inBubble(t, 1000, func(t *testing.T, s *spool.Spool) {
		var told []error
		done := make(chan error)
		text := strings.Repeat("x", 800) + "\n"
		in, out := io.Pipe()
		go func() { done <- Pump(t.Context(), in, "stdin", s, func(err error) { told = append(told, err) }) }()
		say(t, out, text)
		<-time.After(time.Second)
		say(t, out, text)
		<-time.After(time.Minute)
		synctest.Wait()
		cursor := logsource.Cursor{}
		if len(told) == 0 || !errors.Is(told[0], spool.ErrFull) || len(s.Unread("stdin", cursor)) != 1 {
			t.Fatalf("problems = %v, want that the spool is full", told)
		}
		u := s.Unread("stdin", cursor)[0]
		cursor.Add(u.File, logsource.Span{From: 0, To: u.Range.To})
		s.Unread("stdin", cursor)
		<-time.After(2 * time.Second)
		synctest.Wait()
		if told[len(told)-1] != nil || len(s.Unread("stdin", cursor)) != 1 {
			t.Errorf("after there was room: %v", told[len(told)-1])
		}
		if err := errors.Join(out.Close(), <-done); err != nil {
			t.Error(err)
		}
	})
}

func TestPumpThatIsStoppedKeepsWhatItHas(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, s *spool.Spool) {
		in, out := io.Pipe()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- Pump(ctx, in, "stdin", s, noProblem(t)) }()
		say(t, out, "one\n")
		synctest.Wait()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v", err)
		}
		if diff := cmp.Diff([]string{"one"}, kept(t, s, "stdin")); diff != "" {
			t.Errorf("lines (-want +got):\n%s", diff)
		}
		if err := in.Close(); err != nil { // lets the read that is under way end
			t.Error(err)
		}
	})
}
