package findings

import (
	"cmp"
	"context"
	"fmt"
	"hash/crc32"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

const (
	// maxHeld is how many sites are in memory between two commits; the others are read from the store when they are needed.
	maxHeld = 500
	// revised is for how long a closed minute is judged again when lines of it come late.
	revised = 10
	// loadedAtOnce is how many sites are looked up in the store at once, of those that were there before the program started.
	loadedAtOnce = 20
	// oldestSilence is how far back a silence is looked at.
	oldestSilence = 24 * time.Hour
)

// Judge judges the minutes of a live run as they close. What it knows follows from the store and what it was given: after an error it must be made anew. It is
// not safe for concurrent use.
type Judge struct {
	store   reportstore.Writer
	sites   map[string]*held
	waiting []string // sites that were there before, not looked at yet
	closed  []*schemas.Observation
	late    []*schemas.TrafficReport
	lines   map[int64]bool // minutes (since 1970) of which lines are known
	last    time.Time      // the latest of them
	used    int64
	heeded  map[heed]bool
}

// held is a site in memory.
type held struct {
	site   *attack.Site
	recent []*judged // of the last minutes, the latest last
	used   int64
}

// judged is a minute that may be judged again.
type judged struct {
	o        *schemas.Observation
	revision int32
	found    bool
	rules    *schemas.Rules
}

// NewJudge goes on where a store's last commit stopped. hosts are the sites that are there already.
func NewJudge(store reportstore.Writer, hosts []string) *Judge {
	return &Judge{store: store, sites: map[string]*held{}, waiting: slices.Sorted(slices.Values(hosts)), lines: map[int64]bool{}, heeded: map[heed]bool{}}
}

// Close takes in a minute that was closed. sum is not kept.
func (j *Judge) Close(sum *report.Summary, row *schemas.TrafficReport) {
	j.closed = append(j.closed, attack.Observe(sum, row))
}

// Late takes in a further row of a closed minute.
func (j *Judge) Late(row *schemas.TrafficReport) { j.late = append(j.late, row) }

// Finish judges what was taken in, and adds to c what follows from it.
func (j *Judge) Finish(ctx context.Context, c *reportstore.Commit) error {
	closed, late := j.closed, j.late
	j.closed, j.late = nil, nil
	slices.SortFunc(closed, func(a, b *schemas.Observation) int {
		return cmp.Or(a.Row.Minute.AsTime().Compare(b.Row.Minute.AsTime()), cmp.Compare(a.Row.Host, b.Row.Host))
	})
	for _, o := range closed {
		j.saw(o.Row.Minute.AsTime())
	}
	if len(closed) > 0 {
		if err := j.heed(ctx); err != nil {
			return err
		}
	}
	for _, o := range closed {
		if err := j.judge(ctx, o, c); err != nil {
			return err
		}
	}
	for _, row := range late {
		if err := j.again(ctx, row, c); err != nil {
			return err
		}
	}
	if len(closed) == 0 {
		return nil
	}
	return j.silences(ctx, c)
}

func (j *Judge) saw(minute time.Time) {
	j.lines[minute.Unix()/60] = true
	if minute.After(j.last) {
		j.last = minute
	}
}

// judge judges one minute. One that is older than the last that was judged is left: what is usual has moved on.
func (j *Judge) judge(ctx context.Context, o *schemas.Observation, c *reportstore.Commit) error {
	h, err := j.hold(ctx, o.Row.Host)
	if err != nil {
		return err
	}
	minute := o.Row.Minute.AsTime()
	if !minute.After(h.site.Last()) {
		return nil
	}
	if err := j.know(ctx, h.site.Last(), minute); err != nil {
		return err
	}
	found := h.site.Next(o)
	h.remember(o, found)
	return j.put(h, o, found, c)
}

// put adds what follows from a minute to c.
func (j *Judge) put(h *held, o *schemas.Observation, found []*schemas.Finding, c *reportstore.Commit) error {
	host, minute := o.Row.Host, o.Row.Minute.AsTime()
	c.Findings = append(c.Findings, found...)
	for _, r := range h.site.TakeLiterals() {
		data, err := proto.Marshal(r)
		if err != nil {
			return fmt.Errorf("writing a rule: %w", err)
		}
		c.Literals = append(c.Literals, reportstore.Literal{Host: host, Name: r.Name, Expires: r.Expires.AsTime(), Data: data})
	}
	if stateIsDue(host, minute) {
		data, err := proto.Marshal(h.site.State())
		if err != nil {
			return fmt.Errorf("writing what is usual for a site: %w", err)
		}
		c.States = append(c.States, reportstore.DetectionState{Host: host, Minute: minute, Data: data})
		return nil
	}
	data, err := proto.Marshal(o)
	if err != nil {
		return fmt.Errorf("writing what was seen of a site: %w", err)
	}
	c.Observed = append(c.Observed, reportstore.Observed{Host: host, Minute: minute, Data: data})
	return nil
}

// stateIsDue spreads the sites over the minutes of an hour.
func stateIsDue(host string, minute time.Time) bool {
	return int64(crc32.ChecksumIEEE([]byte(host))%60) == minute.Unix()/60%60
}

// silences judges the minutes in which sites had no line while others had.
func (j *Judge) silences(ctx context.Context, c *reportstore.Commit) error {
	for range min(loadedAtOnce, len(j.waiting)) {
		if _, err := j.hold(ctx, j.waiting[0]); err != nil {
			return err
		}
		j.waiting = j.waiting[1:]
	}
	until := j.last.Add(-openFor)
	for _, h := range j.sites {
		last := h.site.Last()
		if last.IsZero() || !last.Add(time.Minute).Before(until) {
			continue
		}
		if err := j.know(ctx, last, until); err != nil {
			return err
		}
		c.Findings = append(c.Findings, h.site.Until(until)...)
	}
	slices.SortFunc(c.Findings, func(a, b *schemas.Finding) int {
		return cmp.Or(a.Minute.AsTime().Compare(b.Minute.AsTime()), cmp.Compare(a.Host, b.Host), cmp.Compare(a.Revision, b.Revision))
	})
	return nil
}

// know asks the store which minutes between two have lines, where that is not known yet. What has none may get some, so it is asked again.
func (j *Judge) know(ctx context.Context, after, before time.Time) error {
	from := after.Add(time.Minute)
	if oldest := before.Add(-oldestSilence); from.Before(oldest) {
		from = oldest
	}
	for from.Before(before) && j.lines[from.Unix()/60] {
		from = from.Add(time.Minute)
	}
	if after.IsZero() || !from.Before(before) {
		return nil
	}
	sums, err := j.store.Check(ctx, from, before)
	for at, sum := range sums {
		if sum.Lines > 0 {
			j.lines[at.Unix()/60] = true
		}
	}
	return err
}

// hold returns a site, from the store where it is not in memory.
func (j *Judge) hold(ctx context.Context, host string) (*held, error) {
	j.used++
	if h := j.sites[host]; h != nil {
		h.used = j.used
		return h, nil
	}
	state, observed, err := j.store.Detection(ctx, host)
	if err != nil {
		return nil, err
	}
	site := &schemas.SiteState{}
	if state != nil {
		if err := proto.Unmarshal(state.Data, site); err != nil {
			return nil, fmt.Errorf("%w: what is usual for a site cannot be read: %w", reportstore.ErrDamaged, err)
		}
	}
	h := &held{site: attack.ResumeSite(host, site, func(minute time.Time) bool { return j.lines[minute.Unix()/60] }, Sayable), used: j.used}
	for _, seen := range observed {
		o := &schemas.Observation{}
		if err := proto.Unmarshal(seen.Data, o); err != nil {
			return nil, fmt.Errorf("%w: what was seen of a site cannot be read: %w", reportstore.ErrDamaged, err)
		}
		if err := j.know(ctx, h.site.Last(), seen.Minute); err != nil {
			return nil, err
		}
		h.remember(o, h.site.Next(o))
	}
	h.site.TakeLiterals() // they are in the store
	j.sites[host] = h
	return h, nil
}

// remember keeps a minute for the time in which late lines of it are judged.
func (h *held) remember(o *schemas.Observation, found []*schemas.Finding) {
	minute := o.Row.Minute.AsTime()
	g := &judged{o: o}
	for _, f := range found {
		if f.Minute.AsTime().Equal(minute) {
			g.found, g.rules = true, f.Rules
		}
	}
	h.recent = append(h.recent, g)
	h.recent = slices.DeleteFunc(h.recent, func(g *judged) bool { return minute.Sub(g.o.Row.Minute.AsTime()) >= revised*time.Minute })
}

// again judges a minute once more, as lines of it came late.
func (j *Judge) again(ctx context.Context, row *schemas.TrafficReport, c *reportstore.Commit) error {
	h, err := j.hold(ctx, row.Host)
	if err != nil {
		return err
	}
	for _, g := range h.recent {
		if !g.o.Row.Minute.AsTime().Equal(row.Minute.AsTime()) {
			continue
		}
		g.o.Row = report.Sum([]*schemas.TrafficReport{g.o.Row, row})
		f := h.site.Again(g.o)
		if f == nil || f.Verdict <= schemas.Verdict_VERDICT_NORMAL && !g.found {
			return nil
		}
		g.revision, g.found = g.revision+1, f.Verdict > schemas.Verdict_VERDICT_NORMAL
		f.Revision, f.Rules = g.revision, g.rules // which the late lines do not change
		c.Findings = append(c.Findings, f)
	}
	return nil
}

// Committed lets go of what need not be in memory, as the store has it.
func (j *Judge) Committed() {
	for at := range j.lines {
		if at < j.last.Add(-oldestSilence).Unix()/60 {
			delete(j.lines, at)
		}
	}
	if len(j.sites) <= maxHeld {
		return
	}
	uses := make([]int64, 0, len(j.sites))
	for _, h := range j.sites {
		uses = append(uses, h.used)
	}
	slices.Sort(uses)
	limit := uses[len(uses)-maxHeld]
	for host, h := range j.sites {
		if h.used < limit {
			delete(j.sites, host)
		}
	}
}
