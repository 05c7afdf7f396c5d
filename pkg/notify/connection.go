package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
)

// connection puts an error of a connection into words. All of them may pass.
func connection(err error, secrets ...Secret) *failure {
	var dns *net.DNSError
	var record tls.RecordHeaderError
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var wait net.Error
	f := &failure{}
	switch {
	case errors.As(err, &dns):
		f.what, f.remedy = "its name cannot be resolved", "check the name, and this machine's DNS"
	case errors.Is(err, syscall.ECONNREFUSED):
		f.what, f.remedy = "the connection is refused", "check host and port, and whether the service runs"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		f.what, f.remedy = "there is no way to it", "check this machine's network and firewalls"
	case errors.As(err, &certificate), errors.As(err, &authority):
		f.what = "its certificate is not trusted: " + hide(err.Error(), secrets...)
		f.remedy = "check the host's name; where its authority is your own, name that to this program by SSL_CERT_FILE"
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		f.what, f.remedy = "it does not speak TLS there", "check scheme and port; for mail, set tls to what the port expects"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &wait) && wait.Timeout():
		f.what, f.remedy = "it does not answer in time", "check host and port, and whether a firewall is in the way"
	case errors.Is(err, context.Canceled), errors.Is(err, net.ErrClosed):
		f.what = "there was no time left"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		f.what, f.remedy = "it ends the connection without an answer", "check the port, and whether the service is well"
	default:
		f.what = hide(err.Error(), secrets...)
	}
	return f
}
