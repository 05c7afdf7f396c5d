// Package emulator runs Google's emulator of Pub/Sub for tests. No program imports it.
package emulator

import (
	"bufio"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Start runs Google's emulator of Pub/Sub and returns its address.
func Start(t *testing.T) string {
	t.Helper()
	jar := jarOf(t)
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(address)
	cmd := exec.CommandContext(t.Context(), "java", "-Xmx512m", "-jar", jar, "--host=127.0.0.1", "--port="+port) //nolint:gosec // G204: the jar that was found
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = cmd.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	said := bufio.NewScanner(out)
	for said.Scan() {
		if strings.Contains(said.Text(), "Server started") {
			go func() {
				for said.Scan() {
					_ = said.Text() // so that it never waits for a reader
				}
			}()
			return address
		}
	}
	t.Fatal("the emulator of Pub/Sub ended before it was ready")
	return ""
}

func jarOf(t *testing.T) string {
	t.Helper()
	roots := []string{"/usr/lib/google-cloud-sdk"}
	if gcloud, err := exec.LookPath("gcloud"); err == nil {
		if gcloud, err = filepath.EvalSymlinks(gcloud); err == nil {
			roots = append(roots, filepath.Dir(filepath.Dir(gcloud)))
		}
	}
	for _, root := range roots {
		jars, _ := filepath.Glob(filepath.Join(root, "platform", "pubsub-emulator", "lib", "*.jar")) // the pattern is valid
		if len(jars) > 0 {
			return jars[0]
		}
	}
	t.Skip("Google's emulator of Pub/Sub is not here: the machines of the gate have it, elsewhere gcloud components install pubsub-emulator brings it")
	return ""
}
