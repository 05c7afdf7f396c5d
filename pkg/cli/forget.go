package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
)

// forgetCmd is the command line of "forget".
type forgetCmd struct {
	Host string `arg:"" optional:"" name:"site" help:"The site's name, as the page and the reports have it."`
	dataFlag
}

// Help is shown above the flags.
func (c *forgetCmd) Help() string {
	return "Deletes all reports and findings of a site from the data folder, of all times, for good: for a customer who leaves. End \"up\" first. What the logs say of the " +
		"site later counts again, and so does what is replayed. Tokens, logs and the spool stay: \"tokens revoke\" takes tokens away, and the spool forgets " +
		"lines two days after they were read.\n\n" + examples("forget www.example.org", "while \"up\" does not run")
}

// Run deletes a site.
func (c *forgetCmd) Run(env *environment) (err error) {
	data := c.dataDir()
	switch {
	case c.Host == "":
		return usagef("forget needs the name of a site, as in \"%s forget www.example.org\"", name)
	case !sqlite.Exists(data):
		return fmt.Errorf("there are no reports in %s: give the folder of `floodgauge up` by --data", data)
	}
	store, err := sqlite.Open(data, time.Now)
	if errors.Is(err, reportstore.ErrLocked) {
		return fmt.Errorf("\"up\" runs on %s: end it first, then nothing of the site is on its way", data)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	found, err := store.Forget(env.ctx, c.Host)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("there is no site %s in %s", printable(c.Host), data)
	}
	_, err = fmt.Fprintf(env.stdout, "all reports of %s are deleted\n", printable(c.Host))
	return err
}
