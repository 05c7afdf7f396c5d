package integration

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/engine"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/transform"
)

const (
	// keepVariable names a folder in which an engine's child leaves a copy of its result files, which its parent removes.
	keepVariable = "FLOODGAUGE_TEST_KEEP"
	// faultVariable names what goes wrong in an engine's child.
	faultVariable = "FLOODGAUGE_TEST_FAULT"
)

func init() {
	register.DoFn1x0[logentry.Block](&faultFn{})
}

// childForTest is an engine's child that may fail, and that keeps its results.
func childForTest() int {
	var dir string
	code := engine.Child(func(s beam.Scope, raw json.RawMessage) error {
		var spec traffic.Spec
		if err := json.Unmarshal(raw, &spec); err != nil {
			return err
		}
		if spec.Slice != nil {
			if os.Getenv(faultVariable) == faultPoison {
				addFault(s, faultPoison, spec.Slice.Branches)
			}
			return traffic.BuildChild(s, raw)
		}
		dir = spec.Local.Dir
		switch fault := os.Getenv(faultVariable); fault {
		case "":
			return traffic.BuildChild(s, raw)
		case faultNoFolder:
			spec.Local.Dir += "/missing"
			raw, err := json.Marshal(spec)
			if err != nil {
				return err
			}
			return traffic.BuildChild(s, raw)
		default:
			addFault(s, fault, spec.Local.Branches)
			return nil
		}
	})
	if keep := os.Getenv(keepVariable); keep != "" && dir != "" {
		if err := os.CopyFS(filepath.Join(keep, filepath.Base(dir)), os.DirFS(dir)); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	return code
}

// What goes wrong in a child, always with log lines at hand.
const (
	faultPanic    = "panic"     // in a step: Beam catches it
	faultCrash    = "crash"     // outside of the steps: the process ends with a trace
	faultKill     = "kill"      // killed, as by a system that is out of memory
	faultNoFolder = "no folder" // for the results
	faultPoison   = "poison"    // killed, by lines that hold the word alone
)

// faultFn has a line in its hands when things go wrong.
type faultFn struct{ Fault string }

func (f *faultFn) ProcessElement(b logentry.Block) {
	switch f.Fault {
	case faultPoison:
		if bytes.Contains(b.Data, []byte(faultPoison)) {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
	case faultPanic:
		panic(fmt.Sprintf("unexpected: %s", b.Data))
	case faultCrash:
		done := make(chan bool)
		go func() { panic(fmt.Sprintf("unexpected: %s", b.Data)) }()
		<-done
	case faultKill:
		fmt.Fprintf(os.Stderr, "about to be killed at %s", b.Data)
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
}

func addFault(s beam.Scope, fault string, branches [][]logsource.Range) {
	for _, blocks := range transform.ReadFiles(s, branches) {
		beam.ParDo0(s, &faultFn{Fault: fault}, blocks)
	}
}

// writeRing writes a ring of day keys that are always the same, so that a run gives the same bytes every time, and what is found in them was not
// found by chance.
func writeRing(t *testing.T, cache string) {
	t.Helper()
	keys := testKeys()
	ring, err := json.Marshal(object{"version": 1, "line": keys.Line, "seed": object{"seed": keys.Seed, "made": time.Now().UTC()}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(cache, "floodgauge"), 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(cache, "floodgauge", "day-keys.json"), ring)
}
