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
	minutes Minutes
	words   map[string][]*schemas.Word
	used    int64
}

// held is a site in memory.
type held struct {
	site   *attack.Site
	recent []*judged // of the last minutes, the latest last
	since  time.Time // the first minute with requests after the state that the store has; zero: there is none
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
	return &Judge{store: store, sites: map[string]*held{}, waiting: slices.Sorted(slices.Values(hosts)),
		minutes: MinutesOf(func(func(time.Time) bool) {})}
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
		j.minutes.add(o.Row.Minute.AsTime())
	}
	if len(closed)+len(late) > 0 {
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

// heed asks what people said of cases. There is little of it.
func (j *Judge) heed(ctx context.Context) error {
	said, err := j.store.Said(ctx)
	if err != nil {
		return err
	}
	j.words = Words(said)
	for host, h := range j.sites {
		h.site.Heed(j.words[host])
	}
	return nil
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
	if err := j.quiet(ctx, o.Row.Host, h, minute, c); err != nil {
		return err
	}
	found := h.site.Next(o)
	h.remember(o, found)
	return j.put(h, o, found, c)
}

// quiet judges the minutes before end in which a site had no request, and keeps its state where a new hour begins for it. So a state is as of the last minute
// of such an hour, and a rebuild that goes on from it needs no more than the hour after it.
func (j *Judge) quiet(ctx context.Context, host string, h *held, end time.Time, c *reportstore.Commit) error {
	if err := j.know(ctx, h.site.Last(), end); err != nil {
		return err
	}
	if due := nextState(host, h.since); !h.since.IsZero() && !due.After(end) {
		c.Findings = append(c.Findings, h.site.Until(due)...)
		data, err := proto.Marshal(h.site.State())
		if err != nil {
			return fmt.Errorf("writing what is usual for a site: %w", err)
		}
		c.States = append(c.States, reportstore.DetectionState{Host: host, Minute: h.site.Last(), Data: data})
		h.since = time.Time{}
	}
	c.Findings = append(c.Findings, h.site.Until(end)...)
	return nil
}

// nextState is when the hour of a site that a minute is in ends. The sites' hours begin at different minutes, so that their states are spread.
func nextState(host string, minute time.Time) time.Time {
	shift := time.Duration(crc32.ChecksumIEEE([]byte(host))%60) * time.Minute
	return minute.Add(-shift).Truncate(time.Hour).Add(shift + time.Hour)
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
	data, err := proto.Marshal(o)
	if err != nil {
		return fmt.Errorf("writing what was seen of a site: %w", err)
	}
	c.Observed = append(c.Observed, reportstore.Observed{Host: host, Minute: minute, Data: data})
	if h.since.IsZero() {
		h.since = minute
	}
	return nil
}

// silences judges the minutes in which sites had no line while others had.
func (j *Judge) silences(ctx context.Context, c *reportstore.Commit) error {
	for range min(loadedAtOnce, len(j.waiting)) {
		if _, err := j.hold(ctx, j.waiting[0]); err != nil {
			return err
		}
		j.waiting = j.waiting[1:]
	}
	until := j.minutes.Closed()
	for host, h := range j.sites {
		last := h.site.Last()
		if last.IsZero() || !last.Add(time.Minute).Before(until) {
			continue
		}
		if err := j.quiet(ctx, host, h, until, c); err != nil {
			return err
		}
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
	for from.Before(before) && j.minutes.has(from) {
		from = from.Add(time.Minute)
	}
	if after.IsZero() || !from.Before(before) {
		return nil
	}
	return j.minutes.read(ctx, j.store, from, before)
}

// hold returns a site, from the store where it is not in memory.
func (j *Judge) hold(ctx context.Context, host string) (*held, error) {
	j.used++
	if h := j.sites[host]; h != nil {
		h.used = j.used
		return h, nil
	}
	state, since, err := j.store.Detection(ctx, host, time.Time{})
	if err != nil {
		return nil, err
	}
	from, observed, err := decode(state, since)
	if err != nil {
		return nil, err
	}
	h := &held{site: j.minutes.site(host, from), used: j.used}
	h.site.Heed(j.words[host])
	if len(since) > 0 {
		h.since = since[0].Minute
	}
	for _, o := range observed {
		if err := j.know(ctx, h.site.Last(), o.Row.Minute.AsTime()); err != nil {
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
	for at := range j.minutes.lines {
		if at < j.minutes.last.Add(-oldestSilence).Unix()/60 {
			delete(j.minutes.lines, at)
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
