package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// flagGroups are the titles under which the help lists flags.
var flagGroups = []kong.Group{
	{Key: "input", Title: "What to follow:"},
	{Key: "run", Title: "How to run:"},
	{Key: "show", Title: "What to show:"},
	{Key: "read", Title: "How to read the logs:"},
	{Key: "traffic", Title: "The traffic:"},
	{Key: "output", Title: "Output:"},
}

// printHelp prints kong's help and below it what a command has to add.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	node := ctx.Selected()
	if node == nil {
		_, err := io.WriteString(ctx.Stdout, firstSteps)
		return err
	}
	if c, ok := node.Target.Addr().Interface().(interface{ footer() string }); ok {
		_, err := io.WriteString(ctx.Stdout, c.footer())
		return err
	}
	return nil
}

const firstSteps = `
First steps:
  floodgauge up --demo                         a page that moves, on made-up traffic
  floodgauge up /var/log/nginx/access.log      the same on your own log
  floodgauge report access.log                 a page per site in the terminal
  floodgauge report --format json access.log   one JSON object per site and minute
  floodgauge loggen --lines 100000 | floodgauge report -
                                               try it without logs of your own

Exit codes: 0 done, 1 the run failed or its input is bad, 2 the command line is wrong.
`

// examples sets command lines as the help shows them: what to type, and what it does.
func examples(pairs ...string) string {
	var b strings.Builder
	b.WriteString("Examples:\n\n")
	for i := 0; i+1 < len(pairs); i += 2 {
		fmt.Fprintf(&b, "\t# %s\n\t%s %s\n", pairs[i+1], name, pairs[i])
	}
	return b.String()
}
