package cli

import (
	"fmt"
	"os"
	"runtime/debug"

	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/summarize"
	"github.com/floodgauge/floodgauge/pkg/transform"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// reportRun is what a report is computed from.
type reportRun struct {
	env     *environment
	options *reportOptions
	inputs  *inputs
	keys    privacy.KeySpec
	dir     string
	config  summarize.Config
}

// once runs the graph, with a folder of its own for its rows.
func (r *reportRun) once() (*finishedRun, error) {
	dir, err := os.MkdirTemp(r.dir, "run-")
	if err != nil {
		return nil, fmt.Errorf("no folder for results can be made in %s (%s)", r.dir, plainReason(err))
	}
	res, err := r.runLocal(dir)
	if err != nil {
		return nil, err
	}
	done := &finishedRun{options: r.options, inputs: r.inputs, result: res}
	if done.reports, done.dead, err = transform.ReadLocal(dir); err != nil {
		return nil, err
	}
	done.findings, err = transform.ReadFindings(dir)
	return done, err
}

// lacksLines tells whether rows may be too small: there were more host names than are told apart at once, and lines of a host that has a row were
// counted as another's before it was known to be one that many ask for. What --host names always has all of its lines.
func (r *finishedRun) lacksLines() bool {
	return r.result.Counts.OverCap > 0 && len(r.options.Hosts) == 0
}

// again reads the logs once more, now that it is known which hosts have rows, so that each row has all of its lines. Standard input cannot be read
// twice: its rows stay as they are, and the report says so.
func (r *reportRun) again(first *finishedRun) (*finishedRun, error) {
	if r.inputs.stdin != nil {
		first.partial = true
		return first, nil
	}
	fmt.Fprintf(r.env.stderr, "%s: note: there are more host names than can be told apart at once, so the logs are read a second time, now for the sites "+
		"that were found, and not for what stood out; %s spares that\n", name, listSites)
	sites := map[string]string{}
	for _, row := range first.reports {
		if row.Host != vocabulary.OtherHosts {
			sites[row.Host] = row.Host
		}
	}
	r.config.Sites, r.config.SitesOnly = sites, true
	first.reports, first.findings, first.dead = nil, nil, nil
	debug.FreeOSMemory()      // the second reading takes as much
	r.config.Unsampled = true // looking for what stands out takes memory for each of them
	second, err := r.once()
	if err != nil {
		return nil, err
	}
	c := &second.result.Counts
	c.OverCap, c.UnknownSite = c.UnknownSite, 0 // nobody listed those sites
	return second, nil
}

// listSites is how operators say which host names are sites.
const listSites = "a list of your sites in a configuration file (sites:)"
