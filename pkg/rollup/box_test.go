package rollup

import (
	"encoding/binary"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

var (
	// evening is before a midnight, so that a few minutes belong to several hours and days.
	evening = time.Date(2026, 5, 4, 22, 58, 0, 0, time.UTC)
	// minutes are where lines come: neighbours, and both sides of the edges of hours and days.
	minutes = []time.Time{evening, evening.Add(time.Minute), evening.Add(2 * time.Minute), evening.Add(61 * time.Minute), evening.Add(62 * time.Minute), evening.Add(26 * time.Hour)}
	levels  = []string{reportstore.Minute, reportstore.Hour, reportstore.Day}
)

const (
	k     = 3
	delay = 15 * time.Second
)

// part is lines of one host and minute in a slice: from the number first on, by so many clients in turn.
type part struct {
	host                  string
	minute                time.Time
	first, lines, clients int
}

func (p *part) slot(level string) slot {
	return slot{level, p.host, p.minute.Truncate(reportstore.Span(level))}
}

func hashOf(n int) uint64 {
	x := uint64(n+1) * 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	return x ^ x>>31
}

// addTo adds the lines to a summary. Everything about a line follows from its number.
func (p *part) addTo(s *report.Summary) {
	for i := range p.lines {
		n := p.first + i
		client := hashOf(i % p.clients)
		r := report.Request{
			Time: p.minute.UnixNano() + int64(n%60)*int64(time.Second), LineID: hashOf(n), Weight: 1e6, Logged: vocabulary.Fields(1<<vocabulary.FieldCount - 1),
			Visitor: client, Group: uint32(client) | 1, Status: []uint16{200, 304, 404, 503}[n%4], ResponseBytes: uint64(n) * 100,
			Latency: int64(1+n%300) * int64(time.Millisecond), Path: "/", Country: "DE", Agent: "Firefox",
		}
		binary.BigEndian.PutUint64(r.Client[:], client)
		s.Add(&r)
	}
}

func summaryOf(parts ...part) *report.Summary {
	s := report.New(k)
	for i := range parts {
		parts[i].addTo(s)
	}
	return s
}

// stretch is what a slice of a source found.
type stretch struct {
	source string
	parts  []part
}

// drawStretches draws what slices find of some hosts.
func drawStretches(t *rapid.T, hosts ...string) (all []stretch) {
	line := 0
	for range rapid.IntRange(1, 8).Draw(t, "slices") {
		s := stretch{source: rapid.SampledFrom([]string{"one", "two"}).Draw(t, "source")}
		for range rapid.IntRange(1, 4).Draw(t, "parts") {
			p := part{
				host: rapid.SampledFrom(hosts).Draw(t, "host"), minute: rapid.SampledFrom(minutes).Draw(t, "minute"),
				first: line, lines: rapid.IntRange(1, 6).Draw(t, "lines"), clients: rapid.IntRange(1, k).Draw(t, "clients"),
			}
			line += p.lines
			s.parts = append(s.parts, p)
		}
		all = append(all, s)
	}
	return all
}

// partsBy groups the parts of stretches by slots of a level.
func partsBy(level string, all []stretch) map[slot][]part {
	parts := map[slot][]part{}
	for _, s := range all {
		for _, p := range s.parts {
			parts[p.slot(level)] = append(parts[p.slot(level)], p)
		}
	}
	return parts
}

// box is a rollup on a real store.
type box struct {
	t        *rapid.T
	store    *sqlite.Store
	roll     *Rollup
	frontier map[string]time.Time
}

// listed are the hosts that the operator named.
func listed(host string) bool { return host == "a.example" || host == "b.example" }

// check checks a law on new boxes.
func check(t *testing.T, law func(t *rapid.T, b *box)) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "rollup")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		b := &box{t: t, frontier: map[string]time.Time{}}
		if b.store, err = sqlite.Open(dir, time.Now); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = b.store.Close() })
		b.start()
		law(t, b)
	})
}

func (b *box) must(err error) {
	if err != nil {
		b.t.Fatal(err)
	}
}

// start goes on from what the store has, as after a kill.
func (b *box) start() {
	state, err := b.store.State(b.t.Context())
	b.must(err)
	b.roll = New(state, b.store, Config{K: k, Listed: listed, Delay: delay})
}

// make makes the commit of a slice, and of what closes by the frontiers before it.
func (b *box) make(s *stretch) *reportstore.Commit {
	var partials []Partial
	for i := range s.parts {
		sum := summaryOf(s.parts[i])
		partials = append(partials, Partial{Host: s.parts[i].host, Minute: s.parts[i].minute, Summary: sum, Encoded: sum.AppendBinary(nil)})
	}
	var c reportstore.Commit
	b.must(b.roll.Add(b.t.Context(), s.source, partials, &c))
	b.must(b.roll.Close(b.t.Context(), func(source string) time.Time { return b.frontier[source] }, &c))
	b.must(b.roll.Finish(b.t.Context(), &c))
	return &c
}

func (b *box) take(s *stretch) {
	c := b.make(s)
	b.must(b.store.Commit(b.t.Context(), c))
	b.roll.Committed(c)
}

// disturb does what may happen between two slices and must change nothing: a kill after or before the commit, summaries dropped from memory, what is
// known of closed slots forgotten.
func (b *box) disturb(next *stretch) {
	switch rapid.SampledFrom([]string{"nothing", "restart", "kill", "drop", "forget"}).Draw(b.t, "disturbance") {
	case "restart":
		b.start()
	case "kill":
		b.make(next)
		b.start()
	case "drop":
		for _, o := range b.roll.open {
			o.sum = nil
		}
	case "forget":
		clear(b.roll.closed.recent)
	}
}

// end closes all slots.
func (b *box) end() {
	for _, source := range []string{"one", "two"} {
		b.frontier[source] = evening.Add(1000 * time.Hour)
	}
	b.take(&stretch{})
	state, err := b.store.State(b.t.Context())
	b.must(err)
	if len(b.roll.open) > 0 || len(state.Partials) > 0 {
		b.t.Fatalf("%d slots are open, and the store has %d partials", len(b.roll.open), len(state.Partials))
	}
}

// rows are the rows of a level in the store.
func (b *box) rows(level string) map[slot][]reportstore.Row {
	rows := map[slot][]reportstore.Row{}
	b.must(b.store.Rows(b.t.Context(), access.Everything(), "", level, evening.Add(-48*time.Hour), evening.Add(96*time.Hour), func(r reportstore.Row) error {
		s := slot{level, r.Report.GetHost(), r.Report.GetMinute().AsTime()}
		rows[s] = append(rows[s], r)
		return nil
	}))
	return rows
}
