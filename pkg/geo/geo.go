// Package geo tells the country and the network (autonomous system) of an address, from a small embedded database or from the operator's
// own .mmdb files. It knows no cities and no organisations, and asks nobody over the network.
package geo

import (
	_ "embed" // the country database
	"net/netip"
	"time"
)

// builtinCountries has countries only; LICENSE-country.md says where it comes from.
//
//go:embed country.mmdb
var builtinCountries []byte

// DB looks addresses up. It is safe for concurrent use.
type DB struct {
	country, network *source // network is nil where no database has networks
}

// Open opens the databases. An empty countryPath means the built-in database; an empty networkPath means none, unless the country database
// has networks too. Known are the files of MaxMind (GeoLite2, GeoIP2), DB-IP, IPinfo and ip-location-db, and those with the same keys.
func Open(countryPath, networkPath string) (*DB, error) {
	country, err := openSource(countries, countryPath)
	if err != nil {
		return nil, err
	}
	db := &DB{country: country}
	switch {
	case networkPath != "":
		if db.network, err = openSource(networks, networkPath); err != nil {
			_ = country.reader.Close()
			return nil, err
		}
	case countryPath != "":
		db.network = newSource(country.reader, networks)
	}
	return db, nil
}

// Close releases the files.
func (d *DB) Close() error {
	err := d.country.reader.Close()
	if d.network != nil && d.network.reader != d.country.reader {
		if networkErr := d.network.reader.Close(); err == nil {
			err = networkErr
		}
	}
	return err
}

// Built returns the day the country database was made.
func (d *DB) Built() time.Time { return d.country.built() }

// NetworkBuilt returns the day the network database was made; the zero Time where there is none.
func (d *DB) NetworkBuilt() time.Time {
	if d.network == nil {
		return time.Time{}
	}
	return d.network.built()
}

// HasNetworks tells whether Lookup can return networks.
func (d *DB) HasNetworks() bool { return d.network != nil }

var documentation = netip.MustParsePrefix("2001:db8::/32")

// Lookup returns the ISO 3166 alpha-2 code in upper case and the number of the autonomous system; zeros where unknown, and for addresses
// that are not on the internet. It does not allocate.
func (d *DB) Lookup(addr netip.Addr) (country [2]byte, asn uint32) {
	addr = addr.Unmap()
	if !addr.IsGlobalUnicast() || addr.IsPrivate() || documentation.Contains(addr) {
		return country, 0
	}
	country = d.country.lookup(addr).country
	if d.network != nil {
		asn = d.network.lookup(addr).asn
	}
	return country, asn
}
