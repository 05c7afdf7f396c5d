package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestErrorsOfAGraphAreSentences(t *testing.T) {
	_, err := Run(t.Context(), Job{Spec: testSpec{Fail: "reading a.log: no space left"}})
	if err == nil || !strings.Contains(err.Error(), "reading a.log: no space left") {
		t.Fatalf("got %v", err)
	}
	if strings.Contains(err.Error(), "\n") || len(err.Error()) > 200 {
		t.Errorf("not one sentence: %q", err)
	}
}

func TestPanicsDoNotQuote(t *testing.T) {
	_, err := Run(t.Context(), Job{Spec: testSpec{Panic: true}})
	if err == nil {
		t.Fatal("no error")
	}
	if strings.Contains(err.Error(), "secret-in-a-panic") {
		t.Errorf("the error quotes a panic, which may hold data: %v", err)
	}
}

func TestCancelledRunsEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, Job{Spec: testSpec{Started: t.TempDir() + "/x"}}); err == nil || errors.Is(err, nil) {
		t.Error("a cancelled run reports success")
	}
}

// TestRunnerKeepsItsChild: jobs share a child until one fails; the next has a new one.
func TestRunnerKeepsItsChild(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = out.Close() // the jobs do not wait
	defer in.Close()
	var r Runner
	defer r.Close()
	pid := func() int {
		t.Helper()
		started := filepath.Join(t.TempDir(), "started")
		if _, err := r.Run(t.Context(), Job{Spec: testSpec{Started: started}, Stdin: in}); err != nil {
			t.Fatal(err)
		}
		return awaitState(t, started, nil).PID
	}
	first := pid()
	if second := pid(); second != first {
		t.Errorf("jobs ran in processes %d and %d", first, second)
	}
	if _, err := r.Run(t.Context(), Job{Spec: testSpec{Fail: "no"}}); err == nil {
		t.Error("a failed job reports success")
	}
	if third := pid(); third == first {
		t.Error("a child that failed was used again")
	}
}

func TestLaunchNamesEverythingMissing(t *testing.T) {
	err := (&Dataflow{StagingLocation: "s3://x"}).Validate()
	for _, want := range []string{"project", "region", "job name", "worker binary", "gs://"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}
