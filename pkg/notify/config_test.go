package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
)

// However a configuration is printed, its secrets are not.
func TestSecretsAreNotPrinted(t *testing.T) {
	c := Config{Webhooks: []Webhook{{URL: "https://hooks.example.org/hunter2"}}}
	encoded, err := json.Marshal(c.Webhooks)
	if err != nil {
		t.Fatal(err)
	}
	var logged strings.Builder
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "url", c.Webhooks[0].URL)
	for _, text := range []string{fmt.Sprintf("%v %+v %#v", c, &c, c), fmt.Sprintf("%s %q %x %d", c.Webhooks[0].URL, c.Webhooks[0].URL, c.Webhooks[0].URL, c.Webhooks[0].URL),
		string(encoded), logged.String()} {
		if strings.Contains(text, "hunter2") || strings.Contains(text, fmt.Sprintf("%x", "hunter2")) || !strings.Contains(text, hidden) {
			t.Errorf("got %s", text)
		}
	}
}

// Errors that nobody foresaw are shown without secrets, and without what a terminal obeys.
func TestUnforeseenErrors(t *testing.T) {
	w := &webhook{address: "https://a:open-sesame@hooks.example.org/T0/hunter2?x=y", key: "swordfish"}
	for text, want := range map[string]string{
		"cannot post to https://a:open-sesame@hooks.example.org/T0/hunter2?x=y": "cannot post to [secret]",
		"bad path /T0/hunter2?x=y\x1b[0m":                                       "bad path [secret]\ufffd[0m",
		"open-sesame and swordfish":                                             "[secret] and [secret]",
	} {
		if f := w.unreachable(&url.Error{Op: "Post", URL: string(w.address), Err: errors.New(text)}); f.Error() != want || f.final {
			t.Errorf("got %q, want %q", f.Error(), want)
		}
	}
}

func TestMistakesOfConfigurations(t *testing.T) {
	good := Mail{Server: "smtp.example.org:587", From: "a@example.org", To: []string{"ops@example.org"}}
	with := func(change func(*Mail)) Config {
		m := good
		change(&m)
		return Config{Mail: []Mail{m}}
	}
	for want, c := range map[string]Config{
		"webhook hooks.example.org: format is one of generic, slack":                 {Webhooks: []Webhook{{URL: "https://hooks.example.org/hunter2", Format: "xml"}}},
		"webhook hooks.example.org: secret_file: there is no such file":              {Webhooks: []Webhook{{URL: "https://hooks.example.org/hunter2", SecretFile: "hunter2"}}},
		"webhook (no address): url: it begins with https://":                         {Webhooks: []Webhook{{URL: "hunter2"}}},
		"url: write an address such as":                                              {Webhooks: []Webhook{{URL: "https://a b/hunter2"}}},
		"mail by smtp.example.org: server: write host and port":                      with(func(m *Mail) { m.Server = "smtp.example.org" }),
		"from: write an address":                                                     with(func(m *Mail) { m.From = "hunter2" }),
		"to: name somebody":                                                          with(func(m *Mail) { m.To = nil }),
		"to: write an address":                                                       with(func(m *Mail) { m.To = []string{"a@example.org\r\nBcc: hunter2@example.org"} }),
		"username and password_file belong together":                                 with(func(m *Mail) { m.Username = "hunter2" }),
		"a password is not sent without encryption":                                  with(func(m *Mail) { m.Username, m.PasswordFile, m.TLS = "a", "hunter2", NoTLS }),
		"tls is starttls, implicit or none":                                          with(func(m *Mail) { m.TLS = "hunter2" }),
		"password_file: the file has several lines":                                  with(func(m *Mail) { m.Username, m.PasswordFile = "a", passwordFile(t, "a\nhunter2") }),
		"password_file: the file is empty":                                           with(func(m *Mail) { m.Username, m.PasswordFile = "a", passwordFile(t, " \n") }),
		"mail by smtp.example.org:587: password_file: the file is larger than 4 KiB": with(func(m *Mail) { m.Username, m.PasswordFile = "a", passwordFile(t, strings.Repeat("x", maxSecret)) }),
	} {
		_, err := New(c, t.Logf)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	two := with(func(m *Mail) { m.To = nil })
	two.Webhooks = []Webhook{{}}
	var joined interface{ Unwrap() []error }
	if _, err := New(two, t.Logf); !errors.As(err, &joined) || len(joined.Unwrap()) != 2 {
		t.Errorf("two mistakes: got %v", err)
	}
}
