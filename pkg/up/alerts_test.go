package up

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/config"
	"github.com/floodgauge/floodgauge/pkg/dashboard"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/notify"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
	"github.com/floodgauge/floodgauge/schemas"
)

// The link of an alert leads to the page of its case, under the name of the configuration; without an address there is none.
func TestAlertsLinkToTheCase(t *testing.T) {
	for _, address := range []string{"https://logs.example.org", ""} {
		links := make(chan string, 10)
		hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			var body notify.Body
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
				t.Error(err)
			}
			links <- body.Link
		}))
		defer hook.Close()
		c := config.Default()
		c.Page, c.Alerts = address, notify.Config{Webhooks: []notify.Webhook{{URL: notify.Secret(hook.URL)}}}
		s := &station{o: Options{Config: c, Say: t.Logf}, changes: findings.NewChanges(nil, time.Time{}), titles: map[string]string{}}
		var err error
		if s.store, err = sqlite.Open(t.TempDir(), time.Now); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.store.Close() }()
		if s.notifier, err = notify.New(c.Alerts, t.Logf); err != nil {
			t.Fatal(err)
		}
		minute := time.Now().UTC().Truncate(time.Minute).Add(-2 * time.Minute)
		commit := &reportstore.Commit{Findings: []*schemas.Finding{{Host: "www.example.org", Minute: timestamppb.New(minute), Started: timestamppb.New(minute),
			Verdict: schemas.Verdict_VERDICT_ATTACK, Kind: "volumetric", Points: 9, Requests: 900}}}
		if err := s.store.Commit(t.Context(), commit); err != nil {
			t.Fatal(err)
		}
		s.judged = minute.Add(time.Minute)
		s.tellCases(commit)
		ctx, stop := context.WithCancel(t.Context())
		stop() // what waits is sent at the end
		s.notifier.Serve(ctx)
		link := <-links
		if address == "" {
			if link != "" {
				t.Errorf("without an address the link is %q", link)
			}
			continue
		}
		if !strings.HasPrefix(link, address+"/sites/www.example.org/cases/") {
			t.Fatalf("the link is %q", link)
		}
		opensTheCase(t, s, link)
	}
}

func opensTheCase(t *testing.T, s *station, link string) {
	t.Helper()
	tokens, err := access.OpenTokens(t.TempDir() + "/tokens.json")
	if err != nil {
		t.Fatal(err)
	}
	s.tokens = tokens
	c := s.pageConfig()
	c.Live = func() dashboard.Live { return dashboard.Live{Since: time.Now()} }
	page, err := dashboard.New(c)
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", u.RequestURI(), nil)
	r.Host, r.RemoteAddr = u.Host, "127.0.0.1:50000"
	w := httptest.NewRecorder()
	page.ServeHTTP(w, r)
	if body := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(body, "under attack</h1>") || !strings.Contains(body, "www.example.org") {
		t.Errorf("%s answers %d: %.300s", link, w.Code, body)
	}
}
