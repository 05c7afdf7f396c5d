package dashboard

import (
	"fmt"
	"net/http"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// feedbackFor is how long a word on a case stands.
const feedbackFor = 30 * day

var errNoFeedback = &problem{http.StatusNotImplemented, "Not here", "This page takes no word on cases: it was started without a store to write to."}

// feedbackView is what the page of a case says of people's word on it, and whether the reader has one.
type feedbackView struct {
	Said   string // empty where nothing stands
	Until  string
	May    bool
	Action string
	Grave  bool // there is something to say: nothing that is no attack needs it
}

func (s *Server) feedbackOf(r *request, c *siteCase) *feedbackView {
	_, err := s.mayJudge(r, c.Host)
	view := &feedbackView{May: s.config.Feedback != nil && err == nil, Action: c.path() + "/feedback", Grave: c.grave()}
	if c.said != nil {
		view.Said, view.Until = saidWords(c.said), c.said.Expires.UTC().Format("2 January 2006")
	}
	return view
}

// mayJudge returns who it is that says something of the cases of a site, or why the request may not.
func (s *Server) mayJudge(r *request, host string) (by string, err error) {
	sites, by, err := s.config.Access.Judge(FactsOf(r.Request))
	if err == nil && !sites.Has(host) {
		err = access.ErrMayNotJudge
	}
	return by, err
}

// say keeps a word on a case: that it is no attack, or that this is taken back.
func (s *Server) say(r *request, undone bool) (*siteCase, error) {
	c, _, err := s.caseAsked(r)
	if err != nil {
		return nil, err
	}
	by, err := s.mayJudge(r, c.Host)
	if err != nil {
		return nil, err
	}
	if s.config.Feedback == nil {
		return nil, errNoFeedback
	}
	if undone && c.said == nil {
		return c, nil // nothing was said of it; what was said of others stands
	}
	now := r.now.Truncate(time.Second)
	word := reportstore.Feedback{Host: c.Host, Started: c.start, At: now, Expires: now.Add(feedbackFor), By: by, Undone: undone,
		Kinds: c.kinds()}
	if undone {
		word.Started, word.Kinds = c.said.Started, c.said.Kinds // what is taken back
	}
	if err := s.config.Feedback.PutFeedback(r.Context(), word); err != nil {
		return nil, fmt.Errorf("keeping what somebody said of a case: %w", err)
	}
	c.said = standing(&word, r.now)
	s.events.send(r.now) // other pages show the case, too
	return c, nil
}

// saidOnPage takes the buttons of a case's page and leads back to it.
func (s *Server) saidOnPage(undone bool) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		c, err := s.say(r, undone)
		if err != nil {
			return err
		}
		http.Redirect(w, r.Request, c.path(), http.StatusSeeOther) //nolint:gosec // G710: it begins with /sites/, and the name in it is escaped
		return nil
	}
}

// feedbackJSON is what stands of people's word on a case.
type feedbackJSON struct {
	At      time.Time `json:"at"`
	Expires time.Time `json:"expires"`
}

type wordJSON struct {
	Host     string        `json:"host"`
	Start    time.Time     `json:"start"`
	NoAttack *feedbackJSON `json:"no_attack"`
}

func feedbackAnswer(f *reportstore.Feedback) *feedbackJSON {
	if f == nil {
		return nil
	}
	return &feedbackJSON{f.At.UTC(), f.Expires.UTC()}
}

func (s *Server) apiSay(undone bool) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		c, err := s.say(r, undone)
		if err != nil {
			return err
		}
		return writeJSON(w, wordJSON{c.Host, c.start.UTC(), feedbackAnswer(c.said)})
	}
}
