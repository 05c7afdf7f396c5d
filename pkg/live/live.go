// Package live is the run that goes on: it looks for new lines, hands them to the graph in slices, each a bounded run in a child process, and commits
// what a slice found together with how far it read. Killed at any point, the next start runs the slice again: nothing is lost and nothing counts
// twice. It parses no lines but to tell a log's format and where in time it begins, keeps no rows, and serves no page.
package live

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/floodgauge/floodgauge/pkg/engine"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/rollup"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// Source is where lines come from. Sources take turns: a flood on one does not delay the others.
type Source struct {
	// Name is the source's name in the cursor and on the page. Required, unique.
	Name string
	// Scan returns what is not read yet. Required.
	Scan func(read logsource.Cursor, now time.Time) ([]logsource.Unread, []error)
	// Open says how the lines of a file are read; an empty Format is found by the file's beginning. Required.
	Open func(path string) logentry.Source
	// Release is told from time to time what was read, so that a source which keeps lines can let go of them. Optional.
	Release func(read logsource.Cursor, now time.Time) error
}

// Config says how a live run works. The times have defaults.
type Config struct {
	Store   reportstore.Writer                           // Required.
	Sources []Source                                     // Required.
	Keys    func(now time.Time) (privacy.KeySpec, error) // Required: the keys as of now.
	// Summarize is how lines are counted; its Sources, Keys, Now and AllowedDelay are set here. Required: K.
	Summarize summarize.Config
	// Dir is a folder for the results of slices; what is in it is deleted at the start. Required.
	Dir string
	// Inbox is a folder in which commands leave replays and retries (see pkg/inbox). Optional.
	Inbox string
	// Delay is how long after the end of a minute its lines may come before it closes. Default 15 s.
	Delay time.Duration
	// Idle is after which silence a source holds nothing back any more. Default 20 s.
	Idle time.Duration
	// Retries are the times between tries of what was set aside. Default 1, 4, 15 and 60 minutes.
	Retries []time.Duration
	// Retention is how long rows are kept. Default reportstore.DefaultRetention.
	Retention reportstore.Retention
	// Wake, where it can be received from, says that there may be something to read. Optional.
	Wake <-chan struct{}
	// Committed is called after each commit. Optional.
	Committed func(c *reportstore.Commit)
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

const (
	defaultDelay = 15 * time.Second
	defaultIdle  = 20 * time.Second
	// sliceBytes is how much a slice reads: large enough for a run's fixed cost not to count, small enough for others to have their turn soon.
	sliceBytes = 64 << 20
	// sliceMemory is near how many bytes a slice's garbage collector works harder: the machine is the proxy's.
	sliceMemory = 130 << 20
	// pause is how long a source rests between two slices, unless it is behind by a whole slice.
	pause = time.Second
	// expirePeriod is how often old rows are deleted.
	expirePeriod = 10 * time.Minute
)

var defaultRetries = []time.Duration{time.Minute, 4 * time.Minute, 15 * time.Minute, time.Hour}

func (c *Config) setDefaults() {
	if c.Delay == 0 {
		c.Delay = defaultDelay
	}
	if c.Idle == 0 {
		c.Idle = defaultIdle
	}
	if c.Retries == nil {
		c.Retries = defaultRetries
	}
	if c.Retention == (reportstore.Retention{}) {
		c.Retention = reportstore.DefaultRetention
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Committed == nil {
		c.Committed = func(*reportstore.Commit) {}
	}
}

// Run is a live run.
type Run struct {
	cfg     Config
	engine  engine.Runner
	roll    *rollup.Rollup
	judge   *findings.Judge
	sources []*source
	turn    int // of the source that is asked first
	files   map[string]*file
	named   map[string]bool // hosts that the operator named: as sites, of all or of a source, or as the host of a log whose lines name none
	aside   []reportstore.DeadLetter
	slices  int64
	expired time.Time
	looked  time.Time // when the inbox was last looked into
	clock   time.Time // the latest that the clock ever said: it may have been put back since
	status  statusBoard
}

// New prepares a live run on a store.
func New(ctx context.Context, cfg Config) (*Run, error) {
	cfg.setDefaults()
	r := &Run{cfg: cfg, files: map[string]*file{}, named: map[string]bool{}}
	for _, row := range cfg.Summarize.Sites {
		r.named[row] = true
	}
	r.status.started(cfg.Now())
	if err := os.RemoveAll(cfg.Dir); err != nil {
		return nil, fmt.Errorf("cleaning the folder for slices: %w", err)
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder for slices: %w", err)
	}
	return r, r.load(ctx)
}

// load takes over the store's state: at the start, and after an error that left it unclear what the store knows.
func (r *Run) load(ctx context.Context) error {
	state, err := r.cfg.Store.State(ctx)
	if err != nil {
		return err
	}
	r.judge = findings.NewJudge(r.cfg.Store, slices.Collect(maps.Keys(state.HostSources)))
	r.roll = rollup.New(state, r.cfg.Store, rollup.Config{K: r.cfg.Summarize.K, Listed: func(host string) bool { return r.named[host] }, Delay: r.cfg.Delay,
		Closed: r.judge.Close, Late: r.judge.Late})
	r.aside = state.SetAside
	before := r.sources
	r.sources = nil
	for i := range r.cfg.Sources {
		s := newSource(&r.cfg.Sources[i], state)
		s.heard = r.cfg.Now()
		if before != nil {
			s.heard = before[i].heard
		}
		r.sources = append(r.sources, s)
		r.clock = later(r.clock, s.state.Newest)
	}
	return nil
}

// Close ends the engine's child.
func (r *Run) Close() { r.engine.Close() }

// Serve works until ctx ends. Trouble of the machine halts it until it is over; it never gives up.
func (r *Run) Serve(ctx context.Context) {
	defer r.Close()
	wait := minHalt
	for ctx.Err() == nil {
		worked, err := r.Step(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			r.status.halt(err)
			r.rest(ctx, wait)
			wait = min(2*wait, maxHalt)
			if err := r.load(ctx); err != nil {
				r.status.halt(err)
			}
		case !worked:
			r.rest(ctx, pause)
			fallthrough
		default:
			wait = minHalt
		}
	}
}

const (
	minHalt = time.Second
	maxHalt = 30 * time.Second
)

// rest waits for some time, or until there may be something to read.
func (r *Run) rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-r.cfg.Wake:
	}
}

