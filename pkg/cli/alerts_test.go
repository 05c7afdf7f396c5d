package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAlertsTest(t *testing.T) {
	bodies := make(chan string, 10)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, 4096)
		n, _ := r.Body.Read(body)
		bodies <- string(body[:n])
		if r.URL.Path == "/revoked-hunter2" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer s.Close()
	const nobody = "127.0.0.1:1" // where nobody listens
	good := alertsConfig(t, "page: {address: https://logs.example.org}\nalerts:\n  webhooks:\n    - {url: "+s.URL+"/a-hunter2, format: slack, sites: www.example.org}\n")
	code, stdout, stderr := run(t, "alerts", "test", "--config", good)
	if want := "ok      webhook " + s.Listener.Addr().String() + "\n"; code != 0 || stdout != want || stderr != "" {
		t.Errorf("exit code %d, stderr %q, stdout\n%swant\n%s", code, stderr, stdout, want)
	}
	if body := <-bodies; !strings.Contains(body, testTitle) || strings.Contains(body, "usual") || !strings.Contains(body, "\\u003chttps://logs.example.org\\u003e") {
		t.Errorf("it got %s", body)
	}
	if _, stdout, _ := run(t, "check-config", good); !strings.HasSuffix(stdout, "0 path templates, 1 destination of alerts\n") {
		t.Errorf("check-config says %s", stdout)
	}
	bad := alertsConfig(t, fmt.Sprintf("alerts:\n  webhooks: [{url: %s/a}, {url: %s/revoked-hunter2}]\n"+
		"  mail: [{server: \"%s\", from: a@example.org, to: [b@example.org, c@example.org]}]\n", s.URL, s.URL, nobody))
	code, stdout, stderr = run(t, "alerts", "test", "--config", bad)
	host := s.Listener.Addr().String()
	want := "ok      webhook " + host + "\n" +
		"failed  webhook " + host + ": the answer is 404 Not Found; check url: it may be mistyped, or what is secret in it was revoked\n" +
		"failed  mail b@example.org by " + nobody + ": the connection is refused; check host and port, and whether the service runs\n" +
		"failed  mail c@example.org by " + nobody + ": the connection is refused; check host and port, and whether the service runs\n"
	if code != 1 || stdout != want || stderr != noLink+"\nfloodgauge: 3 of 4 destinations did not take the message\n" {
		t.Errorf("exit code %d, stderr %q, stdout\n%swant\n%s", code, stderr, stdout, want)
	}
}

func TestAlertsTestWithoutDestinations(t *testing.T) {
	empty := alertsConfig(t, "alerts: {every: 5m}\n")
	code, stdout, stderr := run(t, "alerts", "test", "--config", empty)
	want := "floodgauge: " + empty + " names nobody to tell: add webhooks or mail under \"alerts\", as in deploy/floodgauge.example.yaml\n"
	if code != 1 || stdout != "" || stderr != want {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	code, _, stderr = run(t, "alerts", "test", "--config", alertsConfig(t, "alerts:\n  webhooks: [{url: hunter2}]\n"))
	if code != 1 || !strings.Contains(stderr, ":2:20: the url of a webhook cannot be used") || strings.Contains(stderr, "hunter2") {
		t.Errorf("a mistake: exit code %d, stderr %q", code, stderr)
	}
}

func alertsConfig(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "floodgauge.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
