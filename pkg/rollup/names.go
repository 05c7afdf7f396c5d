package rollup

import (
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

const (
	// maxNamed is how many hosts that nobody listed get rows of their own.
	maxNamed = 10_000
	// maxHidden is for how many others it is known who asked for them. Beyond it all is forgotten: hosts are then named later.
	maxHidden = 100_000
)

// names knows which hosts may be named: those that the operator listed, and those that K distinct clients asked for. What is asked for a host before
// that belongs to the bucket of other hosts, and its name is kept in memory only.
type names struct {
	cfg    *Config
	named  map[string]bool
	hidden map[string][]byte // client sets
}

func newNames(cfg *Config, named []string) names {
	n := names{cfg: cfg, named: map[string]bool{}, hidden: map[string][]byte{}}
	for _, host := range named {
		n.named[host] = true
	}
	return n
}

// of returns the host of the rows that lines of a host count in.
func (n *names) of(host string) string {
	if n.named[host] || n.cfg.Listed(host) {
		return host
	}
	return vocabulary.OtherHosts
}

// learn notes who asked for hosts without a name, and returns those that may be named now, in order of the partials.
func (n *names) learn(partials []Partial) (named []string) {
	for i := range partials {
		host := partials[i].Host
		if host == vocabulary.OtherHosts || n.of(host) == host || len(n.named) >= maxNamed {
			continue
		}
		set := report.MergeClientSets(n.hidden[host], partials[i].Summary.ClientSet(), n.cfg.K)
		if !report.EnoughClients(set) {
			n.hide(host, set)
			continue
		}
		delete(n.hidden, host)
		n.named[host] = true
		named = append(named, host)
	}
	return named
}

func (n *names) hide(host string, set []byte) {
	if len(n.hidden) >= maxHidden {
		clear(n.hidden)
	}
	n.hidden[host] = set
}
