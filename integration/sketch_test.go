package integration

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"testing"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

// sketchQuery reads pairs of sketches and that of their union as BigQuery's HLL_COUNT functions do, and merges the pairs itself.
const sketchQuery = `
import json, sys
from zetasketch_py import HyperLogLogPlusPlus as Sketch
for line in open(sys.argv[1]):
  first, second, union = (Sketch.from_bytes(bytes.fromhex(text)) if text else None for text in json.loads(line))
  answer = {"first": first.result() if first else 0, "union": union.result() if union else 0, "values": union.num_values() if union else 0}
  merged = first or second
  if first and second:
    merged.merge(second)
  answer["merged"] = merged.result() if merged else 0
  answer["merged_values"] = merged.num_values() if merged else 0
  print(json.dumps(answer))
`

type sketchAnswer struct {
	First        int64 `json:"first"`
	Union        int64 `json:"union"`
	Merged       int64 `json:"merged"`
	Values       int64 `json:"values"`
	MergedValues int64 `json:"merged_values"`
}

// maxSparse is from how many visitors on a sketch keeps registers in place of a list.
const maxSparse = 1024

// TestZetasketchReadsTheRowsSketches: the sketch of a row means the same to Google's library as to this program, alone and merged.
func TestZetasketchReadsTheRowsSketches(t *testing.T) {
	sizes := []uint64{0, 1, 2, 9, 10, 100, 1000, 1024, 1025, 3000, 20_000, 100_000}
	var questions [][3]string
	var firsts, unions []*schemas.TrafficReport
	var distinct []uint64
	for _, n := range sizes {
		for _, m := range []uint64{0, n / 2, n} { // nobody, half and as many more; a third of them are in both
			a, b := visitorSummary(0, n), visitorSummary(n-min(n, m)/3, n-min(n, m)/3+m)
			first, second := visitorRow(a), visitorRow(b)
			a.Merge(b)
			union := visitorRow(a)
			questions = append(questions, [3]string{hex.EncodeToString(first.GetVisitorsSketch()), hex.EncodeToString(second.GetVisitorsSketch()),
				hex.EncodeToString(union.GetVisitorsSketch())})
			firsts, unions, distinct = append(firsts, first), append(unions, union), append(distinct, n+m-min(n, m)/3)
		}
	}
	worst := 0.0
	for i, answer := range askZetasketch(t, questions) {
		name := fmt.Sprintf("%d and %d visitors", firsts[i].GetVisitors(), distinct[i])
		worst = max(worst, near(t, name+", of one row", answer.First, firsts[i].GetVisitors()), near(t, name+", merged here", answer.Union, unions[i].GetVisitors()))
		if answer.Values != answer.MergedValues {
			t.Errorf("%s: %d values merged here, %d merged there", name, answer.Values, answer.MergedValues)
		}
		checkMerged(t, name, firsts[i], unions[i], answer)
	}
	t.Logf("zetasketch and rows differ by %.2f %% at most", 100*worst)
}

// checkMerged: where both sides keep the same form the estimates are equal; a list that only the other keeps, being longer, is the better estimate.
func checkMerged(t *testing.T, name string, first, union *schemas.TrafficReport, answer sketchAnswer) {
	t.Helper()
	sameForm := union.GetVisitors() <= maxSparse || first.GetVisitors() > maxSparse+100
	if sameForm && answer.Merged != answer.Union {
		t.Errorf("%s: zetasketch merges to %d, and reads what was merged here as %d", name, answer.Merged, answer.Union)
	}
	if math.Abs(float64(answer.Merged-answer.Union)) > 0.05*float64(answer.Merged) {
		t.Errorf("%s: zetasketch merges to %d, far from %d", name, answer.Merged, answer.Union)
	}
}

// near wants both estimates within rounding for lists and within 1.5 % for registers, of which the two estimate by other formulas. It returns the error.
func near(t *testing.T, name string, theirs, ours int64) float64 {
	t.Helper()
	e := math.Abs(float64(theirs-ours)) / math.Max(float64(ours), 1)
	if e > 0.015 && theirs-ours != 1 && ours-theirs != 1 {
		t.Errorf("%s: zetasketch reads %d, the row says %d", name, theirs, ours)
	}
	return e
}

// visitorSummary has the visitors from..to-1 with two requests each.
func visitorSummary(from, to uint64) *report.Summary {
	sum := report.New(1)
	for v := from; v < to; v++ {
		hash := scatter(v)
		r := report.Request{Time: noon.UnixNano(), Weight: 1_000_000, Logged: vocabulary.Of(vocabulary.FieldClient), Visitor: hash, Group: uint32(hash) | 1}
		binary.LittleEndian.PutUint64(r.Client[:], hash)
		sum.Add(&r)
		sum.Add(&r)
	}
	return sum
}

func visitorRow(sum *report.Summary) *schemas.TrafficReport { return sum.Report(site, noon, "minute") }

// scatter is a uniform hash, as that of visitors is.
func scatter(v uint64) uint64 {
	x := (v + 1) * 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

func askZetasketch(t *testing.T, questions [][3]string) []sketchAnswer {
	t.Helper()
	answers := jsonLines[sketchAnswer](t, askPython(t, "-c", sketchQuery, writeJSONLines(t, questions)))
	if len(answers) != len(questions) {
		t.Fatalf("%d answers to %d questions", len(answers), len(questions))
	}
	return answers
}
