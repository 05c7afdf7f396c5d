package engine

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// nobody is a user without any privilege.
const nobody = 65534

func TestRunsWithoutPrivileges(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("every test here runs without privileges; the gate runs as root")
	}
	folder := publicFolder(t)
	program := filepath.Join(folder, "engine.test")
	copyProgram(t, program)
	temp := filepath.Join(folder, "temp")
	if err := errors.Join(os.Mkdir(temp, 0o777), os.Chmod(temp, 0o777)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, temp)
	cmd.Env = append(os.Environ(), roleVariable+"=unprivileged")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "the graph ran\n") {
		t.Fatalf("%v: %s", err, out)
	}
	t.Logf("with a network of its own: %s", out)
}

// publicFolder is a temporary folder that every user may enter.
func publicFolder(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "floodgauge-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}

func copyProgram(t *testing.T, to string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, program, 0o755); err != nil {
		t.Fatal(err)
	}
}
