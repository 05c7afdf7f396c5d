package config

import (
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v4"

	"github.com/floodgauge/floodgauge/pkg/privacy"
)

// config reads the whole file into c.
func (r *reader) config(root *yaml.Node, c *Config) {
	keys := r.keys(root, "the configuration", "k: 10", "k", "sites", "path_templates", "allow", "geo", "retention", "retries", "page", "alerts",
		"sources", "formats")
	if n := keys["k"]; n != nil {
		c.K = r.threshold(n)
	}
	if n := keys["sites"]; n != nil {
		c.Sites = r.sites(n)
	}
	if n := keys["path_templates"]; n != nil {
		c.PathTemplates = r.templates(n)
	}
	if n := keys["allow"]; n != nil {
		c.Allow = r.prefixes(n, "allow", "address or range")
	}
	if n := keys["geo"]; n != nil {
		c.Geo = r.geo(n)
	}
	if n := keys["retention"]; n != nil {
		c.Retention = r.retention(n)
	}
	if n := keys["retries"]; n != nil {
		c.Retries = r.retries(n)
	}
	if n := keys["page"]; n != nil {
		c.Page = r.page(n)
	}
	if n := keys["alerts"]; n != nil {
		c.Alerts = r.alerts(n, c)
	}
	if n := keys["formats"]; n != nil {
		c.Formats = r.formats(n)
	}
	if n := keys["sources"]; n != nil {
		c.Sources = r.sources(n, c)
	}
}

func (r *reader) threshold(n *yaml.Node) int {
	text, ok := r.text(n, "k")
	if !ok {
		return 0
	}
	k, err := ParseK(text)
	if err != nil {
		r.fault(n, "k cannot be %q: %s", text, err)
	}
	return k
}

func (r *reader) templates(n *yaml.Node) []string {
	var out []string
	for _, item := range r.items(n, "path_templates", false) {
		text, ok := r.text(item, "a path template")
		if !ok {
			continue
		}
		if _, err := privacy.NewTemplater(append(out, text)); err != nil {
			r.fault(item, "%s", err)
			continue
		}
		out = append(out, text)
	}
	return out
}

func (r *reader) geo(n *yaml.Node) Geo {
	keys := r.keys(n, "geo", "country: /var/lib/geo/country.mmdb", "country", "network")
	return Geo{Country: r.database(keys["country"]), Network: r.database(keys["network"])}
}

// database returns the path of a database that is there, from the configuration file's folder on.
func (r *reader) database(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	path, ok := r.text(n, "the path of a database")
	if !ok {
		return ""
	}
	path = r.fromFolder(path)
	info, err := os.Stat(path)
	if err != nil {
		r.fault(n, "%s: %s", path, fileMessage(err))
	} else if !info.Mode().IsRegular() {
		r.fault(n, "%s: this is no file; name the .mmdb file itself", path)
	}
	return path
}

// fromFolder lets a relative path start at the configuration file's folder.
func (r *reader) fromFolder(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(r.file), path)
}
