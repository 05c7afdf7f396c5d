package dashboard

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

// siteView is the page of one site.
type siteView struct {
	Host, Path string
	Period     period
	Ranges     []link
	Custom     bool
	From, To   string // for the fields of the form
	Series     string // address of the points
	Table      string // address of the points of the tables, where those are of a coarser level
	Download   string // address of the tables' points as CSV
	Figures    []figure
	Compared   string // what the changes are against
	Charts     []chart
	Lists      []topList
	Notes      []string
	Case       *bannerView // what goes on
	Cases      []caseRow   // what stood out in the last day
	Judged     bool        // enough is known to say so
	Marks      string      // the cases of the charts, as JSON
	Advice     []string    // what to add to the log
	Nothing    string      // why there is no data, where there is none
}

// siteData is what the store says of a site and period.
type siteData struct {
	host          string
	period        period
	table         period // of the tables
	points        []reportstore.Point
	tablePoints   []reportstore.Point
	total, before *schemas.TrafficReport
	fresh         freshness
	dead          map[string]int64 // lines of all sources that could not be read; nil where that is not for the reader of the page
	noHost        int64            // lines that count here because they name no site; 0 on the pages of sites
	overCap       int64            // lines that count here because too many names came; 0 on the pages of sites
	judged        bool             // enough is known of the site
	cases         []siteCase       // of the last day
	marked        []siteCase       // of the period
	marksFrom     time.Time        // from when on these are known, where that is not the whole period
	now           time.Time
}

func (s *Server) sitePage(w http.ResponseWriter, r *request) error {
	host, p, err := s.asked(r)
	if err != nil {
		return err
	}
	data, err := s.readSite(r, host, p)
	if err != nil {
		return err
	}
	view := data.view()
	s.show(w, r, "site", &frame{Title: host, Fresh: &data.fresh, Body: view})
	return nil
}

func (s *Server) readSite(r *request, host string, p period) (*siteData, error) {
	ctx, reader := r.Context(), s.config.Reader
	d := &siteData{host: host, period: p, table: tablePeriod(p), now: r.now}
	var err error
	var status *reportstore.Status
	if d.fresh, status, err = s.freshness(ctx, r.now); err != nil {
		return nil, err
	}
	if r.who.All() {
		d.dead = status.DeadLines
	}
	if host == vocabulary.OtherHosts {
		live := s.config.Live()
		d.noHost, d.overCap = live.NoHost, live.OverCap
	}
	read := func(p period) ([]reportstore.Point, error) {
		return reader.Series(ctx, r.who, host, p.Level, p.From, p.To)
	}
	if d.points, err = read(p); err != nil {
		return nil, fmt.Errorf("reading a series: %w", err)
	}
	d.tablePoints = d.points
	if d.table.Level != p.Level {
		if d.tablePoints, err = read(d.table); err != nil {
			return nil, fmt.Errorf("reading a series: %w", err)
		}
	}
	if err = s.readSiteCases(ctx, r, d); err != nil {
		return nil, err
	}
	return d, s.readTotals(ctx, r, d)
}

func (s *Server) readTotals(ctx context.Context, r *request, d *siteData) (err error) {
	if d.total, err = s.config.Reader.Total(ctx, r.who, d.host, d.period.From, d.period.To); err != nil {
		return fmt.Errorf("reading a total: %w", err)
	}
	before := d.period.before()
	if d.before, err = s.config.Reader.Total(ctx, r.who, d.host, before.From, before.To); err != nil {
		return fmt.Errorf("reading the total before: %w", err)
	}
	return nil
}

// maxTableRows is how many slots the tables show; more are shown by the next coarser level, which has figures of its own for each.
const maxTableRows = 400

func tablePeriod(p period) period {
	for _, level := range []string{reportstore.Hour, reportstore.Day} {
		if p.slots() <= maxTableRows {
			break
		}
		if reportstore.Span(level) > p.step() {
			step, length := reportstore.Span(level), p.To.Sub(p.From)
			p.Level, p.From, p.To = level, p.From.Truncate(step), p.To.Add(step-1).Truncate(step)
			if p.Name != "" { // as when its name is asked for by this level
				p.From = p.To.Add(-length)
			}
		}
	}
	return p
}

func (d *siteData) view() siteView {
	api := "/api/v1" + sitePath(d.host) + "/series?"
	v := siteView{Host: d.host, Path: sitePath(d.host), Period: d.period, Custom: d.period.Name == "",
		From: d.period.From.Format(timeForms[1]), To: d.period.To.Format(timeForms[1])}
	v.Series = api + d.seriesQuery(d.period)
	if d.table.Level != d.period.Level {
		v.Table = api + d.seriesQuery(d.table)
	}
	v.Download = "/api/v1" + sitePath(d.host) + "/series.csv?" + d.seriesQuery(d.table)
	for _, choice := range ranges {
		v.Ranges = append(v.Ranges, link{choice.Words, v.Path + "?range=" + choice.Name, choice.Name == d.period.Name})
	}
	v.Case, v.Cases, v.Judged, v.Marks = d.banner(), d.caseRows(), d.judged, marksJSON(d.marks())
	v.Charts = d.charts()
	if d.total == nil {
		v.Nothing = d.nothing()
		return v
	}
	v.Figures = d.figures()
	v.Compared = d.comparedWords()
	v.Lists = d.lists()
	v.Notes = d.notes()
	v.Advice = advice(d.total)
	return v
}

// seriesQuery asks for the same points again: a named range moves on with the time.
func (d *siteData) seriesQuery(p period) string {
	q := p.query()
	q.Set("step", p.Level)
	return q.Encode()
}

// nothing says why a period has no rows.
func (d *siteData) nothing() string {
	switch d.fresh.State {
	case stateStopped:
		return "There is no data for this site in " + d.period.Words() + ", and the collector is not running: start `floodgauge up` again."
	case stateHalted:
		return "There is no data for this site in " + d.period.Words() + ", and the collector is halted: the status page says why."
	case stateBehind:
		return "There is no data for this site in " + d.period.Words() + " yet: there are log lines that were not read so far."
	}
	return "This site had no requests in " + d.period.Words() + ". All that was logged is counted; a longer range may show some."
}
