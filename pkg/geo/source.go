package geo

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"
)

// source is one database, or one column of it.
type source struct {
	reader *maxminddb.Reader
	path   []any // where in a record the value stands
	parse  func(string) (value, bool)
	// known holds the values of the records seen: many networks share one record, and there are few countries.
	known atomic.Pointer[map[uintptr]value]
}

// value is what one record says.
type value struct {
	country [2]byte
	asn     uint32
}

// column is what a database is opened for.
type column struct {
	name, plural, example string
	paths                 [][]any // where databases keep it, in the order in which they are tried
	parse                 func(string) (value, bool)
}

var (
	countries = &column{
		name: "country", plural: "countries", example: "GeoLite2-Country.mmdb", parse: parseCountry,
		paths: [][]any{{"country", "iso_code"}, {"country_code"}, {"country"}, {"registered_country", "iso_code"}},
	}
	networks = &column{
		name: "network", plural: "networks", example: "GeoLite2-ASN.mmdb", parse: parseNetwork,
		paths: [][]any{{"autonomous_system_number"}, {"asn"}, {"as_number"}},
	}
)

const (
	maxKnown = 2048 // records whose values are held; beyond them each look-up decodes
	probes   = 2000 // records that are looked at to find out what a database has
)

// openSource opens a file, or the built-in database for an empty path.
func openSource(c *column, path string) (*source, error) {
	var reader *maxminddb.Reader
	var err error
	if path == "" {
		reader, err = maxminddb.OpenBytes(builtinCountries)
	} else {
		reader, err = maxminddb.Open(path)
	}
	if err != nil {
		return nil, openError(c, path, err)
	}
	s := newSource(reader, c)
	if s == nil {
		kind := reader.Metadata.DatabaseType
		_ = reader.Close()
		return nil, fmt.Errorf("%s database %s: it has no %s (its type is %q); give a database such as %s", c.name, path, c.plural, kind, c.example)
	}
	return s, nil
}

func openError(c *column, path string, err error) error {
	reason := "it is no MaxMind database (.mmdb), or it is damaged"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		reason = "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		reason = "this user may not read it"
	}
	return fmt.Errorf("%s database %s: %s; give the path of a .mmdb file, or leave it out", c.name, path, reason)
}

// newSource returns nil where none of the first records has the column.
func newSource(reader *maxminddb.Reader, c *column) *source {
	n := 0
	for result := range reader.Networks() {
		for _, path := range c.paths {
			if _, ok := decode(result, path, c.parse); ok {
				s := &source{reader: reader, path: path, parse: c.parse}
				s.known.Store(&map[uintptr]value{})
				return s
			}
		}
		if n++; n == probes {
			break
		}
	}
	return nil
}

func (s *source) built() time.Time { return s.reader.Metadata.BuildTime().UTC() }

// lookup returns the value of an address, zero where there is none.
func (s *source) lookup(addr netip.Addr) value {
	result := s.reader.Lookup(addr)
	if !result.Found() {
		return value{}
	}
	known := s.known.Load()
	v, ok := (*known)[result.Offset()]
	if ok {
		return v
	}
	v, _ = decode(result, s.path, s.parse)
	if len(*known) < maxKnown {
		more := maps.Clone(*known)
		more[result.Offset()] = v
		s.known.CompareAndSwap(known, &more) // where another goroutine was faster, the next look-up tries again
	}
	return v
}

func decode(result maxminddb.Result, path []any, parse func(string) (value, bool)) (value, bool) {
	var field any
	if err := result.DecodePath(&field, path...); err != nil {
		return value{}, false
	}
	switch f := field.(type) {
	case string:
		return parse(f)
	case uint64:
		return parse(strconv.FormatUint(f, 10))
	}
	return value{}, false
}

// parseCountry reads an ISO 3166 alpha-2 code. ZZ and its like stand for unknown.
func parseCountry(s string) (v value, ok bool) {
	if len(s) != 2 || !isLetter(s[0]) || !isLetter(s[1]) {
		return v, false
	}
	v.country = [2]byte{s[0] &^ 0x20, s[1] &^ 0x20}
	return v, v.country != [2]byte{'Z', 'Z'}
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// parseNetwork reads 64496 or AS64496.
func parseNetwork(s string) (v value, ok bool) {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "AS"), 10, 32)
	v.asn = uint32(n)
	return v, err == nil && n != 0
}
