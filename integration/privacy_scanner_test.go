package integration

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// canary is a text that log lines hold and that must not come out.
type canary struct {
	field string // where it stands in a line
	text  string
}

// needle is one way in which a canary may be written.
type needle struct {
	canary canary
	form   string
	bytes  []byte
}

func (n needle) String() string {
	return fmt.Sprintf("%s (%q) as %s", n.canary.field, n.canary.text, n.form)
}

// headSize is how many bytes of a needle are looked up; no needle is shorter.
const headSize = 4

// scanner finds canaries, however they are written. Needles are searched all at once by their first bytes.
type scanner struct {
	exact, folded needles
}

// needles are searched byte by byte: folded ones in a text that was brought to lower case.
type needles struct {
	heads  map[uint32][]*needle
	filter [1 << 16]bool
}

func newScanner(canaries ...canary) *scanner {
	s := &scanner{exact: needles{heads: map[uint32][]*needle{}}, folded: needles{heads: map[uint32][]*needle{}}}
	for _, c := range canaries {
		s.addText(c, c.text)
		s.addAddress(c)
	}
	return s
}

func (n *needles) add(c canary, form string, b []byte) {
	if len(b) < headSize {
		panic("too short to be told from chance: " + form + " of " + c.text)
	}
	h := binary.LittleEndian.Uint32(b)
	if slices.ContainsFunc(n.heads[h], func(o *needle) bool { return o.canary == c && bytes.Equal(o.bytes, b) }) {
		return // two forms of this canary are the same
	}
	n.heads[h] = append(n.heads[h], &needle{c, form, b})
	n.filter[fold16(h)] = true
}

func fold16(h uint32) uint16 { return uint16(h ^ h>>16) }

func (s *scanner) addExact(c canary, form string, b []byte) { s.exact.add(c, form, b) }

func (s *scanner) addFolded(c canary, form, text string) {
	s.folded.add(c, form, []byte(strings.ToLower(text)))
}

// find returns what is in a blob, each needle once: as it is, with what base64 texts in it stand for.
func (s *scanner) find(blob []byte) []needle {
	blob = []byte(unpacked(blob))
	found := append(s.exact.find(blob), s.folded.find(lowerASCII(blob))...)
	slices.SortFunc(found, func(a, b needle) int { return strings.Compare(a.String(), b.String()) })
	return found
}

// lowerASCII leaves every other byte as it is, so that no text around a needle can change it.
func lowerASCII(b []byte) []byte {
	lower := bytes.Clone(b)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c | 0x20
		}
	}
	return lower
}

func (n *needles) find(blob []byte) (found []needle) {
	seen := map[*needle]bool{}
	for i := 0; i+headSize <= len(blob); i++ {
		h := binary.LittleEndian.Uint32(blob[i:])
		if !n.filter[fold16(h)] {
			continue
		}
		for _, candidate := range n.heads[h] {
			if !seen[candidate] && bytes.HasPrefix(blob[i:], candidate.bytes) {
				seen[candidate] = true
				found = append(found, *candidate)
			}
		}
	}
	return found
}
