package cli

import (
	"maps"
	"os"
	"slices"

	"github.com/floodgauge/floodgauge/pkg/config"
	"github.com/floodgauge/floodgauge/pkg/spelling"
)

func (c *reportCmd) checkInputs(env *environment) error {
	if len(c.Inputs) == 0 {
		return usagef("report needs to know what to read; name a log file, a directory, or - for standard input, as in \"%s report access.log\"", name)
	}
	stdins := 0
	for _, input := range c.Inputs {
		if input == "-" {
			stdins++
		}
		if input == "" {
			return usagef("the name of a file to read is empty; check the variable or the quotes it comes from")
		}
	}
	if stdins > 1 {
		return usagef("standard input can be read only once; give - only once")
	}
	if stdins == 1 && isTerminal(env.stdin) {
		return usagef("- reads standard input, which is this terminal; send a log to it, as in \"%s report - < access.log\"", name)
	}
	return nil
}

func (c *reportCmd) checkOutput(env *environment) error {
	if c.Format == "parquet" && c.Out == "" && isTerminal(env.stdout) {
		return usagef("parquet is no text for a terminal; name a file with --out, as in \"--out traffic.parquet\"")
	}
	out, err := os.Stat(c.Out)
	if c.Out == "" || err != nil {
		return nil
	}
	if out.IsDir() {
		return usagef("--out %s is a directory; name a file in it", spelling.Path(c.Out))
	}
	for _, input := range c.Inputs {
		if in, err := os.Stat(input); err == nil && os.SameFile(in, out) {
			return usagef("--out %s is also a log to read and would be overwritten; choose another name", spelling.Path(c.Out))
		}
	}
	return nil
}

func (c *reportCmd) checkFormat(o *reportOptions) error {
	o.logFormat = c.LogFormat
	if c.LogFormat == "" || o.Config.Formats[c.LogFormat] != nil {
		return nil
	}
	if err := config.CheckFormat(c.LogFormat, slices.Sorted(maps.Keys(o.Config.Formats))); err != nil {
		return usagef("--log-format: %s", err)
	}
	return nil
}

func (c *reportCmd) checkProxies(o *reportOptions) error {
	for _, text := range c.TrustedProxy {
		prefix, err := config.ParseProxy(text)
		if err != nil {
			return usagef("--trusted-proxy cannot be %q: %s", text, err)
		}
		o.trustedProxies = append(o.trustedProxies, prefix)
	}
	return nil
}

// checkHosts turns aliases into the names that rows carry.
func (c *reportCmd) checkHosts(o *reportOptions) error {
	sites := o.Config.SiteNames()
	for _, text := range c.Host {
		host, err := config.ParseHost(text)
		if err != nil {
			return usagef("--host cannot be %q: %s", text, err)
		}
		if site := sites[host]; site != "" {
			host = site
		}
		if !slices.Contains(o.Hosts, host) {
			o.Hosts = append(o.Hosts, host)
		}
	}
	if len(o.Hosts) == 1 {
		o.host = o.Hosts[0]
	}
	return nil
}
