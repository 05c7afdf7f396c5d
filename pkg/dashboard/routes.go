package dashboard

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"github.com/floodgauge/floodgauge/pkg/access"
)

// need is what a route asks of a request. The zero value lets nobody in.
type need int

const (
	nobody  need = iota
	viewer       // who may see some site
	anybody      // holds no data; how often it is asked is limited for all together
	free         // holds no data and costs nothing
)

// route is one way in.
type route struct {
	pattern string
	need    need
	handle  func(http.ResponseWriter, *request) error
}

// request is a request of which is known who sent it.
type request struct {
	*http.Request
	who access.SiteSet
	now time.Time
}

// routes are all ways in; there is no other.
func (s *Server) routes() []route {
	return []route{
		{"GET /{$}", viewer, s.sitesPage},
		{"GET /sites/{host}", viewer, s.sitePage},
		{"GET /sites/{host}/cases/{start}", viewer, s.casePage},
		{"POST /sites/{host}/cases/{start}/feedback", viewer, s.saidOnPage(false)},
		{"POST /sites/{host}/cases/{start}/feedback/undo", viewer, s.saidOnPage(true)},
		{"GET /status", viewer, s.statusPage},
		{"GET /events", viewer, s.eventStream},
		{"GET /api/v1/sites", viewer, s.apiSites},
		{"GET /api/v1/sites/{host}/series", viewer, s.apiSeries},
		{"GET /api/v1/sites/{host}/series.csv", viewer, s.apiSeriesCSV},
		{"GET /api/v1/sites/{host}/total", viewer, s.apiTotal},
		{"GET /api/v1/sites/{host}/rows", viewer, s.apiRows},
		{"GET /api/v1/sites/{host}/findings", viewer, s.apiFindings},
		{"GET /api/v1/sites/{host}/cases", viewer, s.apiCases},
		{"POST /api/v1/sites/{host}/cases/{start}/feedback", viewer, s.apiSay(false)},
		{"DELETE /api/v1/sites/{host}/cases/{start}/feedback", viewer, s.apiSay(true)},
		{"GET /api/v1/cases", viewer, s.apiCases},
		{"GET /api/v1/campaigns", viewer, s.apiCampaigns},
		{"GET /api/v1/status", viewer, s.apiStatus},
		{"GET /api/v1/openapi.json", free, s.apiDescription},
		{"GET /login", free, s.loginPage},
		{"POST /login", anybody, s.login},
		{"POST /logout", free, s.logout},
		{"GET /static/{file}", free, s.static},
		{"GET /healthz", free, s.healthz},
		{"GET /readyz", anybody, s.readyz},
		{"/", viewer, func(http.ResponseWriter, *request) error { return errNotFound }},
	}
}

// queryTime is how long a request may ask the store.
const queryTime = 10 * time.Second

// build puts the checks that concern every request around the routes.
func (s *Server) build() (http.Handler, error) {
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(512), gzhttp.ExceptContentTypes([]string{"text/event-stream"}))
	if err != nil {
		return nil, fmt.Errorf("setting up compression: %w", err)
	}
	mux := http.NewServeMux()
	for _, route := range s.routes() {
		var h http.Handler = s.serve(route)
		if route.pattern != eventsPattern {
			h = compress(h)
		}
		mux.Handle(route.pattern, h)
	}
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, errOtherSite) }))
	return s.secure(origin.Handler(mux)), nil
}

// serve turns a route into a handler: it finds out who asks, whether they may, and what to say where it fails.
func (s *Server) serve(route route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, err := s.admit(route, r)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		if route.pattern != eventsPattern {
			ctx, cancel := context.WithTimeout(r.Context(), queryTime)
			defer cancel()
			answer.Request = r.WithContext(ctx)
		}
		if err := route.handle(w, answer); err != nil {
			s.fail(w, r, err)
		}
	})
}

func (s *Server) admit(route route, r *http.Request) (*request, error) {
	answer := &request{Request: r, now: s.config.Now().UTC()}
	switch route.need {
	case free:
		return answer, nil
	case anybody:
		return answer, s.limits.allow(route.pattern)
	case nobody:
		return nil, access.ErrTokenNeeded
	}
	facts := FactsOf(r)
	who, err := s.config.Access.Sites(facts)
	if err != nil {
		if limited := s.limits.allow("strangers"); limited != nil {
			return nil, limited
		}
		return nil, err
	}
	answer.who = who
	return answer, s.limits.allow(limitKey(facts))
}
