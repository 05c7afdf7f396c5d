package integration

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
)

// TestQueriesAgreeWithCharts: of each level, while slots are open, closed and come late, the view traffic has the lines that charts have.
func TestQueriesAgreeWithCharts(t *testing.T) {
	b := newLiveBox(t, sitesConfig("vhost-combined"))
	made := makeLog(t, "vhost-combined", 3000, within(40*time.Second))
	log := made.file()
	b.now = midnight.Add(-150 * time.Second)
	const parts = 6
	for n := range parts {
		part := log[:bytes.LastIndexByte(log[:len(log)/(parts-n)], '\n')+1]
		b.write(part)
		log = log[len(part):]
		b.settle()
		compareWithCharts(t, b)
		b.now = b.now.Add(time.Minute)
	}
	b.closeAll()
	compareWithCharts(t, b)
}

func compareWithCharts(t *testing.T, b *liveBox) {
	t.Helper()
	for _, level := range allLevels {
		_, rows, err := sqlite.Query(t.Context(), b.data, "SELECT host, unix, sum(lines), sum(requests), sum(response_bytes), max(provisional), sum(late_lines) FROM traffic "+
			"WHERE level = '"+level+"' GROUP BY 1, 2", sqlite.Limits{Rows: 1e6, Bytes: 1e8})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for row, err := range rows {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprint(row...))
		}
		slices.Sort(got)
		if want := charted(t, b, level); len(got) == 0 || !slices.Equal(got, want) {
			t.Errorf("level %s: a query gives\n%q\nand charts\n%q", level, got, want)
		}
	}
}

// charted is what charts have of the sites, as the rows of the query.
func charted(t *testing.T, b *liveBox, level string) (all []string) {
	t.Helper()
	for _, host := range testSites {
		points, err := b.store.Series(t.Context(), access.Everything(), host, level, midnight.AddDate(-1, 0, 0), midnight.AddDate(1, 0, 0))
		if err != nil {
			t.Fatal(err)
		}
		for i := range points {
			p, open := &points[i], 0
			if p.Provisional {
				open = 1
			}
			all = append(all, fmt.Sprint(host, p.Start.Unix(), p.Lines, p.Requests, *p.ResponseBytes, open, p.LateLines))
		}
	}
	slices.Sort(all)
	return all
}
