package config

import (
	"maps"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

func (r *reader) sources(n *yaml.Node, formats map[string]*logentry.Mapping) []Source {
	var out []Source
	for _, item := range r.items(n, "sources", false) {
		out = append(out, r.source(item, formats))
	}
	return out
}

func (r *reader) source(n *yaml.Node, formats map[string]*logentry.Mapping) Source {
	keys := r.keys(n, "a source", "files: /var/log/nginx/*.log", "files", "format", "host", "time_zone", "trusted_proxies", "sample_rate")
	var s Source
	if files := keys["files"]; files != nil {
		s.Files = r.patterns(files)
	} else if n.Kind == yaml.MappingNode {
		r.fault(n, "a source has no files; add a line such as \"files: /var/log/nginx/*.log\"")
	}
	if format := keys["format"]; format != nil {
		s.Format = r.format(format, formats)
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
	var out []string
	for _, item := range r.items(n, "trusted_proxies", true) {
		text, ok := r.text(item, "a trusted proxy")
		if !ok {
			continue
		}
		prefix, err := ParseProxy(text)
		if err != nil {
			r.fault(item, "%q is no trusted proxy: %s", text, err)
			continue
		}
		out = append(out, prefix)
	}
	return out
}
