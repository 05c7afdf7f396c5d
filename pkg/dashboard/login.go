package dashboard

import (
	"net/http"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/access"
)

// loginView is the page on which somebody shows a token.
type loginView struct {
	Next     string
	Mistake  string
	Insecure bool // the browser will not keep the session, as the page came without encryption
}

func (s *Server) loginPage(w http.ResponseWriter, r *request) error {
	s.showLogin(w, r, http.StatusOK, "")
	return nil
}

func (s *Server) showLogin(w http.ResponseWriter, r *request, status int, mistake string) {
	view := loginView{Next: localPath(r.FormValue("next")), Mistake: mistake, Insecure: !secureTransport(r.Request) && !isLocalName(r.Host)}
	s.page(w, status, "login", &frame{Title: "Sign in", Body: view})
}

const maxForm = 8 << 10

func (s *Server) login(w http.ResponseWriter, r *request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return badRequest("The form could not be read.")
	}
	token := strings.TrimSpace(r.PostFormValue("token"))
	if token == "" {
		s.showLogin(w, r, http.StatusUnprocessableEntity, "Enter the token that you were given.")
		return nil
	}
	if _, err := s.config.Access.Sites(access.Facts{Bearer: token}); err != nil {
		p := problemOf(err)
		if p.Status >= http.StatusInternalServerError {
			return err
		}
		s.showLogin(w, r, http.StatusForbidden, p.Detail)
		return nil
	}
	setSession(w, token, sessionAge)
	next := localPath(r.PostFormValue("next"))
	http.Redirect(w, r.Request, next, http.StatusSeeOther) //nolint:gosec // G710: localPath lets through paths of this server only
	return nil
}

func (s *Server) logout(w http.ResponseWriter, r *request) error {
	setSession(w, "", -1)
	http.Redirect(w, r.Request, "/login", http.StatusSeeOther)
	return nil
}

// sessionAge is how long a browser keeps a session, in seconds: 30 days. The token's own expiry and its revoking end it earlier.
const sessionAge = 30 * 24 * 60 * 60

func setSession(w http.ResponseWriter, token string, age int) {
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Value: token, Path: "/", MaxAge: age, Secure: true, HttpOnly: true,
		SameSite: http.SameSiteStrictMode})
}

// localPath lets a sign-in lead to a page of this server only.
func localPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") || strings.HasPrefix(next, "/login") {
		return "/"
	}
	return next
}

func isLocalName(host string) bool { return allowedHosts(nil)[hostOnly(host)] }
