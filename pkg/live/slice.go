package live

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/engine"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/rollup"
	"github.com/floodgauge/floodgauge/pkg/summarize"
	"github.com/floodgauge/floodgauge/pkg/transform"
)

const (
	// branches are read side by side: a runner keeps one core busy with each.
	branches = 2
	// maxRanges is how many files a slice reads at most.
	maxRanges = 256
	// smallRange is up to which size a range is not worth cutting for two branches.
	smallRange = 1 << 20
)

// outcome is what a slice's run left.
type outcome struct {
	partials []rollup.Partial
	letters  []reportstore.DeadLetter
	counts   summarize.Counts
	newest   time.Time
	damage   string // why a compressed file could not be read to its end
}

// errMoved says that a file was replaced or renamed since the sources were looked at, as rotation does: what is there now is found by looking again.
var errMoved = errors.New("a file was replaced or renamed")

// slice runs the graph on what a source has, and commits what it found.
func (r *Run) slice(ctx context.Context, s *source, now time.Time) error {
	frontier := r.frontierOf(now) // of the slices before this one
	chosen := choose(s.unread)
	out, err := r.run(ctx, s, chosen, now)
	var bad *badDataError
	switch {
	case errors.Is(err, errMoved):
		return nil
	case errors.As(err, &bad):
		return r.bisect(ctx, s, chosen, now)
	case err != nil:
		return err
	}
	var c reportstore.Commit
	c.Read = extents(chosen)
	return r.take(ctx, s, out, &c, frontier, now)
}

// take adds what a slice found to c and commits it.
func (r *Run) take(ctx context.Context, s *source, out *outcome, c *reportstore.Commit, frontier func(string) time.Time, now time.Time) error {
	c.Letters = append(c.Letters, out.letters...)
	s.state.Lines += out.counts.Lines
	s.state.Bytes += out.counts.Bytes
	for reason, n := range out.counts.Dead {
		if n > 0 {
			s.state.Dead[logentry.Reason(reason).String()] += n
		}
	}
	if out.counts.Lines > 0 {
		s.state.Newest = now
	}
	if out.damage != "" {
		s.damage = out.damage
	}
	if out.newest.After(s.state.Frontier) {
		s.state.Frontier = out.newest
	}
	if err := r.roll.Add(ctx, s.Name, out.partials, c); err != nil {
		return err
	}
	if err := r.roll.Close(ctx, frontier, c); err != nil {
		return err
	}
	if err := r.commit(ctx, c, now); err != nil {
		return err
	}
	r.status.sliced(&out.counts)
	return nil
}

// choose takes what one slice reads, from the earliest on. A file that can only be read as a whole has a slice of its own.
func choose(unread []logsource.Unread) []logsource.Unread {
	var chosen []logsource.Unread
	room := int64(sliceBytes)
	for _, u := range unread {
		if room <= 0 || len(chosen) == maxRanges || u.Range.Whole && len(chosen) > 0 {
			break
		}
		if !u.Range.Whole && u.Range.To-u.Range.From > room {
			u.Range.To = u.Range.From + room
			u.Bytes = room
		}
		room -= u.Bytes
		chosen = append(chosen, u)
		if u.Range.Whole {
			break
		}
	}
	return chosen
}

func extents(read []logsource.Unread) []reportstore.Extent {
	all := make([]reportstore.Extent, len(read))
	for i, u := range read {
		all[i] = reportstore.Extent{Source: u.Source, File: u.File, From: u.Range.From, To: u.Range.To}
	}
	return all
}

// badDataError says that the graph did not get through data, though it runs.
type badDataError struct{ cause error }

func (e *badDataError) Error() string {
	return "the graph did not get through some lines: " + e.cause.Error()
}

func (e *badDataError) Unwrap() error { return e.cause }

// run runs the graph on some stretches. The error is a *badDataError where it fails on them and only on them.
func (r *Run) run(ctx context.Context, s *source, chosen []logsource.Unread, now time.Time) (*outcome, error) {
	out, err := r.once(ctx, s, chosen, now)
	if err == nil || ctx.Err() != nil || errors.Is(err, errMoved) {
		return out, err
	}
	if halt := machineTrouble(err); halt != nil {
		return nil, halt
	}
	if out, again := r.once(ctx, s, chosen, now); again == nil || ctx.Err() != nil || errors.Is(again, errMoved) {
		return out, again
	}
	if _, probe := r.once(ctx, s, nil, now); probe != nil || ctx.Err() != nil {
		return nil, err // it fails on nothing, too: the machine is in trouble, not the data
	}
	return nil, &badDataError{err}
}

// troubles are errors of the system that say that the machine is in trouble, not the data.
var troubles = []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EIO, syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM}

