package notify

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"
)

// tlsServer is a server by HTTPS, whom to trust for it, and its certificate for 127.0.0.1.
func tlsServer(t *testing.T) (*httptest.Server, *x509.CertPool, tls.Certificate) {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return s, pool, s.TLS.Certificates[0]
}

// post is a mail that a server took.
type post struct {
	from, to string
	login    bool
	secure   bool
	raw      string
}

// postOffice is a mail server. refuse is asked for every command and may answer with an error.
type postOffice struct {
	address  string
	pool     *x509.CertPool
	posts    chan post
	commands chan string

	mu         sync.Mutex
	refuse     func(command, argument string) error
	mechanisms []string
}

const user, password = "floodgauge", "correct horse"

type postSession struct {
	office *postOffice
	conn   *smtp.Conn
	post   post
}

func (s *postSession) ask(command, argument string) error {
	s.office.commands <- command
	s.office.mu.Lock()
	defer s.office.mu.Unlock()
	if s.office.refuse == nil {
		return nil
	}
	return s.office.refuse(command, argument)
}

func (s *postSession) AuthMechanisms() []string { return s.office.mechanisms }

func (s *postSession) Auth(mechanism string) (sasl.Server, error) {
	if mechanism != sasl.Plain {
		return nil, smtp.ErrAuthUnknownMechanism
	}
	return sasl.NewPlainServer(func(_, name, secret string) error {
		if name != user || secret != password {
			return smtp.ErrAuthFailed
		}
		s.post.login = true
		return nil
	}), nil
}

func (s *postSession) Mail(from string, _ *smtp.MailOptions) error {
	s.post.from = from
	return s.ask("MAIL", from)
}

func (s *postSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.post.to = to
	return s.ask("RCPT", to)
}

func (s *postSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.ask("DATA", ""); err != nil {
		return err
	}
	s.post.raw = string(raw)
	_, s.post.secure = s.conn.TLSConnectionState()
	s.office.posts <- s.post
	return nil
}

func (s *postSession) Reset() {}

func (s *postSession) Logout() error { return nil }

// openPostOffice starts a mail server that offers StartTLS, is reached by TLS, or knows none of it.
func openPostOffice(t *testing.T, encryption string) *postOffice {
	t.Helper()
	_, pool, certificate := tlsServer(t)
	o := &postOffice{pool: pool, posts: make(chan post, 100), commands: make(chan string, 1000), mechanisms: []string{sasl.Plain}}
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &postSession{office: o, conn: c}, nil }))
	s.Domain, s.AllowInsecureAuth = "localhost", false
	s.ErrorLog = quiet{}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	switch encryption {
	case Implicit:
		l = tls.NewListener(l, config)
	case StartTLS:
		s.TLSConfig = config
	}
	o.address = l.Addr().String()
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return o
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// refusing sets what the server refuses from now on.
func (o *postOffice) refusing(refuse func(command, argument string) error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refuse = refuse
}

func (o *postOffice) config(m Mail) Config {
	m.Server, m.From = o.address, "Flood Gauge <alerts@example.org>"
	if len(m.To) == 0 {
		m.To = []string{"ops@example.org"}
	}
	return Config{Mail: []Mail{m}, RootCAs: o.pool}
}

func passwordFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// parsed is a mail as a program for people reads it.
func (p post) parsed(t *testing.T) (header netmail.Header, body string) {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(p.raw))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(m.Body)
	if err != nil {
		t.Fatal(err)
	}
	return m.Header, strings.ReplaceAll(string(text), "\r\n", "\n")
}

// decoder undoes the transfer encoding of a body.
func decoder(header netmail.Header, body string) io.Reader {
	if header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		return quotedprintable.NewReader(strings.NewReader(body))
	}
	return strings.NewReader(body)
}

