package config

import "go.yaml.in/yaml/v4"

// names remembers in which line each host name of the site list stands.
type names map[string]int

func (r *reader) sites(n *yaml.Node) []Site {
	var out []Site
	seen := names{}
	for _, item := range r.items(n, "sites", false) {
		if item.Kind == yaml.ScalarNode {
			if name, ok := r.site(item, seen); ok {
				out = append(out, Site{Name: name})
			}
			continue
		}
		out = append(out, r.siteWithAliases(item, seen))
	}
	return out
}

func (r *reader) siteWithAliases(n *yaml.Node, seen names) Site {
	var s Site
	keys := r.keys(n, "a site", "name: example.org", "name", "aliases")
	if name := keys["name"]; name != nil {
		s.Name, _ = r.site(name, seen)
	} else if n.Kind == yaml.MappingNode {
		r.fault(n, "a site has no name; add a line such as \"name: example.org\"")
	}
	if aliases := keys["aliases"]; aliases != nil {
		for _, item := range r.items(aliases, "aliases", true) {
			if name, ok := r.site(item, seen); ok {
				s.Aliases = append(s.Aliases, name)
			}
		}
	}
	return s
}

// site reads one host name, which no other site may have.
func (r *reader) site(n *yaml.Node, seen names) (string, bool) {
	name, ok := r.host(n)
	if !ok {
		return "", false
	}
	if line := seen[name]; line > 0 {
		r.fault(n, "the site %s is already listed in line %d; keep one of the two", name, line)
		return "", false
	}
	seen[name] = n.Line
	return name, true
}

func (r *reader) host(n *yaml.Node) (string, bool) {
	text, ok := r.text(n, "a host name")
	if !ok {
		return "", false
	}
	name, err := ParseHost(text)
	if err != nil {
		r.fault(n, "%q is no host name: %s", text, err)
	}
	return name, err == nil
}
