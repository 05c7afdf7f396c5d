// Package rollup carries what a live run knows of minutes, hours and days that are not closed yet. It takes the partial summaries of slices, keeps
// them in the store until their slot closes, and makes the rows: provisional ones of open slots, the row with its lists when a slot closes, rows of
// counters for lines that come later. Closed minutes become part of their hour, closed hours of their day, so that the levels agree. It reads no logs
// and runs no graph; what it decides depends on its input and the store alone.
package rollup

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// Config says how slots are closed.
type Config struct {
	// K is how many distinct clients a host needs to be named that nobody listed. Required.
	K int
	// Listed tells whether the operator named a host. Required.
	Listed func(host string) bool
	// Delay is how long after the end of a slot its lines may come. Required.
	Delay time.Duration
	// Closed is told of each minute that closes, and Late of each further row of a closed minute. The summary may be used during the call only. Optional.
	Closed func(sum *report.Summary, row *schemas.TrafficReport)
	Late   func(row *schemas.TrafficReport)
}

// Partial is what one slice knows of one host and minute. The summary must not be used by others afterwards.
type Partial struct {
	Host    string
	Minute  time.Time
	Summary *report.Summary
	Encoded []byte
}

// Rollup is the carried state of one store. After an error it must be made anew: what it knows may be ahead of the store. It is not safe for
// concurrent use.
type Rollup struct {
	cfg   Config
	store reportstore.Writer

	open    map[slot]*openSlot
	closed  closings
	names   names
	sources map[string]map[string]bool // by host: the sources that carry it
	used    int64                      // counts uses, to tell which summary was not used for long
}

// slot is one stretch of time of one host.
type slot struct {
	level string
	host  string
	start time.Time
}

func (s slot) end() time.Time { return s.start.Add(reportstore.Span(s.level)) }

// above returns the slot of the next level that this one belongs to.
func (s slot) above() (slot, bool) {
	switch s.level {
	case reportstore.Minute:
		return slot{reportstore.Hour, s.host, s.start.Truncate(time.Hour)}, true
	case reportstore.Hour:
		return slot{reportstore.Day, s.host, s.start.Truncate(24 * time.Hour)}, true
	}
	return slot{}, false
}

func compareSlots(a, b slot) int {
	return cmp.Or(a.start.Compare(b.start), cmp.Compare(a.host, b.host), cmp.Compare(a.level, b.level))
}

// New goes on where the store's last commit stopped.
func New(state *reportstore.State, store reportstore.Writer, cfg Config) *Rollup {
	r := &Rollup{cfg: cfg, store: store, open: map[slot]*openSlot{}, closed: newClosings(store), sources: map[string]map[string]bool{}}
	r.names = newNames(&cfg, state.Hosts)
	for _, p := range state.Partials {
		o := r.slot(slot{p.Level, p.Host, p.Start.UTC()})
		o.stored = append(o.stored, p.ID)
	}
	for host, sources := range state.HostSources {
		for _, source := range sources {
			r.carry(host, source, nil)
		}
	}
	return r
}

// Add takes in what a slice of a source found, and adds to c what follows from it.
func (r *Rollup) Add(ctx context.Context, source string, partials []Partial, c *reportstore.Commit) error {
	slices.SortFunc(partials, func(a, b Partial) int { return cmp.Or(a.Minute.Compare(b.Minute), cmp.Compare(a.Host, b.Host)) })
	c.Hosts = append(c.Hosts, r.names.learn(partials)...)
	for i := range partials {
		p := &partials[i]
		s := slot{reportstore.Minute, r.names.of(p.Host), p.Minute.UTC()}
		r.carry(s.host, source, c)
		if err := r.add(ctx, s, p, c); err != nil {
			return err
		}
	}
	return nil
}

// carry notes that a source carries a host.
func (r *Rollup) carry(host, source string, c *reportstore.Commit) {
	if r.sources[host] == nil {
		r.sources[host] = map[string]bool{}
	}
	if r.sources[host][source] {
		return
	}
	r.sources[host][source] = true
	if c == nil {
		return
	}
	if c.HostSources == nil {
		c.HostSources = map[string][]string{}
	}
	c.HostSources[host] = append(c.HostSources[host], source)
}

func (r *Rollup) add(ctx context.Context, s slot, p *Partial, c *reportstore.Commit) error {
	late, err := r.isClosed(ctx, s)
	if err != nil {
		return err
	}
	if late {
		return r.addLate(ctx, s, p, c)
	}
	r.slot(s).take(p.Summary, p.Encoded)
	return nil
}

// addLate makes a further row of a closed slot, and adds the lines to the first level above that is still open.
func (r *Rollup) addLate(ctx context.Context, s slot, p *Partial, c *reportstore.Commit) error {
	p.Summary.MarkLate()
	encoded := p.Summary.AppendBinary(nil)
	for {
		row := p.Summary.Fragment(s.host, s.start, s.level)
		c.Rows = append(c.Rows, reportstore.Row{Kind: reportstore.Late, Report: row})
		if s.level == reportstore.Minute && r.cfg.Late != nil {
			r.cfg.Late(row)
		}
		above, ok := s.above()
		if !ok {
			return nil
		}
		closed, err := r.isClosed(ctx, above)
		if err != nil {
			return err
		}
		if !closed {
			r.slot(above).take(p.Summary, encoded)
			return nil
		}
		s = above
	}
}

