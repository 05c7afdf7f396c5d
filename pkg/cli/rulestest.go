package cli

import (
	"errors"
	"runtime"
	"time"

	"github.com/floodgauge/floodgauge/pkg/cloudarmor"
	"github.com/floodgauge/floodgauge/pkg/engine"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/ruletest"
)

// rulesTestCmd is the command line of "rules test".
type rulesTestCmd struct {
	Rule  string   `arg:"" optional:"" name:"rule" help:"An expression of Cloud Armor in quotes, or a rule of a policy by its priority, as in policy.yaml:1000."`
	Files []string `arg:"" optional:"" name:"file" help:"Log files, directories, patterns in quotes, or - for standard input. Files may be compressed (gz, zst, bz2)."`

	Host []string `group:"show" placeholder:"NAME" help:"Count only this site; can be repeated. Also the site of lines that name none."`
	From string   `group:"show" placeholder:"TIME" help:"Leave out what is earlier: a date, 'YYYY-MM-DD HH:MM', or RFC 3339. Without a zone: in --time-zone."`
	To   string   `group:"show" placeholder:"TIME" help:"Leave out this time and what is later. A date stands for the end of that day."`

	LogFormat    string   `group:"read" placeholder:"FORMAT" help:"Format of the lines, as \"report\" takes it. Default: found out per file."`
	TimeZone     string   `group:"read" placeholder:"ZONE" help:"Time zone of lines that have none, such as Europe/Berlin. Default: UTC."`
	TrustedProxy []string `group:"read" placeholder:"RANGE" help:"Address or range of a proxy in front that says who the client was, or a network's name such as cloudflare; can be repeated. Default: none."`
	Config       string   `group:"read" placeholder:"FILE" help:"Configuration file. Flags win over what it says."`

	Format     string `group:"output" default:"table" placeholder:"FORMAT" values:"table,json" help:"table, or json: one object. Default: ${default}."`
	NoProgress bool   `group:"output" help:"Show no progress bar. There is one only on a terminal."`
}

// Help is shown above the flags.
func (c *rulesTestCmd) Help() string {
	return "Counts the requests for which the rule is true, by what their clients are. It is the rule alone that is asked: not the rules before it, not its " +
		"rate limit, and not whether it is in preview. Requests are undecided where the log does not have what the rule asks for. Hosts are compared in " +
		"lower case and without a port.\n\n" + examples(
		`rules test "request.path == '/xmlrpc.php' && request.method == 'POST'" access.log`, "an expression",
		"rules test policy.yaml:1000 '/var/log/nginx/*.log*'", "a rule of a policy",
		"rules test policy.yaml:1000 --host www.example.org --from 2026-05-04 --format json logs", "one site, for a program",
	)
}

// Run tests the rule.
func (c *rulesTestCmd) Run(env *environment) error {
	if c.Rule == "" || len(c.Files) == 0 {
		return usagef(`rules test needs a rule and the logs to test it on, as in "%s rules test policy.yaml:1000 access.log"`, name)
	}
	rule, err := ruleOf(c.Rule)
	if err != nil {
		return err
	}
	report := reportCmd{Inputs: c.Files, Host: c.Host, From: c.From, To: c.To, LogFormat: c.LogFormat, TimeZone: c.TimeZone, TrustedProxy: c.TrustedProxy,
		Config: c.Config, Format: "table", NoProgress: c.NoProgress}
	o, err := report.options(env)
	if err != nil {
		return err
	}
	in, err := openInputs(env, &o)
	if err != nil {
		return err
	}
	start := time.Now()
	res, err := testRule(env, rule, &o, in)
	if err != nil {
		return err
	}
	// What became of the lines is said as of a report.
	run := &finishedRun{options: &o, inputs: in, took: time.Since(start),
		result: &engine.Result{Counts: res.Counts, Problems: res.Problems, Remarks: res.Remarks}}
	if err := run.unreadable(); err != nil {
		return errors.Join(append(run.problems(), err)...)
	}
	if err := c.print(env, res); err != nil {
		return err
	}
	if err := run.writeMessages(env); err != nil {
		return err
	}
	if len(res.Problems)+len(in.refused) > 0 {
		return errors.New("the test is not complete: some input could not be read, see above")
	}
	return nil
}

// mostBranches is how many parts of the logs are read side by side at most.
const mostBranches = 8

func testRule(env *environment, rule *cloudarmor.Expression, o *reportOptions, in *inputs) (*ruletest.Result, error) {
	job := &ruletest.Job{Rule: rule, Sources: in.sources, Branches: logsource.Split(in.files, min(runtime.GOMAXPROCS(0), mostBranches)),
		Sites: o.Config.SiteNames(), Hosts: o.Hosts, From: o.From, To: o.To, Now: time.Now(), CountryDB: o.Config.Geo.Country, NetworkDB: o.Config.Geo.Network}
	if in.stdin != nil {
		job.Stdin = in.stdin
	}
	bar := newProgressBar(env.stderr, o.Progress)
	defer bar.Close()
	job.Progress = func(done, lines int64) { bar.Update(done, in.size, lines) }
	return ruletest.Run(env.ctx, job)
}
