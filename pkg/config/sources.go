package config

import (
	"maps"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

func (r *reader) sources(n *yaml.Node, c *Config) []Source {
	var out []Source
	seen := names{}
	for _, item := range r.items(n, "sources", false) {
		s := r.source(item, c)
		for _, name := range []string{s.HTTP, s.PubSub} {
			if line := seen[name]; name != "" && line > 0 {
				r.fault(item, "the source %s is already listed in line %d; keep one of the two", name, line)
			} else if name != "" {
				seen[name] = item.Line
			}
		}
		out = append(out, s)
	}
	return out
}

func (r *reader) source(n *yaml.Node, c *Config) Source {
	keys := r.keys(n, "a source", "files: /var/log/nginx/*.log", "files", "http", "pubsub", "sites", "format", "host", "time_zone", "trusted_proxies",
		"sample_rate")
	var s Source
	if n.Kind == yaml.MappingNode {
		r.origin(n, keys, &s)
	}
	if sites := keys["sites"]; sites != nil {
		s.Sites = r.sourceSites(sites, c)
	}
	if format := keys["format"]; format != nil {
		s.Format = r.format(format, c.Formats)
	}
	if host := keys["host"]; host != nil {
		s.Host, _ = r.host(host)
	}
	if zone := keys["time_zone"]; zone != nil {
		s.TimeZone = r.zone(zone)
	}
	if proxies := keys["trusted_proxies"]; proxies != nil {
		s.TrustedProxies = r.proxies(proxies)
	}
	if rate := keys["sample_rate"]; rate != nil {
		s.SampleRates = r.rates(rate)
	}
	return s
}

// origin reads where a source's lines come from.
func (r *reader) origin(n *yaml.Node, keys map[string]*yaml.Node, s *Source) {
	given := 0
	for _, key := range []string{"files", "http", "pubsub"} {
		if keys[key] != nil {
			given++
		}
	}
	switch {
	case given == 0:
		r.fault(n, "a source has no files; add a line such as \"files: /var/log/nginx/*.log\", or one with http or pubsub")
	case given > 1:
		r.fault(n, "a source has one of files, http and pubsub; make a source of each")
	}
	if files := keys["files"]; files != nil {
		s.Files = r.patterns(files)
	}
	if http := keys["http"]; http != nil {
		s.HTTP = r.shaped(http, "the name of an HTTP source", httpName, "use letters, digits, \".\", \"_\" and \"-\", at most 64, the first a letter or digit")
	}
	if pubsub := keys["pubsub"]; pubsub != nil {
		s.PubSub = r.shaped(pubsub, "a Pub/Sub subscription", subscriptionName, "write projects/PROJECT/subscriptions/NAME")
	}
}

var (
	httpName         = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	subscriptionName = regexp.MustCompile(`^projects/[a-z0-9.:-]+/subscriptions/[A-Za-z][A-Za-z0-9._~+%-]{2,254}$`)
)

// shaped returns a single value that must look like pattern.
func (r *reader) shaped(n *yaml.Node, what string, pattern *regexp.Regexp, remedy string) string {
	text, ok := r.text(n, what)
	if ok && !pattern.MatchString(text) {
		r.fault(n, "%q cannot be %s; %s", text, what, remedy)
	}
	return text
}

// sourceSites returns the names that rows carry of the sites that a source may speak for.
func (r *reader) sourceSites(n *yaml.Node, c *Config) []string {
	var out []string
	known := c.SiteNames()
	for _, item := range r.items(n, "sites", true) {
		name, ok := r.host(item)
		if !ok {
			continue
		}
		if len(known) > 0 {
			if known[name] == "" {
				r.fault(item, "the site %s is not among the sites of the configuration; add it there", name)
				continue
			}
			name = known[name]
		}
		out = append(out, name)
	}
	return out
}

func (r *reader) patterns(n *yaml.Node) []string {
	var out []string
	for _, item := range r.items(n, "files", true) {
		text, ok := r.text(item, "a file pattern")
		if !ok {
			continue
		}
		if err := checkPattern(text); err != nil {
			r.fault(item, "the file pattern %q cannot be used: %s; put a '\\' before what stands for itself", text, err)
			continue
		}
		out = append(out, text)
	}
	return out
}

func (r *reader) format(n *yaml.Node, formats map[string]*logentry.Mapping) string {
	text, ok := r.text(n, "a format")
	if !ok || formats[text] != nil {
		return text
	}
	if err := CheckFormat(text, slices.Sorted(maps.Keys(formats))); err != nil {
		r.fault(n, "%s", err)
	}
	return text
}

func (r *reader) zone(n *yaml.Node) string {
	text, ok := r.text(n, "a time zone")
	if !ok {
		return ""
	}
	if _, err := ParseZone(text); err != nil {
		r.fault(n, "%q is no time zone: %s", text, err)
	}
	return text
}

func (r *reader) proxies(n *yaml.Node) []string {
	return r.prefixes(n, "trusted_proxies", "trusted proxy")
}

// prefixes reads a list of addresses, ranges and keys of networks.
func (r *reader) prefixes(n *yaml.Node, key, noun string) []string {
	var out []string
	for _, item := range r.items(n, key, true) {
		text, ok := r.text(item, "an item of "+key)
		if !ok {
			continue
		}
		prefix, err := ParseProxy(text)
		if err != nil {
			r.fault(item, "%q is no %s: %s", text, noun, err)
			continue
		}
		out = append(out, prefix)
	}
	return out
}
