package integration

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

// memoryLimit is for the whole process tree: more than twice what a run over a million ordinary lines takes.
const memoryLimit = 500 << 20 * memoryFactor

// The log of an attack with invented host names: every twentieth line is a request to the one real site, of 50 visitors.
const (
	attackedSite = "www.example.org"
	siteShare    = 20
	siteLines    = millionLines / siteShare
)

// attackLog writes a million lines of ten minutes; each line that is not the site's has a host name of its own, or one that namedBy lines share.
func attackLog(t *testing.T, namedBy int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "attack.log")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	for i := range millionLines {
		host, client := fmt.Sprintf("h%07d.invented.example", i/namedBy), i
		if i%siteShare == 0 {
			host, client = attackedSite, i/siteShare%50
		}
		at := lastYear.Add(time.Duration(i) * 10 * time.Minute / millionLines)
		fmt.Fprintf(w, "%s:443 10.%d.%d.%d - - [%s] \"GET /p%d HTTP/1.1\" 200 100 \"-\" \"curl/8.5\"\n", host, client>>16&255, client>>8&255, client&255,
			at.Format("02/Jan/2006:15:04:05 -0700"), i%50)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return path
}

// lastYear is when the logs for the real command are from, which takes the real time for now.
var lastYear = time.Date(2025, 5, 4, 12, 0, 0, 0, time.UTC)

// TestAMillionInventedHostNames: known sites keep their rows whatever else clients ask for, the rest shares one, and memory does not grow with it.
func TestAMillionInventedHostNames(t *testing.T) {
	once, often := attackLog(t, 1), attackLog(t, 20)
	t.Run("list of sites", func(t *testing.T) {
		config := filepath.Join(t.TempDir(), "floodgauge.yaml")
		if err := os.WriteFile(config, []byte("sites:\n  - "+attackedSite+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		rows := reportAttack(t, "--config", config, once)
		if got := requestsBy(rows); got[attackedSite] != siteLines || got[vocabulary.OtherHosts] != millionLines-siteLines || len(got) != 2 {
			t.Errorf("requests by host %v, want %d of the site and the rest in %s", got, siteLines, vocabulary.OtherHosts)
		}
	})
	t.Run("no list, names of one client", func(t *testing.T) {
		got := requestsBy(reportAttack(t, once))
		if got[attackedSite] != siteLines || got[vocabulary.OtherHosts] != millionLines-siteLines || len(got) != 2 {
			t.Errorf("requests by host %v, want %d of the site and the rest in %s", got, siteLines, vocabulary.OtherHosts)
		}
	})
	t.Run("no list, names of many clients", func(t *testing.T) {
		got := requestsBy(reportAttack(t, often))
		if got[attackedSite] != siteLines {
			t.Errorf("the site has %d requests, want %d", got[attackedSite], siteLines)
		}
	})
}

// TestASiteAmongInventedHostNames: a site that was asked for before, while and after somebody made names up has all of its requests in its row; where
// the log cannot be read twice, the report says that it may have fewer.
func TestASiteAmongInventedHostNames(t *testing.T) {
	const invented, requests = 30_000, 5004
	var log strings.Builder
	line := func(host string, client int) {
		fmt.Fprintf(&log, "%s:443 10.0.%d.%d - - [%s] \"GET / HTTP/1.1\" 200 100 \"-\" \"curl/8.5\"\n", host, client>>8&255, client&255,
			lastYear.Format("02/Jan/2006:15:04:05 -0700"))
	}
	for i := range invented {
		if i%(invented/4) == 0 {
			line(attackedSite, i)
		}
		line(fmt.Sprintf("h%d.invented.example", i), i)
	}
	for i := range requests - 4 {
		line(attackedSite, i)
	}
	path := fileOf(t, "access.log", []byte(log.String()))
	rows, run := reportRows(t, path)
	if got := requestsBy(rows); got[attackedSite] != requests || got[vocabulary.OtherHosts] != invented || len(got) != 2 {
		t.Errorf("requests by host %v, want %d of the site and %d others", got, requests, invented)
	}
	if words := strings.Join(strings.Fields(run.stderr), " "); !strings.Contains(words, "read a second time") || !strings.Contains(words, "too many different hosts") {
		t.Errorf("it said\n%s", run.stderr)
	}
	cmd := newBox(t).command(t, "report", "-")
	cmd.Stdin = strings.NewReader(log.String())
	r := finish(t, cmd)
	r.expect(t, "standard input", 0, "The figures of sites may be too small")
	if page := strings.Join(strings.Fields(r.stdout), " "); !strings.Contains(page, "The figures of sites may be too small") {
		t.Errorf("the page says nothing of what its rows lack:\n%s", r.stdout)
	}
}

// reportAttack reports a log of a million lines, and holds the run to its memory and to its lines.
func reportAttack(t *testing.T, args ...string) []*schemas.TrafficReport {
	t.Helper()
	rows, run := reportRows(t, args...)
	t.Logf("%v, %d MiB, %d rows", run.took.Round(10*time.Millisecond), run.peak>>20, len(rows))
	if run.peak > memoryLimit {
		t.Errorf("the run took %d MiB", run.peak>>20)
	}
	sum := int64(0)
	for _, n := range requestsBy(rows) {
		sum += n
	}
	if sum != millionLines || !strings.Contains(run.stderr, "1,000,000 lines") {
		t.Errorf("the rows have %d requests; %s", sum, run.stderr)
	}
	return rows
}

func requestsBy(rows []*schemas.TrafficReport) map[string]int64 {
	by := map[string]int64{}
	for _, row := range rows {
		by[row.GetHost()] += row.GetRequests()
	}
	return by
}
