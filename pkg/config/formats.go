package config

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

// formats reads the mappings of JSON keys by name.
func (r *reader) formats(n *yaml.Node) map[string]*logentry.Mapping {
	out := map[string]*logentry.Mapping{}
	for _, p := range r.pairs(n, "formats", "my-proxy: {fields: {time: timestamp}}") {
		switch {
		case slices.Contains(FormatNames(), p.name):
			r.fault(p.key, "the format %q is built in; give yours another name", p.name)
		case p.name == "" || strings.ContainsAny(p.name, "$% \t\n"):
			r.fault(p.key, "the name of a format has no spaces and no '$' or '%%'; write it as in my-proxy")
		default:
			out[p.name] = r.mapping(p)
		}
	}
	return out
}

func (r *reader) mapping(p pair) *logentry.Mapping {
	m := &logentry.Mapping{Name: p.name, Fields: map[string]string{}}
	before := len(r.mistakes)
	keys := r.keys(p.value, "a format", "fields: {time: timestamp}", "fields", "units")
	if fields := keys["fields"]; fields != nil {
		r.fields(fields, m)
	}
	if units := keys["units"]; units != nil {
		r.units(units, m)
	}
	if len(r.mistakes) > before {
		return m
	}
	for _, err := range all(m.Validate()) {
		r.fault(p.key, "the format %q cannot be used: %s", p.name, err)
	}
	return m
}

// all takes joined errors apart.
func all(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

func (r *reader) fields(n *yaml.Node, m *logentry.Mapping) {
	for _, p := range r.pairs(n, "fields", "status: http_status") {
		if !slices.Contains(fieldNames(), p.name) {
			r.fault(p.key, "there is no field %q; %s", p.name, suggest(p.name, fieldNames(), "the fields are "))
			continue
		}
		if key, ok := r.text(p.value, "the key of a field"); ok {
			m.Fields[p.name] = key
		}
	}
}

func (r *reader) units(n *yaml.Node, m *logentry.Mapping) {
	units := r.keys(n, "units", "latency: ms", "time", "latency")
	for _, name := range []string{"time", "latency"} {
		value := units[name]
		if value == nil {
			continue
		}
		if !slices.Contains([]string{"s", "ms", "us", "ns"}, value.Value) {
			r.fault(value, "the unit of %s is one of s, ms, us, ns", name)
			continue
		}
		if m.Units == nil {
			m.Units = map[string]string{}
		}
		m.Units[name] = value.Value
	}
}
