package dashboard

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/access"
)

const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
	"form-action 'self'; frame-ancestors 'none'"

// secure sets the headers that every answer has, and refuses requests under a name that is not the page's: a foreign site whose name was made to
// point to this machine could otherwise read it through the visitor's browser.
func (s *Server) secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if secureTransport(r) {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		switch site := r.Header.Get("Sec-Fetch-Site"); {
		case !s.hosts[hostOnly(r.Host)] && !probe(r):
			s.fail(w, r, errHost)
		case site == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate":
			s.fail(w, r, errOtherSite)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// probe tells whether a request asks only whether the program is well: orchestrators ask by whatever address they know, and learn no data.
func probe(r *http.Request) bool { return r.URL.Path == "/healthz" || r.URL.Path == "/readyz" }

func allowedHosts(further []string) map[string]bool {
	allowed := map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true}
	for _, host := range further {
		allowed[hostOnly(host)] = true
	}
	return allowed
}

// hostOnly is a Host header's name, in lower case and without port, brackets and final dot.
func hostOnly(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// secureTransport tells whether the visitor came by HTTPS, here or at a proxy before.
func secureTransport(r *http.Request) bool {
	return r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// forwardingHeaders are what proxies and content delivery networks add; so are all that begin with one of forwardingPrefixes or name a client's address.
var forwardingHeaders = []string{"Forwarded", "Via", "X-Real-Ip", "Cdn-Loop", "X-Envoy-External-Address", "X-Original-Forwarded-For", "X-Original-Url",
	"X-Proxyuser-Ip", "X-Appengine-User-Ip", "X-Cloud-Trace-Context", "X-Amzn-Trace-Id", "X-Sucuri-Clientip"}

var forwardingPrefixes = []string{"X-Forwarded-", "Cf-", "Fly-", "X-Amz-Cf-", "X-Azure-", "X-Arr-", "X-Vercel-", "X-Nf-"}

// forwarded tells whether a proxy passed the request on. HTTP/1.0 is a sign of it as well: nginx speaks it to what is behind it, unless told
// otherwise, while no browser does.
func forwarded(r *http.Request) bool {
	if !r.ProtoAtLeast(1, 1) {
		return true
	}
	for _, name := range forwardingHeaders {
		if _, there := r.Header[name]; there {
			return true
		}
	}
	for name := range r.Header {
		if strings.HasSuffix(name, "Client-Ip") || slices.ContainsFunc(forwardingPrefixes, func(p string) bool { return strings.HasPrefix(name, p) }) {
			return true
		}
	}
	return false
}

// sessionCookie holds the token that somebody signed in with. Browsers keep a cookie of such a name only when it comes by HTTPS, from this host
// alone.
const sessionCookie = "__Host-floodgauge"

// FactsOf are the facts of a request that decide about what it may see.
func FactsOf(r *http.Request) access.Facts {
	facts := access.Facts{Forwarded: forwarded(r)}
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		facts.Peer = peer.Addr()
	}
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		facts.Bearer = strings.TrimSpace(token)
	}
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		facts.Session = cookie.Value
	}
	return facts
}
