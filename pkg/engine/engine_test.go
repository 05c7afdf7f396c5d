package engine

import (
	"context"
	"errors"
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

func TestLaunchNamesEverythingMissing(t *testing.T) {
	err := (&Dataflow{StagingLocation: "s3://x"}).Validate()
	for _, want := range []string{"project", "region", "job name", "worker binary", "gs://"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}
