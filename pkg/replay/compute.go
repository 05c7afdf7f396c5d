package replay

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/engine"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/summarize"
	"github.com/floodgauge/floodgauge/pkg/transform"
	"github.com/floodgauge/floodgauge/schemas"
)

// Job is one bounded run of the graph.
type Job struct {
	Summarize summarize.Config    // Required, with its sources.
	Branches  [][]logsource.Range // Required: what is read side by side.
	Levels    []string            // Required: of the rows.
	Keys      privacy.KeySpec     // Required.
	Findings  bool                // Whether minutes are judged.
	// States are what is known of sites before; without, they are judged without history.
	States []*schemas.SiteSeed
	// ClosedTo is up to when silences are judged. Default is two minutes before the last line.
	ClosedTo time.Time
	// Progress is called a few times a second. Optional.
	Progress func(bytes, lines int64)
}

// Outcome is what a run found.
type Outcome struct {
	Rows     []*schemas.TrafficReport
	Findings []*schemas.Finding // by host and minute
	Counts   summarize.Counts
	// Problems are sentences about input that could not be read to its end. The rest was read.
	Problems []string
}

// Compute runs the graph in a child process.
func Compute(ctx context.Context, j *Job) (*Outcome, error) {
	dir, err := os.MkdirTemp("", "floodgauge-")
	if err != nil {
		return nil, fmt.Errorf("no folder for results can be made in %s: set TMPDIR to a folder that can be written to", os.TempDir())
	}
	defer os.RemoveAll(dir)
	states, err := transform.WriteStates(dir, j.States)
	if err != nil {
		return nil, err
	}
	spec := traffic.Spec{Local: &traffic.LocalSpec{Branches: j.Branches, Dir: dir, States: states,
		Config: traffic.Config{Summarize: j.Summarize, Levels: j.Levels, Findings: j.Findings, ClosedTo: j.ClosedTo}}}
	res, err := engine.Run(ctx, engine.Job{Spec: spec, Keys: j.Keys, TempDir: dir, Progress: j.Progress})
	if err != nil {
		return nil, err
	}
	out := &Outcome{Counts: res.Counts, Problems: res.Problems}
	if out.Rows, _, err = transform.ReadLocal(dir); err != nil {
		return nil, err
	}
	out.Findings, err = transform.ReadFindings(dir)
	return out, err
}
