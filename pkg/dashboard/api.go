package dashboard

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/schemas"
)

func (s *Server) apiDescription(w http.ResponseWriter, _ *request) error {
	data, err := embedded.ReadFile("static/openapi.json")
	if err != nil {
		return fmt.Errorf("reading what is embedded: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(data) // the client went away
	return nil
}

func writeJSON(w http.ResponseWriter, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(data, '\n')) // the client went away
	return nil
}

func (s *Server) apiSites(w http.ResponseWriter, r *request) error {
	list, err := s.listSites(r)
	if err != nil {
		return err
	}
	return writeJSON(w, sitesAnswer(list))
}

func (s *Server) apiSeries(w http.ResponseWriter, r *request) error {
	host, p, err := s.asked(r)
	if err != nil {
		return err
	}
	points, err := s.config.Reader.Series(r.Context(), r.who, host, p.Level, p.From, p.To)
	if err != nil {
		return fmt.Errorf("reading a series: %w", err)
	}
	fresh, _, err := s.freshness(r.Context(), r.now)
	if err != nil {
		return err
	}
	return writeJSON(w, seriesAnswer(host, p, points, fresh, r.now))
}

func (s *Server) apiTotal(w http.ResponseWriter, r *request) error {
	host, p, err := s.asked(r)
	if err != nil {
		return err
	}
	row, err := s.config.Reader.Total(r.Context(), r.who, host, p.From, p.To)
	if err != nil {
		return fmt.Errorf("reading a total: %w", err)
	}
	answer := totalJSON{Host: host, From: p.From, To: p.To, Row: json.RawMessage("null")}
	if row != nil {
		if answer.Row, err = rowJSON(row); err != nil {
			return err
		}
	}
	return writeJSON(w, answer)
}

// apiRows streams the rows themselves. Where reading fails midway the connection is cut, so that nobody takes a part for the whole.
func (s *Server) apiRows(w http.ResponseWriter, r *request) error {
	host, p, err := s.asked(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	started := false
	err = s.config.Reader.Rows(r.Context(), r.who, host, p.Level, p.From, p.To, func(row reportstore.Row) error {
		data, err := rowJSON(row.Report)
		if err != nil {
			return err
		}
		started = true
		_, err = fmt.Fprintf(w, "{\"kind\":%q,%s\n", kindNames[row.Kind], data[1:])
		return err
	})
	if err != nil && started {
		s.config.Log.Error("rows ended midway", "error", err)
		panic(http.ErrAbortHandler) // net/http cuts the connection
	}
	if err != nil {
		return fmt.Errorf("reading rows: %w", err)
	}
	return nil
}

var kindNames = map[reportstore.RowKind]string{reportstore.Provisional: "provisional", reportstore.Closed: "closed", reportstore.Late: "late"}

func rowJSON(row *schemas.TrafficReport) (json.RawMessage, error) {
	var out strings.Builder
	if err := reportwriter.WriteJSON(&out, slices.Values([]*schemas.TrafficReport{row})); err != nil {
		return nil, fmt.Errorf("writing a row: %w", err)
	}
	return json.RawMessage(strings.TrimSuffix(out.String(), "\n")), nil
}

func (s *Server) apiStatus(w http.ResponseWriter, r *request) error {
	fresh, status, err := s.freshness(r.Context(), r.now)
	if err != nil {
		return err
	}
	answer := statusJSON{State: fresh.State, DataTo: optionalTime(fresh.DataTo), KnownTo: optionalTime(fresh.KnownTo), LagSeconds: fresh.Lag.Seconds(),
		Now: r.now}
	if r.who.All() {
		answer.Operator = operatorAnswer(status, s.config.Live())
	}
	return writeJSON(w, answer)
}

// asked reads which site and period a request is about. A site that the asker may not see is not told from one that does not exist.
func (s *Server) asked(r *request) (string, period, error) {
	host := strings.ToLower(r.PathValue("host"))
	if !r.who.Has(host) {
		return "", period{}, errNotFound
	}
	p, err := readPeriod(r.URL.Query(), r.now, s.config.Keep)
	return host, p, err
}

func (s *Server) freshness(ctx context.Context, now time.Time) (freshness, *reportstore.Status, error) {
	status, err := s.config.Reader.Status(ctx)
	if err != nil {
		return freshness{}, nil, fmt.Errorf("reading the store's status: %w", err)
	}
	return judge(status, s.config.Live(), now), status, nil
}

const pageOfSites = 50

// siteList is a page of sites as it was asked for.
type siteList struct {
	period
	Search string
	Offset int
	Limit  int
	Total  int
	Sites  []reportstore.Site
}

func (s *Server) listSites(r *request) (*siteList, error) {
	q := r.URL.Query()
	p, err := readPeriod(q, r.now, s.config.Keep)
	if err != nil {
		return nil, err
	}
	list := &siteList{period: p, Search: strings.ToLower(strings.TrimSpace(q.Get("search"))), Limit: pageOfSites}
	if len(list.Search) > 253 {
		return nil, badRequest("No name of a site is that long.")
	}
	if list.Offset, err = readNumber(q, "offset", 0, 1_000_000); err != nil {
		return nil, err
	}
	if list.Limit, err = readNumber(q, "limit", pageOfSites, 500); err != nil {
		return nil, err
	}
	list.Sites, list.Total, err = s.config.Reader.Sites(r.Context(), r.who, reportstore.SitesQuery{
		From: p.From, To: p.To, Level: p.Level, Offset: list.Offset, Limit: list.Limit, Search: list.Search,
	})
	if err != nil {
		return nil, fmt.Errorf("reading the sites: %w", err)
	}
	// The store has asked already; a page that names a site asks again.
	list.Sites = slices.DeleteFunc(list.Sites, func(site reportstore.Site) bool { return !r.who.Has(site.Host) })
	return list, nil
}

func readNumber(q url.Values, name string, fallback, most int) (int, error) {
	text := q.Get(name)
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > most {
		return 0, badRequest(fmt.Sprintf("%s is a number from 0 to %d.", name, most))
	}
	return n, nil
}
