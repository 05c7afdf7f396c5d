// Package access decides who may see which sites. Every read of a store takes a SiteSet, and a SiteSet is made here alone, so that no page and no
// interface can forget to ask. It knows nothing of HTTP and of where reports are kept.
package access

import "slices"

// SiteSet is the set of sites that somebody may see. The zero value is nobody's: it holds no site.
type SiteSet struct {
	all   bool
	sites []string // sorted
}

// Everything is the set of all sites: for the operator on the machine itself. An import test holds who may ask for it.
func Everything() SiteSet { return SiteSet{all: true} }

// only makes the set of the sites named.
func only(sites []string) SiteSet {
	sorted := slices.Clone(sites)
	slices.Sort(sorted)
	return SiteSet{sites: slices.Compact(sorted)}
}

// Has tells whether a site is in the set.
func (s SiteSet) Has(site string) bool {
	if s.all {
		return true
	}
	_, found := slices.BinarySearch(s.sites, site)
	return found
}

// All tells whether every site is in the set; otherwise Sites lists them.
func (s SiteSet) All() bool { return s.all }

// Sites lists the sites in order; nil where All.
func (s SiteSet) Sites() []string { return slices.Clone(s.sites) }