// The mails of a case are one thread of plain text, over an encrypted connection with a login.
func TestMailsOfACaseAreAThread(t *testing.T) {
	o := openPostOffice(t, StartTLS)
	b := newBox(t, o.config(Mail{Username: user, PasswordFile: passwordFile(t, password)})).serve()
	for _, kind := range []string{Open, Changed, Closed} {
		e := event(kind, "a.example.org", kind)
		e.Title = "Ärger, " + kind
		b.Send(e)
	}
	open, body := receive(t, o.posts).parsed(t)
	want := "a.example.org: Ärger, open\nsince 2026-05-04 11:59 UTC\n9,000 requests where 120 are usual\n\n" +
		"- 9,000 requests a minute where 120 are usual\n\nhttps://page.example.org/sites/a?from=1&to=2\n"
	decoded, err := io.ReadAll(decoder(open, body))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, strings.TrimSuffix(strings.ReplaceAll(string(decoded), "\r\n", "\n"), "\n")+"\n"); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(open.Get("Subject"))
	if err != nil || subject != "a.example.org: Ärger, open" || strings.Contains(open.Get("Subject"), "Ä") {
		t.Errorf("the subject is %q", open.Get("Subject"))
	}
	date, err := open.Date()
	if err != nil || !date.Equal(begin) || open.Get("Auto-Submitted") != "auto-generated" || open.Get("To") != "<ops@example.org>" {
		t.Errorf("the header is %v", open)
	}
	root := open.Get("Message-Id")
	if !strings.HasSuffix(root, "@example.org>") || open.Get("References") != "" {
		t.Errorf("the first mail has the id %s and refers to %q", root, open.Get("References"))
	}
	ids := map[string]bool{root: true}
	for range 2 {
		p := receive(t, o.posts)
		if !p.login || !p.secure || p.from != "alerts@example.org" || p.to != "ops@example.org" {
			t.Errorf("got %+v", p)
		}
		header, _ := p.parsed(t)
		ids[header.Get("Message-Id")] = true
		if header.Get("References") != root || header.Get("In-Reply-To") != root {
			t.Errorf("it refers to %q", header.Get("References"))
		}
	}
	if len(ids) != 3 {
		t.Errorf("the ids are %v", ids)
	}
}

// No text adds a header or a recipient.
func TestNoHeaderCanBeInjected(t *testing.T) {
	o := openPostOffice(t, NoTLS)
	b := newBox(t, o.config(Mail{TLS: NoTLS})).serve()
	e := event(Open, "a.example.org\r\nBcc: x@example.org", "attack")
	e.Title, e.Case = "x\r\nBcc: y@example.org\r\n\r\nbody", "c\r\nX: y"
	b.Send(e)
	header, _ := receive(t, o.posts).parsed(t)
	if header.Get("Bcc") != "" || header.Get("X") != "" {
		t.Errorf("the header is %v", header)
	}
	for command := range len(o.commands) {
		if c := <-o.commands; c == "RCPT" && command > 1 {
			t.Error("there is a second recipient")
		}
	}
}

func TestMailByImplicitTLS(t *testing.T) {
	o := openPostOffice(t, Implicit)
	b := newBox(t, o.config(Mail{TLS: Implicit, Username: user, PasswordFile: passwordFile(t, password)})).serve()
	b.Send(event(Open, "a.example.org", "attack"))
	if p := receive(t, o.posts); !p.login || !p.secure {
		t.Errorf("got %+v", p)
	}
}

// A server that has no time is asked again, for the same mail.
func TestMailIsTriedAgain(t *testing.T) {
	o := openPostOffice(t, StartTLS)
	busy := []string{"MAIL", "RCPT", "DATA"}
	o.refusing(func(command, _ string) error {
		if len(busy) > 0 && command == busy[0] {
			busy = busy[1:]
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "come back later"}
		}
		return nil
	})
	b := newBox(t, o.config(Mail{})).serve()
	b.Send(event(Open, "a.example.org", "attack"))
	for _, wait := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		b.clock.pass(t, wait)
	}
	receive(t, o.posts)
	if note := b.heard("not delivered"); !strings.Contains(note, "the server says 451 4.3.0 come back later") || strings.Contains(note, "affected") {
		t.Errorf("got %q", note)
	}
	b.finish()
	if c := b.Stats()["mail"]; c.Sent != 1 || c.Failed != 0 || len(o.posts) != 0 {
		t.Errorf("got %+v", c)
	}
}

// One recipient whom the server does not know does not keep the mail from the others.
func TestEveryRecipientForThemselves(t *testing.T) {
	o := openPostOffice(t, StartTLS)
	o.refusing(func(command, argument string) error {
		if command == "RCPT" && argument == "gone@example.org" {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
		}
		return nil
	})
	b := newBox(t, o.config(Mail{To: []string{"gone@example.org", "ops@example.org"}})).serve()
	b.Send(event(Open, "a.example.org", "attack"))
	if p := receive(t, o.posts); p.to != "ops@example.org" {
		t.Errorf("got %+v", p)
	}
	b.heard("mail gone@example.org by " + o.address + ": a message is lost, it is not tried again: the server says 550 5.1.1 no such user; check from and to")
	b.finish()
	if c := b.Stats()["mail"]; c.Sent != 1 || c.Failed != 1 {
		t.Errorf("got %+v", c)
	}
}

