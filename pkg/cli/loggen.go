package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/config"
	"github.com/floodgauge/floodgauge/pkg/loggen"
	"github.com/floodgauge/floodgauge/pkg/spelling"
)

// defaultLines keeps a first try from running without end.
const defaultLines = 10_000

// loggenCmd is the command line of "loggen".
type loggenCmd struct {
	Lines    minimum  `group:"traffic" placeholder:"N" help:"Number of lines. Default: 10000 where neither --duration nor --follow is given."`
	Duration duration `group:"traffic" placeholder:"TIME" help:"How long the log is, such as 90s, 10m or 24h."`
	Rate     positive `group:"traffic" placeholder:"N" help:"Requests per second over all sites, as the mean of a day. Default: 100, or what --lines and --duration say."`
	Shape    string   `group:"traffic" placeholder:"SHAPE" values:"flat,worldcup98" default:"flat" help:"How the rate moves over the day: flat, or worldcup98 for a real one. Default: ${default}."`
	Start    string   `group:"traffic" placeholder:"TIME" help:"Time of the first request: a date, 'YYYY-MM-DD HH:MM' in UTC, or RFC 3339. Default: 2026-05-04 12:00, and now with --follow."`
	Hosts    minimum  `group:"traffic" placeholder:"N" help:"Number of sites with made-up names. Default: 20."`
	Host     []string `group:"traffic" placeholder:"NAME" help:"Name of a site, the most popular first; can be repeated. In place of --hosts."`
	Attack   []string `group:"traffic" sep:"none" placeholder:"ATTACK" help:"An attack or event on top: a kind that \"floodgauge loggen --help\" lists, with clients=, rate= (requests a minute of each), after=, for= and host=, as in flood,clients=300,after=1h; can be repeated."`
	Seed     uint64   `group:"traffic" placeholder:"N" help:"The same seed gives the same log. Default: 0."`

	LogFormat string `group:"output" placeholder:"FORMAT" default:"gcp" help:"Name of a format, or an nginx log_format or Apache LogFormat string; \"floodgauge report --help\" lists them. Default: ${default}."`
	Out       string `group:"output" placeholder:"FILE" help:"Write the log to a file instead of standard output."`
	Truth     string `group:"output" placeholder:"FILE" help:"Also write the truth about each line, as JSON lines in the same order."`
	Follow    bool   `group:"output" help:"Write each line when its time has come, until it is stopped or what --lines or --duration say is done."`
}

// Help is shown above the flags.
func (c *loggenCmd) Help() string {
	return examples(
		"loggen --lines 1000000 --out access.log", "a million lines",
		"loggen --duration 24h --rate 50 --shape worldcup98 --log-format combined", "a day of real shape",
		"loggen --follow --host www.example.org --out live.log", "a log that grows as a live one does",
		"loggen --duration 3h --rate 20 --attack flood,clients=60,after=2h --out access.log", "with a flood in its third hour",
		"loggen --lines 1000 --truth truth.jsonl --out access.log", "with what is to be found in it",
	)
}

// footer lists the attacks with their defaults.
func (c *loggenCmd) footer() string {
	var b strings.Builder
	list := func(title string, hostile bool) {
		b.WriteString("\n" + title + ":\n")
		for _, k := range loggen.AttackKinds() {
			if k.Hostile == hostile {
				fmt.Fprintf(&b, "  %-14s %s (%s)\n", k.Name, k.About, defaultsOf(k))
			}
		}
	}
	list("Attacks, with their defaults", true)
	list("Events that are no attack", false)
	b.WriteString("All begin with the log and last 10 minutes, on the most popular site, unless after=, for= and host= say otherwise.\n")
	return b.String()
}

// defaultsOf writes what a kind of attack has unless it is given.
func defaultsOf(k loggen.AttackKind) string {
	var parts []string
	if k.Clients > 0 {
		parts = append(parts, fmt.Sprintf("clients=%d", k.Clients))
	}
	if k.PerMinute > 0 {
		parts = append(parts, fmt.Sprintf("rate=%g", k.PerMinute))
	}
	return strings.Join(parts, ",")
}

// Run writes the log.
func (c *loggenCmd) Run(env *environment) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	if _, err := loggen.New(cfg); err != nil {
		return usagef("loggen cannot do that: %s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return c.write(env, cfg)
}

// config checks the flags.
func (c *loggenCmd) config() (loggen.Config, error) {
	cfg := loggen.Config{
		Seed: c.Seed, HostCount: int(c.Hosts), Duration: time.Duration(c.Duration), Rate: float64(c.Rate), Lines: int64(c.Lines),
		Format: c.LogFormat, Shape: c.Shape,
	}
	if c.Lines == 0 && c.Duration == 0 && !c.Follow {
		cfg.Lines = defaultLines
	}
	if c.Hosts > 0 && len(c.Host) > 0 {
		return cfg, usagef("--hosts makes names up and --host gives them; leave one of the two out")
	}
	for _, text := range c.Host {
		host, err := config.ParseHost(text)
		if err != nil {
			return cfg, usagef("--host cannot be %q: %s", text, err)
		}
		cfg.Hosts = append(cfg.Hosts, host)
	}
	for _, text := range c.Attack {
		a, err := loggen.ParseAttack(text)
		if err != nil {
			return cfg, usagef("--attack: %s", err)
		}
		cfg.Attacks = append(cfg.Attacks, a)
	}
	if err := config.CheckFormat(c.LogFormat, nil); err != nil {
		return cfg, usagef("--log-format: %s", err)
	}
	var err error
	cfg.Start, _, err = parseTime("--start", c.Start, time.UTC)
	return cfg, err
}

// write opens what is to be written and runs the generator.
func (c *loggenCmd) write(env *environment, cfg loggen.Config) error {
	out, closeOut, err := openOutput("--out", c.Out, env.stdout)
	if err != nil {
		return err
	}
	truth, closeTruth, err := openOutput("--truth", c.Truth, nil)
	if err != nil {
		return errors.Join(err, closeOut())
	}
	stats, err := c.generate(env.ctx, cfg, out, truth)
	if err = errors.Join(err, closeOut(), closeTruth()); err != nil {
		return loggenError(err, c.Follow)
	}
	if c.Out != "" {
		fmt.Fprintf(env.stderr, "%s lines, %sB in %s\n", short(float64(stats.Lines)), short(float64(stats.Bytes)), spelling.Path(c.Out))
	}
	return nil
}

func (c *loggenCmd) generate(ctx context.Context, cfg loggen.Config, out, truth io.Writer) (loggen.Stats, error) {
	if c.Follow {
		return loggen.Follow(ctx, cfg, out, truth, loggen.WallClock())
	}
	return loggen.Generate(ctx, cfg, out, truth)
}

// loggenError explains what stopped the generator. Being stopped is how a log that follows the clock ends.
func loggenError(err error, follow bool) error {
	if errors.Is(err, context.Canceled) {
		if follow {
			return nil
		}
		return context.Canceled
	}
	return writeMessage("the log", err)
}

// openOutput creates the file that a flag names, or gives the other writer where the flag is not used.
func openOutput(flag, path string, other io.Writer) (io.Writer, func() error, error) {
	nothing := func() error { return nil }
	if path == "" {
		return other, nothing, nil
	}
	f, err := createFile(flag, path)
	if err != nil {
		return nil, nothing, err
	}
	return f, f.Close, nil
}
