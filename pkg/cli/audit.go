package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/floodgauge/floodgauge/pkg/audit"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/replay"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// auditCmd is the command line of "audit".
type auditCmd struct {
	Files []string `arg:"" optional:"" name:"file" help:"All the logs of that time: files, directories or patterns in quotes. Default: what the spool still has."`

	From string `group:"show" placeholder:"TIME" help:"Compare no earlier minutes: a date, 'YYYY-MM-DD HH:MM' in UTC, or RFC 3339. Default: where the logs begin."`
	To   string `group:"show" placeholder:"TIME" help:"Compare no minutes from this time on. A date stands for the end of that day. Default: where the logs end."`

	archiveFlags
}

// Help is shown above the flags.
func (c *auditCmd) Help() string {
	return "Counts the lines of each minute in the logs and in the store, and whether they are the same lines. Exit code 1 says that a minute differs.\n\n" + examples(
		"audit '/var/log/nginx/access.log*'", "all that a followed log and its rotated files have",
		"audit --from 2026-05-04 --to 2026-05-04 '/var/log/nginx/*.log*'", "one day of several logs",
		"audit --config floodgauge.yaml", "what came by HTTP, Pub/Sub or standard input and is still in the spool",
	)
}

// Run compares.
func (c *auditCmd) Run(env *environment) error {
	a, err := c.open(env)
	if err != nil {
		return err
	}
	store, err := sqlite.OpenReadOnly(c.dataDir())
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	bar := c.progress(env)
	out, err := replay.Compute(env.ctx, &replay.Job{Summarize: a.cfg, Branches: a.branches, Keys: a.keys, Levels: []string{reportstore.Minute},
		Progress: func(done, lines int64) { bar.Update(done, a.size, lines) }})
	bar.Close()
	if err != nil {
		return err
	}
	return a.compare(env, store, out)
}

// auditing is what is compared with the store.
type auditing struct {
	*archive
	cfg      summarize.Config // with the range
	branches [][]logsource.Range
}

func (c *auditCmd) open(env *environment) (*auditing, error) {
	from, to, err := timeRange(c.From, c.To)
	if err != nil {
		return nil, err
	}
	if !sqlite.Exists(c.dataDir()) {
		return nil, fmt.Errorf("there are no reports in %s: start `floodgauge up` first, or give its folder by --data", c.dataDir())
	}
	cfg, err := c.config()
	if err != nil {
		return nil, err
	}
	a := &auditing{}
	if len(c.Files) == 0 {
		var first time.Time
		a.archive, a.branches, first, err = openSpool(cfg, c.dataDir())
		if from.IsZero() {
			from = first
		}
	} else {
		a.archive, err = openArchive(env, "audit", c.Files, cfg, c.dataDir())
		if err == nil {
			a.branches = logsource.Split(a.files, branches)
		}
	}
	if err != nil {
		return nil, err
	}
	a.cfg = a.summarize()
	a.cfg.From, a.cfg.To = from.Truncate(time.Minute), to
	if end := to.Truncate(time.Minute); end.Before(to) {
		a.cfg.To = end.Add(time.Minute)
	}
	return a, nil
}

// youngMinute is up to which age a minute's lines may still be on their way: the delay, the idle time and a slice.
const youngMinute = 2 * time.Minute

// compare compares what was found in the logs with the store, and prints what differs.
func (a *auditing) compare(env *environment, store *sqlite.Reader, out *replay.Outcome) error {
	files := audit.Sums{}
	for _, row := range out.Rows {
		minute := row.GetMinute().AsTime()
		sum := files[minute]
		files[minute] = reportstore.Checksum{Lines: sum.Lines + row.GetLines(), XOR: sum.XOR ^ row.GetLineXor()}
	}
	from, to := a.cfg.From, a.cfg.To
	for minute := range files {
		if a.cfg.From.IsZero() && (from.IsZero() || minute.Before(from)) {
			from = minute
		}
		if end := minute.Add(time.Minute); a.cfg.To.IsZero() && end.After(to) {
			to = end
		}
	}
	has, err := store.Check(env.ctx, from, to)
	if err != nil {
		return err
	}
	open, err := openMinutes(env, store)
	if err != nil {
		return err
	}
	now := time.Now()
	oldest := oldestMinute(now, a.config.Retention)
	res := audit.Compare(files, has, func(minute time.Time) bool {
		return open[minute] || minute.Add(youngMinute).After(now) || minute.Before(oldest) && has[minute].Lines == 0
	})
	status, err := store.Status(env.ctx)
	if err != nil {
		return err
	}
	return printAudit(env, &res, out, status)
}

