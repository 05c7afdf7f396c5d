package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

// roleVariable makes this test's program play another part: a caller in another network namespace, or a parent that will be killed.
const roleVariable = "FLOODGAUGE_TEST_ROLE"

func init() { register.DoFn1x1[string, error](&waitFn{}) }

// testSpec says what a child of these tests does.
type testSpec struct {
	Started string // file in which the child notes its process id and endpoint once the graph runs
	Fail    string // error of the graph
	Panic   bool
}

// childState is what a child notes.
type childState struct {
	PID      int
	Endpoint string
}

// waitFn runs until its parent closes the input.
type waitFn struct{ Spec testSpec }

func (f *waitFn) ProcessElement(string) error {
	switch {
	case f.Spec.Panic:
		panic("secret-in-a-panic")
	case f.Spec.Fail != "":
		return fmt.Errorf("%s", f.Spec.Fail)
	}
	b, err := json.Marshal(childState{os.Getpid(), *jobopts.Endpoint})
	if err != nil {
		return err
	}
	if err := os.WriteFile(f.Spec.Started+".new", b, 0o600); err != nil {
		return err
	}
	if err := os.Rename(f.Spec.Started+".new", f.Spec.Started); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.NewFile(InputFD, "input"))
	return err
}

func buildTest(s beam.Scope, raw json.RawMessage) error {
	var spec testSpec
	if err := json.Unmarshal(raw, &spec); err != nil {
		return err
	}
	beam.ParDo0(s, &waitFn{Spec: spec}, beam.Create(s, "go"))
	return nil
}

func TestMain(m *testing.M) {
	switch role := os.Getenv(roleVariable); {
	case IsChild():
		os.Exit(Child(buildTest))
	case role == "dial":
		os.Exit(dial(os.Args[1]))
	case role == "unprivileged":
		os.Exit(runUnprivileged())
	case role == "parent":
		_, err := Run(context.Background(), Job{Spec: testSpec{Started: os.Args[1]}, Stdin: os.Stdin})
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// runUnprivileged is a program of a user without privileges that runs a graph, as Run does it and then in a network of its own. The graph's error
// shows that it ran.
func runUnprivileged() int {
	spec, err := json.Marshal(testSpec{Fail: "the graph ran"})
	if err != nil {
		return 1
	}
	job := Job{Spec: json.RawMessage(spec), TempDir: os.Args[1]}
	_, err = Run(context.Background(), job)
	fmt.Println(err)
	if c, err := startWith(&job, true); err == nil {
		_, err := c.run([]byte(`{"spec":`+string(spec)+"}\n"), nil)
		fmt.Println(err)
	}
	return 0
}

func dial(addr string) int {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	_ = conn.Close()
	return 0
}
