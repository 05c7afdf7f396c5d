package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// mailer is the way to one person by mail. Each message has a connection of its own: they are few, and servers end idle ones.
type mailer struct {
	Mail
	to       string
	password Secret
	roots    *x509.CertPool
}

// send hands a message to the server once.
func (w *mailer) send(ctx context.Context, m *message) *failure {
	letter, err := w.letter(m)
	if err != nil {
		return &failure{what: "the mail cannot be written", remedy: "check from and to", final: true}
	}
	line := &line{ctx: ctx, config: w.tlsConfig(), implicit: w.TLS == Implicit}
	defer line.close()
	client, err := w.client(line)
	if err != nil {
		return &failure{what: "the mail server cannot be used", remedy: "check server", final: true}
	}
	if err := client.DialAndSendWithContext(ctx, letter); err != nil && !letter.IsDelivered() { // it is also an error where goodbye fails
		if ctx.Err() != nil {
			err = ctx.Err() // rather than that the connection is closed, which line did
		}
		return w.failed(err)
	}
	return nil
}

// never is a time-out that line makes needless.
const never = time.Hour

func (w *mailer) client(l *line) (*mail.Client, error) {
	_, port, err := net.SplitHostPort(w.Server)
	if err != nil {
		return nil, err
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	options := []mail.Option{mail.WithPort(number), mail.WithTimeout(never), mail.WithTLSConfig(l.config), mail.WithDialContextFunc(l.dial),
		mail.WithoutNoop(), mail.WithTLSPolicy(mail.TLSMandatory)}
	if w.TLS == NoTLS || w.TLS == Implicit { // line encrypts itself
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	}
	if w.Username != "" {
		options = append(options, mail.WithUsername(w.Username), mail.WithPassword(string(w.password)),
			mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1, mail.SMTPAuthPlain, mail.SMTPAuthLogin))
	}
	return mail.NewClient(w.host(), options...)
}

func (w *mailer) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: w.host(), RootCAs: w.roots, MinVersion: tls.VersionTLS12}
}

// line is a connection that ends with its context: the library heeds that while it dials only, and forgets connections that it cannot use.
type line struct {
	ctx      context.Context
	config   *tls.Config
	implicit bool
	conn     net.Conn
	stop     func() bool
}

func (l *line) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.conn = conn
	l.stop = context.AfterFunc(l.ctx, func() { _ = conn.Close() })
	if !l.implicit {
		return conn, nil
	}
	secure := tls.Client(conn, l.config)
	return secure, secure.HandshakeContext(ctx)
}

func (l *line) close() {
	if l.conn != nil {
		l.stop()
		_ = l.conn.Close()
	}
}

// letter is the message as a mail. The mails of a case refer to its first, so that they are one thread.
func (w *mailer) letter(m *message) (*mail.Msg, error) {
	letter := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := letter.From(w.From); err != nil {
		return nil, err
	}
	if err := letter.To(w.to); err != nil {
		return nil, err
	}
	from, err := netmail.ParseAddress(w.From)
	if err != nil {
		return nil, err
	}
	root, own := "case."+hashed(m.Site, m.Case)+"@"+domainOf(from), m.id+"@"+domainOf(from)
	switch {
	case m.Case == "":
	case m.Kind == Open:
		own = root
	default:
		letter.SetGenHeader(mail.HeaderInReplyTo, "<"+root+">")
		letter.SetGenHeader(mail.HeaderReferences, "<"+root+">")
	}
	letter.SetMessageIDWithValue(own)
	letter.SetDateWithValue(m.At)
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody is to answer that they are on holiday
	letter.Subject(m.subject())
	letter.SetBodyString(mail.TypeTextPlain, m.plainText())
	return letter, nil
}

// failed puts an error of the mail library into words.
func (w *mailer) failed(err error) *failure {
	code := replyCode(err)
	if code == 0 {
		return w.withoutReply(err)
	}
	f := &failure{what: fmt.Sprintf("the server says %s", w.reply(err)), final: code >= 500}
	switch code {
	case 530, 534, 535, 538:
		f.remedy = "check username and password_file"
	case 550, 551, 553, 501:
		f.remedy = "check from and to, and whether the server takes mail from this machine"
	case 554:
		f.remedy = "check whether the server takes mail from this machine"
	}
	return f
}

// withoutReply is about errors that come from this side.
func (w *mailer) withoutReply(err error) *failure {
	switch text := err.Error(); {
	case strings.Contains(text, "does not support STARTTLS"):
		return &failure{what: "the server offers no STARTTLS", remedy: "set tls to implicit if the port is for that (465), or to none"}
	case strings.Contains(text, "does not support SMTP AUTH"), errors.Is(err, mail.ErrNoSupportedAuthDiscovered):
		return &failure{what: "the server offers no login that is known here", remedy: "leave out username and password_file if it needs none"}
	}
	return connection(err, w.secrets()...)
}

// secrets are the forms in which a server could send the password back.
func (w *mailer) secrets() []Secret {
	plain := "\x00" + w.Username + "\x00" + string(w.password)
	return []Secret{w.password, Secret(base64.StdEncoding.EncodeToString([]byte(w.password))), Secret(base64.StdEncoding.EncodeToString([]byte(plain)))}
}

// replyCode is the code of a server's answer; 0 where there was none.
func replyCode(err error) int {
	var reply *textproto.Error
	var send *mail.SendError
	switch {
	case errors.As(err, &reply):
		return reply.Code
	case errors.As(err, &send):
		return send.ErrorCode()
	}
	return 0
}

// reply is a server's answer, without what the library adds to it.
func (w *mailer) reply(err error) string {
	code := strconv.Itoa(replyCode(err))
	_, text, found := strings.Cut(err.Error(), code+" ")
	var reply *textproto.Error
	if errors.As(err, &reply) {
		text = reply.Msg
	} else if found {
		text, _, _ = strings.Cut(text, ", affected ")
		if plain, err := strconv.Unquote(text); err == nil {
			text = plain
		}
	}
	return code + " " + hide(strings.Join(strings.Fields(text), " "), w.secrets()...)
}
