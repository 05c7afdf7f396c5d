package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// message is an event on its way.
type message struct {
	Event
	id     string // the same at every try, and after a restart
	held   int64  // of a Summary: how many messages were held back
	queued time.Time
}

func newMessage(e Event, now time.Time) *message {
	if e.At.IsZero() {
		e.At = now
	}
	return &message{Event: e, id: hashed(e.Kind, e.Site, e.Case, e.Verdict, e.Title, stamp(e.At)), queued: now}
}

// hashed makes an id of some texts.
func hashed(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		fmt.Fprintf(h, "%d:%s", len(t), t)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// BodyVersion is the version of Body. It grows when a field changes its meaning or goes; new fields may come at any time.
const BodyVersion = 1

// Body is the JSON that a webhook of format Generic gets. The names are stable.
type Body struct {
	Version int    `json:"version"` // BodyVersion
	ID      string `json:"id"`      // the same at every try: also in the header Idempotency-Key
	Kind    string `json:"kind"`    // open, changed, closed, summary or test; there may be more
	// Site and Case are empty in a summary.
	Site     string    `json:"site"`
	Case     string    `json:"case"`
	Verdict  string    `json:"verdict"` // suspected, attack or watch; there may be more
	Title    string    `json:"title"`
	Reasons  []string  `json:"reasons"`
	Started  time.Time `json:"started"` // RFC 3339, UTC
	At       time.Time `json:"at"`      // RFC 3339, UTC
	Requests int64     `json:"requests"`
	Normal   float64   `json:"normal"`
	Link     string    `json:"link"` // may be empty
	HeldBack int64     `json:"held_back"`
}

// genericBody is the body of format Generic.
func (m *message) genericBody() ([]byte, error) {
	return json.Marshal(Body{Version: BodyVersion, ID: m.id, Kind: m.Kind, Site: m.Site, Case: m.Case, Verdict: m.Verdict, Title: m.Title,
		Reasons: append([]string{}, m.Reasons...), Started: m.Started.UTC(), At: m.At.UTC(), Requests: m.Requests, Normal: m.Normal, Link: m.Link,
		HeldBack: m.held})
}

// slackEscaper is what Slack asks for; with it no text can mention a channel or hide a link.
var slackEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// slackBody is the body of format Slack.
func (m *message) slackBody() ([]byte, error) {
	lines := []string{"*" + slackEscaper.Replace(m.subject()) + "*"}
	for _, line := range m.facts() {
		lines = append(lines, slackEscaper.Replace(line))
	}
	for _, reason := range m.Reasons {
		lines = append(lines, "• "+slackEscaper.Replace(reason))
	}
	if m.Link != "" {
		lines = append(lines, "<"+strings.ReplaceAll(slackEscaper.Replace(m.Link), "|", "%7C")+">")
	}
	return json.Marshal(map[string]string{"text": strings.Join(lines, "\n")})
}

// subject is the message in one line.
func (m *message) subject() string {
	if m.Site == "" {
		return m.Title
	}
	return m.Site + ": " + m.Title
}

// facts are the lines above the reasons.
func (m *message) facts() (lines []string) {
	if !m.Started.IsZero() {
		line := "since " + m.Started.UTC().Format(minuteForm)
		if m.Kind == Closed {
			line = fmt.Sprintf("from %s to %s", m.Started.UTC().Format(minuteForm), m.At.UTC().Format(minuteForm))
		}
		lines = append(lines, line+" UTC")
	}
	if m.Requests > 0 {
		lines = append(lines, fmt.Sprintf("%s requests where %s are usual", humanize.Comma(m.Requests), humanize.Comma(int64(m.Normal))))
	}
	return lines
}

const minuteForm = "2006-01-02 15:04"

// plainText is the message for people who read mail.
func (m *message) plainText() string {
	var b strings.Builder
	b.WriteString(m.subject() + "\n")
	for _, line := range m.facts() {
		b.WriteString(line + "\n")
	}
	if len(m.Reasons) > 0 {
		b.WriteString("\n")
	}
	for _, reason := range m.Reasons {
		b.WriteString("- " + reason + "\n")
	}
	if m.Link != "" {
		b.WriteString("\n" + m.Link + "\n")
	}
	return b.String()
}
