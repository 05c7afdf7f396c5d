package rollup

import (
	"maps"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// sameRow tells whether rows are those of one closed slot, with its lists.
func sameRow(rows []reportstore.Row, s slot, parts []part) bool {
	return len(rows) == 1 && rows[0].Kind == reportstore.Closed && proto.Equal(rows[0].Report, summaryOf(parts...).Report(s.host, s.start, s.level))
}

// In whatever order and cut lines come, with restarts between, each slot that closes after its lines has the row of one loop over them, at every level.
func TestOrderOfSlicesChangesNothing(t *testing.T) {
	check(t, func(t *rapid.T, b *box) {
		all := drawStretches(t, "a.example", "b.example")
		for _, s := range rapid.Permutation(all).Draw(t, "order") {
			b.disturb(&s)
			b.take(&s)
		}
		b.end()
		for _, level := range levels {
			rows, want := b.rows(level), partsBy(level, all)
			for s, parts := range want {
				if !sameRow(rows[s], s, parts) {
					t.Errorf("%v has the rows %v, want that of %v", s, rows[s], parts)
				}
			}
			if len(rows) != len(want) {
				t.Errorf("%d slots of level %s have rows, want %d", len(rows), level, len(want))
			}
		}
	})
}

// sums are the lines of each slot of all its rows.
func sums(rows map[slot][]reportstore.Row) map[slot]reportstore.Checksum {
	sums := map[slot]reportstore.Checksum{}
	for s, of := range rows {
		for _, r := range of {
			sum := sums[s]
			sums[s] = reportstore.Checksum{Lines: sum.Lines + r.Report.GetLines(), XOR: sum.XOR ^ r.Report.GetLineXor()}
		}
	}
	return sums
}

func sumsOf(parts map[slot][]part) map[slot]reportstore.Checksum {
	sums := map[slot]reportstore.Checksum{}
	for s, of := range parts {
		sum := summaryOf(of...).Report("", s.start, s.level)
		sums[s] = reportstore.Checksum{Lines: sum.GetLines(), XOR: sum.GetLineXor()}
	}
	return sums
}

// Wherever the frontiers are when lines come, and whatever happens between slices, every level has every line once, so hours and days agree with their
// minutes; no slot has two closed rows, and late rows hold late lines only.
func TestEveryLevelHasEveryLineOnce(t *testing.T) {
	check(t, func(t *rapid.T, b *box) {
		all := drawStretches(t, "a.example", "b.example")
		for _, s := range all {
			b.disturb(&s)
			b.take(&s)
			b.advance()
		}
		b.end()
		for _, level := range levels {
			rows := b.rows(level)
			if got, want := sums(rows), sumsOf(partsBy(level, all)); !maps.Equal(got, want) {
				t.Errorf("level %s has %v, want %v", level, got, want)
			}
			for s, of := range rows {
				checkKinds(t, s, of)
			}
		}
	})
}

// advance moves a source's frontier on, to just before or at where slots close.
func (b *box) advance() {
	source := rapid.SampledFrom([]string{"one", "two"}).Draw(b.t, "who advances")
	minute := rapid.SampledFrom(minutes).Draw(b.t, "to")
	span := reportstore.Span(rapid.SampledFrom(levels).Draw(b.t, "by"))
	to := minute.Truncate(span).Add(span + delay - rapid.SampledFrom([]time.Duration{0, 1}).Draw(b.t, "less"))
	if to.After(b.frontier[source]) {
		b.frontier[source] = to
	}
}

func checkKinds(t *rapid.T, s slot, rows []reportstore.Row) {
	closed := 0
	for _, r := range rows {
		switch {
		case r.Kind == reportstore.Closed:
			closed++
		case r.Kind == reportstore.Provisional:
			t.Errorf("%v is still open", s)
		case r.Report.GetLateLines() != r.Report.GetLines() || r.Report.Visitors != nil || len(r.Report.GetTopAgents()) > 0:
			t.Errorf("%v has a late row with more than counters of late lines: %v", s, r.Report)
		}
	}
	if closed != 1 {
		t.Errorf("%v has %d closed rows", s, closed)
	}
}

// closing is what a minute should have: a minute closes when every source that carries its host has passed its end by the delay, and what comes later is
// late.
type closing struct {
	carriers map[string][]string // by host
	onTime   map[slot][]part
	closed   map[slot]bool
	late     map[slot]int64
}

func (m *closing) take(s *stretch, frontier map[string]time.Time) {
	for _, p := range s.parts {
		m.carriers[p.host] = append(m.carriers[p.host], s.source)
		if at := p.slot(reportstore.Minute); m.closed[at] {
			m.late[at] += int64(p.lines)
		} else {
			m.onTime[at] = append(m.onTime[at], p)
		}
	}
	for at := range m.onTime {
		waits := func(source string) bool { return frontier[source].Before(at.start.Add(time.Minute + delay)) }
		if !slices.ContainsFunc(m.carriers[at.host], waits) {
			m.closed[at] = true
		}
	}
}

// A minute closes exactly when it should: its row has all that came before, with lists, and its late rows the lines that came after.
func TestMinutesCloseByTheSlowestSource(t *testing.T) {
	check(t, func(t *rapid.T, b *box) {
		all := drawStretches(t, "a.example", "b.example")
		want := closing{map[string][]string{}, map[slot][]part{}, map[slot]bool{}, map[slot]int64{}}
		for _, s := range all {
			b.disturb(&s)
			b.take(&s)
			want.take(&s, b.frontier)
			for at, rows := range b.rows(reportstore.Minute) {
				if closed := rows[0].Kind == reportstore.Closed; closed != want.closed[at] {
					t.Fatalf("that %v is closed is %t, want %t", at, closed, want.closed[at])
				}
			}
			b.advance()
		}
		b.end()
		for at, rows := range b.rows(reportstore.Minute) {
			var late int64
			for _, r := range rows[1:] {
				late += r.Report.GetLines()
			}
			if !sameRow(rows[:1], at, want.onTime[at]) || late != want.late[at] {
				t.Errorf("%v has the rows %v, want that of %v and %d late lines", at, rows, want.onTime[at], want.late[at])
			}
		}
	})
}

// Hosts that nobody listed are named from the slice in which k clients have asked for them, in whatever order: no row names one before, and no line is
// lost by that.
func TestHostsAreNamedByTheirClients(t *testing.T) {
	check(t, func(t *rapid.T, b *box) {
		all := drawStretches(t, "a.example", "c.example", "d.example")
		clients, want := map[string]int{}, map[slot]reportstore.Checksum{}
		for _, s := range all {
			for _, p := range s.parts {
				clients[p.host] = max(clients[p.host], min(p.lines, p.clients)) // clients have numbers from 0 on
			}
			for _, p := range s.parts {
				if !listed(p.host) && clients[p.host] < k {
					p.host = vocabulary.OtherHosts
				}
				at := p.slot(reportstore.Minute)
				sum := sumsOf(map[slot][]part{at: {p}})[at]
				want[at] = reportstore.Checksum{Lines: want[at].Lines + sum.Lines, XOR: want[at].XOR ^ sum.XOR}
			}
			b.take(&s)
			b.advance()
		}
		b.end()
		if got := sums(b.rows(reportstore.Minute)); !maps.Equal(got, want) {
			t.Errorf("minutes have %v, want %v", got, want)
		}
		state, err := b.store.State(t.Context())
		b.must(err)
		for _, host := range []string{"c.example", "d.example"} {
			if named := slices.Contains(state.Hosts, host); named != (clients[host] >= k) {
				t.Errorf("that %s is named is %t, %d clients asked for it", host, named, clients[host])
			}
		}
	})
}
