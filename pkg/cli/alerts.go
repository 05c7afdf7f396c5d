package cli

import (
	"fmt"
	"time"

	"github.com/floodgauge/floodgauge/pkg/config"
	"github.com/floodgauge/floodgauge/pkg/notify"
	"github.com/floodgauge/floodgauge/pkg/spelling"
)

// alertsCmd is the command line of "alerts".
type alertsCmd struct {
	Test alertsTestCmd `cmd:"" help:"Send a test message to everybody whom the configuration names."`
}

// Help is shown above the commands.
func (c *alertsCmd) Help() string {
	return examples("alerts test --config floodgauge.yaml", "does everybody hear of an attack?")
}

// alertsTestCmd is the command line of "alerts test".
type alertsTestCmd struct {
	Config string `placeholder:"FILE" help:"Configuration file with a section \"alerts\"."`
}

// Help is shown above the flags.
func (c *alertsTestCmd) Help() string {
	return "Sends one message to each webhook and each recipient of mail, whatever their sites are, and says of each whether the other side took it, or what " +
		"failed and what to do. Nothing is tried twice. The exit code is 1 if one failed.\n\n" + examples(
		"alerts test --config floodgauge.yaml", "does everybody hear of an attack?",
	)
}

// Run sends the messages.
func (c *alertsTestCmd) Run(env *environment) error {
	if c.Config == "" {
		return usagef("alerts test needs the configuration, as in \"%s alerts test --config floodgauge.yaml\"", name)
	}
	cfg, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	all := cfg.Alerts.Destinations()
	if all == 0 {
		return fmt.Errorf("%s names nobody to tell: add webhooks or mail under \"alerts\", as in deploy/floodgauge.example.yaml", spelling.Path(c.Config))
	}
	n, err := notify.New(cfg.Alerts, func(string, ...any) {})
	if err != nil {
		return err
	}
	now := time.Now()
	failed := 0
	for _, r := range n.Test(env.ctx, notify.Event{Kind: notify.Test, Title: testTitle, Reasons: []string{testReason}, Started: now, At: now,
		Link: cfg.Page}) {
		line := "ok      " + r.Destination
		if r.Err != nil {
			failed++
			line = "failed  " + r.Destination + ": " + r.Err.Error()
		}
		if _, err := fmt.Fprintln(env.stdout, printable(line)); err != nil {
			return err
		}
	}
	if cfg.Page == "" {
		fmt.Fprintln(env.stderr, noLink)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %s did not take the message", failed, count(all, "destination"))
	}
	return nil
}

const (
	noLink = name + ": messages have no link to the page, as its address is not known: add \"page: {address: https://logs.example.org}\", with the name by which " +
		"people open it"
	testTitle  = "This is a test of Floodgauge's alerts"
	testReason = "Nothing happened: somebody ran \"" + name + " alerts test\"."
)
