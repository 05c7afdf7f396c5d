package dashboard

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/access"
)

func TestEveryAnswerHasTheHeaders(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 1, teaTime, full)
	foreign := local("GET", "/")
	foreign.Host = "evil.example"
	p.server.Close()
	requests := []*http.Request{foreign, local("POST", "/login"), remote("GET", "/", ""), remote("GET", "/api/v1/status", "")}
	for _, target := range []string{"/", "/sites/a.example", "/nowhere", "/api/v1/sites", "/healthz", "/api/v1/sites?range=9z", "/events"} {
		requests = append(requests, local("GET", target))
	}
	for _, r := range requests {
		h := p.do(r).Header()
		for name, want := range map[string]string{"Content-Security-Policy": contentPolicy, "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
			if got := h.Get(name); got != want {
				t.Errorf("%s has %s %q", r.URL, name, got)
			}
		}
	}
}

// A name that an attacker points to this machine must not open it to the attacker's page in the visitor's browser.
func TestHostNames(t *testing.T) {
	p := newPage(t, "Stats.Example.org")
	for host, good := range map[string]bool{
		"localhost": true, "LOCALHOST:8080": true, "localhost.": true, "127.0.0.1:80": true, "[::1]:8080": true, "[::1]": true, "stats.example.org": true,
		"stats.example.org:443": true, "": false, "evil.example": false, "localhost.evil.example": false, "127.0.0.1.evil.example": false,
		"evil.example:8080": false, "127.0.0.2": false, "0.0.0.0:8080": false, "stats.example.org.evil.example": false, "localhost@evil.example": false,
	} {
		r := local("GET", "/")
		r.Host = host
		if code := p.do(r).Code; (code == http.StatusOK) != good || !good && code != http.StatusMisdirectedRequest {
			t.Errorf("the name %q is answered by %d", host, code)
		}
	}
}

func TestWhatProxiesSayIsNoticed(t *testing.T) {
	p := newPage(t)
	for _, name := range []string{"Forwarded", "Via", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "CF-Connecting-IP",
		"True-Client-IP", "Fly-Client-IP", "X-Azure-ClientIP", "X-Amz-Cf-Id", "CDN-Loop", "x-forwarded-for"} {
		r := local("GET", "/api/v1/status")
		r.Header.Set(name, "")
		if code := p.do(r).Code; code != http.StatusUnauthorized {
			t.Errorf("%s is answered by %d", name, code)
		}
	}
	old := local("GET", "/api/v1/status")
	old.Proto, old.ProtoMinor = "HTTP/1.0", 0
	if code := p.do(old).Code; code != http.StatusUnauthorized {
		t.Errorf("HTTP/1.0, as nginx speaks it, is answered by %d", code)
	}
}

func TestOtherSitesRequests(t *testing.T) {
	p := newPage(t)
	for _, c := range []struct {
		method, site, mode string
		refused            bool
	}{
		{"GET", "cross-site", "no-cors", true},
		{"GET", "cross-site", "cors", true},
		{"GET", "cross-site", "navigate", false}, // a link
		{"GET", "same-origin", "cors", false},
		{"GET", "none", "navigate", false}, // typed
		{"POST", "cross-site", "navigate", true},
		{"POST", "same-site", "navigate", true},
		{"POST", "same-origin", "navigate", false},
	} {
		r := local(c.method, map[string]string{"GET": "/", "POST": "/logout"}[c.method])
		r.Header.Set("Sec-Fetch-Site", c.site)
		r.Header.Set("Sec-Fetch-Mode", c.mode)
		if code := p.do(r).Code; (code == http.StatusForbidden) != c.refused {
			t.Errorf("%+v is answered by %d", c, code)
		}
	}
}

func signIn(p *page, token, next string) *http.Response {
	r := remote("POST", "/login", "")
	r.Body = http.NoBody
	r.PostForm = url.Values{"token": {token}, "next": {next}}
	r.Form = r.PostForm
	return p.do(r).Result()
}