// oldestMinute is from when on minutes are kept.
func oldestMinute(now time.Time, keep reportstore.Retention) time.Time {
	if keep.Minutes == 0 {
		return time.Time{}
	}
	return now.Add(-keep.Minutes)
}

func openMinutes(env *environment, store *sqlite.Reader) (map[time.Time]bool, error) {
	list, err := store.OpenMinutes(env.ctx)
	open := map[time.Time]bool{}
	for _, m := range list {
		open[m] = true
	}
	return open, err
}

func printAudit(env *environment, res *audit.Result, out *replay.Outcome, status *reportstore.Status) error {
	for _, d := range res.Differ {
		if _, err := fmt.Fprintln(env.stdout, differs(&d)); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(env.stdout, "%s with %s agree, %s\n", reportwriter.Plural(int64(res.Minutes), "minute"),
		reportwriter.Plural(res.Lines, "line"), differing(len(res.Differ))); err != nil {
		return err
	}
	if res.Minutes == 0 && len(res.Differ) == 0 {
		fmt.Fprintf(env.stderr, "%s: note: nothing was compared: these logs have no minute that is closed by now and still kept\n", name)
	}
	for _, note := range auditNotes(res, out, status) {
		fmt.Fprintf(env.stderr, "%s: note: %s\n", name, note)
	}
	switch {
	case len(out.Problems) > 0:
		var all []error
		for _, p := range out.Problems {
			all = append(all, errors.New(p))
		}
		return errors.Join(append(all, errors.New("the audit is not complete: some logs could not be read to their end"))...)
	case len(res.Differ) > 0:
		return fmt.Errorf("the store does not have the lines of the logs: %s", differing(len(res.Differ)))
	}
	return nil
}

func differs(d *audit.Difference) string {
	if d.Files.Lines == d.Store.Lines {
		return fmt.Sprintf("%s UTC: logs and store have %s each, and not the same ones", utcMinute(d.Minute), reportwriter.Plural(d.Files.Lines, "line"))
	}
	return fmt.Sprintf("%s UTC: the logs have %s, the store has %d", utcMinute(d.Minute), reportwriter.Plural(d.Files.Lines, "line"), d.Store.Lines)
}

func differing(n int) string {
	if n == 1 {
		return "1 minute differs"
	}
	return reportwriter.Count(int64(n)) + " minutes differ"
}

// auditNotes say what was not compared, and why minutes may differ.
func auditNotes(res *audit.Result, out *replay.Outcome, status *reportstore.Status) (notes []string) {
	if res.Skipped > 0 {
		notes = append(notes, reportwriter.Plural(int64(res.Skipped), "minute")+" not compared: still open, of the last two minutes, or older than minutes are kept")
	}
	if dead := out.Counts.Lines - out.Counts.Entries; dead > 0 {
		notes = append(notes, reportwriter.Plural(dead, "line")+" not compared: they could not be read as requests")
	}
	if len(res.Differ) == 0 {
		return notes
	}
	if status.SetAside > 0 {
		notes = append(notes, reportwriter.Plural(int64(status.SetAside), "part")+" of the logs set aside: `floodgauge deadletters list` shows them; their minutes lack lines")
	}
	for _, s := range status.Sources {
		if s.Behind > 0 {
			notes = append(notes, fmt.Sprintf("source %s is not read to its end yet: what `floodgauge up` reads later is missing now", printable(s.Source)))
		}
	}
	return notes
}
