package sqlite

import (
	"database/sql"
	"encoding/json"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// hostID returns the number of a host, and gives it one where it has none.
func (t *tx) hostID(name string) (int64, error) {
	if id, known := t.hosts[name]; known {
		return id, nil
	}
	id, found, err := t.findHost(name)
	if err == nil && !found {
		_, err = t.one("INSERT INTO hosts (name) VALUES (?) RETURNING id", []any{name}, &id)
	}
	if err != nil {
		return 0, err
	}
	if t.hosts == nil {
		t.hosts = map[string]int64{}
	}
	t.hosts[name] = id
	return id, nil
}

func (t *tx) findHost(name string) (id int64, found bool, err error) {
	found, err = t.one("SELECT id FROM hosts WHERE name = ?", []any{name}, &id)
	return id, found, err
}

// visible tells whether a set of sites holds a host; the bucket of other hosts is nobody's site.
func visible(who access.SiteSet, host string) bool {
	return who.All() || host != vocabulary.OtherHosts && who.Has(host)
}

// visibleHost is the number of a host if the set holds it and there is one.
func (t *tx) visibleHost(who access.SiteSet, host string) (id int64, found bool, err error) {
	if !visible(who, host) {
		return 0, false, nil
	}
	return t.findHost(host)
}

// among is a condition's two arguments (whether every host is meant, else a JSON list of the numbers of those that are) for
// "(? OR host IN (SELECT value FROM json_each(?)))".
func (t *tx) among(who access.SiteSet) ([]any, error) {
	if who.All() {
		return []any{true, "[]"}, nil
	}
	ids := []int64{}
	for _, site := range who.Sites() {
		id, found, err := t.visibleHost(who, site)
		if err != nil {
			return nil, err
		}
		if found {
			ids = append(ids, id)
		}
	}
	list, err := json.Marshal(ids)
	return []any{false, string(list)}, err
}

// nameHosts keeps which hosts may be named, and which sources carry a host.
func (t *tx) nameHosts(c *reportstore.Commit) error {
	for _, name := range c.Hosts {
		id, err := t.hostID(name)
		if err != nil {
			return err
		}
		if err := t.exec("UPDATE hosts SET named = 1 WHERE id = ?", id); err != nil {
			return err
		}
	}
	for name, sources := range c.HostSources {
		id, err := t.hostID(name)
		if err != nil {
			return err
		}
		for _, source := range sources {
			if err := t.exec("INSERT OR IGNORE INTO host_sources (host, source) VALUES (?, ?)", id, source); err != nil {
				return err
			}
		}
	}
	return nil
}

// namedHosts lists what nameHosts kept.
func (t *tx) namedHosts(state *reportstore.State) error {
	err := t.each("SELECT name FROM hosts WHERE named = 1 ORDER BY name", nil, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		state.Hosts = append(state.Hosts, name)
		return err
	})
	if err != nil {
		return err
	}
	state.HostSources = map[string][]string{}
	return t.each("SELECT h.name, s.source FROM host_sources s JOIN hosts h ON h.id = s.host ORDER BY 1, 2", nil, func(rows *sql.Rows) error {
		var name, source string
		err := rows.Scan(&name, &source)
		state.HostSources[name] = append(state.HostSources[name], source)
		return err
	})
}
