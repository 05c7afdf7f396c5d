package access

// Narrow is the part of the set that holds the named sites only: what somebody asks for out of what they may see.
func (s SiteSet) Narrow(sites ...string) SiteSet {
	var both []string
	for _, site := range sites {
		if s.Has(site) {
			both = append(both, site)
		}
	}
	return only(both)
}
