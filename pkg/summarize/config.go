// Package summarize is the heart of the graph's first step without Beam: blocks of log lines go in, one summary per host and minute comes
// out, and every line that is no entry becomes part of a dead letter. It joins the parser, the keys, the lookups and the accumulator; it
// reads no files, runs no graph and keeps nothing beyond one bundle but caches.
package summarize

import (
	"fmt"
	"time"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/privacy"
)

// Config says how blocks become summaries. It travels to workers as JSON.
type Config struct {
	Sources []logentry.Source `json:"sources"`
	// Keys are the secrets behind tokens and line ids. Required. They are no part of the JSON, which runners keep and logs may show: workers are
	// given them another way.
	Keys privacy.KeySpec `json:"-"`
	// K is how many distinct clients a value needs to be shown. Required, at least 1.
	K int `json:"k"`
	// AcrossDays counts a client once for the k rule on however many days it comes. Required where rows, or the choice of the hosts that are
	// shown, span days. It holds within one run; without it a day's clients are told apart by that day's key, which several runs share.
	AcrossDays bool `json:"across_days,omitempty"`
	// Sites are the known hosts: name or alias → the name that rows carry. Known hosts always have a row.
	Sites map[string]string `json:"sites,omitempty"`
	// SitesOnly puts every host that is not in Sites into the bucket of other hosts.
	SitesOnly bool `json:"sites_only,omitempty"`
	// PathTemplates are the operator's own path templates. Optional.
	PathTemplates []string `json:"path_templates,omitempty"`
	// Unsampled makes summaries without samples, for runs that do not look for attacks: they take less memory.
	Unsampled bool `json:"unsampled,omitempty"`
	// Allow are prefixes of addresses, and keys of networks, that no recommended rule may reach. Optional.
	Allow []string `json:"allow,omitempty"`
	// CountryDB and NetworkDB are .mmdb files in place of the embedded databases. Optional.
	CountryDB string `json:"country_db,omitempty"`
	NetworkDB string `json:"network_db,omitempty"`
	// Now is the run's start; a line whose block has no arrival time and that is more than MaxFuture later is a dead letter. Required for files.
	Now time.Time `json:"now"`
	// From (included) and To (excluded) limit the event times that count. Zero: no limit.
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
	// Hosts limits the run to these rows. Empty: all.
	Hosts []string `json:"hosts,omitempty"`
	// AllowedDelay is how long after its minute's end a line of a live source counts as on time. Default 15 s.
	AllowedDelay time.Duration `json:"allowed_delay,omitempty"`
	// MaxLateness is how old a line of a live source may be when it arrives; an older one is a dead letter "too_late". 0: no limit.
	MaxLateness time.Duration `json:"max_lateness,omitempty"`
}

// MaxFuture is how far a clock may run ahead of the arrival of its lines.
const MaxFuture = 5 * time.Minute

func (c *Config) validate() error {
	if c.K < 1 {
		return fmt.Errorf("k is %d: it must be at least 1", c.K)
	}
	if len(c.Sources) == 0 {
		return fmt.Errorf("no source of log lines is given")
	}
	return nil
}
