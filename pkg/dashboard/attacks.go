package dashboard

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/schemas"
)

const (
	// judgedSpan is how long findings are shown; the time before as much is what is usual.
	judgedSpan = 24 * time.Hour
	// maxJudged is how many sites are followed at once. A site that was asked for least recently gives way, and is judged anew when it is asked for again.
	maxJudged = 200
)

// judged is a site that somebody looked at, as far as it is judged.
type judged struct {
	mu    sync.Mutex
	site  *findings.Site
	found []*schemas.Finding
	used  time.Time
}

// judges keeps the sites that are looked at, so that each minute is judged once.
type judges struct {
	mu    sync.Mutex
	sites map[string]*judged
}

func newJudges() *judges { return &judges{sites: map[string]*judged{}} }

// of returns a site, new or as far as it is judged.
func (j *judges) of(host string, now time.Time) *judged {
	j.mu.Lock()
	defer j.mu.Unlock()
	site := j.sites[host]
	if site == nil {
		if len(j.sites) >= maxJudged {
			delete(j.sites, j.oldest())
		}
		site = &judged{}
		j.sites[host] = site
	}
	site.used = now
	return site
}

func (j *judges) oldest() (host string) {
	for name, site := range j.sites {
		if before := j.sites[host]; before == nil || site.used.Before(before.used) || site.used.Equal(before.used) && name < host {
			host = name
		}
	}
	return host
}

// verdict is what is to be said of a site at present.
type verdict struct {
	cases []attack.Case
	to    time.Time // the end of what is judged
	end   time.Time // until when it is known that nothing else came; not before to
	known bool      // there is enough history to judge by
	found []*schemas.Finding
}

// judge judges the minutes of a site that were closed since somebody asked last.
func (s *Server) judge(ctx context.Context, who access.SiteSet, host string, now time.Time) (*verdict, error) {
	j := s.judges.of(host, now)
	j.mu.Lock()
	defer j.mu.Unlock()
	begin := now.Add(-2 * judgedSpan)
	if j.site == nil || j.site.Next().Before(begin) {
		j.site, j.found = findings.NewSite(host, begin), nil
	}
	minutes, err := findings.ReadMinutes(ctx, s.config.Reader, j.site.Next(), now)
	if err == nil {
		var found []*schemas.Finding
		found, err = j.site.Advance(ctx, s.config.Reader, who, minutes, now)
		j.found = append(j.found, found...)
	}
	if err != nil {
		j.site = nil // it may have stopped midway
		return nil, fmt.Errorf("judging the minutes of a site: %w", err)
	}
	j.found = slices.DeleteFunc(j.found, func(f *schemas.Finding) bool { return f.Minute.AsTime().Before(now.Add(-judgedSpan)) })
	return &verdict{cases: attack.Cases(j.found), to: j.site.Next(), end: j.site.Next(), known: j.site.Known(), found: slices.Clone(j.found)}, nil
}

// caseView is a case as the page shows it.
type caseView struct {
	Title, When string
	Grave       bool
	Reasons     []string
	Against     []string // what speaks against an attack
}

// until says that no other request came before a time.
func (v *verdict) until(known time.Time) {
	if known.After(v.end) {
		v.end = known
	}
}

// open is the case that goes on, if any.
func (v *verdict) open() *caseView {
	if len(v.cases) == 0 || !v.cases[len(v.cases)-1].OpenAt(v.end) {
		return nil
	}
	view := viewOf(&v.cases[len(v.cases)-1], true)
	return &view
}

// past are the cases that are over, the latest first.
func (v *verdict) past() (views []caseView) {
	for i := len(v.cases) - 1; i >= 0; i-- {
		if c := &v.cases[i]; !c.OpenAt(v.end) {
			views = append(views, viewOf(c, false))
		}
	}
	return views
}

func viewOf(c *attack.Case, open bool) caseView {
	view := caseView{Title: caseTitle(c.Worst, open), Grave: c.Worst.Verdict >= schemas.Verdict_VERDICT_SUSPECTED}
	minutes := int64(c.To.Sub(c.From) / time.Minute)
	view.When = fmt.Sprintf("From %s to %s UTC", c.From.UTC().Format("2 January 15:04"), c.To.UTC().Format("15:04"))
	if open {
		view.When = fmt.Sprintf("Since %s UTC, for %s", c.From.UTC().Format("15:04"), reportwriter.Plural(max(minutes, 1), "minute"))
	}
	view.When += fmt.Sprintf(": %s requests, where %s are usual.", reportwriter.Count(c.Requests), reportwriter.Count(int64(c.Normal)))
	for _, e := range c.Worst.Evidence {
		words := strings.ToUpper(e.Words[:1]) + e.Words[1:] + "."
		if e.Points < 0 {
			view.Against = append(view.Against, words)
		} else {
			view.Reasons = append(view.Reasons, words)
		}
	}
	return view
}

// kindTitles are for what is no attack, or may be one.
var kindTitles = map[string]string{
	"flash_crowd": "Many readers at once", "origin_trouble": "The site answers with errors", "traffic_stopped": "No traffic arrives",
	"error_storm": "Unusual requests, or many that fail",
}

func caseTitle(f *schemas.Finding, open bool) string {
	switch {
	case f.Verdict == schemas.Verdict_VERDICT_ATTACK && open:
		return "This site is under attack"
	case f.Verdict == schemas.Verdict_VERDICT_ATTACK:
		return "Attack"
	case f.Verdict == schemas.Verdict_VERDICT_SUSPECTED:
		return "This looks like an attack"
	}
	return cmp.Or(kindTitles[f.Kind], "More traffic than usual")
}

// findingsJSON is the answer about what is off on a site.
type findingsJSON struct {
	Host     string            `json:"host"`
	JudgedTo time.Time         `json:"judged_to"`
	Known    bool              `json:"known"`
	Findings []json.RawMessage `json:"findings"`
}

func (s *Server) apiFindings(w http.ResponseWriter, r *request) error {
	host, _, err := s.asked(r)
	if err != nil {
		return err
	}
	v, err := s.judge(r.Context(), r.who, host, r.now)
	if err != nil {
		return err
	}
	answer := findingsJSON{Host: host, JudgedTo: v.to, Known: v.known, Findings: []json.RawMessage{}}
	for _, f := range v.found {
		text, err := findings.JSON(f)
		if err != nil {
			return fmt.Errorf("writing a finding: %w", err)
		}
		answer.Findings = append(answer.Findings, text)
	}
	return writeJSON(w, answer)
}
