package dashboard

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// canary stands in everything that belongs to site B, and in what only the operator may see.
const canary = "zanzibar"

func withCanary(r *schemas.TrafficReport) *schemas.TrafficReport {
	r.TopPaths[0].Path = "/" + canary
	r.TopReferrers[0].Value = canary + ".example"
	return r
}

// ended asks for a stream and takes what it says until it would wait.
func (p *page) ended(r *http.Request) *httptest.ResponseRecorder {
	if r.URL.Path == "/events" {
		p.server.Close()
	}
	return p.do(r)
}

// targets are addresses of each route: of site A and of site B where it has a site.
func targets(pattern string) []string {
	_, path, ok := strings.Cut(pattern, " ")
	if !ok {
		return []string{"/nowhere", "/api/v1/nowhere", "/sites", "/admin", "/static", "/api/v1/sites/a.example"}
	}
	path = strings.NewReplacer("{$}", "", "{file}", "none.css", "{start}", attackBegan.Format(timeForms[1])).Replace(path)
	if !strings.Contains(path, "{host}") {
		return []string{path, path + "?search=" + "example"}
	}
	return []string{strings.Replace(path, "{host}", "a.example", 1), strings.Replace(path, "{host}", canary+".example", 1)}
}

// expected says what each asker gets from a route: the code, of its own site and of another one's.
var expected = map[string]struct{ open, forwarded, owner, other int }{
	"GET /{$}":                                           {200, 303, 200, 200},
	"GET /sites/{host}":                                  {200, 303, 200, 404},
	"GET /sites/{host}/cases/{start}":                    {200, 303, 200, 404},
	"POST /sites/{host}/cases/{start}/feedback":          {303, 401, 403, 404},
	"POST /sites/{host}/cases/{start}/feedback/undo":     {303, 401, 403, 404},
	"GET /status":                                        {200, 303, 200, 200},
	"GET /events":                                        {200, 401, 200, 200},
	"GET /api/v1/sites":                                  {200, 401, 200, 200},
	"GET /api/v1/sites/{host}/series":                    {200, 401, 200, 404},
	"GET /api/v1/sites/{host}/series.csv":                {200, 401, 200, 404},
	"GET /api/v1/sites/{host}/total":                     {200, 401, 200, 404},
	"GET /api/v1/sites/{host}/rows":                      {200, 401, 200, 404},
	"GET /api/v1/sites/{host}/findings":                  {200, 401, 200, 404},
	"GET /api/v1/sites/{host}/cases":                     {200, 401, 200, 404},
	"POST /api/v1/sites/{host}/cases/{start}/feedback":   {200, 401, 403, 404},
	"DELETE /api/v1/sites/{host}/cases/{start}/feedback": {200, 401, 403, 404},
	"GET /api/v1/cases":                                  {200, 401, 200, 200},
	"GET /api/v1/campaigns":                              {200, 401, 200, 200},
	"GET /api/v1/status":                                 {200, 401, 200, 200},
	"GET /api/v1/openapi.json":                           {200, 200, 200, 200},
	"GET /login":                                         {200, 200, 200, 200},
	"POST /login":                                        {422, 422, 422, 422},
	"POST /logout":                                       {303, 303, 303, 303},
	"GET /static/{file}":                                 {404, 404, 404, 404},
	"GET /healthz":                                       {200, 200, 200, 200},
	"GET /readyz":                                        {200, 200, 200, 200},
}

// matrix is a server with two sites and everybody who may ask.
type matrix struct {
	*page
	a, b   string
	no     map[string]string // tokens that are good for nothing here
	target string
}

