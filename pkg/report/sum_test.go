package report

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

// countersOf is a row without what has bounds only: lists, visitors and means.
func countersOf(r *schemas.TrafficReport) *schemas.TrafficReport {
	r = proto.CloneOf(r)
	r.TopPaths, r.TopCountries, r.TopNetworks, r.TopReferrers, r.TopAgents, r.Rest = nil, nil, nil, nil, nil, nil
	r.Visitors, r.VisitorsSketch, r.ClientsUnavailable = nil, nil, ""
	for _, d := range []*schemas.Distribution{r.Latency, r.ResponseSize} {
		if d != nil {
			d.Mean = 0
		}
	}
	return r
}

func sameRow(t *rapid.T, what string, got, want *schemas.TrafficReport) {
	t.Helper()
	sorted := cmp.Options{protocmp.Transform(), protocmp.SortRepeated(func(a, b string) bool { return a < b })}
	if diff := cmp.Diff(want, got, sorted); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// drawRows makes the rows of up to six minutes, and the requests of each. Every request stands for itself, as the rows of sampled logs are rounded.
func drawRows(t *rapid.T) (rows []*schemas.TrafficReport, requests [][]Request) {
	m := drawMix(t)
	m.lines = rapid.IntRange(0, 40).Draw(t, "lines a minute")
	for i := range rapid.IntRange(1, 6).Draw(t, "minutes") {
		m.seed += uint64(i)
		of := m.requests()
		for j := range of {
			of[j].Weight, of[j].CDNPeer = lineWeight, false
			of[j].Time += int64(i) * 60e9
			of[j].ResponseBytes, of[j].RequestBytes = of[j].ResponseBytes>>20, of[j].RequestBytes>>20
		}
		rows = append(rows, summarize(m.k, of).Report("a.example", time.Unix(0, minuteStart).Add(time.Duration(i)*time.Minute), "minute"))
		requests = append(requests, of)
	}
	return rows, requests
}

func TestSumOfMinutesHasTheHoursCounters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, requests := drawRows(t)
		hour := summarize(int(rows[0].K), slices.Concat(requests...)).Report("a.example", time.Unix(0, minuteStart), "all")
		sum := Sum(rows)
		sum.Level = "all"
		sum.PartlyLogged, hour.PartlyLogged = withoutLookedUp(sum.PartlyLogged), withoutLookedUp(hour.PartlyLogged)
		sum.NotLogged, hour.NotLogged = nil, nil // TestSumOfWhatIsNotLogged
		sameRow(t, "the sum of minutes is not the hour", countersOf(sum), countersOf(hour))
	})
}

// withoutLookedUp leaves out fields that a database may tell: there a row does not say how many lines log them.
func withoutLookedUp(fields map[string]int64) map[string]int64 {
	delete(fields, vocabulary.FieldCountry.String())
	delete(fields, vocabulary.FieldNetwork.String())
	return fields
}

func TestSumKnowsNeitherOrderNorGrouping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, _ := drawRows(t)
		want := countersOf(Sum(rows))
		visitors := Sum(rows).Visitors
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		shuffled := slices.Clone(rows)
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		sameRow(t, "another order gives another sum", countersOf(Sum(shuffled)), want)
		if !cmp.Equal(Sum(shuffled).Visitors, visitors) {
			t.Fatal("another order gives other visitors")
		}
		cut := rng.IntN(len(rows) + 1)
		parts := slices.DeleteFunc([]*schemas.TrafficReport{Sum(shuffled[:cut]), Sum(shuffled[cut:])}, func(r *schemas.TrafficReport) bool { return r == nil })
		if !cmp.Equal(Sum(parts).Visitors, visitors) {
			t.Fatal("other groups give other visitors")
		}
		grouped := countersOf(Sum(parts))
		grouped.Level = want.Level
		sameRow(t, "other groups give another sum", grouped, want)
	})
}

// What a list says, and its bound, hold for the true numbers.
func TestSumOfListsKeepsItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, requests := drawRows(t)
		truth, total, none := map[string]int64{}, int64(0), int64(0)
		for _, r := range slices.Concat(requests...) {
			switch {
			case !r.Logged.Has(vocabulary.FieldPath):
			case r.Path == "":
				none++
			default:
				truth[r.Path]++
				total++
			}
		}
		sum := Sum(rows)
		rest, listed := sum.Rest["top_paths"], int64(0)
		for i, p := range sum.TopPaths {
			listed += p.Requests
			if missing := truth[p.Path] - p.Requests; missing < 0 || missing > rest.Error {
				t.Fatalf("%s has %d requests, the sum says %d with an error of %d", p.Path, truth[p.Path], p.Requests, rest.Error)
			}
			if i > 0 && p.Requests > sum.TopPaths[i-1].Requests {
				t.Fatal("the list is not sorted")
			}
		}
		if len(sum.TopPaths) > listRows {
			t.Fatalf("the list has %d values", len(sum.TopPaths))
		}
		if rest != nil && (listed+rest.Requests != total || rest.None != none) {
			t.Fatalf("%d listed, %d left out and %d without a path, of %d and %d", listed, rest.Requests, rest.None, total, none)
		}
	})
}

