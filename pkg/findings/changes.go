package findings

import (
	"slices"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/schemas"
)

// The kinds of changes.
const (
	Opened  = "open"
	Changed = "changed"
	Closed  = "closed"
)

// Change is something to be told about a case: that it began (suspected, or attack), that it is something else than it was, or that it is over.
type Change struct {
	Kind string
	Case attack.Case
	At   time.Time // the end of the minute from which it follows
}

// Changes follows the cases of all sites.
type Changes struct{ open map[string]*openCase }

type openCase struct {
	attack.Case
	verdict schemas.Verdict
	kind    string
}

// NewChanges begins with the findings of the time before, about which everything is told.
func NewChanges(before []*schemas.Finding, now time.Time) *Changes {
	c := &Changes{open: map[string]*openCase{}}
	c.Take(before, now)
	return c
}

// Open is how many cases are open.
func (c *Changes) Open() int { return len(c.open) }

// Take takes in findings in order of time, of any sites, and returns what is to be told. now is how far minutes are judged.
func (c *Changes) Take(found []*schemas.Finding, now time.Time) (told []Change) {
	for _, f := range found {
		told = append(told, c.take(f)...)
	}
	return append(told, c.close(now)...)
}

func (c *Changes) take(f *schemas.Finding) []Change {
	o, end := c.open[f.Host], f.Minute.AsTime().Add(time.Minute)
	switch {
	case f.Revision > 0 || o == nil && f.Verdict < schemas.Verdict_VERDICT_SUSPECTED:
		return nil
	case o != nil && !o.OpenAt(end.Add(-time.Minute)):
		delete(c.open, f.Host)
		return append([]Change{{Closed, o.Case, end}}, c.take(f)...)
	case o == nil:
		o = &openCase{Case: attack.Cases([]*schemas.Finding{f})[0], verdict: f.Verdict, kind: f.Kind}
		c.open[f.Host] = o
		return []Change{{Opened, o.Case, end}}
	}
	o.Add(f)
	if o.Worst.Verdict == o.verdict && o.Worst.Kind == o.kind {
		return nil
	}
	o.verdict, o.kind = o.Worst.Verdict, o.Worst.Kind
	return []Change{{Changed, o.Case, end}}
}

// close ends the cases that were quiet for long enough.
func (c *Changes) close(now time.Time) (told []Change) {
	for host, o := range c.open {
		if !o.OpenAt(now) {
			told = append(told, Change{Closed, o.Case, now})
			delete(c.open, host)
		}
	}
	slices.SortFunc(told, func(a, b Change) int { return strings.Compare(a.Case.Host, b.Case.Host) })
	return told
}