func newMatrix(t *testing.T) *matrix {
	t.Helper()
	p := newPage(t)
	p.store.fillMinutes("a.example", 1, teaTime, full)
	p.store.fillMinutes(canary+".example", 1, teaTime, withCanary)
	p.store.attacked("a.example", attackBegan, 6, func(*schemas.Finding) {})
	p.store.attacked(canary+".example", attackBegan, 6, func(f *schemas.Finding) { f.Evidence[0].Words, f.Standouts[0].Value = canary, canary })
	p.store.status.Sources = []reportstore.SourceState{{Source: canary + ".log", Problem: "no room on " + canary, Dead: map[string]int64{canary: 1}}}
	p.store.status.DeadLines = map[string]int64{canary: 3}
	aside := &reportstore.Extent{Source: canary, To: 5}
	p.store.letters = []reportstore.DeadLetter{{Letter: &schemas.DeadLetter{Source: canary, Reason: canary}, Extent: aside}}
	p.live.Store(&Live{Since: teaTime, Sources: []LiveSource{{Source: canary}}})
	m := &matrix{page: p}
	m.a = p.token(access.Token{Name: "a", Sites: []string{"a.example"}})
	m.b = p.token(access.Token{Name: "b", Sites: []string{canary + ".example"}})
	m.no = map[string]string{
		"an expired token": p.token(access.Token{Name: "expired", All: true, Expires: teaTime.Add(time.Second)}),
		"a revoked token":  p.token(access.Token{Name: "revoked", All: true}),
		"an ingest token":  p.token(access.Token{Name: "ingest", Kind: access.Ingest, Source: "edge", All: true}),
	}
	if err := p.tokens.Revoke("revoked"); err != nil {
		t.Fatal(err)
	}
	p.set(teaTime.Add(2 * time.Second))
	return m
}

// gets checks what somebody gets: a code of those allowed, and nothing of B's.
func (m *matrix) gets(who string, r *http.Request, allowed ...int) {
	m.t.Helper()
	w := m.ended(r)
	if !slices.Contains(allowed, w.Code) {
		m.t.Errorf("%s gets %d from %s, not %v", who, w.Code, m.target, allowed)
	}
	// What they asked for themselves comes back in the address of the sign-in.
	said := strings.NewReplacer(m.target, "", url.QueryEscape(m.target), "").Replace(fmt.Sprint(w.Header(), w.Body))
	if who != "the operator" && who != "owner B" && strings.Contains(said, canary) {
		m.t.Errorf("%s reads of B at %s", who, m.target)
	}
}

func TestRouteMatrix(t *testing.T) {
	for _, route := range newPage(t).server.routes() {
		t.Run(strings.ReplaceAll(route.pattern, "/", "∕"), func(t *testing.T) {
			m := newMatrix(t)
			method, _, ok := strings.Cut(route.pattern, " ")
			if !ok {
				method = "GET"
			}
			want, listed := expected[route.pattern]
			strangers := []int{want.forwarded}
			if !listed { // what nobody listed is shut, and does not exist for who is inside
				want.open, want.owner, want.other = 404, 404, 404
				strangers = []int{http.StatusUnauthorized, http.StatusSeeOther}
			}
			for i, target := range targets(route.pattern) {
				m.target = target
				forA, forB := want.owner, want.owner
				if listed && strings.Contains(target, canary) {
					forA = want.other
				} else if listed && i == 0 && strings.Contains(route.pattern, "{host}") {
					forB = want.other
				}
				m.gets("the operator", local(method, target), want.open)
				m.gets("a stranger", remote(method, target, ""), strangers...)
				m.gets("owner A", remote(method, target, m.a), forA)
				m.gets("owner B", remote(method, target, m.b), forB)
				for who, token := range m.no {
					if route.need == viewer {
						m.gets(who, remote(method, target, token), http.StatusUnauthorized, http.StatusSeeOther, http.StatusForbidden)
					}
				}
			}
		})
	}
}

// A route without a say lets nobody in.
func TestForgottenRouteIsShut(t *testing.T) {
	p := newPage(t)
	h := p.server.serve(route{pattern: "GET /forgotten", handle: p.server.healthz})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, local("GET", "/api/forgotten"))
	if w.Code != http.StatusUnauthorized {
		t.Errorf("it answers %d", w.Code)
	}
}

// The store's own check is one wall, the pages' the other: a store that forgot to ask must not show B's site to A by name.
func TestListAsksAgain(t *testing.T) {
	p := newPage(t)
	p.server.config.Reader = careless{p.store}
	p.store.fillMinutes("a.example", 1, teaTime, full)
	p.store.fillMinutes(canary+".example", 1, teaTime, withCanary)
	a := p.token(access.Token{Sites: []string{"a.example"}})
	for _, target := range []string{"/", "/api/v1/sites"} {
		w := p.do(remote("GET", target, a))
		if body := w.Body.String(); w.Code != 200 || !strings.Contains(body, "a.example") || strings.Contains(body, canary) {
			t.Errorf("%s answers %d and shows B's site: %v", target, w.Code, strings.Contains(body, canary))
		}
	}
}
