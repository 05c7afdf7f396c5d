package dashboard

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/findings"
)

// findingsJSON is the answer about what is off on a site.
type findingsJSON struct {
	Host     string            `json:"host"`
	From     time.Time         `json:"from"`
	To       time.Time         `json:"to"`
	Known    bool              `json:"known"`
	Findings []json.RawMessage `json:"findings"`
}

// casesJSON is the answer about cases of one site or several.
type casesJSON struct {
	From  time.Time  `json:"from"`
	To    time.Time  `json:"to"`
	Cases []caseJSON `json:"cases"`
}

type caseJSON struct {
	Host           string          `json:"host"`
	Start          time.Time       `json:"start"`
	To             time.Time       `json:"to"`
	Open           bool            `json:"open"`
	Verdict        string          `json:"verdict"`
	Kind           string          `json:"kind"`
	Title          string          `json:"title"`
	Minutes        int             `json:"minutes"`
	Requests       int64           `json:"requests"`
	NormalRequests float64         `json:"normal_requests"`
	Page           string          `json:"page"`
	NoAttack       *feedbackJSON   `json:"no_attack"`
	RateChanged    *rateJSON       `json:"sample_rate_changed"`
	Worst          json.RawMessage `json:"worst"`
}

// readSpan finds the time that a request for findings or cases is about: the last day where none is asked for.
func readSpan(r *request) (from, to time.Time, err error) {
	q := r.URL.Query()
	if q.Get("range") == "" && q.Get("from") == "" && q.Get("to") == "" {
		q.Set("range", "24h")
	}
	p, err := readEnds(q, r.now)
	if err == nil && p.To.Sub(p.From) > maxFindingsSpan {
		err = badRequest("That is more than 7 days: choose a shorter period.")
	}
	return p.From.Truncate(time.Minute), p.To, err
}

func (s *Server) apiFindings(w http.ResponseWriter, r *request) error {
	host := strings.ToLower(r.PathValue("host"))
	if !r.who.Has(host) {
		return errNotFound
	}
	from, to, err := readSpan(r)
	if err != nil {
		return err
	}
	answer := findingsJSON{Host: host, From: from, To: to, Findings: []json.RawMessage{}}
	if answer.Known, err = s.judged(r.Context(), r.who, host, r.now); err != nil {
		return err
	}
	found, err := s.config.Reader.Findings(r.Context(), r.who, host, from, to)
	if err != nil {
		return fmt.Errorf("reading findings: %w", err)
	}
	for _, f := range found {
		text, err := findings.JSON(f)
		if err != nil {
			return fmt.Errorf("writing a finding: %w", err)
		}
		answer.Findings = append(answer.Findings, text)
	}
	return writeJSON(w, answer)
}

// apiCases answers for one site, or, without one in the address, for all that the asker may see.
func (s *Server) apiCases(w http.ResponseWriter, r *request) error {
	host := strings.ToLower(r.PathValue("host"))
	if host != "" && !r.who.Has(host) {
		return errNotFound
	}
	from, to, err := readSpan(r)
	if err != nil {
		return err
	}
	fresh, _, err := s.freshness(r.Context(), r.now)
	if err != nil {
		return err
	}
	cases, err := s.readCases(r.Context(), r.who, host, from, to, fresh, r.now)
	if err != nil {
		return err
	}
	answer := casesJSON{From: from, To: to, Cases: []caseJSON{}}
	rates := rateChanges{}
	for i := range cases {
		j, err := s.caseAnswer(r.Context(), &cases[i], rates)
		if err != nil {
			return err
		}
		answer.Cases = append(answer.Cases, j)
	}
	return writeJSON(w, answer)
}

func (s *Server) caseAnswer(ctx context.Context, c *siteCase, rates rateChanges) (caseJSON, error) {
	worst, err := findings.JSON(c.Worst)
	if err != nil {
		return caseJSON{}, fmt.Errorf("writing a finding: %w", err)
	}
	changed, err := s.rateChanged(ctx, c, rates)
	if err != nil {
		return caseJSON{}, err
	}
	verdict := strings.ToLower(strings.TrimPrefix(c.Worst.Verdict.String(), "VERDICT_"))
	return caseJSON{Host: c.Host, Start: c.start.UTC(), To: c.To.UTC(), Open: c.open, Verdict: verdict, Kind: c.Worst.Kind, Title: c.title(), Minutes: c.Findings,
		Requests: c.Requests, NormalRequests: c.Normal, Page: c.path(), NoAttack: feedbackAnswer(c.said), RateChanged: rateAnswer(changed), Worst: worst}, nil
}
