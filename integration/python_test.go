package integration

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// pythonVariable names the Python that has what requirements.txt lists: the oracles of these tests.
const pythonVariable = "FLOODGAUGE_TEST_PYTHON"

// python finds the oracles' Python: the one that the variable names, else the one that the gate sets up.
func python(t *testing.T) string {
	t.Helper()
	path := os.Getenv(pythonVariable)
	if path == "" {
		path = filepath.Join("..", ".cache", "venv", "bin", "python")
	}
	found, err := exec.LookPath(path)
	if err != nil {
		t.Fatalf("this test compares with programs from PyPI, and %v: run \"deploy/ci/check setup\", or set %s to a Python that has what "+
			"integration/requirements.txt lists", err, pythonVariable)
	}
	if found, err = filepath.Abs(found); err != nil {
		t.Fatal(err)
	}
	return found
}

// askPython runs the oracles' Python and returns what it prints.
func askPython(t *testing.T, args ...string) []byte {
	t.Helper()
	var messages bytes.Buffer
	cmd := exec.CommandContext(t.Context(), python(t), args...)
	cmd.Stderr = &messages
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("Python: %v\n%s", err, messages.String())
	}
	return out
}

// jsonLines decodes what Python prints, an object a line.
func jsonLines[T any](t *testing.T, text []byte) (all []T) {
	t.Helper()
	for dec := json.NewDecoder(bytes.NewReader(text)); ; {
		var one T
		err := dec.Decode(&one)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
}

// writeJSONLines writes a file for Python and returns its name.
func writeJSONLines[T any](t *testing.T, all []T) string {
	t.Helper()
	var text bytes.Buffer
	for enc, i := json.NewEncoder(&text), 0; i < len(all); i++ {
		if err := enc.Encode(all[i]); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "questions.json")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
