package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// conservation does what a live run and replays do, in any order, and holds every line beside: each is in each answer that covers it, once.
func conservation(t *testing.T, open func(*testing.T) reportstore.Writer) {
	rapid.Check(t, func(rt *rapid.T) {
		l := newLive(&store{Writer: open(t), t: rt})
		rt.Repeat(map[string]func(*rapid.T){
			"lines": l.lines, "close a minute": l.closeMinute, "close an hour": l.closeHour, "close a day": l.closeDay, "late replay": l.lateReplay,
			"rebuild": l.rebuild, "last replay again": l.again, "": l.compare,
		})
		l.end()
	})
}

// place is a minute of a host.
type place struct {
	host  string
	start time.Time
}

// live plays a run with one host or two over three hours of two days, and keeps what lines there should be.
type live struct {
	s     *store
	next  int // number of the next line
	ids   int // of replays so far
	last  *reportstore.Replay
	truth map[place][]lines
	// judged are the latest findings, findings is how many there were.
	judged   map[place]*schemas.Finding
	findings int
	// closed are the slots that the run has closed.
	closed map[reportstore.Slot]bool
}

var (
	liveHosts   = []string{"a.example", "b.example"}
	liveHours   = []time.Time{midnight.Add(-2 * time.Hour), midnight.Add(-time.Hour), midnight}
	midnight    = noon.Add(12 * time.Hour)
	liveMinutes = []time.Duration{0, 7 * time.Minute}
)

func newLive(s *store) *live {
	return &live{s: s, truth: map[place][]lines{}, judged: map[place]*schemas.Finding{}, closed: map[reportstore.Slot]bool{}}
}

func (l *live) draw(t *rapid.T) (host string, start time.Time) {
	host = rapid.SampledFrom(liveHosts).Draw(t, "host")
	return host, rapid.SampledFrom(liveHours).Draw(t, "hour").Add(rapid.SampledFrom(liveMinutes).Draw(t, "minute"))
}

// new gives numbers to new lines of a minute.
func (l *live) new(t *rapid.T, at place) lines {
	of := lines{l.next, l.next + rapid.IntRange(1, 5).Draw(t, "lines")}
	l.next = of.to
	l.truth[at] = append(l.truth[at], of)
	return of
}

func (l *live) isClosed(level string, start time.Time) bool {
	return l.closed[reportstore.Slot{Level: level, Start: start.Truncate(reportstore.Span(level))}]
}

func part(level, host string, start time.Time, s *report.Summary) reportstore.Partial {
	return reportstore.Partial{Level: level, Host: host, Start: start.Truncate(reportstore.Span(level)), Data: s.AppendBinary(nil)}
}

// lines are lines that the run reads of one minute: part of it while it is open, late ones afterwards.
func (l *live) lines(t *rapid.T) {
	host, start := l.draw(t)
	of := l.new(t, place{host, start})
	s := summary(start, of)
	at := place{host, start}
	c := &reportstore.Commit{Findings: l.judge(t, at, l.revision(t, at))}
	if !l.isClosed(reportstore.Minute, start) {
		_, whole := l.parts(reportstore.Minute, host, start)
		whole.Merge(summary(start, of))
		c.Insert = []reportstore.Partial{part(reportstore.Minute, host, start, s)}
		c.Rows = []reportstore.Row{rowOf(reportstore.Provisional, whole, reportstore.Minute, host, start)}
	} else {
		for _, level := range []string{reportstore.Minute, reportstore.Hour, reportstore.Day} {
			if !l.isClosed(level, start) {
				c.Insert = []reportstore.Partial{part(level, host, start, s)}
				break
			}
			c.Rows = append(c.Rows, rowOf(reportstore.Late, s, level, host, start.Truncate(reportstore.Span(level))))
		}
	}
	l.s.commit(c)
}

// parts merges the partial summaries of a slot.
func (l *live) parts(level, host string, start time.Time) (ids []int64, whole *report.Summary) {
	parts, err := l.s.PartialsOf(l.s.t.Context(), level, host, start)
	fails(l.s.t, "partials", err, nil)
	whole = report.New(k)
	for _, p := range parts {
		s, err := report.Decode(p.Data)
		fails(l.s.t, "a partial's data", err, nil)
		whole.Merge(s)
		ids = append(ids, p.ID)
	}
	return ids, whole
}

// close ends a slot of every host: its parts become its row, and a part of the slot above.
func (l *live) close(level, above string, start time.Time) {
	at := reportstore.Slot{Level: level, Start: start.Truncate(reportstore.Span(level))}
	if l.closed[at] {
		return
	}
	c := &reportstore.Commit{}
	for _, host := range liveHosts {
		ids, whole := l.parts(level, host, at.Start)
		if ids == nil {
			continue
		}
		if c.Delete = append(c.Delete, ids...); above != "" {
			c.Insert = append(c.Insert, part(above, host, start, whole))
		}
		c.Rows = append(c.Rows, rowOf(reportstore.Closed, whole, level, host, at.Start))
	}
	l.s.commit(c)
	l.closed[at] = true
}

func (l *live) closeMinute(t *rapid.T) {
	_, start := l.draw(t)
	l.close(reportstore.Minute, reportstore.Hour, start)
}

