// Package replay reads files again and publishes what they say in the store: lines that never arrived, or whole hours anew. It computes rows as a
// bounded run does, knows the rules of what may be replayed, and hands the batch to the process that holds the store. It parses no command line, and
// how the store merges or replaces is the store's.
package replay

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
	"github.com/floodgauge/floodgauge/pkg/summarize"
	"github.com/floodgauge/floodgauge/schemas"
)

// branches is how many parts of the input are read side by side: a runner keeps one core busy with each.
const branches = 2

// Options say what to replay.
type Options struct {
	// Rebuild computes whole hours anew. Without it, lines that never arrived are added.
	Rebuild bool
	// From (included) and To (excluded) limit the times of the lines. Optional. A rebuild takes the whole hours that they reach into.
	From, To time.Time
	// Force publishes although the store has more lines, or has these very lines, or a file could not be read to its end, or this was published before.
	Force bool
	// Files are read as Summarize.Sources say, by their index. Required.
	Files []logsource.File
	// Summarize is how lines are counted; the hosts that the store names are added to its sites. Required: K, Sources, Now.
	Summarize summarize.Config
	// Data is the data folder; it is made if need be. Required.
	Data string
	// Keys are the day keys of the data folder. Required.
	Keys privacy.KeySpec
	// Note is told what people should know. Required.
	Note func(format string, args ...any)
	// Progress is called a few times a second. Optional.
	Progress func(bytes, lines int64)
}

// Result says what was replayed.
type Result struct {
	ID string
	// Published is false where the same was published before: then nothing was changed, and nothing below need be set.
	Published bool
	Counts    summarize.Counts
	Rows      int
	From, To  time.Time // of the rows; of a rebuild, the hours that were replaced
}

// Run replays files. The error is a sentence, which wraps reportstore.ErrOpen or ErrFewerLines where the store refused.
func Run(ctx context.Context, o *Options) (*Result, error) {
	if o.Rebuild {
		o.wholeHours()
	}
	store, err := openStore(o.Data)
	if err != nil {
		return nil, err
	}
	defer store.close()
	id, parts, err := o.identify(ctx, store)
	if err != nil || len(o.Files) == 0 {
		return &Result{ID: id}, err
	}
	if before, err := store.published(ctx, id); before || err != nil {
		return &Result{ID: id}, err
	}
	out, err := o.compute(ctx, store)
	if err != nil {
		return nil, err
	}
	r := o.batch(id, out.Rows)
	r.Parts, r.Findings = parts, out.Findings
	if err := o.check(ctx, store, r); err != nil {
		return nil, err
	}
	published, err := publish(ctx, o.Data, r)
	return &Result{ID: id, Published: published, Counts: out.Counts, Rows: len(r.Rows), From: r.From, To: r.To}, err
}

// wholeHours widens the range to whole hours.
func (o *Options) wholeHours() {
	from, to := o.From.Truncate(time.Hour), o.To
	if !to.IsZero() && !to.Equal(to.Truncate(time.Hour)) {
		to = to.Truncate(time.Hour).Add(time.Hour)
	}
	if !from.Equal(o.From) || !to.Equal(o.To) {
		o.Note("a rebuild is of whole hours: from %s to %s", bound(from), bound(to))
	}
	o.From, o.To = from, to
}

func bound(t time.Time) string {
	if t.IsZero() {
		return "wherever the files do"
	}
	return clock(t)
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

func (o *Options) compute(ctx context.Context, store *known) (*Outcome, error) {
	hosts, err := store.hosts(ctx)
	if err != nil {
		return nil, err
	}
	cfg := o.Summarize
	cfg.From, cfg.To = o.readFrom(), o.To
	cfg.Sites = maps.Clone(cfg.Sites)
	if cfg.Sites == nil {
		cfg.Sites = map[string]string{}
	}
	for _, host := range hosts {
		if cfg.Sites[host] == "" {
			cfg.Sites[host] = host
		}
	}
	job := &Job{Summarize: cfg, Branches: logsource.Split(o.Files, branches), Keys: o.Keys, Progress: o.Progress, Findings: o.Rebuild,
		Levels: []string{reportstore.Minute, reportstore.Hour, reportstore.Day}}
	if err := o.goOn(ctx, store, job); err != nil {
		return nil, err
	}
	out, err := Compute(ctx, job)
	if err != nil {
		return nil, err
	}
	o.cutLead(out, job.States)
	switch {
	case len(out.Problems) > 0 && !o.Force:
		return nil, fmt.Errorf("nothing was published, as a file could not be read to its end (--force publishes the rest): %s", strings.Join(out.Problems, "; "))
	case len(out.Rows) == 0 && out.Counts.Entries == 0:
		return nil, errors.New("nothing was published: no line of these files could be read as a request")
	case len(out.Rows) == 0:
		return nil, errors.New("nothing was published: no line of these files is in the range: check --from and --to")
	}
	for _, p := range out.Problems {
		o.Note("%s", p)
	}
	return out, nil
}

// batch makes the replay of some rows.
func (o *Options) batch(id string, rows []*schemas.TrafficReport) *reportstore.Replay {
	r := &reportstore.Replay{ID: id, Rebuild: o.Rebuild, Force: o.Force, From: o.From, To: o.To}
	for _, row := range rows {
		r.Rows = append(r.Rows, reportstore.Row{Kind: reportstore.Closed, Report: row})
		if row.GetLevel() != reportstore.Minute {
			continue
		}
		start := row.GetMinute().AsTime()
		if hour := start.Truncate(time.Hour); o.From.IsZero() && (r.From.IsZero() || hour.Before(r.From)) {
			r.From = hour
		}
		if end := start.Truncate(time.Hour).Add(time.Hour); o.To.IsZero() && end.After(r.To) {
			r.To = end
		}
	}
	return r
}

// check widens a rebuild to whole days where that replaces nothing else, and refuses lines that the store has already.
func (o *Options) check(ctx context.Context, store *known, r *reportstore.Replay) error {
	if r.Rebuild {
		return o.wholeDays(ctx, store, r)
	}
	if o.Force {
		return nil
	}
	same, err := store.same(ctx, r)
	if err != nil || len(same) == 0 {
		return err
	}
	return fmt.Errorf("nothing was published: the store has these very lines of %d minutes already, such as of %s (compare by `floodgauge audit`; --force adds them again)",
		len(same), clock(same[0]))
}

// wholeDays widens a range that the files gave to whole days, so that the days' rows are the batch's own and not sums.
func (o *Options) wholeDays(ctx context.Context, store *known, r *reportstore.Replay) error {
	const day = 24 * time.Hour
	if first := r.From.Truncate(day); o.From.IsZero() && first.Before(r.From) {
		empty, err := store.empty(ctx, first, r.From)
		if err != nil {
			return err
		}
		if empty {
			r.From = first
		}
	}
	last := r.To.Truncate(day)
	if last.Before(r.To) {
		last = last.Add(day)
	}
	if o.To.IsZero() && r.To.Before(last) && !last.After(o.Summarize.Now) {
		empty, err := store.empty(ctx, r.To, last)
		if err != nil {
			return err
		}
		if empty {
			r.To = last
		}
	}
	return nil
}

// openStore opens the store for questions, if there is one.
func openStore(data string) (*known, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, fmt.Errorf("cannot make the data folder: %w", err)
	}
	if !sqlite.Exists(data) {
		return &known{}, nil
	}
	r, err := sqlite.OpenReadOnly(data)
	return &known{store: r}, err
}
