package cli

import (
	"time"

	"github.com/floodgauge/floodgauge/pkg/config"
	"github.com/floodgauge/floodgauge/pkg/logentry"
)

// reportOptions is what a report run needs to know: flags and configuration, checked and joined.
type reportOptions struct {
	Inputs   []string // files, directories, patterns; "-" is standard input
	Format   string   // table, csv, json or parquet
	By       string   // minute, hour, day or all
	Out      string   // file to write; empty for standard output
	Hosts    []string // rows to show, by the names that rows carry; empty for all
	From     time.Time
	To       time.Time // excluded; a zero time is no bound
	K        int
	Config   *config.Config
	Progress bool // show a progress bar

	logFormat      string
	timeZone       string
	trustedProxies []string
	sampleRate     float64
	host           string // for lines that name none
}

// source says how the file at path is read: by the flags, else by the configuration. What is left empty has to be found out from the file.
func (o *reportOptions) source(path string) logentry.Source {
	s := o.Config.SourceFor(path)
	if o.logFormat != "" {
		s.Format, s.Mapping = o.logFormat, o.Config.Formats[o.logFormat]
	}
	if o.timeZone != "" {
		s.TimeZone = o.timeZone
	}
	if len(o.trustedProxies) > 0 {
		s.TrustedProxies = o.trustedProxies
	}
	if o.sampleRate > 0 {
		s.SampleRates = []logentry.SampleRate{{Rate: o.sampleRate}}
	}
	// The configuration knows which file belongs to which site, while --host may only be meant to choose among them.
	if s.Host == "" && o.host != "" {
		s.Host, s.HostFrom = o.host, "option"
	}
	return s
}

// options checks the command line and joins it with the configuration file.
func (c *reportCmd) options(env *environment) (reportOptions, error) {
	o := reportOptions{
		Inputs: c.Inputs, Format: c.Format, By: c.By, Out: c.Out, K: config.DefaultK, Config: config.Default(),
		Progress: !c.NoProgress && isTerminal(env.stderr), sampleRate: float64(c.SampleRate),
	}
	for _, check := range []func(*reportOptions) error{c.checkProxies, c.checkTimes} {
		if err := check(&o); err != nil {
			return o, err
		}
	}
	if err := c.checkInputs(env); err != nil {
		return o, err
	}
	if err := c.checkOutput(env); err != nil {
		return o, err
	}
	if c.Config != "" {
		loaded, err := config.Load(c.Config)
		if err != nil {
			return o, err
		}
		o.Config, o.K = loaded, loaded.K
	}
	if c.K > 0 {
		o.K = int(c.K)
	}
	if o.By == "" {
		o.By = defaultPeriod(o.Format)
	}
	if err := c.checkFormat(&o); err != nil {
		return o, err
	}
	return o, c.checkHosts(&o)
}

// defaultPeriod is what people look at in a table, and what programs can add up.
func defaultPeriod(format string) string {
	if format == "table" {
		return "all"
	}
	return "minute"
}
