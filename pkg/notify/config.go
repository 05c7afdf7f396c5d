package notify

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"
)

// Config says who is told of which sites. The zero value tells nobody.
type Config struct {
	Webhooks []Webhook
	Mail     []Mail
	// Every is the least time between two "changed" messages of one case. Default DefaultEvery.
	Every time.Duration
	// PerHour is how many messages a destination gets in an hour before further ones are held back and summed up. Default DefaultPerHour.
	PerHour int

	// Timeout is how long one try may take. Default 10 s for webhooks and 30 s for mail, whose servers let strangers wait.
	Timeout time.Duration
	// RootCAs are whom servers must be certified by. Default: the system's.
	RootCAs *x509.CertPool
	// Now and After are the clock, Jitter spreads a wait so that many senders do not come back at once. Default: time.Now, time.After and a
	// random time from half the wait to all of it.
	Now    func() time.Time
	After  func(time.Duration) <-chan time.Time
	Jitter func(time.Duration) time.Duration
}

// Defaults of Config.
const (
	DefaultEvery   = 10 * time.Minute
	DefaultPerHour = 30
	webhookTimeout = 10 * time.Second
	mailTimeout    = 30 * time.Second
)

// Formats of a webhook's body.
const (
	Generic = "generic" // JSON with the fields of Body
	Slack   = "slack"   // {"text": …}, which also Mattermost, Rocket.Chat and Google Chat take
)

// Formats are all formats of a webhook's body.
var Formats = []string{Generic, Slack}

// Webhook is an address that is told by HTTP POST.
type Webhook struct {
	URL        Secret
	Format     string   // one of Formats. Default Generic
	Sites      []string // by the names that events carry; empty: all
	SecretFile string   // path of the key of SignatureHeader. Optional
}

// How a connection to a mail server is encrypted.
const (
	StartTLS = "starttls" // after the greeting, and never without; usual on port 587
	Implicit = "implicit" // from the first byte; usual on port 465
	NoTLS    = "none"     // not at all: for a server on the same machine
)

// Encryptions are all ways to encrypt a connection to a mail server.
var Encryptions = []string{StartTLS, Implicit, NoTLS}

// Mail is a mail server and whom it is to reach. Everybody in To gets a message of their own.
type Mail struct {
	Server       string // host:port
	From         string // an address, with or without a name
	To           []string
	Username     string   // empty: no login
	PasswordFile string   // path
	TLS          string   // one of Encryptions. Default StartTLS
	Sites        []string // by the names that events carry; empty: all
}

// Destinations is how many there are: webhooks, and people who get mail.
func (c *Config) Destinations() int {
	n := len(c.Webhooks)
	for i := range c.Mail {
		n += len(c.Mail[i].To)
	}
	return n
}

// filled returns c with its defaults.
func (c Config) filled() Config {
	c.Every = cmp.Or(c.Every, DefaultEvery)
	c.PerHour = cmp.Or(c.PerHour, DefaultPerHour)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.After == nil {
		c.After = time.After
	}
	if c.Jitter == nil {
		c.Jitter = jitter
	}
	return c
}

// destinations makes the ways to everybody. An error holds all that is wrong, and no secret.
func (c *Config) destinations() ([]*destination, error) {
	var all []*destination
	var wrong []error
	for i := range c.Webhooks {
		w := &c.Webhooks[i]
		hook, err := newWebhook(w, c)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("webhook %s: %w", hostOf(w.URL), err))
			continue
		}
		all = append(all, &destination{kind: "webhook", name: hostOf(w.URL), sites: w.Sites, way: hook, timeout: cmp.Or(c.Timeout, webhookTimeout)})
	}
	for i := range c.Mail {
		m := &c.Mail[i]
		if err := m.check(); err != nil {
			wrong = append(wrong, fmt.Errorf("mail by %s: %w", printable(m.Server, maxAnswer), err))
			continue
		}
		password, err := m.password()
		if err != nil {
			wrong = append(wrong, fmt.Errorf("mail by %s: password_file: %w", m.Server, err))
			continue
		}
		for _, to := range m.To {
			name := printable(to, maxAnswer) + " by " + m.Server
			way := &mailer{Mail: *m, to: to, password: password, roots: c.RootCAs}
			all = append(all, &destination{kind: "mail", name: name, sites: m.Sites, way: way, timeout: cmp.Or(c.Timeout, mailTimeout)})
		}
	}
	return all, errors.Join(wrong...)
}

// check checks what Check… functions can. The configuration file has found it before, with the line.
func (m *Mail) check() error {
	if err := CheckServer(m.Server); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	if err := CheckMailbox(m.From); err != nil {
		return fmt.Errorf("from: %w", err)
	}
	if len(m.To) == 0 {
		return errors.New("to: name somebody who gets the mail")
	}
	for _, to := range m.To {
		if err := CheckMailbox(to); err != nil {
			return fmt.Errorf("to: %w", err)
		}
	}
	return m.checkLogin()
}

func (m *Mail) checkLogin() error {
	switch {
	case (m.Username == "") != (m.PasswordFile == ""):
		return errors.New("username and password_file belong together; set both or none")
	case m.Username != "" && m.TLS == NoTLS:
		return errors.New("a password is not sent without encryption; set tls to starttls or implicit, or leave out username and password_file")
	case m.TLS != "" && m.TLS != StartTLS && m.TLS != Implicit && m.TLS != NoTLS:
		return errors.New("tls is starttls, implicit or none")
	}
	return nil
}

func (m *Mail) password() (Secret, error) {
	if m.PasswordFile == "" {
		return "", nil
	}
	return readSecret(m.PasswordFile)
}

func (m *Mail) host() string {
	host, _, _ := net.SplitHostPort(m.Server)
	return host
}
