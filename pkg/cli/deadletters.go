package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/floodgauge/floodgauge/pkg/inbox"
	"github.com/floodgauge/floodgauge/pkg/replay"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
)

// deadlettersCmd is the command line of "deadletters".
type deadlettersCmd struct {
	List  deadlettersListCmd  `cmd:"" help:"List lines that could not be read, and stretches that were set aside, newest first."`
	Retry deadlettersRetryCmd `cmd:"" help:"Try again now what was set aside."`
}

// Help is shown above the commands.
func (c *deadlettersCmd) Help() string {
	return examples("deadletters list", "what could not be read, and where it is", "deadletters retry all", "after the reason is mended")
}

// deadlettersListCmd is the command line of "deadletters list".
type deadlettersListCmd struct {
	Files []string `arg:"" optional:"" name:"file" help:"Logs: what lies in them is listed with their path. Without them files are told by their identity."`

	Limit  minimum `group:"show" placeholder:"N" help:"Show so many at most. Default: 100."`
	Format string  `group:"output" default:"table" placeholder:"FORMAT" values:"table,json" help:"table, or json: one object a row. Default: ${default}."`
	dataFlag
}

// Help is shown above the flags.
func (c *deadlettersListCmd) Help() string {
	return "Where lines are is told by the file and the byte in its text, counted from 0; the lines themselves are kept nowhere, and paths neither. " +
		"To look at one: tail -c +$((BYTE+1)) FILE | head -c LENGTH, after unpacking a compressed file.\n\n" + examples(
		"deadletters list '/var/log/nginx/*.log*'", "the latest hundred, and which of these files they are in",
		"deadletters list --format json --limit 10000", "for a program",
	)
}

const lettersShown = 100

// Run lists dead letters.
func (c *deadlettersListCmd) Run(env *environment) error {
	store, err := sqlite.OpenReadOnly(c.dataDir())
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	limit := lettersShown
	if c.Limit > 0 {
		limit = int(c.Limit)
	}
	letters, err := store.Letters(env.ctx, limit)
	if err != nil {
		return err
	}
	files, err := nameFiles(c.Files, c.dataDir())
	if err != nil {
		return err
	}
	if c.Format == "json" {
		for i := range letters {
			if err := writeObject(env.stdout, letterColumns, letterValues(&letters[i], files)); err != nil {
				return err
			}
		}
		return nil
	}
	rows := [][]string{{"ID", "REASON", "SOURCE", "FILE", "BYTE", "LENGTH", "LINES", "WHEN", "TRIES", "NEXT TRY"}}
	for i := range letters {
		rows = append(rows, letterRow(&letters[i], files))
	}
	return writeTextTable(env.stdout, rows)
}

func letterRow(d *reportstore.DeadLetter, files knownFiles) []string {
	lines, tries, next := strconv.FormatInt(d.Letter.GetLines(), 10), "-", "-"
	if d.Extent != nil {
		lines, tries, next = "not known", strconv.Itoa(d.Tries), "by command"
		if !d.Next.IsZero() {
			next = utcMinute(d.Next)
		}
	}
	return []string{strconv.FormatInt(d.ID, 10), d.Letter.GetReason(), d.Letter.GetSource(), files.of(d), strconv.FormatInt(d.Letter.GetOffset(), 10),
		strconv.FormatInt(d.Letter.GetLength(), 10), lines, utcMinute(d.At), tries, next}
}

// letterColumns are the keys of a dead letter in JSON.
var letterColumns = []string{"id", "reason", "source", "file", "offset", "length", "lines", "at", "set_aside", "tries", "next"}

func letterValues(d *reportstore.DeadLetter, files knownFiles) []any {
	values := []any{d.ID, d.Letter.GetReason(), d.Letter.GetSource(), files.of(d), d.Letter.GetOffset(), d.Letter.GetLength(), d.Letter.GetLines(), d.At,
		d.Extent != nil, d.Tries, nil}
	if !d.Next.IsZero() {
		values[len(values)-1] = d.Next
	}
	return values
}

// deadlettersRetryCmd is the command line of "deadletters retry".
type deadlettersRetryCmd struct {
	IDs []string `arg:"" optional:"" name:"id" help:"Numbers as \"deadletters list\" shows them, or all."`
	dataFlag
}

// Help is shown above the flags.
func (c *deadlettersRetryCmd) Help() string {
	return "A running \"up\" tries them as soon as it has nothing newer to read, else the next one does.\n\n" + examples(
		"deadletters retry all", "everything that was set aside",
		"deadletters retry 12 15", "two of them",
	)
}

// Run makes what was set aside due.
func (c *deadlettersRetryCmd) Run(env *environment) error {
	ids, err := c.ids()
	if err != nil {
		return err
	}
	data := c.dataDir()
	if !sqlite.Exists(data) {
		return fmt.Errorf("there are no reports in %s: start `floodgauge up` first, or give its folder by --data", data)
	}
	a, err := inbox.Hand(env.ctx, replay.Inbox(data), &inbox.Work{Retry: &inbox.Retry{IDs: ids}}, func() (inbox.Answer, bool, error) {
		return retryInStore(env.ctx, data, ids)
	})
	switch {
	case err != nil:
		return err
	case a.Refused != "":
		return errors.New(a.Refused)
	case a.Retried == 0:
		_, err = fmt.Fprintln(env.stdout, "nothing is set aside")
	default:
		_, err = fmt.Fprintf(env.stdout, "%s of the logs, set aside before, to be tried again\n", reportwriter.Plural(int64(a.Retried), "part"))
	}
	return err
}

func (c *deadlettersRetryCmd) ids() (ids []int64, err error) {
	if len(c.IDs) == 0 {
		return nil, usagef("deadletters retry needs numbers, as \"%s deadletters list\" shows them, or all", name)
	}
	if len(c.IDs) == 1 && c.IDs[0] == "all" {
		return nil, nil
	}
	for _, text := range c.IDs {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id < 1 {
			return nil, usagef("%q is no number of a dead letter; \"%s deadletters list\" shows them, and \"all\" means every one", text, name)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// retryInStore makes stretches due where no `up` holds the store.
func retryInStore(ctx context.Context, data string, ids []int64) (a inbox.Answer, done bool, err error) {
	store, err := sqlite.Open(data, time.Now)
	if errors.Is(err, reportstore.ErrLocked) {
		return a, false, nil
	}
	if err != nil {
		return a, false, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	state, err := store.State(ctx)
	if err != nil {
		return a, false, err
	}
	due, err := reportstore.Due(state.SetAside, ids, time.Now())
	if err != nil {
		return a, false, err
	}
	a.Retried = len(due)
	return a, true, store.Commit(ctx, &reportstore.Commit{Retried: due})
}
