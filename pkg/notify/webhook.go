package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SignatureHeader holds "sha256=" and the HMAC-SHA256 of the body in hexadecimal, under the key in Webhook.SecretFile.
const SignatureHeader = "X-Floodgauge-Signature"

// webhook is the way by HTTP.
type webhook struct {
	address Secret
	format  string
	key     Secret // empty: not signed
	client  *http.Client
	now     func() time.Time
}

func newWebhook(w *Webhook, c *Config) (*webhook, error) {
	hook := &webhook{address: w.URL, format: w.Format, now: c.Now}
	if err := CheckURL(string(w.URL)); err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	if hook.format == "" {
		hook.format = Generic
	}
	if !slices.Contains(Formats, hook.format) {
		return nil, fmt.Errorf("format is one of %s", strings.Join(Formats, ", "))
	}
	if w.SecretFile != "" {
		var err error
		if hook.key, err = readSecret(w.SecretFile); err != nil {
			return nil, fmt.Errorf("secret_file: %w", err)
		}
	}
	carrier := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 1,
		TLSClientConfig: &tls.Config{RootCAs: c.RootCAs, MinVersion: tls.VersionTLS12}}
	hook.client = &http.Client{Transport: carrier, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return hook, nil
}

// send posts a message once.
func (w *webhook) send(ctx context.Context, m *message) *failure {
	body, err := w.body(m)
	if err != nil {
		return &failure{what: "the message cannot be written as JSON", final: true}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, string(w.address), bytes.NewReader(body))
	if err != nil {
		return &failure{what: "the address cannot be used", remedy: "check url", final: true}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "floodgauge")
	r.Header.Set("Idempotency-Key", m.id)
	if w.key != "" {
		r.Header.Set(SignatureHeader, "sha256="+sign(body, w.key))
	}
	answer, err := w.client.Do(r)
	if err != nil {
		return w.unreachable(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 4<<10))
	if answer.StatusCode/100 == 2 && err == nil {
		return nil
	}
	if err != nil {
		return w.unreachable(err)
	}
	return w.refused(answer, string(text))
}

func (w *webhook) body(m *message) ([]byte, error) {
	if w.format == Slack {
		return m.slackBody()
	}
	return m.genericBody()
}

func sign(body []byte, key Secret) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// unreachable puts an error of the connection into words. The error of the HTTP client quotes the address, so only what is within is used.
func (w *webhook) unreachable(err error) *failure {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	return connection(err, w.secrets()...)
}

// secrets are the parts of the address that may be one, and the key.
func (w *webhook) secrets() []Secret {
	all := []Secret{w.address, w.key}
	if u, err := url.Parse(string(w.address)); err == nil {
		password, _ := u.User.Password()
		all = append(all, Secret(u.RequestURI()), Secret(u.RawQuery), Secret(password))
	}
	return all
}

// slackWord is what Slack answers instead of an explanation, such as "invalid_token".
var slackWord = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)

// refused puts an answer other than success into words.
func (w *webhook) refused(answer *http.Response, text string) *failure {
	status := answer.StatusCode
	f := &failure{what: fmt.Sprintf("the answer is %d %s", status, http.StatusText(status)), final: true}
	if word := strings.TrimSpace(text); len(word) <= 40 && slackWord.MatchString(word) && !strings.Contains(string(w.address), word) {
		f.what += " (" + word + ")"
	}
	switch {
	case status == http.StatusTooManyRequests, status == http.StatusRequestTimeout, status >= 500:
		f.final = false
		f.after = retryAfter(answer.Header.Get("Retry-After"), w.now())
		f.remedy = "see whether the service at the other end is well"
	case status/100 == 3:
		f.remedy = "redirects are not followed: set url to where it leads"
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusNotFound, status == http.StatusGone:
		f.remedy = "check url: it may be mistyped, or what is secret in it was revoked"
	default:
		f.remedy = "check url, and whether format is what the other end understands"
	}
	return f
}

// retryAfter is how long an answer asks to wait, in seconds or until a time; 0 where it does not say.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if t, err := http.ParseTime(header); err == nil {
		return max(t.Sub(now), 0)
	}
	return 0
}
