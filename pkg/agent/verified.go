package agent

import (
	_ "embed" // the ranges
	"fmt"
	"net/netip"
	"strings"
	"sync"

	"github.com/gaissmai/bart"
)

// rangeList has the networks that owners of bots publish, with the source and date of each.
//
//go:embed lists/ranges.txt
var rangeList string

var builtinRanges = sync.OnceValue(func() map[string]*bart.Lite {
	ranges, err := parseRanges(rangeList)
	if err != nil {
		panic(err) // a mistake in the embedded list; every test finds it
	}
	return ranges
})

// Verified tells whether an address lies in the networks that the owner of a bot publishes, so that an agent of this family from there is
// what it says. It is false for families whose owners publish none: those can be verified by reverse DNS only. It does not allocate.
func Verified(addr netip.Addr, family string) bool {
	ranges := builtinRanges()[family]
	return ranges != nil && addr.IsValid() && ranges.Contains(addr.Unmap())
}

// parseRanges reads sections of a line "bot FAMILY, FAMILY" and the networks of their owner, one a line.
func parseRanges(list string) (map[string]*bart.Lite, error) {
	byFamily := map[string]*bart.Lite{}
	var section *bart.Lite
	number := 0
	for line := range strings.Lines(list) {
		line = strings.TrimSpace(line)
		number++
		families, isSection := strings.CutPrefix(line, "bot ")
		switch {
		case line == "" || line[0] == '#':
			continue
		case isSection:
			section = &bart.Lite{}
			for family := range strings.SplitSeq(families, ", ") {
				byFamily[family] = section
			}
			continue
		}
		network, err := netip.ParsePrefix(line)
		if err != nil || section == nil || network != network.Masked() {
			return nil, fmt.Errorf("agent: ranges, line %d: want a network below a line that begins with \"bot\": %q", number, line)
		}
		section.Insert(network)
	}
	return byFamily, nil
}