func TestSumOfListsIsCut(t *testing.T) {
	var rows []*schemas.TrafficReport
	for minute := range 2 {
		s := New(1)
		for n := range 80 {
			for range 80 - n {
				s.Add(&Request{Time: minuteStart, Logged: allFields, Path: string(rune('a'+minute)) + string(rune('0'+n)), Group: 1, Weight: lineWeight})
			}
		}
		rows = append(rows, s.Report("a.example", time.Unix(0, minuteStart), "minute"))
	}
	sum := Sum(rows)
	if len(sum.TopPaths) != listRows || sum.TopPaths[0].Requests != 80 || sum.TopPaths[49].Requests != 56 {
		t.Errorf("the list has %d values from %d to %d requests", len(sum.TopPaths), sum.TopPaths[0].Requests, sum.TopPaths[len(sum.TopPaths)-1].Requests)
	}
	if rest := sum.Rest["top_paths"]; rest.Error != rows[0].Rest["top_paths"].Requests {
		t.Errorf("the error is %d: each value may be in the other row's rest, of %d", rest.Error, rows[0].Rest["top_paths"].Requests)
	}
}

func TestSumOfVisitorsOfOneDayIsThatOfTheirUnion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(0, 6000).Draw(t, "visitors")
		a, b := rapid.Uint64Range(0, n).Draw(t, "first's end"), rapid.Uint64Range(0, n).Draw(t, "second's beginning")
		row := func(from, to uint64) *schemas.TrafficReport {
			s := sketchOf(from, to)
			return &schemas.TrafficReport{
				Level: "minute", Minute: timestamppb.New(time.Unix(0, minuteStart)), Lines: math.MaxInt32,
				Visitors: proto.Int64(int64(s.estimate())), VisitorsSketch: s.bigQuery(),
			}
		}
		sum := Sum([]*schemas.TrafficReport{row(0, a), row(b, n)})
		union := sketchOf(0, a)
		union.merge(sketchOf(b, n))
		if !slices.Equal(sum.VisitorsSketch, union.bigQuery()) {
			t.Fatal("the published sketch is not that of the union")
		}
		distinct := float64(a + n - min(max(a, b), n))
		if b < a {
			distinct = float64(n)
		}
		if got := float64(*sum.Visitors); math.Abs(got-distinct) > 0.08*distinct+1 {
			t.Fatalf("%v visitors, want %v", got, distinct)
		}
	})
}

func TestSumOfVisitorsOverDays(t *testing.T) {
	row := func(day int, visitors int64) *schemas.TrafficReport {
		return &schemas.TrafficReport{Level: "hour", Minute: timestamppb.New(time.Date(2026, 5, day, 3, 0, 0, 0, time.UTC)), Lines: 100, Visitors: &visitors}
	}
	late := &schemas.TrafficReport{Level: "hour", Minute: row(1, 0).Minute, Lines: 4}
	for _, c := range []struct {
		rows []*schemas.TrafficReport
		want int64
	}{
		{[]*schemas.TrafficReport{row(1, 3), row(1, 5), late}, 5},                                     // without sketches, at least the larger
		{[]*schemas.TrafficReport{row(1, 3), row(2, 5), row(2, 4)}, 8},                                // of two days
		{[]*schemas.TrafficReport{Sum([]*schemas.TrafficReport{row(1, 3), row(2, 5)}), row(3, 1)}, 9}, // grouped
	} {
		if got := Sum(c.rows).Visitors; got == nil || *got != c.want {
			t.Errorf("%v visitors, want %d", got, c.want)
		}
	}
	if got := Sum([]*schemas.TrafficReport{late, late}).Visitors; got != nil {
		t.Errorf("late rows alone have %d visitors", *got)
	}
}

func TestSumOfWhatIsNotLogged(t *testing.T) {
	row := func(lines int64, not []string, partly map[string]int64) *schemas.TrafficReport {
		return &schemas.TrafficReport{Level: "minute", Minute: timestamppb.New(time.Unix(0, minuteStart)), Lines: lines, NotLogged: not, PartlyLogged: partly}
	}
	sum := Sum([]*schemas.TrafficReport{
		row(10, []string{"agent", "latency"}, nil), row(20, []string{"agent"}, map[string]int64{"cache": 5}), row(0, []string{"host"}, nil), row(30, []string{"agent"}, nil),
	})
	if diff := cmp.Diff([]string{"agent"}, sum.NotLogged); diff != "" {
		t.Errorf("not logged (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int64{"latency": 50, "cache": 45}, sum.PartlyLogged); diff != "" {
		t.Errorf("partly logged (-want +got):\n%s", diff)
	}
	if sum.ResponseBytes != nil || sum.Latency != nil || sum.Cache != nil || sum.Status != nil {
		t.Errorf("what no row logs is there: %v", sum)
	}
}

func TestSumOfNothingAndOfOne(t *testing.T) {
	if Sum(nil) != nil {
		t.Error("there is a sum of nothing")
	}
	one := New(1).Report("a.example", time.Unix(0, minuteStart), "minute")
	sum := Sum([]*schemas.TrafficReport{one})
	if !proto.Equal(one, sum) || one == sum {
		t.Error("the sum of one row is not a copy of it")
	}
}

func TestBrokenSketchesAreRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := sketchOf(0, rapid.Uint64Range(0, 2000).Draw(t, "visitors")).bigQuery()
		at := rapid.IntRange(0, len(whole)-1).Draw(t, "place")
		broken := slices.Clone(whole)
		broken[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		for _, b := range [][]byte{broken, whole[:at]} {
			if s, err := readSketch(b); err == nil && s.dense == nil && len(s.sparse) > maxSparse {
				t.Fatal("a sketch that cannot be was read")
			}
		}
		read, err := readSketch(whole)
		if err != nil || !slices.Equal(read.bigQuery(), whole) {
			t.Fatalf("a sketch is read as another: %v", err)
		}
	})
}
