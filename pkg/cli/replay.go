package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/floodgauge/floodgauge/pkg/replay"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
)

// replayCmd is the command line of "replay".
type replayCmd struct {
	Files []string `arg:"" optional:"" name:"file" help:"Log files, directories or patterns in quotes; files may be compressed (gz, zst, bz2)."`

	Mode  string `group:"show" placeholder:"MODE" values:"late,rebuild" help:"late adds lines that never arrived; rebuild computes whole hours anew, in place of what is there."`
	From  string `group:"show" placeholder:"TIME" help:"Leave out what is earlier: a date, 'YYYY-MM-DD HH:MM' in UTC, or RFC 3339. A rebuild takes the whole hour."`
	To    string `group:"show" placeholder:"TIME" help:"Leave out this time and what is later. A date stands for the end of that day."`
	Force bool   `group:"show" help:"Also where the store has more lines of a minute, or these very lines, or where a file cannot be read to its end."`

	archiveFlags
}

// Help is shown above the flags.
func (c *replayCmd) Help() string {
	return "Reads files again, while \"up\" runs or not. The same replay twice changes nothing the second time. Late lines of a file that " +
		"\"up\" follows later count twice: keep such a file out of what is followed, or rebuild its hours afterwards. " +
		"A rebuild judges its hours anew, too: it goes on from what \"up\" knew of the sites before, or, where that is not kept, from an hour of history on. " +
		"Give it the files of the two hours before as well.\n\n" + examples(
		"replay --mode late lost.log.gz", "lines that \"up\" has never seen",
		"replay --mode rebuild --from 2026-05-04 --to 2026-05-05 '/var/log/nginx/access.log*'", "two days from the archive, in place of what is there",
		"audit '/var/log/nginx/access.log*'", "see afterwards that they agree",
	)
}

// Run replays files.
func (c *replayCmd) Run(env *environment) error {
	if c.Mode == "" {
		return usagef("replay needs --mode: late adds lines that never arrived, rebuild computes whole hours anew")
	}
	from, to, err := timeRange(c.From, c.To)
	if err != nil {
		return err
	}
	if _, err := os.Stat(c.dataDir()); c.Data != "" && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no folder %s: give the data folder of \"up\" by --data", c.Data)
	}
	cfg, err := c.config()
	if err != nil {
		return err
	}
	a, err := openArchive(env, "replay", c.Files, cfg, c.dataDir())
	if err != nil {
		return err
	}
	bar := c.progress(env)
	res, err := replay.Run(env.ctx, &replay.Options{Rebuild: c.Mode == "rebuild", From: from, To: to, Force: c.Force, Files: a.files, Keys: a.keys,
		Summarize: a.summarize(), Data: c.dataDir(), Progress: func(done, lines int64) { bar.Update(done, a.size, lines) },
		Note: func(format string, args ...any) { fmt.Fprintf(env.stderr, name+": note: "+format+"\n", args...) }})
	bar.Close()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.stdout, replayed(res))
	return err
}

func replayed(res *replay.Result) string {
	if !res.Published {
		return fmt.Sprintf("the same was published before, as batch %s: nothing was changed", res.ID)
	}
	text := fmt.Sprintf("published %s from %s to %s, of %s", reportwriter.Plural(int64(res.Rows), "row"), utcMinute(res.From), utcMinute(res.To),
		reportwriter.Plural(res.Counts.Entries-res.Counts.OutsideRange, "line"))
	if n := res.Counts.OutsideRange; n > 0 {
		text += fmt.Sprintf("; %s are outside of the range", reportwriter.Plural(n, "line"))
	}
	if n := res.Counts.Lines - res.Counts.Entries; n > 0 {
		text += fmt.Sprintf("; %s could not be read", reportwriter.Plural(n, "line"))
	}
	return fmt.Sprintf("%s (batch %s)", text, res.ID)
}
