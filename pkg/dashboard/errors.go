package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// problem is what went wrong with a request, in words for whoever sent it. In the JSON interface it is an RFC 9457 problem.
type problem struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
}

func (p *problem) Error() string { return p.Title + ": " + p.Detail }

var (
	errNotFound  = &problem{http.StatusNotFound, "Not found", "There is no such page, or no site of this name that you may see."}
	errOtherSite = &problem{http.StatusForbidden, "Refused", "The request came from another site's page."}
	errHost      = &problem{http.StatusMisdirectedRequest, "Unknown name",
		"This server does not answer under the name in the address. Start it with --listen-name NAME, or use localhost."}
	errBusy = &problem{http.StatusTooManyRequests, "Too many requests", "Wait a second, then try again."}
)

func badRequest(detail string) error {
	return &problem{http.StatusBadRequest, "The address is not right", detail}
}

// problemOf finds the words for an error. What went wrong inside is for the operator's log alone, as it may name files.
func problemOf(err error) *problem {
	var p *problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, access.ErrTokenNeeded):
		return &problem{http.StatusUnauthorized, "Sign in", "A token is needed to see this."}
	case errors.Is(err, access.ErrExpired):
		return &problem{http.StatusUnauthorized, "Sign in", "The token has expired. Ask the operator for a new one."}
	case errors.Is(err, access.ErrNoToken):
		return &problem{http.StatusUnauthorized, "Sign in", "The token is unknown or was revoked."}
	case errors.Is(err, access.ErrWrongKind):
		return &problem{http.StatusForbidden, "Refused", "The token is for sending log lines, not for seeing sites."}
	case errors.Is(err, access.ErrMayNotJudge):
		return &problem{http.StatusForbidden, "Refused", "Your token is for seeing sites, not for saying what is an attack there. Ask the operator for one that may."}
	case errors.Is(err, context.DeadlineExceeded):
		return &problem{http.StatusGatewayTimeout, "It took too long", "Choose a shorter range, or try again when the machine is less busy."}
	}
	for _, known := range []error{reportstore.ErrFull, reportstore.ErrLocked, reportstore.ErrDamaged, reportstore.ErrNewer} {
		if errors.Is(err, known) {
			return &problem{http.StatusServiceUnavailable, "No data at the moment", "The store cannot be read: " + known.Error() + "."}
		}
	}
	return &problem{http.StatusInternalServerError, "Something failed inside", "The log of floodgauge says what."}
}

// fail answers a request that went wrong; it is the one place that does.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil { // nobody listens any more
		return
	}
	p := problemOf(err)
	var meant *problem // an answer that a route made on purpose is no defect
	if p.Status >= http.StatusInternalServerError && !errors.As(err, &meant) {
		s.config.Log.Error("a page could not be answered", "route", r.Pattern, "error", err)
	}
	h := w.Header()
	switch {
	case p.Status == http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="floodgauge"`)
	case p.Status == http.StatusTooManyRequests:
		h.Set("Retry-After", "1")
	}
	if !wantsPage(r) {
		h.Set("Content-Type", "application/problem+json")
		w.WriteHeader(p.Status)
		_ = json.NewEncoder(w).Encode(p) // the client went away
		return
	}
	if p.Status == http.StatusUnauthorized && r.Method == http.MethodGet {
		http.Redirect(w, r, "/login?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	s.page(w, p.Status, "error", &frame{Title: p.Title, Problem: p})
}

// wantsPage tells whether a person reads the answer.
func wantsPage(r *http.Request) bool {
	switch r.URL.Path {
	case "/events", "/healthz", "/readyz":
		return false
	}
	return !strings.HasPrefix(r.URL.Path, "/api/") && !strings.HasPrefix(r.URL.Path, "/static/")
}