func (r *Rollup) isClosed(ctx context.Context, s slot) (bool, error) {
	if r.open[s] != nil {
		return false, nil
	}
	return r.closed.has(ctx, s)
}

// slot returns an open slot, new where there is none.
func (r *Rollup) slot(s slot) *openSlot {
	o := r.open[s]
	if o == nil {
		o = &openSlot{slot: s}
		r.open[s] = o
	}
	r.used++
	o.used = r.used
	return o
}

// Close closes the slots that frontier has passed by the delay, and adds their rows to c. frontier is how far a source has come; a host's slots wait
// for every source that carries the host.
func (r *Rollup) Close(ctx context.Context, frontier func(source string) time.Time, c *reportstore.Commit) error {
	passed := r.frontiers(frontier)
	for _, level := range []string{reportstore.Minute, reportstore.Hour, reportstore.Day} {
		for _, o := range r.due(level, passed) {
			if err := r.close(ctx, o, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// frontiers returns how far each host has come.
func (r *Rollup) frontiers(frontier func(string) time.Time) map[string]time.Time {
	passed := map[string]time.Time{}
	for host, sources := range r.sources {
		first := true
		for source := range sources {
			if f := frontier(source); first || f.Before(passed[host]) {
				passed[host], first = f, false
			}
		}
	}
	return passed
}

// due returns the open slots of a level that their hosts have passed, in order.
func (r *Rollup) due(level string, passed map[string]time.Time) []*openSlot {
	var due []*openSlot
	for s, o := range r.open {
		if s.level == level && !s.end().Add(r.cfg.Delay).After(passed[s.host]) {
			due = append(due, o)
		}
	}
	slices.SortFunc(due, func(a, b *openSlot) int { return compareSlots(a.slot, b.slot) })
	return due
}

// close makes the row of a slot and hands its summary to the level above.
func (r *Rollup) close(ctx context.Context, o *openSlot, c *reportstore.Commit) error {
	sum, err := r.summary(ctx, o)
	if err != nil {
		return err
	}
	row := sum.Report(o.host, o.start, o.level)
	c.Rows = append(c.Rows, reportstore.Row{Kind: reportstore.Closed, Report: row})
	if o.level == reportstore.Minute && r.cfg.Closed != nil {
		r.cfg.Closed(sum, row)
	}
	sum.DropSamples()
	c.Delete = append(c.Delete, o.stored...)
	delete(r.open, o.slot)
	r.closed.add(o.slot)
	if above, ok := o.above(); ok {
		closed, err := r.isClosed(ctx, above)
		if err != nil {
			return err
		}
		if closed { // a minute of old lines, in an hour that is over: its row is new, its hour's is not
			return r.addLate(ctx, above, &Partial{Summary: sum}, c)
		}
		r.slot(above).take(sum, sum.AppendBinary(nil))
	}
	return nil
}

// Finish adds the provisional rows and the partials of slots that stay open to c. It comes last before the commit.
func (r *Rollup) Finish(ctx context.Context, c *reportstore.Commit) error {
	for _, o := range r.changed() {
		sum, err := r.summary(ctx, o)
		if err != nil {
			return err
		}
		c.Rows = append(c.Rows, reportstore.Row{Kind: reportstore.Provisional, Report: sum.Report(o.host, o.start, o.level)})
		for _, data := range o.fresh {
			c.Insert = append(c.Insert, reportstore.Partial{Level: o.level, Host: o.host, Start: o.start, Data: data})
		}
	}
	return nil
}

// changed returns the open slots with partials that the store does not have, in order.
func (r *Rollup) changed() []*openSlot {
	var changed []*openSlot
	for _, o := range r.open {
		if len(o.fresh) > 0 {
			changed = append(changed, o)
		}
	}
	slices.SortFunc(changed, func(a, b *openSlot) int { return compareSlots(a.slot, b.slot) })
	return changed
}

// Committed tells that the store has c: the partials in it have their ids.
func (r *Rollup) Committed(c *reportstore.Commit) {
	for i := range c.Insert {
		p := &c.Insert[i]
		o := r.open[slot{p.Level, p.Host, p.Start}]
		o.stored = append(o.stored, p.ID)
		o.fresh = nil
	}
	r.shrink()
}

// Published tells that the store got rows that did not come from here: what is closed is asked anew.
func (r *Rollup) Published() { r.closed = newClosings(r.store) }

// OpenMinutes returns how many minutes are open.
func (r *Rollup) OpenMinutes() int {
	n := 0
	for s := range r.open {
		if s.level == reportstore.Minute {
			n++
		}
	}
	return n
}

// summary returns the summary of an open slot, from the store where it is not in memory.
func (r *Rollup) summary(ctx context.Context, o *openSlot) (*report.Summary, error) {
	if o.sum != nil {
		return o.sum, nil
	}
	stored, err := r.store.PartialsOf(ctx, o.level, o.host, o.start)
	if err != nil {
		return nil, err
	}
	encoded := make([][]byte, 0, len(stored)+len(o.fresh))
	for i := range stored {
		encoded = append(encoded, stored[i].Data)
	}
	for _, data := range append(encoded, o.fresh...) {
		sum, err := report.Decode(data)
		if err != nil {
			return nil, fmt.Errorf("%w: what is known of an open %s cannot be read: %w", reportstore.ErrDamaged, o.level, err)
		}
		o.merge(sum)
	}
	return o.sum, nil
}
