// Package config reads the configuration file: the logic that operators change, such as sites, sources, formats and the k rule. It checks
// everything at once and says per mistake where it is and what to do. It runs nothing: it opens no log file and knows no command line.
package config

import (
	"cmp"
	"time"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/notify"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// DefaultK is how many distinct clients must share a value before a list shows it.
const DefaultK = 10

// Config is a configuration file, checked and with its defaults filled in.
type Config struct {
	// File is the path that it was read from; empty for Default.
	File string
	// K is how many distinct clients must share a value before a list shows it. 1 to report.MaxK, default 10.
	K int
	// Sites are the known sites. Optional: without any, the sites are those that the lines name.
	Sites []Site
	// PathTemplates are applied before the built-in ones, such as "/orders/{id}". Optional.
	PathTemplates []string
	// Allow are the operator's own addresses (prefixes, and keys of networks): no recommended rule may reach them. Optional.
	Allow []string
	// Geo holds databases that replace the built-in one. Optional.
	Geo Geo
	// Retention is how long rows are kept by level. Default reportstore.DefaultRetention.
	Retention reportstore.Retention
	// Retries are the times after which what was set aside is tried again. Optional: without any, the run has its own.
	Retries []time.Duration
	// Page is the address at which people open the page, such as "https://logs.example.org": where links in alerts lead. Optional.
	Page string
	// Alerts say who is told of attacks. Optional. notify.New takes it as it is, and reads the files with the secrets.
	Alerts notify.Config
	// Sources say how files are read; the first that matches a file counts. Optional.
	Sources []Source
	// Host is for lines that name none, of sources that have no Host. Optional: files do not set it, command lines do.
	Host string
	// Formats are the mappings of JSON keys that sources may name, by name. Optional.
	Formats map[string]*logentry.Mapping
}

// Site is one site under its main name; requests to an alias count for it.
type Site struct {
	Name    string // DNS name in lower case, no trailing dot
	Aliases []string
}

// Geo holds paths of .mmdb databases; empty where the built-in one is used.
type Geo struct {
	Country string
	Network string
}

// Source says where lines come from, and how they are read: from the files that match one of its patterns, by HTTP, or from Pub/Sub. Exactly one of
// Files, HTTP and PubSub is set. Empty fields leave the choice to whoever reads the lines.
type Source struct {
	Files          []string // patterns; relative ones with a slash start at the configuration file's folder
	HTTP           string   // name under which lines are sent: POST /ingest/NAME
	PubSub         string   // subscription: projects/P/subscriptions/S
	Sites          []string // sites that it may speak for, by the names that rows carry; empty: any
	Format         string   // a format's name, the name of an entry of Formats, or an nginx log_format or Apache LogFormat string
	Host           string   // for lines that name none
	TimeZone       string   // IANA name
	TrustedProxies []string // prefixes, such as "10.0.0.0/8", and keys of networks, such as "cloudflare"
	SampleRates    []logentry.SampleRate
}

// Default is the configuration of an empty file.
func Default() *Config { return &Config{K: DefaultK, Retention: reportstore.DefaultRetention} }

// SiteNames maps every name and alias of the known sites to the site's main name.
func (c *Config) SiteNames() map[string]string {
	names := map[string]string{}
	for _, s := range c.Sites {
		names[s.Name] = s.Name
		for _, alias := range s.Aliases {
			names[alias] = s.Name
		}
	}
	return names
}

// SourceFor says how the file at path is read: as its first matching source has it, else with everything left open. "-" is standard input.
func (c *Config) SourceFor(path string) logentry.Source {
	for _, s := range c.Sources {
		if s.matches(path, c.folder()) {
			return c.Reading(&s, path)
		}
	}
	return c.Reading(&Source{}, path)
}

// Reading says how the lines of a source of the configuration are read. name is what people know them by.
func (c *Config) Reading(s *Source, name string) logentry.Source {
	out := logentry.Source{Name: name, Format: s.Format, Mapping: c.Formats[s.Format], Sites: s.Sites, TimeZone: s.TimeZone,
		TrustedProxies: s.TrustedProxies, SampleRates: s.SampleRates}
	if host := cmp.Or(s.Host, c.Host); host != "" {
		out.Host, out.HostFrom = host, "configuration"
	}
	return out
}
