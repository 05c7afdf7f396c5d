package loggen

import "net/netip"

// network is an access provider's address space. Weight is its share among the people of its country.
type network struct {
	country string
	asn     uint32
	v4      netip.Prefix
	v6      netip.Prefix // invalid where the provider has none
	weight  int
}

// accessNetworks are blocks of large providers, so that address databases know country and network of made-up visitors, and blocks
// reserved for documentation. Addresses in them are drawn at random: that one is in use by somebody is chance, and what the log says
// of it is invented.
var accessNetworks = parseNetworks([]networkRow{
	{"US", 7922, "73.0.0.0/9", "2601::/22", 10},
	{"US", 7018, "107.192.0.0/11", "2600:1700::/29", 8},
	{"US", 701, "71.240.0.0/13", "", 6},
	{"US", 6167, "174.192.0.0/11", "2600:1000::/29", 6},
	{"DE", 3320, "91.0.0.0/11", "2003::/20", 10},
	{"DE", 3320, "79.192.0.0/11", "2003:c0::/26", 6},
	{"FR", 3215, "90.0.0.0/11", "2a01:cb00::/29", 8},
	{"FR", 12322, "82.224.0.0/12", "2a01:e0a::/32", 5},
	{"GB", 2856, "86.128.0.0/11", "2a00:23c0::/28", 8},
	{"GB", 5089, "82.0.0.0/13", "", 5},
	{"IT", 3269, "79.16.0.0/12", "", 5},
	{"ES", 3352, "83.32.0.0/13", "", 5},
	{"NL", 1136, "77.160.0.0/13", "2a02:a440::/27", 4},
	{"BE", 5432, "81.240.0.0/13", "2a02:a000::/26", 4},
	{"PL", 5617, "83.0.0.0/13", "", 4},
	{"RU", 12389, "95.24.0.0/14", "", 4},
	{"TR", 47331, "78.160.0.0/12", "", 4},
	{"UA", 15895, "46.211.0.0/16", "", 3},
	{"JP", 17676, "126.0.0.0/10", "2400:2000::/24", 8},
	{"KR", 4766, "175.192.0.0/11", "", 5},
	{"IN", 55836, "49.32.0.0/12", "2405:200::/30", 10},
	{"IN", 9829, "117.192.0.0/11", "", 6},
	{"ID", 7713, "36.64.0.0/12", "", 5},
	{"VN", 45899, "14.160.0.0/12", "2001:ee0::/32", 4},
	{"PH", 9299, "112.200.0.0/14", "", 4},
	{"PK", 17557, "119.152.0.0/14", "", 3},
	{"BR", 28573, "189.60.0.0/14", "", 6},
	{"BR", 26599, "179.128.0.0/12", "", 5},
	{"MX", 8151, "189.128.0.0/12", "", 5},
	{"AR", 7303, "181.0.0.0/13", "", 3},
	{"EG", 8452, "41.32.0.0/13", "", 4},
	{"NG", 36873, "105.114.0.0/15", "", 4},
	{"KE", 33771, "105.160.0.0/13", "", 3},
	{"ZA", 37457, "105.224.0.0/14", "", 3},
	{"AU", 1221, "120.144.0.0/13", "2001:8000::/24", 4},
	{"CA", 577, "70.24.0.0/14", "", 4},
	{"CA", 812, "99.224.0.0/12", "2607:fea8::/32", 4},
	{"CH", 64496, "192.0.2.0/24", "2001:db8::/33", 1},
	{"SE", 64497, "198.51.100.0/24", "2001:db8:8000::/33", 1},
	{"BE", 64498, "203.0.113.0/24", "", 1},
})

// hostingNetworks are data centres: tools, API clients and false crawlers live there.
var hostingNetworks = parseNetworks([]networkRow{
	{"DE", 24940, "88.198.0.0/16", "2a01:4f8::/32", 4},
	{"FR", 16276, "51.68.0.0/16", "2001:41d0::/32", 4},
	{"US", 14061, "159.89.0.0/16", "", 4},
	{"US", 16509, "54.208.0.0/13", "", 5},
	{"NL", 60781, "85.17.0.0/16", "", 2},
	{"US", 14061, "128.199.64.0/18", "", 2},
})

type networkRow struct {
	country string
	asn     uint32
	v4, v6  string
	weight  int
}

func parseNetworks(rows []networkRow) []network {
	list := make([]network, len(rows))
	for i, r := range rows {
		list[i] = network{country: r.country, asn: r.asn, v4: netip.MustParsePrefix(r.v4), weight: r.weight}
		if r.v6 != "" {
			list[i].v6 = netip.MustParsePrefix(r.v6)
		}
	}
	return list
}

// homeCountries are the countries of which a site may be; much of its audience is from there.
var homeCountries = []string{"US", "DE", "FR", "GB", "UA", "IN", "BR", "JP", "PL", "NL", "KE", "MX", "IT", "CA"}

var networksByCountry = func() map[string][]int {
	m := map[string][]int{}
	for i, n := range accessNetworks {
		m[n.country] = append(m[n.country], i)
	}
	return m
}()

// weighted lists each network as often as its weight says.
var weighted = func() []int {
	var list []int
	for i, n := range accessNetworks {
		for range n.weight {
			list = append(list, i)
		}
	}
	return list
}()

// addressIn draws an address of a prefix: the bits after the prefix are random, and those after keep are zero.
func addressIn(d *dice, p netip.Prefix, keep int) netip.Addr {
	if p.Addr().Is4() {
		base := p.Addr().As4()
		v := uint32(d.bits()) >> p.Bits()
		for i := range base {
			base[i] |= byte(v >> (24 - 8*i))
		}
		return netip.AddrFrom4(base)
	}
	base := p.Addr().As16()
	high, low := d.bits()>>p.Bits(), d.bits()
	if keep <= 64 {
		low = 0
	}
	for i := range 8 {
		base[i] |= byte(high >> (56 - 8*i))
		base[8+i] = byte(low >> (56 - 8*i))
	}
	return netip.AddrFrom16(base)
}
