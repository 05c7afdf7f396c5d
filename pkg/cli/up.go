package cli

import (
	"cmp"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/floodgauge/floodgauge/pkg/up"
)

// defaultData is where commands keep what lasts.
const defaultData = "floodgauge-data"

// upCmd is the command line of "up".
type upCmd struct {
	Sources []string `arg:"" optional:"" name:"source" help:"Logs to follow: files, folders and patterns, and - for standard input. Default: the sources of --config."`

	Demo bool `group:"input" help:"Show it on made-up traffic, with two hours of history, in a folder that is gone afterwards."`
	configFlags
	Since string `group:"input" placeholder:"TIME" help:"Leave out files that were last changed before: a date, 'YYYY-MM-DD HH:MM' in UTC, or RFC 3339."`

	Data         string   `group:"run" placeholder:"DIR" help:"Folder for everything that is kept. Default: ./floodgauge-data."`
	Listen       string   `group:"run" placeholder:"ADDR" default:"127.0.0.1:8080" help:"Address of the page; port 0 takes one that is free. Default: ${default}."`
	ListenName   []string `group:"run" placeholder:"NAME" help:"Name by which the page is asked for, besides localhost and the address of --listen, such as that of a proxy in front; can be repeated."`
	IngestListen string   `group:"run" placeholder:"ADDR" help:"Address for lines by HTTP and for /metrics. Default: 127.0.0.1:8081 where the configuration has a source by HTTP, else none."`
	Delay        duration `group:"run" placeholder:"TIME" help:"How long after the end of a minute its lines may come before it closes. Default: 15s."`
}

// Help is shown above the flags.
func (c *upCmd) Help() string {
	return examples(
		"up --demo", "made-up traffic, to look around",
		"up /var/log/nginx/access.log", "follow a log with its rotated files",
		"up --host www.example.org /var/log/nginx/access.log", "the same, where the log does not name its site",
		"up '/var/log/nginx/*.log' --data /var/lib/floodgauge", "all logs of a folder, kept where it lasts",
		"up --config floodgauge.yaml", "sites, sources by HTTP and Pub/Sub",
	)
}

// The garbage collector lets the heap grow by a half between collections, and works harder near memoryLimit bytes: what a slice leaves is garbage soon,
// and the machine is the proxy's.
const (
	memoryLimit = 200 << 20
	gcPercent   = 50
)

func (c *upCmd) dataDir() string { return cmp.Or(c.Data, defaultData) }

// Run follows logs until it is stopped.
func (c *upCmd) Run(env *environment) error {
	debug.SetMemoryLimit(memoryLimit)
	debug.SetGCPercent(gcPercent)
	o := up.Options{Inputs: c.Sources, Data: c.Data, Listen: c.Listen, Ingest: c.IngestListen, Names: c.ListenName, Delay: time.Duration(c.Delay),
		Stdin: env.stdin, Say: func(format string, args ...any) { fmt.Fprintf(env.stderr, name+": "+format+"\n", args...) }}
	var err error
	if o.Since, _, err = parseTime("--since", c.Since, time.UTC); err != nil {
		return err
	}
	if o.Config, err = c.config(); err != nil {
		return err
	}
	if !c.Demo {
		o.Data = c.dataDir()
		return up.Run(env.ctx, o)
	}
	if len(c.Sources) > 0 {
		return usagef("--demo makes its own traffic; leave it out to follow %s", c.Sources[0])
	}
	return up.Demo(env.ctx, o)
}