func TestSignIn(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 1, teaTime, full)
	token := p.token(access.Token{Sites: []string{"a.example"}})
	answer := signIn(p, token, "/sites/a.example?range=6h")
	if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/sites/a.example?range=6h" || len(answer.Cookies()) != 1 {
		t.Fatalf("signing in answers %d and leads to %q", answer.StatusCode, answer.Header.Get("Location"))
	}
	cookie := answer.Cookies()[0]
	hidden := cookie.HttpOnly && cookie.Secure && cookie.SameSite == http.SameSiteStrictMode
	if !hidden || cookie.Path != "/" || !strings.HasPrefix(cookie.Name, "__Host-") {
		t.Errorf("the session is %s", answer.Header.Get("Set-Cookie"))
	}
	r := remote("GET", "/sites/a.example", "")
	r.AddCookie(cookie)
	if code := p.do(r).Code; code != http.StatusOK {
		t.Errorf("the site is answered by %d", code)
	}
	if wrong := signIn(p, "floodgauge_wrong", "/"); wrong.StatusCode != http.StatusForbidden || len(wrong.Cookies()) > 0 {
		t.Errorf("a wrong token is answered by %d", wrong.StatusCode)
	}
}

// Signing in must not lead somebody to a foreign page.
func TestSignInLeadsToPagesOfThisServerOnly(t *testing.T) {
	p := newPage(t)
	token := p.token(access.Token{All: true})
	for _, next := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "javascript:alert(1)", "/\t/evil.example", "/login", ""} {
		if to := signIn(p, token, next).Header.Get("Location"); to != "/" {
			t.Errorf("%q leads to %q", next, to)
		}
	}
}

func TestPlacesAfterSignInAreLocal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		next := rapid.OneOf(rapid.String(), rapid.StringMatching(`[/\\\t:@a-z.?#%]{0,12}`)).Draw(t, "next")
		to, err := url.Parse(localPath(next))
		if err != nil {
			return // browsers and http.Redirect take it for a path
		}
		if to.Scheme != "" || to.Host != "" || to.User != nil || !strings.HasPrefix(localPath(next), "/") {
			t.Errorf("%q leads to %q", next, localPath(next))
		}
	})
}

// Whatever the spelling, only a name that is on the list is answered.
func TestNamesOffTheListAreRefused(t *testing.T) {
	allowed := allowedHosts([]string{"stats.example.org"})
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-z0-9.:\[\]@%*-]{1,24}`).Draw(t, "name")
		if !allowed[hostOnly(name)] {
			return
		}
		bare := strings.Trim(strings.TrimRight(strings.SplitN(name, "]", 2)[0], "."), "[")
		if host, _, found := strings.Cut(bare, ":"); found && bare != "::1" {
			bare = host
		}
		if bare = strings.TrimSuffix(bare, "."); !allowed[bare] {
			t.Errorf("%q is answered", name)
		}
	})
}

func TestTooManyRequests(t *testing.T) {
	p := newPage(t)
	token := p.token(access.Token{All: true})
	for range requestsAtOnce {
		if code := p.do(remote("GET", "/api/v1/status", token)).Code; code != http.StatusOK {
			t.Fatalf("an early request is answered by %d", code)
		}
	}
	w := p.do(remote("GET", "/api/v1/status", token))
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
		t.Errorf("it is answered by %d", w.Code)
	}
	if code := p.do(local("GET", "/api/v1/status")).Code; code != http.StatusOK {
		t.Errorf("another asker is answered by %d", code)
	}
	p.set(teaTime.Add(time.Second))
	if code := p.do(remote("GET", "/api/v1/status", token)).Code; code != http.StatusOK {
		t.Errorf("a second later it is answered by %d", code)
	}
}

// Strangers who ask without end shut the door for strangers only.
func TestFloodOfStrangers(t *testing.T) {
	p := newPage(t)
	token := p.token(access.Token{All: true})
	for range 2 * requestsAtOnce {
		p.do(remote("GET", "/api/v1/status", ""))
		p.do(remote("GET", "/readyz", ""))
		p.do(remote("POST", "/login", ""))
	}
	others := []*http.Request{remote("GET", "/api/v1/status", token), local("GET", "/"), remote("GET", "/healthz", ""), remote("GET", "/login", "")}
	for _, r := range others {
		if code := p.do(r).Code; code != http.StatusOK {
			t.Errorf("%s is answered by %d", r.URL, code)
		}
	}
	if code := p.do(remote("GET", "/api/v1/status", "")).Code; code != http.StatusTooManyRequests {
		t.Errorf("a stranger is answered by %d", code)
	}
}
