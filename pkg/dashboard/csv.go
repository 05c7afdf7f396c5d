package dashboard

import (
	"encoding/csv"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// apiSeriesCSV gives a site's points as a table for a spreadsheet.
func (s *Server) apiSeriesCSV(w http.ResponseWriter, r *request) error {
	host, p, err := s.asked(r)
	if err != nil {
		return err
	}
	points, err := s.config.Reader.Series(r.Context(), r.who, host, p.Level, p.From, p.To)
	if err != nil {
		return fmt.Errorf("reading a series: %w", err)
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": tableName(host, p)}))
	out := csv.NewWriter(w)
	_ = out.Write(csvHeads()) // the client went away
	for i := range points {
		_ = out.Write(csvRecord(host, p.Level, &points[i]))
	}
	out.Flush()
	return nil
}

// tableName names the file by what is in it, in characters that every system takes.
func tableName(host string, p period) string {
	if host == vocabulary.OtherHosts {
		host = "other-hosts"
	}
	return fmt.Sprintf("%s-%s-%s.csv", strings.TrimLeft(host, ".-"), p.Level, p.From.UTC().Format("20060102T1504Z"))
}

// csvClasses are the columns of status classes, as `floodgauge query` names them, too.
var csvClasses = []string{"1xx", "2xx", "3xx", "4xx", "5xx", "none", "other"}

func csvHeads() []string {
	heads := []string{"host", "level", "start", "requests", "response_bytes"}
	for _, c := range csvClasses {
		heads = append(heads, "status_"+c)
	}
	return append(heads, "cache_hits", "cache_hit_bytes", "visitors", "p50", "p95", "p99", "lines", "late_lines", "provisional", "incomplete")
}

func csvRecord(host, level string, p *reportstore.Point) []string {
	record := []string{reportwriter.SafeCell(host), level, p.Start.UTC().Format(time.RFC3339), decimalOf(p.Requests), optional(p.ResponseBytes, decimalOf)}
	for _, c := range csvClasses {
		if p.StatusClass == nil {
			record = append(record, notLogged)
		} else {
			record = append(record, decimalOf(p.StatusClass[c]))
		}
	}
	record = append(record, optional(p.CacheHits, decimalOf), optional(p.CacheHitBytes, decimalOf), visitorsCell(*p, decimalOf))
	for _, v := range []*float64{p.P50, p.P95, p.P99} {
		if v = rounded(v); v == nil {
			record = append(record, notLogged)
		} else {
			record = append(record, strconv.FormatFloat(*v, 'f', -1, 64))
		}
	}
	return append(record, decimalOf(p.Lines), decimalOf(p.LateLines), strconv.FormatBool(p.Provisional), strconv.FormatBool(p.Incomplete))
}

func decimalOf(n int64) string { return strconv.FormatInt(n, 10) }
