package storetest

import (
	"maps"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/schemas"
)

// judge is a finding of a minute that no other is like: now and then one, else none.
func (l *live) judge(t *rapid.T, at place, revision int32) []*schemas.Finding {
	if !rapid.Bool().Draw(t, "finding") {
		return nil
	}
	l.findings++
	f := finding(at.host, at.start, int(revision), l.findings)
	l.judged[at] = f
	return []*schemas.Finding{f}
}

// revision is one that counts in the next commit: that of the minute's finding, which is replaced, or one above.
func (l *live) revision(t *rapid.T, at place) int32 {
	return l.judged[at].GetRevision() + int32(rapid.IntRange(0, 2).Draw(t, "revision"))
}

// nextRevision is the one that a late replay's finding gets.
func (l *live) nextRevision(at place) int32 {
	if f := l.judged[at]; f != nil {
		return f.Revision + 1
	}
	return 0
}

// judgeAnew is what a rebuild says of its hours, in place of what was said before.
func (l *live) judgeAnew(t *rapid.T, from, to time.Time) (findings []*schemas.Finding) {
	maps.DeleteFunc(l.judged, func(at place, _ *schemas.Finding) bool { return !at.start.Before(from) && at.start.Before(to) })
	if host, start := l.draw(t); !start.Before(from) && start.Before(to) {
		return l.judge(t, place{host, start}, 0)
	}
	return nil
}

// compareFindings checks the findings of each site, and of all.
func (l *live) compareFindings(from, to time.Time) {
	for _, host := range append([]string{""}, liveHosts...) {
		var want []*schemas.Finding
		for at, f := range l.judged {
			if (host == "" || host == at.host) && !at.start.Before(from) && at.start.Before(to) {
				want = append(want, f)
			}
		}
		slices.SortFunc(want, func(a, b *schemas.Finding) int {
			if byHost := strings.Compare(a.Host, b.Host); byHost != 0 {
				return byHost
			}
			return a.Minute.AsTime().Compare(b.Minute.AsTime())
		})
		is(l.s.t, "findings", l.s.findings(everything, host, from, to), want)
	}
}
