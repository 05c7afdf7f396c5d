// Package traffic is the graph: blocks of log lines in, traffic reports and dead letters out. It is the same on every engine, for live and
// for bounded runs; only the source of blocks and the place for the rows differ. What its steps do is pkg/transform's.
package traffic

import (
	"fmt"
	"slices"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/summarize"
	"github.com/floodgauge/floodgauge/pkg/transform"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// The levels of rows.
const (
	Minute = "minute"
	Hour   = "hour"
	Day    = "day"
	All    = "all" // one row per host for the whole of a bounded run
)

// Config says what the graph makes of its blocks.
type Config struct {
	Summarize summarize.Config `json:"summarize"`
	// Levels are the rows wanted. Required, at least one.
	Levels []string `json:"levels"`
	// Lateness is for unbounded runs; the zero value makes a bounded graph.
	Lateness transform.Lateness `json:"lateness"`
	// Findings asks for what stands out in the minutes of each host. A bounded run begins without history.
	Findings bool `json:"findings,omitempty"`
	// ClosedTo is up to when a bounded run judges that a site was silent. Default is two minutes before the last line.
	ClosedTo time.Time `json:"closed_to,omitzero"`
}

// Output is what the graph gives.
type Output struct {
	Reports     []beam.PCollection // *schemas.TrafficReport, one or more for each level
	DeadLetters beam.PCollection   // logentry.DeadLetter
	Findings    []beam.PCollection // *schemas.Finding, where asked for
	States      beam.PCollection   // KV<host, encoded *schemas.SiteState>, of an unbounded run with findings: what a later one goes on from
}

func (c *Config) bounded() bool { return c.Lateness.Allowed == 0 }

// Validate tells what cannot be built.
func (c *Config) Validate() error {
	if len(c.Levels) == 0 {
		return fmt.Errorf("no level of reports is wanted: name minute, hour, day or all")
	}
	for _, l := range c.Levels {
		if !slices.Contains([]string{Minute, Hour, Day, All}, l) {
			return fmt.Errorf("unknown level %q: it must be minute, hour, day or all", l)
		}
	}
	if c.bounded() {
		return nil
	}
	return c.validateUnbounded()
}

func (c *Config) validateUnbounded() error {
	switch late := c.Summarize.MaxLateness; {
	case slices.Contains(c.Levels, All):
		return fmt.Errorf("level all needs an end: it is for bounded runs only")
	case len(c.Summarize.Sites) == 0 || !c.Summarize.SitesOnly:
		return fmt.Errorf("an unbounded run needs the list of sites, and no others: host names that clients make up must not become rows")
	case late <= 0 || late > c.Lateness.Allowed/2:
		return fmt.Errorf("an unbounded run needs a limit for late lines, of at most half of the %v for which windows are kept: what is later must be diverted "+
			"and counted before the runner drops it without a word", c.Lateness.Allowed)
	}
	return nil
}

// Build adds the graph to s. Each of blocks is a PCollection<logentry.Block>; branches run side by side.
func Build(s beam.Scope, cfg Config, blocks ...beam.PCollection) (Output, error) {
	return build(s, cfg, nil, blocks...)
}

// build adds the graph, with states that detection goes on from.
func build(s beam.Scope, cfg Config, states []beam.PCollection, blocks ...beam.PCollection) (Output, error) {
	if err := cfg.Validate(); err != nil {
		return Output{}, err
	}
	cfg.Summarize.Keys = privacy.KeySpec{} // a graph's description is kept by runners: keys reach workers another way
	s = s.Scope("traffic")

	hide := cfg.bounded() && !cfg.Summarize.SitesOnly
	cfg.Summarize.AcrossDays = hide || slices.Contains(cfg.Levels, All)
	parsed := transform.Summarize(s, cfg.Summarize, hide, blocks...)
	minutes := []beam.PCollection{}
	if hide {
		var first, second []beam.PCollection
		visible := transform.VisibleHosts(s, cfg.Summarize.K, parsed.Clients)
		for _, sums := range parsed.Summaries {
			a, b := transform.HideHosts(s, namedHosts(&cfg.Summarize), visible, sums)
			first, second = append(first, a), append(second, b)
		}
		minutes = append(minutes, mergedMinutes(s, cfg.Lateness, first), mergedMinutes(s, cfg.Lateness, second))
	} else {
		minutes = append(minutes, mergedMinutes(s, cfg.Lateness, parsed.Summaries))
	}
	out := Output{DeadLetters: parsed.DeadLetters}
	for _, m := range minutes {
		out.Reports = append(out.Reports, levels(s, cfg, m)...)
	}
	if cfg.Findings && cfg.bounded() {
		out.Findings = []beam.PCollection{transform.Findings(s, Minute, cfg.ClosedTo, minutes, states...)}
	} else if cfg.Findings {
		out.Findings = make([]beam.PCollection, 1)
		out.Findings[0], out.States = transform.Detect(s, Minute, cfg.Lateness.Delay, append(namedHosts(&cfg.Summarize), vocabulary.OtherHosts), minutes[0], states...)
	}
	return out, nil
}

// mergedMinutes merges the summaries of each host and minute.
func mergedMinutes(s beam.Scope, late transform.Lateness, summaries []beam.PCollection) beam.PCollection {
	windowed := make([]beam.PCollection, len(summaries))
	for i, sums := range summaries {
		// Windows are given before branches flow together: a runner then hands the summaries to the shuffle as they are.
		windowed[i] = transform.Windows(s, time.Minute, late, sums)
	}
	return transform.Gather(s, transform.Flatten(s, windowed...))
}

// coarser are the levels above minutes, each merged from the one before it that is made.
var coarser = []struct {
	name   string
	window func(s beam.Scope, late transform.Lateness, col beam.PCollection) beam.PCollection
}{
	{Hour, func(s beam.Scope, late transform.Lateness, col beam.PCollection) beam.PCollection {
		return transform.Windows(s, time.Hour, late, col)
	}},
	{Day, func(s beam.Scope, late transform.Lateness, col beam.PCollection) beam.PCollection {
		return transform.Windows(s, 24*time.Hour, late, col)
	}},
	{All, func(s beam.Scope, _ transform.Lateness, col beam.PCollection) beam.PCollection {
		return transform.Whole(s, col)
	}},
}

// levels makes the rows of every level wanted.
func levels(s beam.Scope, cfg Config, minutes beam.PCollection) (rows []beam.PCollection) {
	add := func(s beam.Scope, level string, summaries beam.PCollection) {
		if slices.Contains(cfg.Levels, level) {
			rows = append(rows, transform.Reports(s, level, cfg.Lateness, summaries))
		}
	}
	add(s.Scope(Minute), Minute, minutes)
	last := minutes
	for _, l := range coarser {
		if needed(cfg.Levels, l.name) {
			scope := s.Scope(l.name)
			last = transform.Merge(scope, l.window(scope, cfg.Lateness, last))
			add(scope, l.name, last)
		}
	}
	return rows
}

// needed tells whether level is wanted, or one that is cheaper to make from it.
func needed(wanted []string, level string) bool {
	if slices.Contains(wanted, level) {
		return true
	}
	return level == Hour && slices.Contains(wanted, Day)
}

// namedHosts are the hosts that the operator named: they are shown whoever asked for them.
func namedHosts(cfg *summarize.Config) []string {
	var names []string
	for _, row := range cfg.Sites {
		names = append(names, row)
	}
	for i := range cfg.Sources {
		if h := cfg.Sources[i].Host; h != "" {
			names = append(names, h)
		}
		names = append(names, cfg.Sources[i].Sites...)
	}
	names = append(names, cfg.Hosts...)
	slices.Sort(names)
	return slices.Compact(names)
}
