package sqlite

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

func mix(n int) uint64 {
	x := uint64(n+1) * 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	return x ^ x>>27
}

// busy is the row of a site with so many requests of so many clients, as a real one is: paths, countries and agents of very different weight.
func busy(level string, requests, clients int) *schemas.TrafficReport {
	s := report.New(10)
	for n := range requests {
		x := mix(n)
		client := mix(int(x % uint64(clients)))
		skew := int(x>>20%64) * int(x>>30%64) * int(x>>40%64) / 4096
		r := &report.Request{
			Time: noon.UnixNano() + int64(n%59)*int64(time.Second), LineID: x, Weight: 1e6, Logged: vocabulary.Fields(1<<vocabulary.FieldCount - 1),
			Visitor: client, Group: uint32(client) | 1, Status: []uint16{200, 200, 200, 301, 404, 503}[skew%6], Method: vocabulary.MethodGet,
			Protocol: vocabulary.ProtocolHTTP2, Cache: vocabulary.Cache(1 + skew%4), ResponseBytes: x >> (44 + x%12), Latency: int64(x >> (30 + x>>8%8)),
			Path: fmt.Sprintf("/articles/{}/section-%d", skew), Country: []string{"DE", "FR", "GB", "US", "NL", "PL"}[client%6],
			Network: uint32(1 + client%40), Agent: fmt.Sprint("Agent ", client%12), Referrer: fmt.Sprintf("ref-%d.example", client%9),
		}
		binary.BigEndian.PutUint64(r.Client[:], client)
		s.Add(r)
	}
	return s.Report("site.example", noon, level)
}

func at(r *schemas.TrafficReport, host string, start time.Time) reportstore.Row {
	r = proto.CloneOf(r)
	r.Host, r.Minute = host, timestamp(start.Unix())
	return reportstore.Row{Kind: reportstore.Closed, Report: r}
}

func site(n int) string { return fmt.Sprintf("www.site-%04d.example", n) }

func commitAll(b *testing.B, s *Store, rows ...reportstore.Row) {
	b.Helper()
	if err := s.Commit(b.Context(), &reportstore.Commit{Rows: rows}); err != nil {
		b.Fatal(err)
	}
}

// A year of one site, at two levels, among those of others.
func BenchmarkSeries(b *testing.B) {
	s := opened(b, b.TempDir())
	year := noon.Add(-365 * 24 * time.Hour).Truncate(24 * time.Hour)
	reports := map[string]*schemas.TrafficReport{reportstore.Hour: busy(reportstore.Hour, 3000, 200), reportstore.Day: busy(reportstore.Day, 30_000, 2000)}
	for level, of := range reports {
		span := reportstore.Span(level)
		for d := range 365 {
			var rows []reportstore.Row
			for start := year.Add(time.Duration(d) * 24 * time.Hour); start.Before(year.Add(time.Duration(d+1) * 24 * time.Hour)); start = start.Add(span) {
				rows = append(rows, at(of, site(1), start), at(of, site(2), start))
			}
			commitAll(b, s, rows...)
		}
		b.Run(level, func(b *testing.B) {
			for b.Loop() {
				points, err := s.Series(b.Context(), access.Everything(), site(1), level, year, noon)
				if err != nil || len(points) < 360 {
					b.Fatal(len(points), err)
				}
			}
		})
	}
	b.Run("total", func(b *testing.B) {
		for b.Loop() {
			if sum, err := s.Total(b.Context(), access.Everything(), site(1), year, noon); err != nil || sum == nil {
				b.Fatal(err)
			}
		}
	})
}

// The last hour of 3,000 sites by minutes, and commits of 300 rows into them.
func BenchmarkSites(b *testing.B) {
	s := opened(b, b.TempDir())
	of := busy(reportstore.Minute, 60, 20)
	for m := range 60 {
		var rows []reportstore.Row
		for n := range 3000 {
			rows = append(rows, at(of, site(n), noon.Add(time.Duration(m)*time.Minute)))
		}
		commitAll(b, s, rows...)
	}
	b.Run("sites", func(b *testing.B) {
		for b.Loop() {
			q := reportstore.SitesQuery{From: noon, To: noon.Add(time.Hour), Level: reportstore.Minute, Limit: 50}
			sites, total, err := s.Sites(b.Context(), access.Everything(), q)
			if err != nil || total != 3000 || len(sites) != 50 {
				b.Fatal(total, err)
			}
		}
	})
	b.Run("query", func(b *testing.B) {
		for b.Loop() {
			statement := fmt.Sprintf("SELECT sum(requests) FROM traffic WHERE level = 'minute' AND host = '%s' AND unix >= %d", site(7), noon.Unix())
			_, rows, err := Query(b.Context(), filepath.Dir(s.path), statement, Limits{Rows: 1, Bytes: 1000})
			if err != nil {
				b.Fatal(err)
			}
			for _, err := range rows {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("check", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Check(b.Context(), noon, noon.Add(time.Hour)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("commit300", func(b *testing.B) {
		start := noon.Add(2 * time.Hour)
		for b.Loop() {
			var rows []reportstore.Row
			for n := range 300 {
				row := at(of, site(n*10), start)
				row.Kind = reportstore.Provisional
				rows = append(rows, row)
			}
			commitAll(b, s, rows...)
		}
	})
}

// Bytes on the disk for each row, by how busy its site is.
func BenchmarkSize(b *testing.B) {
	for _, c := range []struct {
		name, level       string
		requests, clients int
	}{
		{"minute of 3 requests", reportstore.Minute, 3, 2},
		{"minute of 60 requests", reportstore.Minute, 60, 20},
		{"minute of 3,000 requests", reportstore.Minute, 3000, 400},
		{"hour of 3,000 requests", reportstore.Hour, 3000, 400},
		{"hour of 100,000 requests", reportstore.Hour, 100_000, 8000},
		{"day of 1,000,000 requests", reportstore.Day, 1_000_000, 50_000},
	} {
		b.Run(c.name, func(b *testing.B) {
			of := busy(c.level, c.requests, c.clients)
			const n = 2000
			for b.Loop() {
				s := opened(b, b.TempDir())
				span := reportstore.Span(c.level)
				var rows []reportstore.Row
				for i := range n {
					rows = append(rows, at(of, site(i%20), noon.Truncate(span).Add(time.Duration(i/20)*span)))
				}
				commitAll(b, s, rows...)
				var pages int64
				if err := s.writer.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(pages*4096)/n, "B/row")
			}
		})
	}
}