// machineTrouble is the machine's trouble that an error, which may have come from the child as text, tells of; nil where it tells of none. A run of nothing,
// which writes nothing, would get through on a full disk. The text is the same for each try, so that it is said once.
func machineTrouble(err error) error {
	for _, e := range troubles {
		if err != nil && (errors.Is(err, e) || strings.Contains(err.Error(), e.Error())) {
			if e == syscall.ENOSPC || e == syscall.EDQUOT {
				return fmt.Errorf("a slice could not be run, because the disk is full: make room, and it goes on: %w", e)
			}
			return fmt.Errorf("a slice could not be run, because the machine is in trouble: mend that, and it goes on: %w", e)
		}
	}
	return nil
}

func (r *Run) once(ctx context.Context, s *source, chosen []logsource.Unread, now time.Time) (*outcome, error) {
	keys, err := r.cfg.Keys(now)
	if err != nil {
		return nil, err
	}
	dir, err := r.resultsDir()
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	spec, err := r.spec(s, chosen, dir)
	if err != nil {
		return nil, err
	}
	res, err := r.engine.Run(ctx, engine.Job{Spec: traffic.Spec{Slice: spec}, Keys: keys, TempDir: r.cfg.Dir, Memory: sliceMemory})
	if err != nil {
		return nil, err
	}
	out, err := read(dir, s.Name, res, now)
	switch {
	case len(res.Problems) == 0:
	case res.Moved:
		return nil, errMoved
	case !chosen[0].Range.Whole:
		return nil, errors.New(res.Problems[0])
	case err == nil:
		out.damage = res.Problems[0] // a second try would give the same
	}
	return out, err
}

// spec describes the run over some stretches.
func (r *Run) spec(s *source, chosen []logsource.Unread, dir string) (*traffic.SliceSpec, error) {
	cfg := r.cfg.Summarize
	cfg.Sources, cfg.Now, cfg.AllowedDelay = nil, r.writtenBy(chosen), r.cfg.Delay
	spec := &traffic.SliceSpec{Dir: dir, Branches: make([][]logsource.Range, branches)}
	index := map[*file]int{}
	load := make([]int64, branches)
	for i := range chosen {
		f, err := r.open(s, &chosen[i])
		if err != nil {
			return nil, err
		}
		if _, known := index[f]; !known {
			index[f] = len(cfg.Sources)
			cfg.Sources = append(cfg.Sources, f.entry)
		}
		for _, piece := range halves(&chosen[i]) {
			piece.Source = index[f]
			least := 0
			if load[1] < load[0] {
				least = 1
			}
			spec.Branches[least] = append(spec.Branches[least], piece)
			load[least] += max(piece.To-piece.From, 1)
		}
	}
	if len(cfg.Sources) == 0 { // a run on nothing
		cfg.Sources = []logentry.Source{{Name: s.Name, Format: "combined"}}
	}
	spec.Summarize = cfg
	return spec, nil
}

// writtenBy returns a time at which all of some stretches was written, by the clock of this machine: what is later than that lies in the future, and
// what is later than now does not where the clock was put back.
func (r *Run) writtenBy(chosen []logsource.Unread) time.Time {
	latest := r.clock
	for i := range chosen {
		if mod := chosen[i].Mod; mod.Before(r.clock.Add(wrongBy)) {
			latest = later(latest, mod)
		}
	}
	return latest
}

// wrongBy is more than a clock is put back by: what a file says beyond it was set by hand, and lines that are as far ahead would close all minutes before
// them.
const wrongBy = 26 * time.Hour

// later compares by the wall clock: lines know no other.
func later(a, b time.Time) time.Time {
	if a, b = a.Round(0), b.Round(0); b.After(a) {
		return b
	}
	return a
}

// halves cuts a large plain range in two.
func halves(u *logsource.Unread) []logsource.Range {
	whole := u.Range
	if whole.Whole || whole.To-whole.From < smallRange {
		return []logsource.Range{whole}
	}
	first, second := whole, whole
	first.To = whole.From + (whole.To-whole.From)/2
	second.From = first.To
	return []logsource.Range{first, second}
}

// read reads a slice's results, and makes sure that every line is among them.
func read(dir, source string, res *engine.Result, now time.Time) (*outcome, error) {
	partials, dead, err := transform.ReadPartials(dir)
	if err != nil {
		return nil, err
	}
	out := &outcome{counts: res.Counts}
	var lines, deadLines int64
	for _, p := range partials {
		lines += int64(p.Summary.Lines())
		if last := time.Unix(0, p.Summary.LastEvent()); last.After(out.newest) {
			out.newest = last
		}
		out.partials = append(out.partials, rollup.Partial{Host: p.Host, Minute: p.Minute, Summary: p.Summary, Encoded: p.Encoded})
	}
	for _, d := range dead {
		deadLines += d.GetLines()
		d.Source = source
		out.letters = append(out.letters, reportstore.DeadLetter{Letter: d, At: now})
	}
	if lines != res.Counts.Entries || lines+deadLines != res.Counts.Lines {
		return nil, fmt.Errorf("a slice read %d lines and left results of %d: it is run again", res.Counts.Lines, lines+deadLines)
	}
	return out, nil
}
