package integration

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/floodgauge/floodgauge/schemas"
)

// sometimesLate is the delay of a line: mostly on time, sometimes up to half an hour late, seldom beyond the limit of an hour.
func sometimesLate(rng *rand.Rand) time.Duration {
	switch n := rng.IntN(100); {
	case n < 2:
		return time.Hour + within(time.Hour)(rng)
	case n < 17:
		return 2*time.Minute + within(28*time.Minute)(rng)
	}
	return within(14 * time.Second)(rng)
}

// TestCountersAreExactOverAllPanes: what late panes add is what the windows lacked.
func TestCountersAreExactOverAllPanes(t *testing.T) {
	for _, format := range []string{"gcp", "vhost-combined"} {
		t.Run(format, func(t *testing.T) {
			log := makeLog(t, format, equivalenceLines, sometimesLate)
			loop := plainLoop{t, sitesConfig(format), 1, rand.New(rand.NewPCG(5, 6))}
			want, _ := loop.run(log.messageBlocks())
			got := runUnbounded(t, &log)
			checkLateness(t, want, got)
			if diff := cmp.Diff(additive(want.rows), additive(got.rows)); diff != "" {
				t.Errorf("sums over all panes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want.dead, got.dead); diff != "" {
				t.Errorf("dead letters (-want +got):\n%s", diff)
			}
		})
	}
}

// checkLateness keeps the comparison from becoming empty: there are late panes at each level, and lines beyond the limit.
func checkLateness(t *testing.T, want, got outcome) {
	t.Helper()
	panes, more := map[window]int{}, map[string]int{}
	for _, row := range got.rows {
		if panes[windowOf(row)]++; panes[windowOf(row)] == 2 {
			more[row.GetLevel()]++
		}
	}
	for _, level := range allLevels {
		if more[level] < 2 {
			t.Errorf("only %d windows of level %s have late panes", more[level], level)
		}
	}
	if n := want.dead["too_late"][0]; n < 50 {
		t.Errorf("only %d lines are beyond the limit", n)
	}
}

// additive adds up the columns of rows that add up, by window and name.
func additive(rows []*schemas.TrafficReport) map[window]map[string]int64 {
	sums := map[window]map[string]int64{}
	for _, row := range rows {
		w := windowOf(row)
		if sums[w] == nil {
			sums[w] = map[string]int64{}
		}
		addColumns(sums[w], row)
	}
	return sums
}

// notAdditive are the columns of which the parts do not make the whole.
var notAdditive = map[protoreflect.Name]bool{"visitors": true, "partly_logged": true, "rest": true, "top_paths": true, "top_countries": true,
	"top_networks": true, "top_referrers": true, "top_agents": true, "k": true, "p50": true, "p95": true, "p99": true, "mean": true}

func addColumns(sums map[string]int64, row *schemas.TrafficReport) {
	sums["line_xor"] ^= int64(row.GetLineXor())
	addMessage(sums, "", row.ProtoReflect())
	for name, d := range map[string]*schemas.Distribution{"latency": row.GetLatency(), "response_size": row.GetResponseSize()} {
		for _, b := range d.GetBuckets() {
			sums[fmt.Sprintf("%s/%d", name, b.GetIndex())] += b.GetCount()
		}
	}
}

// addMessage adds the whole numbers of a message and of those in it, and the values of maps.
func addMessage(sums map[string]int64, prefix string, m protoreflect.Message) {
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		name := prefix + string(f.Name())
		switch {
		case notAdditive[f.Name()] || f.IsList():
		case f.IsMap():
			v.Map().Range(func(key protoreflect.MapKey, n protoreflect.Value) bool {
				sums[name+"/"+key.String()] += n.Int()
				return true
			})
		case f.Kind() == protoreflect.Int64Kind:
			sums[name] += v.Int()
		case f.Kind() == protoreflect.MessageKind && f.Message().Name() != "Timestamp":
			addMessage(sums, name+"/", v.Message())
		}
		return true
	})
}
