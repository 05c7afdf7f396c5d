package config

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/floodgauge/floodgauge/pkg/notify"
)

const (
	// leastEvery and maxEvery bound the time between two messages about changes of a case.
	leastEvery, maxEvery = time.Minute, 7 * oneDay
	// maxPerHour is more than anybody reads.
	maxPerHour = 1000
)

// alerts reads who is told of attacks. No message quotes an address, a user name or a path: what is put into the wrong line may be a secret.
func (r *reader) alerts(n *yaml.Node, c *Config) notify.Config {
	var out notify.Config
	keys := r.keys(n, "alerts", "every: 10m", "webhooks", "mail", "every", "per_hour")
	if every := keys["every"]; every != nil {
		out.Every = r.every(every)
	}
	if limit := keys["per_hour"]; limit != nil {
		out.PerHour = r.perHour(limit)
	}
	if webhooks := keys["webhooks"]; webhooks != nil {
		for _, item := range r.items(webhooks, "webhooks", false) {
			out.Webhooks = append(out.Webhooks, r.webhook(item, c))
		}
	}
	if mail := keys["mail"]; mail != nil {
		for _, item := range r.items(mail, "mail", false) {
			out.Mail = append(out.Mail, r.mail(item, c))
		}
	}
	return out
}

func (r *reader) every(n *yaml.Node) time.Duration {
	text, ok := r.text(n, "every")
	if !ok {
		return 0
	}
	d, err := parseLength(text)
	switch {
	case err != nil:
		r.fault(n, "every cannot be %q: %s", text, err)
	case d < leastEvery || d > maxEvery:
		r.fault(n, "every cannot be %q: write a time from 1m to 7d", text)
	}
	return d
}

func (r *reader) perHour(n *yaml.Node) int {
	text, ok := r.text(n, "per_hour")
	limit, err := strconv.Atoi(text)
	if ok && (err != nil || limit < 1 || limit > maxPerHour) {
		r.fault(n, "per_hour cannot be %q: write a whole number from 1 to %d, such as %d", text, maxPerHour, notify.DefaultPerHour)
	}
	return limit
}

func (r *reader) webhook(n *yaml.Node, c *Config) notify.Webhook {
	w := notify.Webhook{Format: notify.Generic}
	keys := r.keys(n, "a webhook", "url: https://hooks.example.org/alerts", "url", "format", "sites", "secret_file")
	switch url := keys["url"]; {
	case url != nil:
		w.URL = notify.Secret(r.checked(url, "the url of a webhook", notify.CheckURL))
	case n.Kind == yaml.MappingNode:
		r.fault(n, "a webhook has no url; add a line such as \"url: https://hooks.example.org/alerts\"")
	}
	if format := keys["format"]; format != nil {
		w.Format = r.oneOf(format, "the format of a webhook", notify.Formats)
	}
	if sites := keys["sites"]; sites != nil {
		w.Sites = r.sourceSites(sites, c)
	}
	w.SecretFile = r.secretFile(keys["secret_file"], "secret_file")
	return w
}

func (r *reader) mail(n *yaml.Node, c *Config) notify.Mail {
	m := notify.Mail{TLS: notify.StartTLS}
	keys := r.keys(n, "a mail destination", "server: smtp.example.org:587", "server", "from", "to", "username", "password_file", "tls", "sites")
	if n.Kind == yaml.MappingNode {
		r.needed(n, keys, "server", "smtp.example.org:587")
		r.needed(n, keys, "from", "floodgauge@example.org")
		r.needed(n, keys, "to", "ops@example.org")
	}
	if server := keys["server"]; server != nil {
		m.Server = r.checked(server, "the server", notify.CheckServer)
	}
	if from := keys["from"]; from != nil {
		m.From = r.checked(from, "the sender", notify.CheckMailbox)
	}
	if to := keys["to"]; to != nil {
		for _, item := range r.items(to, "to", true) {
			m.To = append(m.To, r.checked(item, "a recipient", notify.CheckMailbox))
		}
	}
	if tls := keys["tls"]; tls != nil {
		m.TLS = r.oneOf(tls, "tls", notify.Encryptions)
	}
	if sites := keys["sites"]; sites != nil {
		m.Sites = r.sourceSites(sites, c)
	}
	r.login(n, keys, &m)
	return m
}

// login reads user name and password, which are sent over encrypted connections only.
func (r *reader) login(n *yaml.Node, keys map[string]*yaml.Node, m *notify.Mail) {
	user, password := keys["username"], keys["password_file"]
	if user != nil {
		m.Username, _ = r.text(user, "the user name")
	}
	m.PasswordFile = r.secretFile(password, "password_file")
	switch {
	case (user == nil) != (password == nil):
		r.fault(n, "username and password_file belong together; set both or none")
	case user != nil && m.TLS == notify.NoTLS:
		r.fault(user, "a password is not sent without encryption; set tls to starttls or implicit, or leave out username and password_file")
	}
}

func (r *reader) needed(n *yaml.Node, keys map[string]*yaml.Node, key, example string) {
	if keys[key] == nil {
		r.fault(n, "a mail destination has no %s; add a line such as \"%s: %s\"", key, key, example)
	}
}

// checked returns a single value that check finds right.
func (r *reader) checked(n *yaml.Node, what string, check func(string) error) string {
	text, ok := r.text(n, what)
	if !ok {
		return ""
	}
	if err := check(text); err != nil {
		r.fault(n, "%s cannot be used: %s", what, err)
	}
	return text
}

// oneOf returns a single value that is among some words.
func (r *reader) oneOf(n *yaml.Node, what string, known []string) string {
	text, ok := r.text(n, what)
	if ok && !slices.Contains(known, text) {
		r.fault(n, "%s is one of %s", what, strings.Join(known, ", "))
	}
	return text
}

// secretFile returns the path of a file that is there, from the configuration file's folder on. It is read when alerts are sent, maybe by another user.
func (r *reader) secretFile(n *yaml.Node, key string) string {
	if n == nil {
		return ""
	}
	path, ok := r.text(n, key)
	if !ok {
		return ""
	}
	path = r.fromFolder(path)
	info, err := os.Stat(path)
	switch {
	case err != nil:
		r.fault(n, "%s: %s; the secret itself belongs into that file", key, fileMessage(err))
	case info.IsDir():
		r.fault(n, "%s: this is a directory; name the file in it that holds the secret", key)
	}
	return path
}