// Step does what there is to do: it serves commands, runs at most one slice, closes what is complete and deletes what is old. It tells whether it ran a slice.
func (r *Run) Step(ctx context.Context) (worked bool, err error) {
	now := r.cfg.Now()
	r.clock = later(r.clock, now)
	r.scan(now)
	r.status.scanned(r.sources)
	for _, chore := range []func(context.Context, time.Time) error{r.serve, r.tidy} {
		if err := chore(ctx, now); err != nil {
			return false, err
		}
	}
	if s, err := r.retry(ctx, now); s != nil || err != nil {
		return s != nil, err
	}
	if s := r.next(now); s != nil {
		return true, r.slice(ctx, s, now)
	}
	return false, r.settle(ctx, now)
}

// settle closes what is complete, where there is nothing to read.
func (r *Run) settle(ctx context.Context, now time.Time) error {
	var c reportstore.Commit
	if err := r.roll.Close(ctx, r.frontierOf(now), &c); err != nil {
		return err
	}
	if len(c.Rows) > 0 || r.statesChanged() {
		if err := r.commit(ctx, &c, now); err != nil {
			return err
		}
	}
	r.status.running()
	return nil
}

// tidy deletes from time to time what is kept no longer.
func (r *Run) tidy(ctx context.Context, now time.Time) error {
	if now.Sub(r.expired) < expirePeriod {
		return nil
	}
	r.expired = now
	for _, s := range r.sources {
		if s.Release == nil {
			continue
		}
		if err := s.Release(s.read, now); err != nil {
			return err
		}
	}
	return r.cfg.Store.Expire(ctx, now, r.cfg.Retention)
}

// commit makes c visible.
func (r *Run) commit(ctx context.Context, c *reportstore.Commit, now time.Time) error {
	if err := r.roll.Finish(ctx, c); err != nil {
		return err
	}
	if err := r.judge.Finish(ctx, c); err != nil {
		return err
	}
	c.Sources = r.states()
	if err := r.cfg.Store.Commit(ctx, c); err != nil {
		return err
	}
	r.roll.Committed(c)
	r.judge.Committed()
	for _, e := range c.Read {
		r.source(e.Source).read.Add(e.File, logsource.Span{From: e.From, To: e.To})
	}
	r.status.committed(now, r.roll.OpenMinutes())
	r.cfg.Committed(c)
	return nil
}

func (r *Run) source(name string) *source {
	for _, s := range r.sources {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// resultsDir makes a folder for the results of a slice.
func (r *Run) resultsDir() (string, error) {
	r.slices++
	dir := filepath.Join(r.cfg.Dir, fmt.Sprintf("%d", r.slices))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", fmt.Errorf("making a folder for a slice's results: %w", err)
	}
	return dir, nil
}
