package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/notify"
)

func TestAlerts(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"key", "password"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("hunter2\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Parse(filepath.Join(dir, "floodgauge.yaml"), []byte(`
alerts:
  every: 15m
  per_hour: 5
  webhooks:
    - {url: https://hooks.example.org/a, format: slack, sites: www.example.org}
    - {url: http://127.0.0.1:9000/, secret_file: key}
  mail:
    - {server: "[::1]:25", from: Floodgauge <f@example.org>, to: ops@example.org, tls: none}
    - {server: smtp.example.org:465, from: f@example.org, to: [a@example.org, b@example.org], tls: implicit, username: f, password_file: password}
sites: [{name: example.org, aliases: www.example.org}]
`))
	if err != nil {
		t.Fatal(err)
	}
	want := notify.Config{
		Every: 15 * time.Minute, PerHour: 5,
		Webhooks: []notify.Webhook{
			{URL: "https://hooks.example.org/a", Format: notify.Slack, Sites: []string{"example.org"}},
			{URL: "http://127.0.0.1:9000/", Format: notify.Generic, SecretFile: filepath.Join(dir, "key")},
		},
		Mail: []notify.Mail{
			{Server: "[::1]:25", From: "Floodgauge <f@example.org>", To: []string{"ops@example.org"}, TLS: notify.NoTLS},
			{Server: "smtp.example.org:465", From: "f@example.org", To: []string{"a@example.org", "b@example.org"}, TLS: notify.Implicit, Username: "f",
				PasswordFile: filepath.Join(dir, "password")},
		},
	}
	if diff := cmp.Diff(want, c.Alerts); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if _, err := notify.New(c.Alerts, t.Logf); err != nil {
		t.Errorf("the package that sends them does not take it: %v", err)
	}
	if text := fmt.Sprintf("%v %+v %#v", c.Alerts, c, c.Alerts); strings.Contains(text, "hooks.example.org") {
		t.Errorf("printing shows the address: %s", text)
	}
}

// A secret that stands in the wrong place is not quoted: people send messages of mistakes around.
func TestMistakesOfAlertsQuoteNoSecret(t *testing.T) {
	_, err := Load("testdata/mistakes/alerts.yaml")
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

// The example is in a comment, as its destinations are nobody's. It holds all keys, and its files of secrets are all that is missing.
func TestExampleOfAlerts(t *testing.T) {
	data, err := os.ReadFile("../../deploy/floodgauge.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(data), "\n# alerts:")
	text, _, _ = strings.Cut("alerts:"+text, "\n\n")
	_, err = Parse("example.yaml", []byte(strings.ReplaceAll(text, "\n#", "\n")))
	var mistakes Mistakes
	if !errors.As(err, &mistakes) || len(mistakes) != 2 {
		t.Fatalf("got %v, want two mistakes", err)
	}
	for _, m := range mistakes {
		if !strings.Contains(m.Message, "_file: there is no such file") {
			t.Errorf("got %s", m)
		}
	}
	for _, key := range []string{"every", "per_hour", "webhooks", "mail", "url", "format", "sites", "secret_file", "server", "from", "to", "username", "password_file", "tls"} {
		if !strings.Contains(text, key+":") {
			t.Errorf("the example lacks %s", key)
		}
	}
}
