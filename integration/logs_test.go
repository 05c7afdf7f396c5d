package integration

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/loggen"
)

// testLine is one line of a log, line end included.
type testLine struct {
	text    []byte
	host    string
	time    time.Time // of the event; of the line before it where the line says nothing
	arrival time.Time
	bad     bool // no request
}

// testLog is a generated log in the order in which its lines arrive.
type testLog struct {
	format string
	lines  []testLine
}

// testSites are the hosts of these logs; the second is an alias of the first.
var (
	testSites = []string{"one.example.org", "www.one.example.org", "two.example.net", "three.example.com"}
	siteNames = map[string]string{"one.example.org": "one.example.org", "www.one.example.org": "one.example.org",
		"two.example.net": "two.example.net", "three.example.com": "three.example.com"}
)

// midnight is inside these logs, so that they have two days and two hours.
var midnight = time.Date(2026, 5, 5, 0, 0, 0, 0, time.UTC)

// badLines are no requests, each in its own way. "%" stands for half of the line before.
var badLines = []string{"what is this\n", "{\"timestamp\":\"2026-05-04T12:00:00Z\"}\n", "\x00\x01\x02\x03\xff\xfe\n", "%\n", "{}\n", "]]\n"}

// makeLog makes a log of some minutes around midnight in which about every hundredth line is no request, and the lines arrive in the order of
// their time plus the delay given for each.
func makeLog(t *testing.T, format string, lines int64, delay func(*rand.Rand) time.Duration) testLog {
	t.Helper()
	g, err := loggen.New(loggen.Config{Seed: 5, Hosts: testSites, Start: midnight.Add(-3 * time.Minute), Duration: 6 * time.Minute, Lines: lines, Format: format})
	if err != nil {
		t.Fatal(err)
	}
	log, rng := testLog{format: format}, rand.New(rand.NewPCG(11, 12))
	add := func(line testLine) {
		line.arrival = line.time.Add(delay(rng))
		log.lines = append(log.lines, line)
	}
	var r loggen.Request
	for g.Next(&r) {
		text, at := g.Write(nil, &r), time.Unix(0, r.Time).UTC()
		add(testLine{text: text, time: at, host: r.Host})
		if rng.IntN(100) == 0 {
			add(testLine{text: badLine(rng, text), time: at, bad: true})
		}
	}
	slices.SortStableFunc(log.lines, func(a, b testLine) int { return a.arrival.Compare(b.arrival) })
	return log
}

func badLine(rng *rand.Rand, before []byte) []byte {
	bad := badLines[rng.IntN(len(badLines))]
	if bad[0] == '%' {
		return append(slices.Clone(before[:len(before)/2]), '\n')
	}
	return []byte(bad)
}

// within returns delays from 0 to most.
func within(most time.Duration) func(*rand.Rand) time.Duration {
	return func(rng *rand.Rand) time.Duration { return time.Duration(rng.Int64N(int64(most))) }
}

// file is the log as a file holds it.
func (l *testLog) file() []byte {
	var all []byte
	for _, line := range l.lines {
		all = append(all, line.text...)
	}
	return all
}
