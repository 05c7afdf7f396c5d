package integration

import (
	"bytes"
	"debug/elf"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// buildProgram builds the static program.
func buildProgram(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "floodgauge")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", program, "..")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	return program
}

// containerScript does with a folder what a container engine does with an image, as far as the program can tell: a read-only root with nothing but
// /proc, /dev/null and an empty /tmp, a network without other hosts, process number 1, and the user nobody, who has no name there.
const containerScript = `
root=$1; shift
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount --bind /dev/null "$root/dev/null"
mount -o remount,bind,ro "$root"
ip link set lo up
exec setpriv --no-new-privs chroot --userspec=65534:65534 --groups= "$root" "$@"`

// newRoot makes the folder: the program, a log, and what a container engine adds to every image.
func newRoot(t *testing.T, program string) string {
	t.Helper()
	root := t.TempDir()
	for _, folder := range []string{"proc", "dev", "etc", "tmp", "logs"} {
		if err := os.Mkdir(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for file, text := range map[string]string{"dev/null": "", "etc/hosts": "127.0.0.1 localhost\n"} {
		if err := os.WriteFile(filepath.Join(root, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Rename(program, filepath.Join(root, "floodgauge")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(root, "floodgauge"), "loggen", "--lines", "5000", "--host", "www.example.org", "--out", filepath.Join(root, "logs", "access.log"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("making a log: %v\n%s", err, out)
	}
	return root
}

// runContained runs the program in root.
func runContained(t *testing.T, root string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errors bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "unshare", append([]string{"--mount", "--net", "--pid", "--fork", "--kill-child",
		"sh", "-e", "-c", containerScript, "sh", root, "/floodgauge"}, args...)...)
	cmd.Env, cmd.Stdout, cmd.Stderr = []string{"PATH=" + os.Getenv("PATH"), "HOME=/"}, &out, &errors
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errors.String(), cmd.ProcessState.ExitCode()
}

// TestStaticProgram: the image holds nothing but the program, and there need be no container engine to try it.
func TestStaticProgram(t *testing.T) {
	program := buildProgram(t)
	checkNoLibraries(t, program)
	if os.Geteuid() != 0 {
		t.Skip("making an empty root takes root; the gate runs as root")
	}
	root := newRoot(t, program)
	stdout, stderr, code := runContained(t, root, "report", "--format", "json", "--by", "all", "/logs")
	var row struct{ Lines int }
	if err := json.Unmarshal([]byte(stdout), &row); code != 0 || err != nil || row.Lines != 5000 {
		t.Errorf("exit code %d, %v\n%s\n%s", code, err, stdout, stderr)
	}

	if err := os.Remove(filepath.Join(root, "etc", "hosts")); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code = runContained(t, root, "report", "/logs"); code != 1 || !strings.Contains(stderr, "/etc/hosts") {
		t.Errorf("without a name for the own machine: exit code %d\n%s", code, stderr)
	}
}

// checkNoLibraries: a static program asks for no loader and no library.
func checkNoLibraries(t *testing.T, program string) {
	t.Helper()
	f, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("the program needs a loader")
		}
	}
	if libraries, err := f.ImportedLibraries(); err != nil || len(libraries) > 0 {
		t.Errorf("the program needs libraries: %v (%v)", libraries, err)
	}
}
