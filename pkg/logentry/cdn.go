package logentry

import (
	_ "embed"
	"net/netip"
	"strings"
	"sync"

	"github.com/gaissmai/bart"
)

//go:embed cdn_ranges.txt
var cdnRanges string

// cdn is a content delivery network, or another service that stands before other people's servers.
type cdn struct {
	key, name    string
	date, source string // when the list was published, and where newer ones are
	prefixes     []netip.Prefix
}

type cdnSet struct {
	list  []cdn
	table bart.Fast[int] // prefix -> index into list
}

var cdns = sync.OnceValue(func() *cdnSet { return readCDNs(cdnRanges) })

// readCDNs reads the embedded list; a test holds that it is well formed.
func readCDNs(text string) *cdnSet {
	s := new(cdnSet)
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if head, ok := strings.CutPrefix(line, "@ "); ok {
			part := strings.Split(head, " | ")
			s.list = append(s.list, cdn{key: part[0], name: part[1], date: part[2], source: part[3]})
			continue
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, p := range strings.Fields(line) {
			last := len(s.list) - 1
			prefix := netip.MustParsePrefix(p)
			s.list[last].prefixes = append(s.list[last].prefixes, prefix)
			s.table.Insert(prefix, last)
		}
	}
	return s
}

// CDNOf names the content delivery network (or load balancing service) from whose published ranges addr is.
func CDNOf(addr netip.Addr) (name string, ok bool) {
	s := cdns()
	i, ok := s.table.Lookup(addr.Unmap())
	if !ok {
		return "", false
	}
	return s.list[i].name, true
}

// CDNRangesDate is the date of the oldest of the shipped lists, as 2006-01-02.
func CDNRangesDate() string {
	oldest := ""
	for _, n := range cdns().list {
		if oldest == "" || n.date < oldest {
			oldest = n.date
		}
	}
	return oldest
}

// cdnByName finds a network by its key or name, in any case.
func cdnByName(name string) (*cdn, bool) {
	s := cdns()
	for i := range s.list {
		if strings.EqualFold(s.list[i].key, name) || strings.EqualFold(s.list[i].name, name) {
			return &s.list[i], true
		}
	}
	return nil, false
}

// CDNKey returns the name by which a network's ranges can be given for trusted proxies, such as "cloudflare".
func CDNKey(name string) (key string, ok bool) {
	n, ok := cdnByName(name)
	if !ok {
		return "", false
	}
	return n.key, true
}

// CDNKeys lists the names that CDNKey returns.
func CDNKeys() (keys []string) {
	for _, n := range cdns().list {
		keys = append(keys, n.key)
	}
	return keys
}
