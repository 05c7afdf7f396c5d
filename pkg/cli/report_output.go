package cli

import (
	"bufio"
	"cmp"
	"errors"
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
	"github.com/floodgauge/floodgauge/pkg/spelling"
	"github.com/floodgauge/floodgauge/schemas"
)

// finishedRun is a run with what it gave.
type finishedRun struct {
	options  *reportOptions
	inputs   *inputs
	result   *engine.Result
	reports  []*schemas.TrafficReport
	findings []*schemas.Finding // by host and minute
	dead     []*schemas.DeadLetter
	took     time.Duration
	partial  bool // rows of sites that nobody listed may lack lines that are in the bucket
}

// write writes the rows, then what became of the lines. The error says that the report is not complete, or empty for a reason.
func (r *finishedRun) write(env *environment, out *destination) error {
	if err := r.unreadable(); err != nil {
		return errors.Join(append(r.problems(), err)...)
	}
	r.sort()
	if err := r.writeOutput(env, out); err != nil {
		return writeMessage(cmp.Or(spelling.Path(r.options.Out), "standard output"), err)
	}
	if err := r.writeMessages(env); err != nil {
		return err
	}
	if len(r.problems())+len(r.inputs.refused) > 0 {
		return errIncomplete
	}
	return nil
}

// writeMessages writes what became of the input.
func (r *finishedRun) writeMessages(env *environment) error {
	for _, p := range r.problems() {
		fmt.Fprintf(env.stderr, "%s: %s\n", name, p)
	}
	for _, remark := range r.result.Remarks {
		fmt.Fprintf(env.stderr, "%s: note: %s\n", name, remark)
	}
	if r.partial {
		fmt.Fprintf(env.stderr, "%s: %s\n", name, partialNote)
	}
	return reportwriter.WriteStats(env.stderr, r.stats(), screen(env.stderr))
}

// problems are sentences about input that could not be read to its end.
func (r *finishedRun) problems() (all []error) {
	for _, p := range r.result.Problems {
		all = append(all, errors.New(p))
	}
	return all
}

func (r *finishedRun) writeOutput(env *environment, out *destination) error {
	if err := out.begin(); err != nil {
		return err
	}
	w := bufio.NewWriterSize(out, 64<<10)
	if err := r.writeRows(w, env); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return out.end()
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
		if err := reportwriter.WriteJSON(w, rows); err != nil {
			return err
		}
		return r.writeFindings(w)
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
	if err := reportwriter.WriteTable(w, rows, page); err != nil {
		return err
	}
	return r.writeAttacks(w)
}

// screen is what a stream of this process can show.
func screen(stream any) reportwriter.Screen {
	if f, ok := stream.(*os.File); ok {
		return reportwriter.ScreenOf(f, os.Getenv)
	}
	return reportwriter.Screen{}
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
	s := reportwriter.Stats{Lines: c.Lines, Entries: c.Entries, Bytes: c.Bytes, Seconds: r.took.Seconds(), DeadLetters: r.deadLetters(),
		Other: map[string]int64{"outside_range": c.OutsideRange, "other_host": c.OtherHost}}
	for reason, n := range r.bucket() {
		s.Other[reason] = n
	}
	if r.hides() {
		s.HiddenBelow = r.options.K
	}
	return s
}

func (r *finishedRun) deadLetters() (letters []reportwriter.DeadLetters) {
	for reason := logentry.OK + 1; reason < logentry.ReasonCount; reason++ {
		if n := r.result.Counts.Dead[reason]; n > 0 {
			letters = append(letters, reportwriter.DeadLetters{Reason: reason.String(), Lines: n, Example: r.example(reason.String())})
		}
	}
	return letters
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