func (l *live) closeHour(t *rapid.T) {
	l.endHour(rapid.SampledFrom(liveHours).Draw(t, "hour"))
}

func (l *live) endHour(hour time.Time) {
	for _, m := range liveMinutes {
		l.close(reportstore.Minute, reportstore.Hour, hour.Add(m))
	}
	l.close(reportstore.Hour, reportstore.Day, hour)
}

func (l *live) closeDay(t *rapid.T) {
	l.endDay(rapid.SampledFrom(liveHours).Draw(t, "hour"))
}

func (l *live) endDay(within time.Time) {
	for _, hour := range liveHours {
		if hour.Truncate(24 * time.Hour).Equal(within.Truncate(24 * time.Hour)) {
			l.endHour(hour)
		}
	}
	l.close(reportstore.Day, "", within)
}

func (l *live) lateReplay(t *rapid.T) {
	host, start := l.draw(t)
	at := place{host, start}
	l.last = &reportstore.Replay{ID: l.id(), Rows: allLevels(reportstore.Late, host, start, l.new(t, at)), Findings: l.judge(t, at, l.nextRevision(at))}
	l.s.publish(l.last)
}

func (l *live) id() string {
	l.ids++
	return fmt.Sprint("replay ", l.ids)
}

// rebuild replaces some hours by all lines that they have, and further ones.
func (l *live) rebuild(t *rapid.T) {
	from := rapid.SampledFrom(liveHours).Draw(t, "from")
	to := from.Add(time.Duration(rapid.SampledFrom([]int{1, 2, 24}).Draw(t, "hours")) * time.Hour)
	l.last = &reportstore.Replay{ID: l.id(), Rebuild: true, From: from, To: to}
	if l.anyOpen(from, to) {
		_, err := l.s.Publish(t.Context(), l.last)
		if !errors.Is(err, reportstore.ErrOpen) {
			t.Fatalf("a rebuild of open minutes gave %v", err)
		}
		l.last = nil
		return
	}
	if host, start := l.draw(t); !start.Before(from) && start.Before(to) {
		l.new(t, place{host, start})
	}
	l.last.Findings = l.judgeAnew(t, from, to)
	for _, host := range liveHosts {
		for _, level := range []string{reportstore.Minute, reportstore.Hour, reportstore.Day} {
			l.last.Rows = append(l.last.Rows, l.rowsOf(level, host, from, to)...)
		}
	}
	l.s.publish(l.last)
}

func (l *live) anyOpen(from, to time.Time) bool {
	for _, p := range l.s.state().Partials {
		if p.Level == reportstore.Minute && !p.Start.Before(from) && p.Start.Before(to) {
			return true
		}
	}
	return false
}

// rowsOf are the rows that a bounded run over the lines from from to to has.
func (l *live) rowsOf(level, host string, from, to time.Time) (rows []reportstore.Row) {
	for start := from.Truncate(reportstore.Span(level)); start.Before(to); start = start.Add(reportstore.Span(level)) {
		whole := report.New(k)
		any := false
		for at, of := range l.truth {
			if at.host == host && !at.start.Before(from) && at.start.Before(to) && at.start.Truncate(reportstore.Span(level)).Equal(start) {
				whole.Merge(summary(at.start, of...))
				any = true
			}
		}
		if any {
			rows = append(rows, rowOf(reportstore.Closed, whole, level, host, start))
		}
	}
	return rows
}

func (l *live) again(t *rapid.T) {
	if l.last == nil {
		t.Skip("no replay yet")
	}
	published, err := l.s.Publish(t.Context(), l.last)
	fails(l.s.t, "the last replay again", err, nil)
	is(l.s.t, "published again", published, false)
}

// linesIn are the lines of a host in [from, to).
func (l *live) linesIn(host string, from, to time.Time) (of []lines) {
	for at, has := range l.truth {
		if at.host == host && !at.start.Before(from) && at.start.Before(to) {
			of = append(of, has...)
		}
	}
	return of
}

// compare checks minutes, and the total and findings of any range.
func (l *live) compare(t *rapid.T) {
	want := map[time.Time]reportstore.Checksum{}
	for at, of := range l.truth {
		sum := checksum(of...)
		want[at.start] = reportstore.Checksum{Lines: want[at.start].Lines + sum.Lines, XOR: want[at.start].XOR ^ sum.XOR}
	}
	is(l.s.t, "minutes", l.s.check(), want)
	marks := []time.Time{
		midnight.Add(-24 * time.Hour), liveHours[0], liveHours[0].Add(5 * time.Minute), liveHours[1], midnight, midnight.Add(time.Minute), midnight.Add(24 * time.Hour),
	}
	from := rapid.SampledFrom(marks).Draw(t, "from")
	to := rapid.SampledFrom(marks).Draw(t, "to")
	for _, host := range liveHosts {
		is(l.s.t, "total", checksumOf(l.s.total(host, from, to)), checksum(l.linesIn(host, from, to)...))
	}
	l.compareFindings(from, to)
}

// end closes all that is open: then every level has every line.
func (l *live) end() {
	for _, hour := range liveHours {
		l.endDay(hour)
	}
	for _, host := range liveHosts {
		agree(l.s.t, l.s, host, l.linesIn(host, time.Time{}, distant)...)
	}
}
