package dashboard

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportwriter"
)

// pageNames are the pages; each is a template of its own in the layout's frame.
var pageNames = []string{"sites", "site", "case", "status", "login", "error"}

// frame is what every page has.
type frame struct {
	Title   string
	Problem *problem
	Fresh   *freshness // nil on pages without data
	Now     time.Time
	// Live is the address of the part of the page that is asked for again when something was committed; empty where nothing moves.
	Live    string
	Session bool // somebody signed in, who can sign out
	Body    any
}

func (s *Server) loadPages() (map[string]*template.Template, error) {
	funcs := template.FuncMap{
		"asset": s.assets.url, "count": reportwriter.Count, "bytes": reportwriter.Bytes,
		"count64":    func(n int) string { return reportwriter.Count(int64(n)) },
		"sitesWords": func(n int) string { return reportwriter.Plural(int64(n), "site") },
	}
	pages := map[string]*template.Template{}
	for _, name := range pageNames {
		t, err := template.New("layout.html").Funcs(funcs).ParseFS(embedded, "templates/layout.html", "templates/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("reading the page %s: %w", name, err)
		}
		pages[name] = t
	}
	return pages, nil
}

// page answers with a page, or, where the page's own script asks for it, with the part that moves. A page that cannot be drawn is an error, not half
// a page.
func (s *Server) page(w http.ResponseWriter, status int, name string, f *frame) {
	s.draw(w, status, name, "layout.html", f)
}

func (s *Server) draw(w http.ResponseWriter, status int, name, part string, f *frame) {
	var out bytes.Buffer
	if err := s.pages[name].ExecuteTemplate(&out, part, f); err != nil {
		s.config.Log.Error("a page could not be drawn", "page", name, "error", err)
		http.Error(w, "Something failed inside. The log of floodgauge says what.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes()) // the client went away
}

// show answers a request for a page with data.
func (s *Server) show(w http.ResponseWriter, r *request, name string, f *frame) {
	f.Now = r.now
	if _, err := r.Cookie(sessionCookie); err == nil {
		f.Session = true
	}
	live := url.Values{}
	for key, values := range r.URL.Query() {
		live[key] = values
	}
	live.Set("part", "live")
	f.Live = r.URL.EscapedPath() + "?" + live.Encode()
	if r.URL.Query().Get("part") == "live" {
		s.draw(w, http.StatusOK, name, "part", f)
		return
	}
	s.page(w, http.StatusOK, name, f)
}

func sitePath(host string) string { return "/sites/" + url.PathEscape(host) }

// moment writes a time as people read it: the day only where it is another one.
func moment(t, now time.Time) string {
	switch t = t.UTC(); {
	case t.IsZero():
		return "never"
	case t.Format(time.DateOnly) == now.UTC().Format(time.DateOnly):
		return t.Format("15:04:05")
	case now.Sub(t) < 300*24*time.Hour:
		return t.Format("2 Jan 15:04")
	}
	return t.Format("2 Jan 2006")
}

// span writes a length of time in one unit, or two where the first is small: "12 s", "3 min", "2 h 5 min", "4 days".
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		if minutes := int(d.Minutes()) % 60; minutes > 0 && d < 10*time.Hour {
			return fmt.Sprintf("%d h %d min", int(d.Hours()), minutes)
		}
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours())/24)
}
