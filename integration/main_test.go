package integration

import (
	"os"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/floodgauge/floodgauge/pkg/engine"
)

// TestMain lets this test's program play the parts of the real one: the command line, an engine's child, and a launching process.
func TestMain(m *testing.M) {
	switch {
	case engine.IsChild():
		os.Exit(childForTest())
	case os.Getenv(programVariable) != "":
		os.Exit(programForTest())
	case os.Getenv(launchVariable) != "":
		os.Exit(launchForTest())
	}
	os.Exit(ptest.MainRetWithDefault(m, "prism"))
}
