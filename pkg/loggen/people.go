package loggen

import "net/netip"

// person is somebody who visits one site now and then, always from the same line and mostly with the same browser.
type person struct {
	client  netip.Addr
	network *network
	browser *browser
}

// personOf makes the n-th regular of a site. The same numbers give the same person; only the lower half of an IPv6 address is
// new at each visit (privacy extensions), as the dice of the visit say.
func personOf(seed uint64, s *site, n int, visit *dice) person {
	var d dice
	d.reseed(seed+uint64(s.index)<<24, purposePerson, uint64(n))
	p := person{network: &accessNetworks[weighted[d.below(len(weighted))]], browser: anyBrowser(&d)}
	if home := networksByCountry[s.country]; d.chance(550_000) {
		p.network = &accessNetworks[home[d.below(len(home))]]
	}
	if p.network.v6.IsValid() && d.chance(450_000) {
		p.client = withLowerHalf(addressIn(&d, p.network.v6, 64), visit.bits())
		return p
	}
	p.client = addressIn(&d, p.network.v4, 32)
	return p
}

func withLowerHalf(a netip.Addr, low uint64) netip.Addr {
	b := a.As16()
	for i := range 8 {
		b[8+i] = byte(low >> (56 - 8*i))
	}
	return netip.AddrFrom16(b)
}

// officeOf makes the n-th office: one IPv4 address before many people with different browsers.
func officeOf(seed uint64, n int) person {
	var d dice
	d.reseed(seed, purposeOffice, uint64(n))
	p := person{network: &accessNetworks[weighted[d.below(len(weighted))]]}
	p.client = addressIn(&d, p.network.v4, 32)
	return p
}

// serverOf makes an address in a data centre.
func serverOf(d *dice) person {
	p := person{network: &hostingNetworks[d.below(len(hostingNetworks))]}
	p.client = addressIn(d, p.network.v4, 32)
	return p
}
