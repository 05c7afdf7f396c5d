package cli

import (
	"fmt"

	"github.com/floodgauge/floodgauge/pkg/config"
)

// checkConfigCmd is the command line of "check-config".
type checkConfigCmd struct {
	File string `arg:"" optional:"" name:"file" help:"The configuration file."`
}

// Help is shown above the flags.
func (c *checkConfigCmd) Help() string {
	return examples("check-config floodgauge.yaml", "prints \"ok\" and what is in it, or every mistake with its line")
}

// Run checks the file.
func (c *checkConfigCmd) Run(env *environment) error {
	if c.File == "" {
		return usagef("check-config needs the file to check, as in \"%s check-config floodgauge.yaml\"", name)
	}
	cfg, err := config.Load(c.File)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.stdout, "ok: %s: k %d, %s, %s, %s, %s\n", c.File, cfg.K, count(len(cfg.Sites), "site"), count(len(cfg.Sources), "source"),
		count(len(cfg.Formats), "format"), count(len(cfg.PathTemplates), "path template"))
	return err
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
