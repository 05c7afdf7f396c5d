package live

import (
	"context"
	"errors"
	"time"

	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// ReasonSetAside is the reason of dead letters for stretches that no run got through.
const ReasonSetAside = "set_aside"

// leastAside is the size, in bytes, down to which bad data is searched for. Lines beside it that are good are read when it is tried again.
const leastAside = 4 << 10

// bisect runs the halves of stretches that failed as one, until only the bad parts are left, and sets these aside.
func (r *Run) bisect(ctx context.Context, s *source, chosen []logsource.Unread, now time.Time) error {
	first, second := split(chosen)
	for _, part := range [][]logsource.Unread{first, second} {
		if len(part) == 0 {
			continue
		}
		if err := r.part(ctx, s, part, now); err != nil {
			return err
		}
	}
	return nil
}

// part runs a part of stretches that failed as one.
func (r *Run) part(ctx context.Context, s *source, part []logsource.Unread, now time.Time) error {
	out, err := r.once(ctx, s, part, now)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, errMoved) {
		return nil
	}
	if halt := machineTrouble(err); halt != nil {
		return halt
	}
	frontier := r.frontierOf(now)
	if err == nil {
		return r.take(ctx, s, out, &reportstore.Commit{Read: extents(part)}, frontier, now)
	}
	if a, b := split(part); len(a) > 0 && len(b) > 0 {
		return r.bisect(ctx, s, part, now)
	}
	if _, probe := r.once(ctx, s, nil, now); probe != nil {
		return errors.Join(err, probe)
	}
	return r.setAside(ctx, s, &part[0], now)
}

// split halves stretches: by their number, and a single one by its bytes. second is empty where it cannot be halved.
func split(chosen []logsource.Unread) (first, second []logsource.Unread) {
	if len(chosen) > 1 {
		return chosen[:len(chosen)/2], chosen[len(chosen)/2:]
	}
	u := chosen[0]
	if u.Range.Whole || u.Range.To-u.Range.From < 2*leastAside {
		return chosen, nil
	}
	a, b := u, u
	a.Range.To = u.Range.From + (u.Range.To-u.Range.From)/2
	b.Range.From = a.Range.To
	a.Bytes, b.Bytes = a.Range.To-a.Range.From, b.Range.To-b.Range.From
	return []logsource.Unread{a}, []logsource.Unread{b}
}

// setAside commits that a stretch is read, though it is not, with the mark that it waits for another try.
func (r *Run) setAside(ctx context.Context, s *source, u *logsource.Unread, now time.Time) error {
	extent := extents([]logsource.Unread{*u})[0]
	d := reportstore.DeadLetter{At: now, Extent: &extent, Tries: 1, Next: now.Add(r.cfg.Retries[0]),
		Letter: &schemas.DeadLetter{Source: s.Name, File: u.Range.Identity, Offset: extent.From, Length: extent.To - extent.From, Reason: ReasonSetAside}}
	c := &reportstore.Commit{Read: []reportstore.Extent{extent}, Letters: []reportstore.DeadLetter{d}}
	if minute := r.minuteOf(s, u); !minute.IsZero() {
		c.Incomplete = []reportstore.Slot{{Level: reportstore.Minute, Start: minute}}
	}
	if err := r.commit(ctx, c, now); err != nil {
		return err
	}
	r.aside = append(r.aside, c.Letters[0])
	return nil
}

// minuteOf is the minute of a stretch's first line.
func (r *Run) minuteOf(s *source, u *logsource.Unread) time.Time {
	f, err := r.open(s, u)
	if err != nil {
		return time.Time{}
	}
	f.begins(u)
	return f.first.UTC().Truncate(time.Minute)
}

// retry tries one stretch again that was set aside and is due. It returns its source, or nil where nothing is due.
func (r *Run) retry(ctx context.Context, now time.Time) (*source, error) {
	for i := range r.aside {
		d := &r.aside[i]
		if d.Next.IsZero() || d.Next.After(now) {
			continue
		}
		s := r.source(d.Extent.Source)
		if s == nil {
			continue
		}
		return s, r.again(ctx, s, i, now)
	}
	return nil, nil
}

func (r *Run) again(ctx context.Context, s *source, i int, now time.Time) error {
	r.status.retried()
	d := r.aside[i]
	stretch := find(s, d.Extent, now)
	if len(stretch) > 0 {
		out, err := r.once(ctx, s, stretch, now)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			c := &reportstore.Commit{Resolved: []int64{d.ID}}
			if minute := r.minuteOf(s, &stretch[0]); !minute.IsZero() {
				c.Complete = []reportstore.Slot{{Level: reportstore.Minute, Start: minute}}
			}
			r.aside = append(r.aside[:i:i], r.aside[i+1:]...)
			return r.take(ctx, s, out, c, r.frontierOf(now), now)
		}
	}
	d.Tries++
	d.Next = time.Time{}
	if d.Tries <= len(r.cfg.Retries) {
		d.Next = now.Add(r.cfg.Retries[d.Tries-1])
	}
	r.aside[i] = d
	return r.commit(ctx, &reportstore.Commit{Retried: []reportstore.DeadLetter{d}}, now)
}

// find looks for a stretch that was set aside: its file may have another path by now.
func find(s *source, e *reportstore.Extent, now time.Time) []logsource.Unread {
	without := logsource.Cursor{}
	for file, spans := range s.read {
		for _, span := range spans {
			if file != e.File {
				without.Add(file, span)
				continue
			}
			without.Add(file, logsource.Span{From: span.From, To: min(span.To, e.From)})
			without.Add(file, logsource.Span{From: max(span.From, e.To), To: span.To})
		}
	}
	unread, _ := s.Scan(without, now)
	var found []logsource.Unread
	for _, u := range unread {
		if u.File == e.File && u.Range.From < e.To && u.Range.To > e.From {
			u.Range.From, u.Range.To = max(u.Range.From, e.From), min(u.Range.To, e.To)
			found = append(found, u)
		}
	}
	return found
}
