package cli

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/floodgauge/floodgauge/pkg/config"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// dataFlag is the flag of commands that work on the data folder of "up".
type dataFlag struct {
	Data string `group:"output" placeholder:"DIR" help:"Data folder of \"up\". Default: ./floodgauge-data."`
}

func (f *dataFlag) dataDir() string { return cmp.Or(f.Data, defaultData) }

// configFlags say how lines are read, the same for all commands that work on one data folder.
type configFlags struct {
	Config string `group:"read" placeholder:"FILE" help:"Configuration file: sites, sources, formats."`
	Host   string `group:"read" placeholder:"NAME" help:"The site of lines that name none, such as those of nginx's combined format."`
}

func (f *configFlags) config() (*config.Config, error) {
	cfg, err := loadConfig(f.Config)
	if err != nil || f.Host == "" {
		return cfg, err
	}
	cfg.Host, err = config.ParseHost(f.Host)
	if err != nil {
		return nil, usagef("--host: %s", err)
	}
	return cfg, nil
}

// archiveFlags are the flags of commands that read logs again.
type archiveFlags struct {
	configFlags
	dataFlag
	NoProgress bool `group:"output" help:"Show no progress bar. There is one only on a terminal."`
}

// progress makes the progress bar; without a terminal nothing is shown.
func (f *archiveFlags) progress(env *environment) *progressBar {
	return newProgressBar(env.stderr, !f.NoProgress && isTerminal(env.stderr))
}

func loadConfig(path string) (*config.Config, error) {
	if path == "" {
		return config.Default(), nil
	}
	return config.Load(path)
}

// timeRange reads --from and --to, in UTC; a date as --to stands for the end of that day.
func timeRange(fromText, toText string) (from, to time.Time, err error) {
	if from, _, err = parseTime("--from", fromText, time.UTC); err != nil {
		return from, to, err
	}
	to, isDate, err := parseTime("--to", toText, time.UTC)
	if err != nil {
		return from, to, err
	}
	if isDate {
		to = to.AddDate(0, 0, 1)
	}
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		return from, to, usagef("--from %s is not before --to %s; exchange the two", fromText, toText)
	}
	return from, to, nil
}

// archive are files that are read again, as `up` reads them.
type archive struct {
	*inputs
	config *config.Config
	keys   privacy.KeySpec
}

var errArchive = errors.New("nothing was done: some files cannot be read, see above")

// openArchive finds the files and the keys of the data folder.
func openArchive(env *environment, command string, files []string, cfg *config.Config, data string) (*archive, error) {
	switch {
	case len(files) == 0:
		return nil, usagef("%s needs to know what to read; name log files or directories, as in \"%s %s access.log\"", command, name, command)
	case slices.Contains(files, ""):
		return nil, usagef("the name of a file to read is empty; check the variable or the quotes it comes from")
	case slices.Contains(files, logsource.StdinPath):
		return nil, usagef("%s reads its files more than once, which - cannot be; write the lines into a file", command)
	}
	a := &archive{config: cfg}
	var err error
	if a.inputs, err = openInputs(env, &reportOptions{Inputs: files, Config: cfg, K: cfg.K}); err != nil {
		return nil, err
	}
	if len(a.refused) > 0 {
		return nil, errArchive
	}
	a.keys, err = dataKeys(data)
	return a, err
}

// dataKeys are the keys of the data folder: line ids and tokens are then those of `up`.
func dataKeys(data string) (privacy.KeySpec, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return privacy.KeySpec{}, createError("--data", data, err)
	}
	ring, err := privacy.OpenRing(filepath.Join(data, "day-keys.json"), time.Now())
	if err != nil {
		return privacy.KeySpec{}, err
	}
	keys, err := ring.Keys(time.Now())
	if err != nil {
		return privacy.KeySpec{}, err
	}
	return keys.Export(), nil
}

// summarize is how the lines are counted: as `up` does.
func (a *archive) summarize() summarize.Config {
	c := a.config
	return summarize.Config{Sources: a.sources, K: c.K, Sites: c.SiteNames(), SitesOnly: len(c.Sites) > 0, PathTemplates: c.PathTemplates, Allow: c.Allow,
		CountryDB: c.Geo.Country, NetworkDB: c.Geo.Network, Now: time.Now()}
}
