package cli

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/engine"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/schemas"
)

// finishedRun is a run with what it gave.
type finishedRun struct {
	options *reportOptions
	inputs  *inputs
	result  *engine.Result
	reports []*schemas.TrafficReport
	dead    []*schemas.DeadLetter
	took    time.Duration
}

// write writes the rows, then what became of the lines. The error says that the report is not complete, or empty for a reason.
func (r *finishedRun) write(env *environment) error {
	if err := r.unreadable(); err != nil {
		return err
	}
	r.sort()
	if err := r.writeOutput(env); err != nil {
		return err
	}
	for _, p := range r.result.Problems {
		fmt.Fprintf(env.stderr, "%s: %s\n", name, p)
	}
	if err := reportwriter.WriteStats(env.stderr, r.stats(), screen(env.stderr)); err != nil {
		return err
	}
	if len(r.result.Problems) > 0 {
		return errIncomplete
	}
	return nil
}

func (r *finishedRun) writeOutput(env *environment) error {
	out, closeOut, err := openOutput("--out", r.options.Out, env.stdout)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(out, 64<<10)
	if err = r.writeRows(w, env); err == nil {
		err = w.Flush()
	}
	if closeErr := closeOut(); err == nil {
		err = closeErr
	}
	if err != nil {
		return writeMessage(cmp.Or(r.options.Out, "standard output"), err)
	}
	return nil
}

// unreadable explains a run in which no line at all was a request.
func (r *finishedRun) unreadable() error {
	c := &r.result.Counts
	if c.Entries > 0 || c.Lines == 0 {
		return nil
	}
	var why []string
	for _, d := range r.stats().DeadLetters {
		why = append(why, fmt.Sprintf("%d %s", d.Lines, d.Reason))
	}
	return fmt.Errorf("none of the %d lines could be read as a request in the format %s (%s); say which format it is with --log-format, see \"%s report --help\"",
		c.Lines, r.inputs.sources[0].Format, strings.Join(why, ", "), name)
}

func (r *finishedRun) sort() {
	slices.SortStableFunc(r.reports, func(a, b *schemas.TrafficReport) int {
		return cmp.Or(strings.Compare(a.Host, b.Host), a.Minute.AsTime().Compare(b.Minute.AsTime()), strings.Compare(a.Level, b.Level))
	})
}

func (r *finishedRun) writeRows(w io.Writer, env *environment) error {
	rows := slices.Values(r.reports)
	switch r.options.Format {
	case "json":
		return reportwriter.WriteJSON(w, rows)
	case "csv":
		return reportwriter.WriteCSV(w, rows)
	case "parquet":
		return reportwriter.WriteParquet(w, rows)
	}
	return r.writeTable(w, env, rows)
}

func (r *finishedRun) writeTable(w io.Writer, env *environment, rows iter.Seq[*schemas.TrafficReport]) error {
	page := reportwriter.Page{Screen: reportwriter.Screen{}, Steps: r.options.By != traffic.All, ClientsHelp: r.inputs.seen.clientsHelp(),
		Notes: r.notes(), Filters: r.filters()}
	if r.options.Out == "" {
		page.Screen = screen(env.stdout)
	}
	return reportwriter.WriteTable(w, rows, page)
}

// screen is what a stream of this process can show.
func screen(stream any) reportwriter.Screen {
	if f, ok := stream.(*os.File); ok {
		return reportwriter.ScreenOf(f, os.Getenv)
	}
	return reportwriter.Screen{}
}

// notes say what was not in the lines but taken from elsewhere.
func (r *finishedRun) notes() []string {
	var notes []string
	seen := map[string]bool{}
	for i := range r.inputs.sources {
		s := &r.inputs.sources[i]
		if s.Host == "" || s.HostFrom == "" || seen[s.Host] || !r.hasRow(s.Host) || r.logsHosts(s) {
			continue
		}
		seen[s.Host] = true
		notes = append(notes, fmt.Sprintf("The lines do not name their site; %s comes from the %s.", s.Host, s.HostFrom))
	}
	return notes
}

func (r *finishedRun) hasRow(host string) bool {
	return slices.ContainsFunc(r.reports, func(row *schemas.TrafficReport) bool { return row.Host == host })
}

// logsHosts tells whether a source's lines carry their host.
func (r *finishedRun) logsHosts(s *logentry.Source) bool {
	for _, row := range r.reports {
		if row.Host == s.Host {
			return !slices.Contains(row.NotLogged, "host")
		}
	}
	return false
}

// filters are the options that chose the rows.
func (r *finishedRun) filters() []string {
	var f []string
	for _, h := range r.options.Hosts {
		f = append(f, "--host "+h)
	}
	if !r.options.From.IsZero() {
		f = append(f, "--from "+r.options.From.Format(time.RFC3339))
	}
	if !r.options.To.IsZero() {
		f = append(f, "--to "+r.options.To.Format(time.RFC3339))
	}
	return f
}

func (r *finishedRun) stats() reportwriter.Stats {
	c := &r.result.Counts
	s := reportwriter.Stats{Lines: c.Lines, Entries: c.Entries, Bytes: c.Bytes, Seconds: r.took.Seconds(), Other: map[string]int64{
		"no_host": c.NoHost, "unknown_site": c.UnknownSite, "over_cap": c.OverCap, "outside_range": c.OutsideRange, "other_host": c.OtherHost}}
	for reason := logentry.OK + 1; reason < logentry.ReasonCount; reason++ {
		if n := c.Dead[reason]; n > 0 {
			s.DeadLetters = append(s.DeadLetters, reportwriter.DeadLetters{Reason: reason.String(), Lines: n, Example: r.example(reason.String())})
		}
	}
	return s
}

// example points at the first dead letter of a reason.
func (r *finishedRun) example(reason string) string {
	var first *schemas.DeadLetter
	for _, d := range r.dead {
		if d.Reason == reason && (first == nil || cmp.Or(strings.Compare(d.Source, first.Source), cmp.Compare(d.Offset, first.Offset)) < 0) {
			first = d
		}
	}
	if first == nil {
		return ""
	}
	return fmt.Sprintf("%s, byte %d", first.Source, first.Offset)
}
