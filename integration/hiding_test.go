package integration

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/loggen"
	"github.com/floodgauge/floodgauge/pkg/summarize"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

const hidingK = 10

// TestHostsOfFewClientsAreHidden: without a list of sites the bounded graph names a host only if at least k clients asked for it in the whole run;
// the others share a row, and nothing is lost.
func TestHostsOfFewClientsAreHidden(t *testing.T) {
	log, clients := manyHosts(t)
	cfg := summarize.Config{K: hidingK, Keys: testKeys(), Now: midnight.Add(time.Hour), Sources: sitesConfig(log.format).Sources}
	got, _ := runBounded(t, traffic.Config{Summarize: cfg, Levels: allLevels}, log.file(), 2)

	var shown, hidden []string
	for host, seen := range clients {
		if len(seen) >= hidingK {
			shown = append(shown, host)
		} else {
			hidden = append(hidden, host)
		}
	}
	if len(shown) < 5 || len(hidden) < 20 {
		t.Fatalf("%d hosts to show and %d to hide: the log is no test", len(shown), len(hidden))
	}
	slices.Sort(shown)
	if diff := cmp.Diff(append([]string{vocabulary.OtherHosts}, shown...), hostsOf(got.rows)); diff != "" {
		t.Errorf("hosts shown (-want +got):\n%s", diff)
	}
	checkBucket(t, cfg, &log, shown, got)
}

// manyHosts makes a log of hosts of very different popularity, with the distinct clients that each truly had, as the k rule counts them.
func manyHosts(t *testing.T) (testLog, map[string]map[netip.Prefix]bool) {
	t.Helper()
	g, err := loggen.New(loggen.Config{Seed: 3, HostCount: 150, Start: midnight.Add(-2 * time.Minute), Duration: 4 * time.Minute, Lines: 5000, Format: "gcp"})
	if err != nil {
		t.Fatal(err)
	}
	log, clients := testLog{format: "gcp"}, map[string]map[netip.Prefix]bool{}
	var r loggen.Request
	for g.Next(&r) {
		log.lines = append(log.lines, testLine{text: g.Write(nil, &r), time: time.Unix(0, r.Time)})
		if clients[r.Host] == nil {
			clients[r.Host] = map[netip.Prefix]bool{}
		}
		clients[r.Host][kRuleClient(t, r.Client)] = true
	}
	return log, clients
}

func kRuleClient(t *testing.T, a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 48
	}
	p, err := a.Prefix(bits)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func hostsOf(rows []*schemas.TrafficReport) (hosts []string) {
	for _, row := range rows {
		hosts = append(hosts, row.GetHost())
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// checkBucket compares with a loop that names every host: the shown ones have the same rows, and the shared row has the sums of the others.
func checkBucket(t *testing.T, cfg summarize.Config, log *testLog, shown []string, got outcome) {
	t.Helper()
	loop := plainLoop{t, cfg, 1, rand.New(rand.NewPCG(7, 8))}
	all, _ := loop.run(fileBlocks(t, log.file(), 100_000))
	for _, row := range all.rows {
		if !slices.Contains(shown, row.GetHost()) {
			row.Host = vocabulary.OtherHosts
		}
	}
	if diff := cmp.Diff(additive(all.rows), additive(got.rows)); diff != "" {
		t.Errorf("sums (-want +got):\n%s", diff)
	}
	named := func(row *schemas.TrafficReport) bool { return row.GetHost() == vocabulary.OtherHosts }
	sameOutcome(t, "the graph's rows of hosts that are shown", outcome{rows: slices.DeleteFunc(all.rows, named)}, outcome{rows: slices.DeleteFunc(got.rows, named)})
}
