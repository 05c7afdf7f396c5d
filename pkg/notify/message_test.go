package notify

import (
	"bytes"
	"encoding/json"
	netmail "net/mail"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// mailHeaders are all headers of a mail.
var mailHeaders = regexp.MustCompile(`^(Auto-Submitted|Content-Transfer-Encoding|Content-Type|Date|From|In-Reply-To|Message-Id|Mime-Version|References|Subject|To)$`)

// FuzzMessage holds that no text adds a header to a mail, mentions anybody in Slack or breaks JSON, and that each can be written.
func FuzzMessage(f *testing.F) {
	f.Add("a.example.org", "c1", "This site is under attack", "9,000 requests", "https://page.example.org/", Open)
	f.Add("a\r\nBcc: x@example.org", "c\r\n\r\n", "=?utf-8?q?x?=\r\nX: y", ".\r\n", "https://a/|<>&\"", Changed)
	f.Add("<!channel>", "<@U1>", strings.Repeat("ä", 1000), "\xff\u2028", "javascript:1", "")
	w := &mailer{Mail: Mail{From: "Flood <a@example.org>"}, to: "ops@example.org"}
	f.Fuzz(func(t *testing.T, site, id, title, reason, link, kind string) {
		m := newMessage(cleaned(Event{Kind: kind, Site: site, Case: id, Title: title, Reasons: []string{reason}, Link: link, At: begin}), begin)
		letter, err := w.letter(m)
		if err != nil {
			t.Fatal(err)
		}
		var raw bytes.Buffer
		if _, err := letter.WriteTo(&raw); err != nil {
			t.Fatal(err)
		}
		parsed, err := netmail.ReadMessage(&raw)
		if err != nil {
			t.Fatalf("the mail cannot be read: %v", err)
		}
		for name, values := range parsed.Header {
			if !mailHeaders.MatchString(name) || len(values) != 1 {
				t.Errorf("there is a header %s: %q", name, values)
			}
		}
		if to := parsed.Header.Get("To"); to != "<ops@example.org>" {
			t.Errorf("it goes to %q", to)
		}
		checkBodies(t, m)
	})
}

func checkBodies(t *testing.T, m *message) {
	t.Helper()
	generic, err := m.genericBody()
	var body Body
	if err != nil || json.Unmarshal(generic, &body) != nil || body.Title != m.Title || !utf8.Valid(generic) {
		t.Errorf("the body is %s: %v", generic, err)
	}
	slack, err := m.slackBody()
	var text struct{ Text string }
	if err != nil || json.Unmarshal(slack, &text) != nil {
		t.Fatalf("the body is %s: %v", slack, err)
	}
	if rest := strings.Replace(text.Text, "<http", "", 1); strings.Contains(rest, "<") || strings.Count(rest, ">") > 1 {
		t.Errorf("Slack would see more than text in %q", text.Text)
	}
}