func TestWhatKeepsMailFromBeingSent(t *testing.T) {
	secure, plain := openPostOffice(t, StartTLS), openPostOffice(t, NoTLS)
	wrong := passwordFile(t, "wrong horse")
	echo := openPostOffice(t, StartTLS)
	echo.refusing(func(string, string) error {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "not with correct horse"}
	})
	refused := plain.config(Mail{TLS: NoTLS})
	refused.Mail[0].Server = nobody
	untrusted := secure.config(Mail{})
	untrusted.RootCAs = nil
	noLogin := openPostOffice(t, StartTLS)
	noLogin.mechanisms = nil
	for name, c := range map[string]struct {
		config Config
		want   string
	}{
		"a wrong password":     {secure.config(Mail{Username: user, PasswordFile: wrong}), "Authentication failed; check username and password_file"},
		"no STARTTLS":          {plain.config(Mail{}), "the server offers no STARTTLS; set tls to implicit if the port is for that (465), or to none"},
		"no TLS":               {plain.config(Mail{TLS: Implicit}), "it does not speak TLS there; check scheme and port; for mail, set tls to what the port expects"},
		"nobody there":         {refused, "the connection is refused; check host and port, and whether the service runs"},
		"a strange one":        {untrusted, "its certificate is not trusted"},
		"no login":             {noLogin.config(Mail{Username: user, PasswordFile: wrong}), "the server offers no login that is known here"},
		"one that tells":       {echo.config(Mail{Username: user, PasswordFile: passwordFile(t, password)}), "554 5.7.1 not with [secret]"},
		"one that hangs there": {hangingPostOffice(t), "it does not answer in time"},
	} {
		r := newBox(t, c.config).Test(t.Context(), event(Test, "a.example.org", "attack"))
		if len(r) != 1 || r[0].Err == nil || !strings.Contains(r[0].Err.Error(), c.want) || strings.Contains(r[0].Err.Error(), " horse") {
			t.Errorf("%s: got %+v, want %q", name, r, c.want)
		}
	}
}

// hangingPostOffice takes connections and says nothing.
func hangingPostOffice(t *testing.T) Config {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return Config{Timeout: 50 * time.Millisecond, Mail: []Mail{{Server: l.Addr().String(), From: "a@example.org", To: []string{"ops@example.org"}, TLS: NoTLS}}}
}

// A server that hangs does not hold up the end of the program for longer than is said.
func TestEndOfHangingMail(t *testing.T) {
	c := hangingPostOffice(t)
	c.Timeout = time.Hour
	b := newBox(t, c).serve()
	b.Send(event(Open, "a.example.org", "attack"))
	b.stop()
	b.clock.pass(t, flushTime)
	receive(t, b.ended)
	if c := b.Stats()["mail"]; c.Failed != 1 {
		t.Errorf("got %+v", c)
	}
}

// A mail that the server took is delivered, however the conversation ends.
func TestBrokenGoodbye(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go rudeServer(l)
	c := Config{Mail: []Mail{{Server: l.Addr().String(), From: "a@example.org", To: []string{"ops@example.org"}, TLS: NoTLS}}}
	if r := newBox(t, c).Test(t.Context(), event(Test, "a.example.org", "attack")); r[0].Err != nil {
		t.Errorf("got %v", r[0].Err)
	}
}

// rudeServer takes one mail and hangs up.
func rudeServer(l net.Listener) {
	conn, err := l.Accept()
	if err != nil {
		return
	}
	defer conn.Close()
	buffer := make([]byte, 4096)
	for _, answer := range []string{"220 hi", "250 hi", "250 ok", "250 ok", "354 go", "250 taken"} {
		if answer == "250 taken" {
			for all := ""; !strings.Contains(all, "\r\n.\r\n"); {
				n, err := conn.Read(buffer)
				if err != nil {
					return
				}
				all += string(buffer[:n])
			}
		} else if answer != "220 hi" {
			if _, err := conn.Read(buffer); err != nil {
				return
			}
		}
		if _, err := conn.Write([]byte(answer + "\r\n")); err != nil {
			return
		}
	}
}
