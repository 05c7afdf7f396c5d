package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/engine"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// branches is how many parts of the input are read side by side: a runner keeps one core busy with each.
const branches = 2

// Run makes a report.
func (c *reportCmd) Run(env *environment) error {
	o, err := c.options(env)
	if err != nil {
		return err
	}
	in, err := openInputs(env, &o)
	if err != nil {
		return err
	}
	out, err := openDestination("--out", o.Out, env.stdout)
	if err != nil {
		return err
	}
	defer out.discard()
	run, err := compute(env, &o, in)
	if err != nil {
		return err
	}
	return run.write(env, out)
}

// compute runs the graph. What it needs on disk is gone when it returns: whoever reads the report may end this process at any time.
func compute(env *environment, o *reportOptions, in *inputs) (*finishedRun, error) {
	keys, err := dayKeys(env)
	if err != nil {
		return nil, err
	}
	dir, release, err := tempFolder(time.Now())
	if err != nil {
		return nil, err
	}
	defer release()

	start := time.Now()
	job := reportRun{env: env, options: o, inputs: in, keys: keys, dir: dir, config: summarizeConfig(o, in)}
	done, err := job.once()
	if err == nil && done.lacksLines() {
		done, err = job.again(done)
	}
	if err != nil {
		return nil, err
	}
	done.took = time.Since(start)
	return done, nil
}

// dayKeys opens the user's ring of day keys, so that runs within its life count the same visitors. Where it cannot be kept, the keys live in
// this process only.
func dayKeys(env *environment) (privacy.KeySpec, error) {
	keys, err := ringKeys(time.Now())
	if err != nil {
		fmt.Fprintf(env.stderr, "%s: note: %s. Until then another run may estimate slightly other numbers of visitors\n", name, err)
		keys, err = privacy.RandomKeys()
	}
	if err != nil {
		return privacy.KeySpec{}, err
	}
	return keys.Export(), nil
}

func ringKeys(now time.Time) (*privacy.Keys, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, errors.New("there is no place for the day keys: set HOME or XDG_CACHE_HOME")
	}
	folder := filepath.Join(cache, name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("the day keys cannot be kept in %s (%s): set XDG_CACHE_HOME to a folder that can be written to", folder, plainReason(err))
	}
	ring, err := privacy.OpenRing(filepath.Join(folder, "day-keys.json"), now)
	if err != nil {
		return nil, err
	}
	return ring.Keys(now)
}

// runLocal runs the graph over the inputs in a child process.
func (r *reportRun) runLocal(dir string) (*engine.Result, error) {
	env, o, in := r.env, r.options, r.inputs
	ctx, cancel := context.WithCancel(env.ctx)
	defer cancel()
	job := engine.Job{Keys: r.keys, TempDir: dir, Spec: traffic.Spec{Local: &traffic.LocalSpec{
		Config:   traffic.Config{Summarize: r.config, Levels: levels(o, in), Findings: !r.config.Unsampled},
		Branches: logsource.Split(in.files, branches),
		Dir:      dir,
	}}}
	bar := newProgressBar(env.stderr, o.Progress)
	defer bar.Close()
	job.Progress = func(done, lines int64) { bar.Update(done, in.size, lines) }
	if in.stdin != nil {
		r, w, err := os.Pipe()
		if err != nil {
			return nil, err
		}
		defer r.Close()
		job.Stdin = r
		go func() {
			_, _ = io.Copy(w, in.stdin)
			_ = w.Close()
		}()
	}
	res, err := engine.Run(ctx, job)
	if err != nil && env.ctx.Err() != nil {
		return nil, env.ctx.Err()
	}
	return res, err
}

func summarizeConfig(o *reportOptions, in *inputs) summarize.Config {
	return summarize.Config{Sources: in.sources, K: o.K, Sites: o.Config.SiteNames(), SitesOnly: len(o.Config.Sites) > 0, PathTemplates: o.Config.PathTemplates, Allow: o.Config.Allow,
		CountryDB: o.Config.Geo.Country, NetworkDB: o.Config.Geo.Network, Now: time.Now(), From: o.From, To: o.To, Hosts: o.Hosts,
		Unsampled: !o.judges()}
}

// levels are the rows that the output needs: a table draws its charts from finer rows.
func levels(o *reportOptions, in *inputs) []string {
	switch {
	case o.Format != "table":
		return []string{o.By}
	case o.By != traffic.All:
		return []string{traffic.All, o.By}
	case in.seen.span() < minutesChart:
		return []string{traffic.All, traffic.Minute}
	}
	return []string{traffic.All, traffic.Hour}
}

// minutesChart is up to which time range a table's chart is drawn from minutes.
const minutesChart = 6 * time.Hour

var errIncomplete = errors.New("the report is not complete: some input could not be read, see above")
